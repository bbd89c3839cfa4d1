"""The functions of the formula language on floats, with the results that IEEE 754 gives.

Python's `math` raises where the standard returns infinity or nan. The fast paths let it raise; what
raised is computed again with these functions, so that an overflow is infinite in every backend.
"""

from __future__ import annotations

import math
from math import copysign, inf, isfinite, nan, pi

from engine.sheet.reductions import REDUCTIONS, Reduction

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
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
    odd = abs(math.fmod(b, 2)) == 1 if isfinite(b) else False
    try:
        return math.pow(a, b)
    except OverflowError:
        return -inf if a < 0 and odd else inf
    except ValueError:
        return (copysign(inf, a) if odd else inf) if a == 0 else nan


def modulo(a: float, b: float) -> float:
    """a mod b with the sign of b, as Python's %; nan where b is 0."""
    try:
        return a % b
    except ZeroDivisionError:
        return nan


def floor_quotient(a: float, b: float) -> float:
    """a / b rounded down, as Python's //; a / b itself where b is 0."""
    try:
        return a // b
    except ZeroDivisionError:
        return divide(a, b)


def _whole(function: Callable[[float], int]) -> Callable[[float], float]:
    """A rounding function with floats as results, which keep the sign of a zero."""
    return lambda a: copysign(function(a), a) if math.isfinite(a) else a


def _reduction(row: Reduction) -> Callable[..., float]:
    """What a reduction comes to from left to right, of a list or of several numbers.

    Built-in `sum` rounds differently from Python 3.12 on, and `max` and `min` lose nan.
    """
    defined: dict[str, Any] = {"inf": inf}
    text = f"""
def {row.of_many}(*numbers):
    a = {row.identity!r}
    for b in numbers[0] if isinstance(numbers[0], list) else numbers:
        a = {row.step}
    return a
"""
    exec(text, defined)
    function: Callable[..., float] = defined[row.of_many]
    return function


def _hypot(a: float, b: float) -> float:
    # That of C, as the absolute value of a complex number is; `math` has a way of its own.
    try:
        return abs(complex(a, b))
    except OverflowError:
        return inf


# Where `math` differs: it rounds to integers, which infinity cannot be.
UNLIKE_MATH: dict[str, Callable[..., float]] = {
    "hypot": _hypot,
    "floor": _whole(math.floor),
    "ceil": _whole(math.ceil),
    "trunc": _whole(math.trunc),
    "round": lambda a: round(a, 0),
}
NAMESPACE: dict[str, object] = {
    **{name: _otherwise(getattr(math, name)) for name in "exp exp2 expm1 cosh sqrt".split()},
    **{name: getattr(math, name) for name in "atan tanh asinh erf erfc cbrt".split()},
    **{name: getattr(math, name) for name in "atan2 copysign".split()},
    **{name: _otherwise(getattr(math, name)) for name in "sin cos tan asin acos acosh".split()},
    **UNLIKE_MATH,
    "sinh": _otherwise(math.sinh, overflow=lambda a: copysign(inf, a)),
    "atanh": _otherwise(math.atanh, invalid=lambda a: copysign(inf, a) if abs(a) == 1 else nan),
    **{
        name: _otherwise(getattr(math, name), invalid=lambda a: -inf if a == 0 else nan)
        for name in ("log", "log2", "log10")
    },
    "log1p": _otherwise(math.log1p, invalid=lambda a: -inf if a == -1 else nan),
    "abs": abs,
    "divide": divide,
    "pow": pow_,
    "modulo": modulo,
    "floor_quotient": floor_quotient,
    **{name: _reduction(row) for name, row in REDUCTIONS.items()},
    "pi": pi,
}
