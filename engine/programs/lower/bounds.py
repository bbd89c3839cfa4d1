"""Between which numbers a formula stays: enough to see that it cannot become infinite.

>>> from engine.sheet.formula import read
>>> bounds_of(read("1 / (1 + exp(-abs(a)))"), {"a": ORDINARY})
Bounds(low=0.5, high=1.0, finite=True, defined=True)
>>> bounds_of(read("1 / a"), {"a": ORDINARY}).finite
False

That a sum, a product or a power of ordinary numbers overflows is left out of account.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Iterable, Mapping, Sequence
from math import inf
from typing import Any, NamedTuple

from engine.sheet.computation import DEAD, Step
from engine.sheet.formula import FUNCTIONS
from engine.sheet.ieee import NAMESPACE
from engine.sheet.inlining import inlined
from engine.sheet.ops import OPERATIONS
from engine.sheet.reductions import REDUCTIONS


class Bounds(NamedTuple):
    """Not below `low` nor above `high`; whether it is certainly finite, and certainly not nan."""

    low: float
    high: float
    finite: bool = True
    defined: bool = True


ORDINARY = Bounds(-inf, inf)
UNKNOWN = Bounds(-inf, inf, finite=False, defined=False)

_RANGES = {
    **dict.fromkeys(("sin", "cos", "tanh", "erf"), (-1.0, 1.0)),
    **dict.fromkeys(("atan", "asin", "acos"), (-math.pi, math.pi)),
    "erfc": (0.0, 2.0),
}


def bounds_of(tree: ast.expr, names: Mapping[str, Bounds]) -> Bounds:
    """The bounds of a formula whose names have these; unknown for what it says nothing of."""
    match tree:
        case ast.Name(id="pi"):
            return of_number(math.pi)
        case ast.Name(id=name):
            return of_number(0.0) if name == DEAD else names.get(name, UNKNOWN)
        case ast.Constant(value=int() | float() as value):
            return of_number(float(value))
        case ast.UnaryOp(operand=operand):
            inner = bounds_of(operand, names)
            return inner._replace(low=-inner.high, high=-inner.low)
        case ast.BinOp(left=left, op=operator, right=right):
            return _of_operator(operator, bounds_of(left, names), bounds_of(right, names))
        case ast.IfExp(test=test, body=body, orelse=orelse):
            branches = ((body, True), (orelse, False))
            return joined(bounds_of(part, _where(test, holds, names)) for part, holds in branches)
        case ast.Call(func=ast.Name(id=name), args=arguments):
            if name in OPERATIONS and name not in FUNCTIONS:
                return bounds_of(inlined(tree), names)
            return _of_call(name, [bounds_of(argument, names) for argument in arguments])
    return UNKNOWN


def of_number(number: float) -> Bounds:
    """Those of a constant."""
    return Bounds(number, number) if math.isfinite(number) else UNKNOWN


def joined(parts: Iterable[Bounds]) -> Bounds:
    """The bounds of what may be any of these."""
    listed = set(parts)
    if len(listed) < 2:
        return listed.pop() if listed else of_number(0.0)
    lows, highs, finite, defined = zip(*listed)
    return Bounds(min(lows), max(highs), all(finite), all(defined))


def with_steps(steps: Sequence[Step], names: Mapping[str, Bounds]) -> dict[str, Bounds]:
    """The names, and those of the steps that are computed from them."""
    known = dict(names)
    for name, kind, tree in steps:
        own = bounds_of(tree, known)
        if kind == "sum":
            low, high = 0.0 if own.low >= 0 else -inf, 0.0 if own.high <= 0 else inf
            own = Bounds(low, high, own.finite, own.defined and (own.finite or low == 0))
        elif kind and not REDUCTIONS[kind].selects:
            own = UNKNOWN
        known[name] = own
    return known


def _of_operator(operator: ast.AST, a: Bounds, b: Bounds) -> Bounds:
    finite = a.finite and b.finite
    match operator:
        case ast.Add() | ast.Sub():
            # The difference of two infinities is nan.
            defined = a.defined and b.defined and (a.finite or b.finite)
            if isinstance(operator, ast.Sub):
                return Bounds(a.low - b.high, a.high - b.low, finite, defined)
            return Bounds(a.low + b.low, a.high + b.high, finite, defined)
        case ast.Mult():
            # And so is the product of 0 and an infinity.
            return _hull([_times(x, y) for x in a[:2] for y in b[:2]], finite, finite)
        case ast.Div() if b.defined and (b.low > 0 or b.high < 0):
            quotients = [_times(x, 1 / y) for x in a[:2] for y in b[:2]]
            return _hull(quotients, a.finite, a.finite)
        case ast.Pow() if b.low == b.high and b.low >= 0:
            if a.low >= 0 and a.high <= 1e100 and b.low <= 3:
                return Bounds(a.low**b.low, a.high**b.low, finite, a.defined)
            low = 0.0 if b.low % 2 != 1 or a.low >= 0 else -inf
            return Bounds(low, inf, finite, a.defined)
    return UNKNOWN


def _times(x: float, y: float) -> float:
    return x * y if x and y else 0.0


def _hull(numbers: Sequence[float], finite: bool, defined: bool) -> Bounds:
    return Bounds(min(numbers), max(numbers), finite, defined)


def _of_call(name: str, arguments: Sequence[Bounds]) -> Bounds:
    lows, highs, finites, defineds = zip(*arguments)
    low, high, finite, defined = lows[0], highs[0], all(finites), all(defineds)
    if name in REDUCTIONS:
        # Of two numbers, with both of which it rises.
        reduce: Any = NAMESPACE[name]
        return Bounds(reduce(*lows), reduce(*highs), finite, defined)
    if name in _RANGES:
        # The sine of an infinity is nan; the others have limits there.
        return Bounds(*_RANGES[name], finite or (defined and name not in ("sin", "cos")), defined)
    match name:
        case "exp" | "expm1":
            function = math.exp if name == "exp" else math.expm1
            if high <= 700:
                return Bounds(function(low), function(high), defined, defined)
            return Bounds(0.0 if name == "exp" else -1.0, inf, False, defined)
        case "abs":
            return Bounds(max(low, -high, 0.0), max(-low, high), finite, defined)
        case "log1p" if low >= 0:
            return Bounds(0.0, inf, finite, defined)
        case "log" if low > 0:
            return Bounds(-inf, inf, finite, defined)
        case "sqrt":
            # What is below 0 is undefined, and never comes to a derivative.
            return Bounds(math.sqrt(max(low, 0.0)), math.sqrt(max(high, 0.0)), finite, finite)
        case "tan":
            return Bounds(-inf, inf, finite, finite)  # no double is at a pole
    return UNKNOWN


def _where(test: ast.expr, holds: bool, names: Mapping[str, Bounds]) -> Mapping[str, Bounds]:
    """The names where a condition holds, or where it does not."""
    match test:
        case ast.Compare(left=ast.Name(id=name), ops=[operator], comparators=[ast.Constant()]):
            limit = bounds_of(test.comparators[0], {}).low
            own = names.get(name, UNKNOWN)
            if isinstance(operator, (ast.Lt, ast.LtE, ast.Gt, ast.GtE)):
                below = isinstance(operator, (ast.Lt, ast.LtE)) == holds
                if below:
                    return {**names, name: own._replace(high=min(own.high, limit))}
                return {**names, name: own._replace(low=max(own.low, limit))}
    return names
