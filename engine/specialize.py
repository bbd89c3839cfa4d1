"""A formula at a point: its choices made, its constants put in, what is then constant computed.

>>> from engine.dialects import TEXT
>>> from engine.formula import read
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
from copy import deepcopy
from typing import Any

from engine.evaluate import IEEE, IEEE_FUNCTIONS
from engine.formula import names_in


def specialize(
    tree: ast.expr, numbers: Mapping[str, Any], constants: Mapping[str, float] | None = None
) -> ast.expr:
    """The formula with the branch that holds at `numbers`, and with `constants` put in.

    Names other than those of `constants` stay as they are.
    """
    result: ast.expr = _Specializer(numbers, constants or {}).visit(deepcopy(tree))
    return result


class _Specializer(ast.NodeTransformer):
    def __init__(self, numbers: Mapping[str, Any], constants: Mapping[str, float]) -> None:
        self.numbers = numbers
        self.constants = constants

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return _number(self.constants[node.id]) if node.id in self.constants else node

    def visit_IfExp(self, node: ast.IfExp) -> Any:
        return self.visit(node.body if self.value(node.test) else node.orelse)

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

    def computed(self, node: ast.expr) -> ast.expr:
        """The number that an expression without names and calls stands for; any other as it is."""
        plain = not any(isinstance(part, (ast.Name, ast.Call)) for part in ast.walk(node))
        return _number(self.value(node)) if plain else node

    def value(self, node: ast.expr) -> Any:
        return value_at(node, self.numbers)


def value_at(tree: ast.expr, numbers: Mapping[str, Any]) -> Any:
    """What a formula without reductions comes to; ValueError where a name has no number.

    >>> from engine.formula import read
    >>> value_at(read("a ** 2 + b"), {"a": 3.0, "b": 1.0})
    10.0
    """
    missing = [name for name in names_in(tree) if name not in numbers]
    if missing:
        raise ValueError(f"{ast.unparse(tree)!r} needs a number for {', '.join(missing)}")
    source = compile(f"value = {IEEE.write(tree)}", "<formula>", "exec")
    namespace = {**IEEE_FUNCTIONS, "inf": math.inf, "nan": math.nan, **numbers}
    exec(source, namespace)
    return namespace["value"]


def _number(value: float) -> ast.expr:
    if not math.isfinite(value):
        return ast.Constant(value)
    number = int(value) if value == int(value) else value
    return ast.UnaryOp(ast.USub(), ast.Constant(-number)) if number < 0 else ast.Constant(number)
