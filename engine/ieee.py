"""The functions of the formula language on floats, with the results that IEEE 754 gives.

Python's `math` raises where the standard returns infinity or nan. The fast paths let it raise; what
raised is computed again with these functions, so that an overflow is infinite in every backend.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from math import copysign, inf, nan, pi
from typing import Any


def _otherwise(
    function: Callable[[float], float],
    overflow: Callable[[float], float] = lambda a: inf,
    invalid: Callable[[float], float] = lambda a: nan,
) -> Callable[[float], float]:
    """`function`, but with a value where `math` raises."""

    def total(a: float) -> float:
        try:
            return function(a)
        except OverflowError:
            return overflow(a)
        except ValueError:
            return invalid(a)

    return total


def divide(a: float, b: float) -> float:
    """a / b; a finite number over zero is infinite, zero over zero is nan."""
    try:
        return a / b
    except ZeroDivisionError:
        return nan if a == 0 or a != a else copysign(inf, a) * copysign(1, b)


def pow_(a: float, b: float) -> float:
    """a to the power of b, real: nan for a negative base with a fractional exponent."""
    odd = b % 2 == 1
    try:
        return math.pow(a, b)
    except OverflowError:
        return -inf if a < 0 and odd else inf
    except ValueError:
        return (copysign(inf, a) if odd else inf) if a == 0 else nan


def total(numbers: Iterable[float]) -> float:
    """The sum from left to right. Built-in `sum` rounds differently from Python 3.12 on."""
    result = 0.0
    for number in numbers:
        result += number
    return result


def maximum(*numbers: Any) -> float:
    """The largest of a list, or of several numbers; nan where one of them is nan."""
    result = -inf
    for number in numbers[0] if isinstance(numbers[0], list) else numbers:
        if number > result or number != number:
            result = number
    return result


def minimum(*numbers: Any) -> float:
    """The smallest of a list, or of several numbers; nan where one of them is nan."""
    result = inf
    for number in numbers[0] if isinstance(numbers[0], list) else numbers:
        if number < result or number != number:
            result = number
    return result


NAMESPACE: dict[str, object] = {
    **{name: _otherwise(getattr(math, name)) for name in "exp expm1 cosh sqrt".split()},
    **{name: getattr(math, name) for name in "atan tanh erf erfc".split()},
    **{name: _otherwise(getattr(math, name)) for name in "sin cos tan asin acos".split()},
    "sinh": _otherwise(math.sinh, overflow=lambda a: copysign(inf, a)),
    "log": _otherwise(math.log, invalid=lambda a: -inf if a == 0 else nan),
    "log1p": _otherwise(math.log1p, invalid=lambda a: -inf if a == -1 else nan),
    "abs": abs,
    "divide": divide,
    "pow": pow_,
    "sum": total,
    "max": maximum,
    "min": minimum,
    "pi": pi,
}
