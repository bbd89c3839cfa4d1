"""Between what two numbers a formula can come out, and whether it is smooth there.

An interval is a pair of ends. To be few, so that what is found for one node holds for the next,
ends are rounded outward to −∞, −LARGE, −1, 0, 1, LARGE or ∞; a number that is not infinite counts
as no larger than LARGE.

>>> from engine.sheet.formula import read
>>> bounds(read("exp(-abs(a))"), {"a": ANY}), bounds(read("1 / a"), {"a": (1.0, LARGE)})
((0.0, 1.0), (0.0, 1.0))
>>> is_smooth(read("exp(-abs(a))"), {"a": ANY}), is_smooth(read("exp(a)"), {"a": ANY})
(True, False)
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Iterable, Mapping
from math import inf
from operator import mul, truediv
from typing import Any

from engine.sheet import ieee
from engine.sheet.formula import is_reduction
from engine.sheet.reductions import REDUCTIONS

LARGE = 1e100
ENDS = (-inf, -LARGE, -1.0, 0.0, 1.0, LARGE, inf)
Interval = tuple[float, float]
ANY: Interval = (-LARGE, LARGE)
EVERYTHING: Interval = (-inf, inf)

_RISING = frozenset("exp expm1 log log1p sqrt asin atan sinh tanh erf".split())
_FALLING = frozenset({"acos", "erfc"})
_DOMAINS = {
    "log": (0.0, inf),
    "sqrt": (0.0, inf),
    "log1p": (-1.0, inf),
    "asin": (-1.0, 1.0),
    "acos": (-1.0, 1.0),
}


def rounded(low: float, high: float) -> Interval:
    """The interval with ends of the few; from nan on nothing is known."""
    if low != low or high != high:
        return EVERYTHING
    low = low if low == -inf else max(low, -LARGE)
    high = high if high == inf else min(high, LARGE)
    return max(end for end in ENDS if end <= low), min(end for end in ENDS if end >= high)


def is_finite(interval: Interval) -> bool:
    """Whether no infinity lies in the interval."""
    return -inf < interval[0] and interval[1] < inf


def union(intervals: Iterable[Interval]) -> Interval:
    """The smallest interval around others."""
    lows, highs = zip(*intervals)
    return min(lows), max(highs)


def bounds(tree: ast.expr, names: Mapping[str, Interval]) -> Interval:
    """An interval that the formula, of functions of mathematics only, does not leave."""
    return _Reading(names).of(tree)


def with_steps(steps: Iterable[Any], names: Mapping[str, Interval]) -> dict[str, Interval]:
    """The names, and those of the steps of a computation that are found from them in turn."""
    known = dict(names)
    for name, kind, tree in steps:
        call = ast.Call(ast.Name(kind), [tree], []) if kind else tree
        known[name] = bounds(call, known)
    return known


def is_smooth(tree: ast.expr, names: Mapping[str, Interval]) -> bool:
    """Whether the formula, and so its derivatives of any order, cannot be infinite here.

    That is so where no part of it can be infinite, and none is at the edge of its domain.
    """
    reading = _Reading(names)
    reading.of(tree)
    return reading.smooth


class _Reading:
    def __init__(self, names: Mapping[str, Interval]) -> None:
        self.names = dict(names)
        self.smooth = True

    def of(self, tree: ast.expr) -> Interval:
        interval = rounded(*self.read(tree))
        self.smooth = self.smooth and is_finite(interval)
        return interval

    def read(self, tree: ast.expr) -> Interval:
        match tree:
            case ast.Constant(value=int() | float() as number):
                return number, number
            case ast.Name(id="pi"):
                return math.pi, math.pi
            case ast.Name(id=name):
                return self.names.get(name, EVERYTHING)
            case ast.UnaryOp(operand=operand):
                low, high = self.of(operand)
                return -high, -low
            case ast.BinOp(left=left, op=operator, right=right):
                return self.binary(left, operator, right)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return union([self.where(test, body, True), self.where(test, orelse, False)])
            case ast.Call(func=ast.Name(id=name), args=[body]) if is_reduction(tree):
                interval = self.of(body)
                if REDUCTIONS[name].selects:
                    return interval
                return _ends(interval, (1.0, LARGE), mul) if name == "sum" else EVERYTHING
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return self.call(name, [self.of(argument) for argument in arguments])
        return EVERYTHING

    def binary(self, left: ast.expr, operator: ast.AST, right: ast.expr) -> Interval:
        a, b = self.of(left), self.of(right)
        match operator:
            case ast.Add():
                return a[0] + b[0], a[1] + b[1]
            case ast.Sub():
                return a[0] - b[1], a[1] - b[0]
            case ast.Mult():
                if ast.dump(left) == ast.dump(right):
                    return self.power(a, 2.0)
                return _ends(a, b, mul)
            case ast.Div() if b[0] > 0 or b[1] < 0:
                return _ends(a, b, truediv)
            case ast.Pow() if isinstance(right, ast.Constant):
                return self.power(a, float(right.value))  # type: ignore[arg-type]
            case ast.Pow() if a[0] > 0:
                return _ends(a, b, ieee.pow_)
            case ast.Mod():
                return min(b[0], 0.0), max(b[1], 0.0)
        self.smooth = False
        return EVERYTHING

    def power(self, a: Interval, exponent: float) -> Interval:
        whole = exponent == int(exponent) if math.isfinite(exponent) else False
        if a[0] <= 0 and not (whole and exponent >= 0) and not (a[1] < 0 and whole):
            self.smooth = False
            return EVERYTHING
        ends = [_power(end, exponent) for end in a]
        lowest = 0.0 if a[0] < 0 < a[1] and whole and exponent % 2 == 0 else min(ends)
        return min(lowest, *ends), max(ends)

    def where(self, test: ast.expr, branch: ast.expr, holds: bool) -> Interval:
        """A branch of a choice; of a < 1, that a is less is known in it."""
        match test:
            case ast.Compare(
                left=ast.Name(id=name), ops=[operator], comparators=[ast.Constant(value=number)]
            ) if name in self.names and not isinstance(operator, (ast.Eq, ast.NotEq)):
                low, high = before = self.names[name]
                below = isinstance(operator, (ast.Lt, ast.LtE)) is holds
                limit = float(number)  # type: ignore[arg-type]
                self.names[name] = (low, min(high, limit)) if below else (max(low, limit), high)
                found = self.of(branch) if self.names[name][0] <= self.names[name][1] else None
                self.names[name] = before
                return found or (0.0, 0.0)
        return self.of(branch)

    def call(self, name: str, arguments: list[Interval]) -> Interval:
        (low, high), *_ = arguments
        if name in REDUCTIONS:
            # Of two numbers, with both of which it rises.
            reduce: Any = ieee.NAMESPACE[name]
            return reduce(*(a[0] for a in arguments)), reduce(*(a[1] for a in arguments))
        match name:
            case "abs":
                return (0.0 if low <= 0 <= high else min(abs(low), abs(high))), max(-low, high)
            case "sin" | "cos":
                return -1.0, 1.0
            case "cosh":
                return 1.0, max(_value("cosh", low), _value("cosh", high))
        if name in _DOMAINS:
            # Outside, the operation is undefined, so an error; at the edge a slope is infinite.
            lowest, highest = _DOMAINS[name]
            self.smooth = self.smooth and lowest < low and high < highest
            low, high = max(low, lowest), min(high, highest)
        if name in _RISING:
            return _value(name, low), _value(name, high)
        if name in _FALLING:
            return _value(name, high), _value(name, low)
        return EVERYTHING


def _power(end: float, exponent: float) -> float:
    """A power; of a number that is not infinite, one that is not either."""
    value = ieee.pow_(end, exponent)
    return math.copysign(LARGE, value) if math.isinf(value) and math.isfinite(end) else value


def _value(name: str, argument: float) -> float:
    function: Any = ieee.NAMESPACE[name]
    return float(function(argument))


def _ends(a: Interval, b: Interval, of: Callable[[float, float], float]) -> Interval:
    """The extremes over the corners; 0 · ∞ counts as 0, for it is 0 at any finite number."""
    corners = [of(x, y) for x in a for y in b]
    known = [0.0 if corner != corner else corner for corner in corners]
    return min(known), max(known)
