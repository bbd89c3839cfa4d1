"""Numbers that carry two first derivatives and the mixed second one, in mpmath's precision.

A function of f, f′ and f″ takes (v, v_i, v_j, v_ij) to
(f(v), f′·v_i, f′·v_j, f′·v_ij + f″·v_i·v_j); so the value formula of an operation gives its exact
derivatives, without a derivative of the sheet.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mpmath import mp, mpc, mpf

# f, f′ and f″ of what libraries of mathematics have, each written so that nothing cancels.
FUNCTIONS: dict[str, Callable[[Any], tuple[Any, Any, Any]]] = {
    "exp": lambda a: (mp.exp(a),) * 3,
    "expm1": lambda a: (mp.expm1(a), mp.exp(a), mp.exp(a)),
    "log": lambda a: (mp.log(a), 1 / a, -1 / a**2),
    "log1p": lambda a: (mp.log1p(a), 1 / (1 + a), -1 / (1 + a) ** 2),
    "sqrt": lambda a: (mp.sqrt(a), 1 / (2 * mp.sqrt(a)), -1 / (4 * mp.sqrt(a) ** 3)),
    "sin": lambda a: (mp.sin(a), mp.cos(a), -mp.sin(a)),
    "cos": lambda a: (mp.cos(a), -mp.sin(a), -mp.cos(a)),
    "tan": lambda a: (mp.tan(a), mp.sec(a) ** 2, 2 * mp.tan(a) * mp.sec(a) ** 2),
    "asin": lambda a: (mp.asin(a), 1 / _side(a), a / _side(a) ** 3),
    "acos": lambda a: (mp.acos(a), -1 / _side(a), -a / _side(a) ** 3),
    "atan": lambda a: (mp.atan(a), 1 / (1 + a**2), -2 * a / (1 + a**2) ** 2),
    "sinh": lambda a: (mp.sinh(a), mp.cosh(a), mp.sinh(a)),
    "cosh": lambda a: (mp.cosh(a), mp.sinh(a), mp.cosh(a)),
    "tanh": lambda a: (mp.tanh(a), mp.sech(a) ** 2, -2 * mp.tanh(a) * mp.sech(a) ** 2),
    "asinh": lambda a: (mp.asinh(a), 1 / mp.sqrt(1 + a**2), -a / mp.sqrt(1 + a**2) ** 3),
    "acosh": lambda a: (mp.acosh(a), 1 / mp.sqrt(a**2 - 1), -a / mp.sqrt(a**2 - 1) ** 3),
    "atanh": lambda a: (mp.atanh(a), 1 / (1 - a**2), 2 * a / (1 - a**2) ** 2),
    "exp2": lambda a: tuple(mpf(2) ** a * mp.log(2) ** order for order in range(3)),
    "log2": lambda a: _logarithm(a, 2),
    "log10": lambda a: _logarithm(a, 10),
    "cbrt": lambda a: (_cube_root(a), _cube_root(a) / (3 * a), -2 * _cube_root(a) / (9 * a**2)),
    "erf": lambda a: (mp.erf(a), _bell(a), -2 * a * _bell(a)),
    "erfc": lambda a: (mp.erfc(a), -_bell(a), 2 * a * _bell(a)),
}


# Steps, which are flat wherever they have a derivative. Halves are rounded to even.
_STEPS: dict[str, Callable[[Any], Any]] = {
    "floor": mp.floor,
    "ceil": mp.ceil,
    "round": mp.nint,
    "trunc": lambda a: mp.sign(a) * mp.floor(abs(a)),
}
# Enough to hold the quotient of any two floats.
_DIGITS_OF_QUOTIENTS = 700


def _logarithm(a: Any, base: int) -> tuple[Any, Any, Any]:
    scale = mp.log(base)
    return mp.log(a) / scale, 1 / (a * scale), -1 / (a**2 * scale)


def _cube_root(a: Any) -> Any:
    return mp.sign(a) * mp.cbrt(abs(a))


def _side(a: Any) -> Any:
    return mp.sqrt((1 - a) * (1 + a))


def _bell(a: Any) -> Any:
    return 2 / mp.sqrt(mp.pi) * mp.exp(-(a**2))


class Hyper:
    """v + v_i ε_i + v_j ε_j + v_ij ε_i ε_j; ValueError where v is not a real number."""

    def __init__(self, v: Any, i: Any = 0, j: Any = 0, ij: Any = 0) -> None:
        if isinstance(v, mpc):
            raise ValueError("not a real number")
        self.v, self.i, self.j, self.ij = mpf(v), i, j, ij

    def through(self, f: Any, first: Any, second: Any) -> Hyper:
        """A function of this number, of which the value and two derivatives are given."""
        mixed = first * self.ij + second * self.i * self.j
        return Hyper(f, first * self.i, first * self.j, mixed)

    def __add__(self, other: Hyper) -> Hyper:
        return Hyper(self.v + other.v, self.i + other.i, self.j + other.j, self.ij + other.ij)

    def __neg__(self) -> Hyper:
        return Hyper(-self.v, -self.i, -self.j, -self.ij)

    def __sub__(self, other: Hyper) -> Hyper:
        return self + -other

    def __mul__(self, other: Hyper) -> Hyper:
        return Hyper(
            self.v * other.v,
            self.i * other.v + self.v * other.i,
            self.j * other.v + self.v * other.j,
            self.ij * other.v + self.i * other.j + self.j * other.i + self.v * other.ij,
        )

    def __truediv__(self, other: Hyper) -> Hyper:
        inverse = 1 / other.v
        return self * other.through(inverse, -(inverse**2), 2 * inverse**3)

    def __pow__(self, other: Hyper) -> Hyper:
        a, b = self.v, other.v
        if not (other.i or other.j or other.ij):
            first, second = (_power(b, a, b - 1), _power(b * (b - 1), a, b - 2))
            return self.through(_power(1, a, b), first, second)
        # As exp(b·log a).
        return apply("exp", [other * apply("log", [self])])

    def __floordiv__(self, other: Hyper) -> Hyper:
        with mp.workdps(_DIGITS_OF_QUOTIENTS):
            return Hyper(mp.floor(self.v / other.v))

    def __mod__(self, other: Hyper) -> Hyper:
        with mp.workdps(_DIGITS_OF_QUOTIENTS):
            return self - other * (self // other)


def _power(factor: Any, a: Any, b: Any) -> Any:
    """factor · a ** b, which is 0 for a factor of 0."""
    return factor * a**b if factor else mpf(0)


def apply(name: str, arguments: list[Hyper]) -> Hyper:
    """A function of libraries of mathematics."""
    if name in ("max", "min"):
        ordered = sorted(arguments, key=lambda number: number.v)
        return ordered[-1] if name == "max" else ordered[0]
    if len(arguments) == 2:
        return _OF_TWO[name](*arguments)
    (number,) = arguments
    if name == "abs":
        return -number if number.v < 0 else number
    if name in _STEPS:
        return Hyper(_STEPS[name](number.v))
    return number.through(*FUNCTIONS[name](number.v))


def _hypotenuse(a: Hyper, b: Hyper) -> Hyper:
    return apply("sqrt", [a * a + b * b])


def _angle(a: Hyper, b: Hyper) -> Hyper:
    # By the smaller of the two quotients; what the angle differs by is constant.
    found = apply("atan", [a / b]) if abs(b.v) > abs(a.v) else -apply("atan", [b / a])
    return Hyper(mp.atan2(a.v, b.v), found.i, found.j, found.ij)


def _with_sign(a: Hyper, b: Hyper) -> Hyper:
    return a if (a.v < 0) == (b.v < 0) else -a


_OF_TWO: dict[str, Callable[[Hyper, Hyper], Hyper]] = {
    "atan2": _angle,
    "copysign": _with_sign,
    "hypot": _hypotenuse,
}
