"""`parse`: a formula that somebody typed, as the graph that computes it."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from engine.base.numbers import as_number, given
from engine.eager.functions import EAGER
from engine.graph.value import Value
from engine.sheet.formula import CONSTANTS, FormulaError, children
from engine.sheet.reductions import REDUCTIONS
from engine.sheet.typed import read_typed

_OPERATIONS: dict[type[ast.AST], str] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "div",
    ast.FloorDiv: "floordiv",
    ast.Mod: "mod",
}
_OF_SEVERAL = {"max": "maximum", "min": "minimum"}


def parse(formula: str, /, **leaves: Any) -> Value:
    """The graph of a formula as people type it: `-2·(y − ŷ)·w^2`, `relu(m1*x*m2)`.

    `leaves`: what its names stand for, each a number, which becomes a leaf with that label, or a
    `Value` or `Parameter`. The functions are those of the formula sheet; `^` or `**` is a power,
    names may be Greek and have marks: θ, ŷ, x₁. A choice, `a if x > 0 else b`, is made by the
    numbers as they are, and the graph holds the branch that was taken; `where` keeps both. A
    formula without names is a leaf.

    Nothing is run that the formula says: what is not of its language is refused.

    Raises FormulaError, a ValueError with a `position`, for what cannot be read, saying what was
    expected there; ValueError for a name that was not given, or that the formula does not have;
    TypeError for what is not a number; and what an operation raises where it is undefined.

    >>> m1 = Value(3.0, label="m1")
    >>> y = parse("relu(m1*x*m2)", m1=m1, m2=0.5, x=2)
    >>> y.backward()
    >>> y, m1.grad
    (Value(3, grad=1), 1.0)
    >>> parse("relu(m1*x*m2", m1=3, m2=0.5, x=2)
    Traceback (most recent call last):
    FormulaError: formula, character 13: expected "," or ")", not the end
      relu(m1*x*m2
                  ^
    """
    tree = read_formula(formula)
    names = names_of(tree)
    missing = [name for name in names if name not in leaves]
    if missing:
        raise ValueError(f"parse: {', '.join(missing)} in {formula!r} {_have(missing)} no value")
    unknown = [name for name in leaves if name not in names]
    if unknown:
        raise ValueError(f"parse: {formula!r} has no {', '.join(unknown)}")
    return evaluated(
        tree,
        {
            name: leaf if isinstance(leaf, Value) else Value(as_number(leaf, name), label=name)
            for name, leaf in leaves.items()
        },
    )


def read_formula(text: str) -> ast.expr:
    """The tree of a formula. FormulaError, and TypeError for what is not text."""
    if not isinstance(text, str):
        raise TypeError(f"a formula is a text, not {given(text)}")
    return read_typed(text)


def names_of(tree: ast.expr) -> list[str]:
    """The names in a formula, each once, from left to right."""
    found: dict[str, None] = {}
    stack = [tree]
    while stack:
        part = stack.pop()
        if isinstance(part, ast.Name) and part.id not in CONSTANTS:
            found[part.id] = None
        parts = children(part)
        if isinstance(part, ast.IfExp):
            parts = [part.body, part.test, part.orelse]
        stack += reversed(parts)
    return list(found)


def evaluated(tree: ast.expr, leaves: Mapping[str, Value]) -> Value:
    """The graph of a formula that `read_formula` has read, on these leaves."""
    try:
        found = _Evaluation(leaves).number(tree)
    except RecursionError:
        raise FormulaError("the formula is nested too deep") from None
    return found if isinstance(found, Value) else Value(found)


def _have(names: list[str]) -> str:
    return "have" if len(names) > 1 else "has"


class _Evaluation:
    """A formula at work on nodes; what holds no name is computed as a number."""

    def __init__(self, leaves: Mapping[str, Value]) -> None:
        self.leaves = leaves

    def number(self, tree: ast.expr) -> Value | float:
        result: Any
        match tree:
            case ast.Name(id="pi"):
                return 3.141592653589793
            case ast.Name(id=name):
                return self.leaves[name]
            case ast.Constant(value=int() | float() as value):
                return float(value)
            case ast.UnaryOp(operand=ast.Constant(value=int() | float() as value)):
                return -float(value)
            case ast.UnaryOp(operand=operand):
                result = EAGER["neg"](self.number(operand))
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                base, exponent = self.number(left), self.number(right)
                kind = "power" if isinstance(exponent, Value) else "pow"
                result = EAGER[kind](base, exponent)
            case ast.BinOp(left=left, op=operator, right=right):
                result = EAGER[_OPERATIONS[type(operator)]](self.number(left), self.number(right))
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self.number(body if self.holds(test) else orelse)
            case ast.Call(func=ast.Name(id=name), args=arguments):
                numbers = [self.number(argument) for argument in arguments]
                if name in REDUCTIONS:
                    result = EAGER[_OF_SEVERAL[name]](numbers)
                else:
                    result = EAGER[name](*numbers)
            case _:
                raise TypeError(f"not part of a checked formula: {ast.dump(tree)}")
        return result  # type: ignore[no-any-return]

    def holds(self, tree: ast.expr) -> bool:
        match tree:
            case ast.Compare(left=left, ops=[operator], comparators=[right]):
                a, b = float(self.number(left)), float(self.number(right))
                return bool(_COMPARISONS[type(operator)](a, b))
            case ast.BoolOp(op=ast.And()):
                return all(map(self.holds, children(tree)))
            case ast.BoolOp():
                return any(map(self.holds, children(tree)))
        return float(self.number(tree)) != 0


_COMPARISONS: dict[type[ast.AST], Any] = {
    ast.Lt: lambda a, b: a < b,
    ast.LtE: lambda a, b: a <= b,
    ast.Gt: lambda a, b: a > b,
    ast.GtE: lambda a, b: a >= b,
    ast.Eq: lambda a, b: a == b,
    ast.NotEq: lambda a, b: a != b,
}
