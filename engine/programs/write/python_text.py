"""How programs in Python spell formulas, and the helpers that these call."""

from __future__ import annotations

import ast
import builtins

from engine.programs.lower.ir import OWN_FUNCTIONS
from engine.sheet.dialect import ATOM, Dialect, Names, Piece
from engine.sheet.evaluate import FloatPython
from engine.sheet.reductions import REDUCTIONS

_GUARDED = '''\
def {name}(a):
    """math.{name}, but infinite where that overflows."""
    try:
        return math.{name}(a)
    except OverflowError:
        return inf'''
_WHOLE = '''\
def {name}(a):
    """math.{name}, but a float."""
    return math.copysign(math.{name}(a), a)'''
_OF_TWO = '''\
def {0.of_two}(a, b):
    """The {0.of_two} of two numbers; nan where one of them is nan."""
    return {0.step}'''
_OF_MANY = '''\
def {0.of_many}(numbers):
    """Of a list what `{0.name}` is; nan where one of them is nan."""
    a = {0.identity}
    for b in numbers:
        a = {0.step}
    return a'''
_REDUCTIONS = [row for name, row in REDUCTIONS.items() if not hasattr(builtins, name) or row.of_two]
# Functions that Python does not have: some of `math` raise where a result is too large, although
# what is computed from it may be an ordinary number, such as a saturated sigmoid.
HELPERS = {
    **{name: _GUARDED.format(name=name) for name in ("exp", "exp2", "expm1", "cosh")},
    **{name: _WHOLE.format(name=name) for name in ("floor", "ceil", "trunc")},
    **{row.of_two: _OF_TWO.format(row) for row in _REDUCTIONS if row.of_two},
    **{row.of_many: _OF_MANY.format(row) for row in _REDUCTIONS},
}
# Python's own `max` and `min` lose nan.
_SPELLED = {
    **{(row.name, 1): row.of_many for row in _REDUCTIONS},
    **{(row.name, 2): row.of_two for row in _REDUCTIONS if row.of_two},
}
# What the functions call by names that `Identifiers` may give to a variable.
CALLED = frozenset(["ValueError", "complex", "pow", "zip", *HELPERS])


class ProgramPython(FloatPython):
    """Notes which functions the source needs."""

    def __init__(self) -> None:
        self.used: set[str] = set()

    def name(self, name: str) -> str:
        if name == "pi":
            self.used.add(name)
        return name

    def number(self, value: float) -> str:
        text = super().number(value)
        if text in ("inf", "nan"):
            self.used.add(text)
        return text

    def power(self, base: ast.expr, exponent: ast.expr, names: Names) -> Piece:
        match base, exponent:
            case ast.Name(), ast.Constant(value=2):
                pass
            case _, ast.Constant(value=int()) | ast.UnaryOp(operand=ast.Constant(value=int())):
                # On floats this is what math.pow computes. Only with a fraction as exponent would
                # a negative base become complex.
                return Dialect.power(self, base, exponent, names)
        return super().power(base, exponent, names)

    def call(self, name: str, arguments: list[str]) -> Piece:
        if name == "round":
            # With a number of digits its result is a float.
            return f"round({arguments[0]}, 0)", ATOM
        if name == "hypot":
            # As C computes it; that of `math` differs in the last place.
            return f"abs(complex({', '.join(arguments)}))", ATOM
        if name in OWN_FUNCTIONS:
            return super().call(name, arguments)
        name = _SPELLED.get((name, len(arguments)), name)
        if name not in ("abs", "sum"):
            self.used.add(name)
        return super().call(name, arguments)

    def imports(self) -> list[str]:
        """The lines that import what has been used."""
        defined = self.used.intersection(HELPERS)
        text = "".join(map(HELPERS.__getitem__, defined))
        names = self.used.difference(defined) | ({"inf"} if "inf" in text else set())
        lines = ["import math"] if "math." in text else []
        return [*lines, f"from math import {', '.join(sorted(names))}"] if names else lines

    def helpers(self) -> list[str]:
        """The functions that have been used and `math` does not have."""
        return [text for name, text in HELPERS.items() if name in self.used]
