"""Between which numbers a formula stays: enough to see that it cannot become infinite.

>>> from engine.formula import read
>>> bounds_of(read("1 / (1 + exp(-abs(a)))"), {"a": ORDINARY})
Bounds(low=0.5, high=1.0, finite=True)
>>> bounds_of(read("1 / a"), {"a": ORDINARY}).finite
False

That a sum, a product or a power of ordinary numbers overflows is left out of account.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Iterable, Mapping, Sequence
from math import inf
from typing import NamedTuple

from engine.computation import DEAD, Step


class Bounds(NamedTuple):
    """Not below `low` nor above `high`; `finite`: whether it is certainly an ordinary number."""

    low: float
    high: float
    finite: bool


ORDINARY = Bounds(-inf, inf, True)
UNKNOWN = Bounds(-inf, inf, False)

_RANGES = {
    **dict.fromkeys(("sin", "cos", "tanh", "erf"), (-1.0, 1.0)),
    **dict.fromkeys(("atan", "asin", "acos"), (-math.pi, math.pi)),
    "erfc": (0.0, 2.0),
    "sigmoid": (0.0, 1.0),
}
# They grow, but never to infinity.
_ROOTS = ("sqrt", "tan")


def bounds_of(tree: ast.expr, names: Mapping[str, Bounds]) -> Bounds:
    """The bounds of a formula whose names have these; unknown for what it says nothing of."""
    match tree:
        case ast.Name(id="pi"):
            return Bounds(math.pi, math.pi, True)
        case ast.Name(id=name):
            return Bounds(0.0, 0.0, True) if name == DEAD else names.get(name, UNKNOWN)
        case ast.Constant(value=int() | float() as value):
            return of_number(float(value))
        case ast.UnaryOp(operand=operand):
            low, high, finite = bounds_of(operand, names)
            return Bounds(-high, -low, finite)
        case ast.BinOp(left=left, op=operator, right=right):
            return _of_operator(left, operator, right, names)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            branches = ((body, True), (orelse, False))
            return joined(bounds_of(part, _where(test, holds, names)) for part, holds in branches)
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return _of_call(name, [bounds_of(argument, names) for argument in arguments])
    return UNKNOWN


def of_number(number: float) -> Bounds:
    """Those of a constant."""
    return Bounds(number, number, True) if math.isfinite(number) else UNKNOWN


def joined(parts: Iterable[Bounds]) -> Bounds:
    """The bounds of what may be any of these."""
    listed = set(parts)
    if len(listed) == 1:
        return listed.pop()
    low = min((part.low for part in listed), default=0.0)
    high = max((part.high for part in listed), default=0.0)
    return Bounds(low, high, all(part.finite for part in listed))


def with_steps(steps: Sequence[Step], names: Mapping[str, Bounds]) -> dict[str, Bounds]:
    """The names, and those of the steps that are computed from them."""
    known = dict(names)
    for name, kind, tree in steps:
        own = bounds_of(tree, known)
        if kind == "sum":
            own = Bounds(0.0 if own.low >= 0 else -inf, 0.0 if own.high <= 0 else inf, own.finite)
        known[name] = own
    return known


def _of_operator(
    left: ast.expr, operator: ast.AST, right: ast.expr, names: Mapping[str, Bounds]
) -> Bounds:
    a, b = bounds_of(left, names), bounds_of(right, names)
    finite = a.finite and b.finite
    match operator:
        case ast.Add():
            return Bounds(a.low + b.low, a.high + b.high, finite)
        case ast.Sub():
            return Bounds(a.low - b.high, a.high - b.low, finite)
        case ast.Mult():
            return _hull((_times(x, y) for x in a[:2] for y in b[:2]), finite)
        case ast.Div() if b.low > 0 or b.high < 0:
            return _hull((_times(x, 1 / y) for x in a[:2] for y in b[:2]), finite)
        case ast.Pow() if b.low == b.high and b.low >= 0:
            low = 0.0 if b.low % 2 != 1 or a.low >= 0 else -inf
            return Bounds(low, inf, finite)
    return UNKNOWN


def _times(x: float, y: float) -> float:
    return x * y if x and y else 0.0


def _hull(numbers: Iterable[float], finite: bool) -> Bounds:
    listed = list(numbers)
    return Bounds(min(listed), max(listed), finite)


def _of_call(name: str, arguments: Sequence[Bounds]) -> Bounds:
    first, finite = arguments[0], all(argument.finite for argument in arguments)
    if name in _RANGES:
        return Bounds(*_RANGES[name], finite)
    match name:
        case "exp" if first.high <= 700:
            return Bounds(math.exp(first.low), math.exp(first.high), finite)
        case "abs":
            return Bounds(max(first.low, -first.high, 0.0), max(-first.low, first.high), finite)
        case "max" | "min":
            pick = max if name == "max" else min
            lows, highs, _ = zip(*arguments)
            return Bounds(pick(lows), pick(highs), finite)
        case "log1p" if first.low >= 0:
            return Bounds(0.0, inf, finite)
        case "log" if first.low > 0:
            return Bounds(-inf, inf, finite)
        case _ if name in _ROOTS:
            return Bounds(0.0 if name == "sqrt" else -inf, inf, finite)
    return UNKNOWN


def _where(test: ast.expr, holds: bool, names: Mapping[str, Bounds]) -> Mapping[str, Bounds]:
    """The names where a condition holds, or where it does not."""
    match test:
        case ast.Compare(left=ast.Name(id=name), ops=[operator], comparators=[ast.Constant()]):
            limit = bounds_of(test.comparators[0], {}).low
            low, high, finite = names.get(name, UNKNOWN)
            if isinstance(operator, (ast.Lt, ast.LtE, ast.Gt, ast.GtE)):
                below = isinstance(operator, (ast.Lt, ast.LtE)) == holds
                own = (low, min(high, limit)) if below else (max(low, limit), high)
                return {**names, name: Bounds(*own, finite)}
    return names
