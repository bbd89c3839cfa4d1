"""A formula at a point: its choices made, its constants put in, what is then constant computed.

>>> from engine.sheet.dialects import TEXT
>>> from engine.sheet.formula import read
>>> relu = read("0 if a <= 0 else 1")
>>> TEXT.write(specialize(relu, numbers={"a": 3.0}))
'1'
>>> power = read("k * a ** (k - 1) if k != 0 else 0")
>>> TEXT.write(specialize(power, numbers={"a": 3.0, "k": 2.0}, constants={"k": 2.0}))
'2·a'
"""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping
from typing import Any

from engine.sheet import ieee
from engine.sheet.evaluate import IEEE
from engine.sheet.formula import names_in
from engine.sheet.inlining import copied, inlined


def specialize(
    tree: ast.expr, numbers: Mapping[str, Any], constants: Mapping[str, float] | None = None
) -> ast.expr:
    """The formula with the branch that holds at `numbers`, and with `constants` put in.

    Names other than those of `constants` stay as they are, and so do choices that hang on a name
    without a number. A condition that never or always holds is False or True.

    >>> from engine.sheet.formula import read
    >>> undefined = read("a < 0 and k % 1 != 0 or a == 0 and k < 0")
    >>> ast.unparse(specialize(undefined, {}, {"k": 2.0}))
    'False'
    >>> ast.unparse(specialize(undefined, {}, {"k": -2.0}))
    'a == 0'
    """
    constants = constants or {}
    result: ast.expr = _Specializer({**constants, **numbers}, constants).visit(copied(tree))
    return result


class _Specializer(ast.NodeTransformer):
    def __init__(self, numbers: Mapping[str, Any], constants: Mapping[str, float]) -> None:
        self.numbers = numbers
        self.constants = constants

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return _number(self.constants[node.id]) if node.id in self.constants else node

    def visit_IfExp(self, node: ast.IfExp) -> Any:
        if self.is_known(node.test):
            return self.visit(node.body if self.value(node.test) else node.orelse)
        test = self.visit(node.test)
        if isinstance(test, ast.Constant):
            return self.visit(node.body if test.value else node.orelse)
        return ast.IfExp(test, self.visit(node.body), self.visit(node.orelse))

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        # Outside the test of a choice: in a condition that stands for itself.
        if self.constants.keys() >= set(names_in(node)):
            return ast.Constant(bool(self.value(node)))
        return self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        self.generic_visit(node)
        # What `or` is true by, `and` is false by; the other truth value changes nothing.
        decisive = isinstance(node.op, ast.Or)
        known = [part.value for part in node.values if isinstance(part, ast.Constant)]
        if decisive in known:
            return ast.Constant(decisive)
        values = [part for part in node.values if not isinstance(part, ast.Constant)]
        if not values:
            return ast.Constant(not decisive)
        return ast.BoolOp(node.op, values) if len(values) > 1 else values[0]

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        match node:
            case ast.BinOp(op=ast.Pow(), left=base, right=ast.Constant(value=1)):
                return base
            case ast.BinOp(op=ast.Pow(), right=ast.Constant(value=0)):
                return _number(1)
            case ast.BinOp(op=ast.Mult(), left=ast.Constant(value=1), right=ast.Constant()):
                return node.right
        # A fraction such as 1/3 says more than its digits.
        return node if isinstance(node.op, ast.Div) else self.computed(node)

    def is_known(self, node: ast.expr) -> bool:
        return self.numbers.keys() >= set(names_in(node))

    def computed(self, node: ast.expr) -> ast.expr:
        """The number that an expression without names and calls stands for; any other as it is."""
        plain = not any(isinstance(part, (ast.Name, ast.Call)) for part in ast.walk(node))
        return _number(self.value(node)) if plain else node

    def value(self, node: ast.expr) -> Any:
        return value_at(node, self.numbers)


def value_at(tree: ast.expr, numbers: Mapping[str, Any]) -> Any:
    """What a formula without reductions comes to; ValueError where a name has no number.

    >>> from engine.sheet.formula import read
    >>> value_at(read("a ** 2 + b"), {"a": 3.0, "b": 1.0})
    10.0
    """
    missing = [name for name in names_in(tree) if name not in numbers]
    if missing:
        raise ValueError(f"{ast.unparse(tree)!r} needs a number for {', '.join(missing)}")
    source = compile(f"value = {IEEE.write(inlined(tree))}", "<formula>", "exec")
    namespace = {**ieee.NAMESPACE, "inf": math.inf, "nan": math.nan, **numbers}
    exec(source, namespace)
    return namespace["value"]


def _number(value: float) -> ast.expr:
    if not math.isfinite(value):
        return ast.Constant(value)
    number = int(value) if value == int(value) else value
    return ast.UnaryOp(ast.USub(), ast.Constant(-number)) if number < 0 else ast.Constant(number)
