"""Derivatives from differences of a function's values, each with an estimate of its error.

A difference quotient has two errors. Truncation falls with the step h, rounding grows as 1/h, and
where the two meet depends on the function: on the scale of its argument, on an offset in its value,
on how steep it is. So several steps are tried, each with its halves (a *rung*), extrapolated to
h = 0 (Richardson 1911; Ridders 1982), and the rung of least doubt is believed.

The two one-sided quotients of a smooth function come together as h falls. A gap that stays is a
kink, one that grows a jump; both are told apart from a derivative here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

_ULP = 2.0**-52
# Steps relative to the argument, or to 1: a hundredth first, then wider and finer in turn.
_WIDTHS = (1e-2, 1.0, 1e-4, 1e2, 1e-6, 1e4, 1e-8, 1e6, 1e-10, 1e-12)


class Rung(NamedTuple):
    """What a step h and its halves say of f′(x)."""

    step: float
    value: float  # extrapolated to h = 0
    doubt: float  # of the extrapolation
    gap: float  # between the slopes above and below, extrapolated to h = 0; 0 at an edge
    gaps: tuple[float, ...]  # the same at each step
    slopes: tuple[
        float, ...
    ]  # one-sided, at the smallest step: below and above, or the one there is
    steepest: float  # the largest of them at any step
    rounding: float  # what an error of one in every value of f does to the value
    size: float  # the largest |f| that took part

    def total(self, noise: float) -> float:
        """All that is doubtful, where every value of f may be off by `noise`, or by an ulp."""
        return self.doubt + abs(self.gap) + self.rounding * self.error(noise)

    def visible(self, noise: float) -> float:
        """The steepest slope, if it is more than rounding could have made; else 0."""
        return self.steepest if self.steepest > self.threshold(noise) else 0.0

    def unsteady(self, noise: float) -> bool:
        """Whether the slopes above and below differ visibly; at an edge, whether there is one."""
        return abs(self.gaps[-1] if self.gaps else self.slopes[0]) > self.threshold(noise)

    def threshold(self, noise: float) -> float:
        """The slope from which on one is more than rounding could have made."""
        return 4 * self.rounding * self.error(noise)

    def error(self, noise: float) -> float:
        """How far a value of f may be off."""
        return max(noise, self.size * _ULP, 5e-324)


class Function:
    """A function of one number, nan where it is not defined; no value is computed twice."""

    def __init__(self, f: Callable[[float], float], x: float) -> None:
        self.f = f
        self.x = x
        self.known: dict[float, float] = {}

    def __call__(self, x: float) -> float:
        if x not in self.known:
            try:
                value = self.f(x) if math.isfinite(x) else math.nan
            except (ArithmeticError, ValueError):
                value = math.nan
            self.known[x] = value if math.isfinite(value) else math.nan
        return self.known[x]


def widths(x: float) -> Iterator[float]:
    """Steps to try at x, the most promising first: those of its own scale, and those of 1."""
    own = abs(x)
    for width in _WIDTHS:
        if own:
            yield width * own
        if not 0.1 < own < 10:
            yield width
    if own:
        yield 4 * math.ulp(own)


def remote_widths(x: float) -> Iterator[float]:
    """Steps of any other scale, for a function that none of `widths` resolves."""
    width = 1e-14
    while width > max(abs(x) * 1e-14, 1e-300):
        yield width
        width *= 1e-4


def rung(f: Function, width: float) -> Rung | None:
    """The rung of this width; None where the steps fall together or f is not defined for them."""
    x = f.x
    if math.isinf(abs(x) + width):
        return None
    grain = math.ulp(abs(x) + width)
    steps = [max(1.0, round(width * part / grain)) * grain for part in (1.0, 0.5, 0.25)]
    if not steps[0] > steps[1] > steps[2]:
        return None
    above = [f(x + step) for step in steps]
    below = [f(x - step) for step in steps]
    middle = f(x)
    here_above = not any(map(math.isnan, above))
    here_below = not any(map(math.isnan, below))
    if here_above and here_below:
        return _central(x, steps, below, middle, above)
    if here_above and math.isnan(below[-1]):
        return _one_sided(steps, [x + step - x for step in steps], middle, above)
    if here_below and math.isnan(above[-1]):
        return _one_sided(steps, [x - step - x for step in steps], middle, below)
    return None


def _central(
    x: float, steps: list[float], below: list[float], middle: float, above: list[float]
) -> Rung | None:
    right = [(value - middle) / (x + step - x) for step, value in zip(steps, above)]
    left = [(middle - value) / (x - (x - step)) for step, value in zip(steps, below)]
    slopes = [
        (high - low) / ((x + step) - (x - step)) for step, low, high in zip(steps, below, above)
    ]
    ratios = [step / steps[2] for step in steps]
    value, doubt = _extrapolated([ratio * ratio for ratio in ratios], slopes)
    gaps = [high - low for high, low in zip(right, left)]
    if not all(map(math.isfinite, (value, doubt, *gaps))):
        return None
    gap = _gap_at_zero(ratios, gaps)
    size = max(map(abs, (middle, *below, *above)))
    steepest = max(map(abs, (*left, *right)))
    ends = left[-1], right[-1]
    return Rung(steps[0], value, doubt, gap, tuple(gaps), ends, steepest, 2 / steps[-1], size)


def _one_sided(
    steps: list[float], distances: list[float], middle: float, values: list[float]
) -> Rung | None:
    slopes = [(value - middle) / distance for value, distance in zip(values, distances)]
    value, doubt = _extrapolated([distance / distances[2] for distance in distances], slopes)
    if not math.isfinite(value) or not math.isfinite(doubt):
        return None
    size = max(map(abs, (middle, *values)))
    steepest = max(map(abs, slopes))
    return Rung(steps[0], value, doubt, 0.0, (), (slopes[-1],), steepest, 8 / steps[-1], size)


def _extrapolated(at: Sequence[float], values: Sequence[float]) -> tuple[float, float]:
    """The parabola through three points, at 0; and how far that may be from the limit there."""
    coarse = (at[0] * values[1] - at[1] * values[0]) / (at[0] - at[1])
    fine = (at[1] * values[2] - at[2] * values[1]) / (at[1] - at[2])
    value = (at[0] * fine - at[2] * coarse) / (at[0] - at[2])
    before, after = abs(values[0] - values[1]), abs(values[1] - values[2])
    if before >= 0.75 * after * (at[0] - at[1]) / (at[1] - at[2]):
        return value, abs(value - fine)
    # No parabola, but perhaps a root of h: what is left falls by a constant factor, if at all.
    return value, abs(value - values[2]) + after / max(before / after - 1, 0.1)


def _gap_at_zero(at: Sequence[float], gaps: Sequence[float]) -> float:
    """The gap as h → 0. That of a smooth function is odd in h: h and h³ are taken out."""
    coarse, fine = [
        (at[i] * gaps[i + 1] - at[i + 1] * gaps[i]) / (at[i] - at[i + 1]) for i in (0, 1)
    ]
    cubic = at[2] * (at[1] + at[2]) / (at[0] * (at[0] + at[1]))
    return (fine - cubic * coarse) / (1 - cubic)


def noise(f: Function, *spacings: float) -> float:
    """How far values of f near x are off a smooth curve through them, at any of these spacings.

    Their fourth differences, which leave nothing of a cubic (Moré and Wild 2011, *Estimating
    computational noise*); of the side of x where they are smaller, because f may jump at x.
    """
    sides = [
        max(_roughness([f(f.x + sign * i * width) for i in range(1, 9)]) for width in spacings)
        for sign in (1, -1)
    ]
    return min((side for side in sides if side >= 0), default=0.0)


def _roughness(values: Sequence[float]) -> float:
    """The largest fourth difference, in units of the noise that makes it; −1 if there is none."""
    for _ in range(4):
        values = [after - before for before, after in pairwise(values)]
    # The square of a fourth difference of unit noise is 70 on average.
    if any(map(math.isnan, values)):
        return -1.0
    return max(map(abs, values)) / math.sqrt(70.0)
