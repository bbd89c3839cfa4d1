"""What is true whatever the partial derivatives on the sheet say: the formulas with many digits.

A function of the parameters is followed along a line through them. From its values at three points
that are closer than any float could be, central differences give the slope and the curvature.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from engine.testing import Recipe
from engine.testing.ground import is_well_defined
from tests.differential.interpreter import Interpreter
from tests.differential.reference import Numbers, Reference, add, direction


class TruthWay:
    """Values, slopes and curvatures along a line, in the arithmetic of mpmath."""

    name = "truth"
    size = 1

    def __init__(self) -> None:
        from mpmath import mp

        self.mp = mp
        self.operations = Interpreter(mp.mpf, _functions(mp), exact=True).operations()

    def numbers(self, references: Sequence[Reference]) -> list[Numbers]:
        return [
            self._along_line(each.recipe, max(entry.scale for entry in each.entries["true slope"]))
            for each in references
        ]

    def _along_line(self, recipe: Recipe, steepest: float) -> Numbers:
        numbers: Numbers = {}
        # Where a leaf is on a kink, a derivative is what the sheet says, and no limit of anything.
        # And a slope beyond the floats has no scale to compare it with.
        if not is_well_defined(recipe, exact_leaves=False) or not math.isfinite(steepest):
            return numbers
        sizes = [abs(number) for row in recipe.rows for number in (*row, *recipe.parameters)]
        digits = 30 - math.floor(math.log10(min([1.0, *filter(None, sizes)])))
        # So that no number moves far.
        digits += math.ceil(math.log10(max(1.0, steepest)))
        with self.mp.workdps(3 * digits + 60):
            step = self.mp.mpf(10) ** -digits
            for row in recipe.rows:
                below, here, above = (self._value(recipe, row, t) for t in (-step, 0, step))
                add(numbers, "true value", [float(here)])
                add(numbers, "true slope", [float((above - below) / (2 * step))])
                bend = (above - 2 * here + below) / step**2
                add(numbers, "true curvature", [float(bend)])
        return numbers

    def _value(self, recipe: Recipe, row: Sequence[float], t: Any) -> Any:
        moved = [
            self.mp.mpf(p) + t * d
            for p, d in zip(recipe.parameters, direction(len(recipe.parameters)), strict=True)
        ]
        return recipe.nodes([*map(self.mp.mpf, row), *moved], self.operations)[-1]


def _functions(mp: Any) -> dict[str, Any]:
    names = "exp expm1 log log1p log10 sqrt sin cos tan asin acos atan atan2 sinh cosh tanh"
    names += " asinh acosh atanh erf erfc hypot floor ceil"
    return {
        **{name: getattr(mp, name) for name in names.split()},
        "pi": mp.mpf(math.pi),  # that of the sheet is a float
        "abs": abs,
        "max": max,
        "min": min,
        "exp2": lambda a: mp.mpf(2) ** a,
        "log2": lambda a: mp.log(a, 2),
        "cbrt": lambda a: mp.sign(a) * mp.cbrt(abs(a)),
        "copysign": lambda a, b: abs(a) if b >= 0 else -abs(a),
        "trunc": lambda a: mp.sign(a) * mp.floor(abs(a)),
        "round": mp.nint,
    }
