"""A derivative that somebody claims, judged by differences of the function's values."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Literal, NamedTuple

from engine.explaining.numeric import Function, Rung, noise, remote_widths, rung, widths

Finding = Literal["right", "wrong", "kink", "jump", "steep", "unseen"]


class Verdict(NamedTuple):
    """`finding` says what the differences of f's values have shown of the claimed derivative.

    "right" and "wrong" need no words. "kink" and "jump": f has no derivative there. "steep": the
    quotients grow without bound. "unseen": rounding hides whatever f does; nothing was shown.
    `expected` is f′(x) by differences, `doubt` how far that may be off, `slopes` the one-sided ones
    next to a kink, `reach` the widest step of the rung that was believed.
    """

    finding: Finding
    expected: float
    doubt: float
    slopes: tuple[float, ...]
    reach: float


def judge(
    f: Callable[[float], float],
    x: float,
    claimed: float,
    tolerance: float,
    negligible: float = 0.0,
) -> Verdict:
    """Whether `claimed` is f′(x), within `tolerance` times its size and what rounding allows.

    A claim of at most `negligible` is that of a zero which rounding has left something of. Raises
    ValueError where f has no finite value at x, or none near it.

    >>> import math
    >>> judge(math.exp, 0.0, 1.0, 1e-6).finding, judge(math.exp, 0.0, 1.001, 1e-6).finding
    ('right', 'wrong')
    >>> judge(abs, 0.0, 1.0, 1e-6)[::3]
    ('kink', (-1.0, 1.0))
    """
    function = Function(f, x)
    if math.isnan(function(x)):
        raise ValueError(f"f is not finite at {x!r}, so it has no derivative there to be checked")
    rungs: list[Rung] = []
    for width in widths(x):
        found = rung(function, width)
        if found is not None and all(found.step != known.step for known in rungs):
            rungs.append(found)
            if _settled(rungs, claimed, tolerance):
                return Verdict("right", found.value, found.total(0.0), (), found.step)
    moves = any(found.visible(0.0) for found in rungs)
    if moves and not any(map(_resolved, rungs)) and not _singular(rungs, 0.0)[0]:
        rungs += [found for width in remote_widths(x) if (found := rung(function, width))]
    if not rungs:
        raise ValueError(f"f is not defined on either side of {x!r}, so it has no derivative there")
    # Wide steps may leave the domain on one side; at an edge all of them do.
    rungs = [found for found in rungs if found.gaps] or rungs
    return _considered(function, rungs, claimed, tolerance, negligible)


def _settled(rungs: list[Rung], claimed: float, tolerance: float) -> bool:
    """Whether the latest rung is beyond doubt, and says what is claimed."""
    latest = rungs[-1]
    doubt = latest.total(0.0)
    size = max(abs(latest.value), abs(claimed))
    if doubt <= 1e-9 * latest.steepest and all(
        abs(found.value - claimed) <= 3 * found.total(0.0) for found in rungs
    ):
        return True  # the claim is nothing, next to how steep f is around
    if claimed == 0.0 and abs(latest.value) <= 3 * doubt:
        # A constant, it seems; but an offset may hide what wider steps would show.
        moving = [found for found in rungs if found.visible(0.0)]
        return len(rungs) >= 4 and all(_elsewhere(found, rungs) for found in moving)
    return max(abs(latest.value - claimed), doubt) <= tolerance * size < math.inf


def _elsewhere(found: Rung, rungs: list[Rung]) -> bool:
    """Whether f moves with these steps, but is still with finer ones that would have shown it."""
    return not _resolved(found) and any(
        finer.step < found.step
        and not finer.visible(0.0)
        and finer.threshold(0.0) < 0.1 * found.steepest
        for finer in rungs
    )


def _resolved(found: Rung, noisy: float = 0.0) -> bool:
    """Whether the steps of the rung are small enough for f to look smooth."""
    return found.total(noisy) <= 0.1 * max(abs(found.value), *map(abs, found.slopes))


def _considered(
    f: Function, rungs: list[Rung], claimed: float, tolerance: float, negligible: float
) -> Verdict:
    """The verdict of all rungs, once the noise of f has been measured."""
    grain = math.ulp(f.x)
    rough = noise(f, grain, 5 * grain)
    best = _best(rungs, rough)
    noisy = max(rough, noise(f, best.step / 1000))
    best = _best(rungs, noisy)
    for factor in (10.0, 3.0, 0.3, 0.1):
        between = rung(f, best.step * factor)
        known = {found.step for found in rungs}
        if between and between.step not in known and bool(between.gaps) == bool(best.gaps):
            rungs = [*rungs, between]
    best = _best(rungs, noisy)
    doubt = best.total(noisy)
    expected = best.value

    def verdict(finding: Finding, slopes: tuple[float, ...] = ()) -> Verdict:
        return Verdict(finding, expected, doubt, slopes, best.step)

    if math.isnan(claimed):
        return verdict("wrong")
    if _grid_hides(f, claimed, rough):
        return verdict("unseen")
    if math.isinf(claimed) and _overflows(f, claimed):
        return verdict("right")
    finding, slopes = _singular(rungs, noisy)
    if finding == "kink":
        expected = sum(slopes) / 2
        halfway = abs(claimed - expected) <= tolerance * max(map(abs, slopes))
        return verdict("right" if halfway else "kink", slopes)
    if finding is not None:
        infinite = finding == "steep" and claimed == math.copysign(math.inf, slopes[0])
        return verdict("right" if infinite else finding, slopes)
    if math.isinf(claimed):
        return verdict("wrong")
    size = max(abs(claimed), abs(expected))
    if abs(claimed - expected) > tolerance * size + 3 * doubt + negligible:
        return verdict("wrong")
    ordinary = [found for found in rungs if found.step <= max(1.0, abs(f.x))]
    steepest = max((found.visible(noisy) for found in ordinary), default=0.0)
    shown = doubt <= max(0.01 * size, 0.001 * steepest) or abs(claimed) <= negligible
    # What is tiny by itself is as good as nothing wherever it is hidden.
    tiny = abs(claimed) * max(1.0, abs(f.x)) <= 1e-9
    return verdict("right" if shown or tiny else "unseen")


def _best(rungs: list[Rung], noisy: float) -> Rung:
    """The rung of least doubt among those that no finer one contradicts."""

    def contradicts(finer: Rung, found: Rung) -> bool:
        apart = abs(finer.value - found.value)
        doubt = finer.total(noisy)
        return (
            finer.step < found.step
            and apart > 3 * (doubt + found.total(noisy))
            and (doubt < 0.01 * apart)
        )

    moving = [found.step for found in rungs if found.visible(noisy)]
    held = [
        found
        for found in rungs
        if not any(contradicts(finer, found) for finer in rungs)
        # Where f moves with finer steps, it came back to the same values with these.
        and (found.visible(noisy) or not moving or found.step < max(moving))
    ]
    return min(held, key=lambda found: found.total(noisy))


def _singular(
    rungs: list[Rung], noisy: float
) -> tuple[Literal["kink", "jump", "steep"] | None, tuple[float, ...]]:
    """What the quotients do as the step shrinks, where they do not settle; and how they end."""
    seen = sorted((found for found in rungs if found.unsteady(noisy)), key=lambda it: -it.step)[-3:]
    if len(seen) < 2:
        return None, ()
    # What finer steps do not show is somewhere else than at x.
    size = abs(seen[-1].gaps[-1] if seen[-1].gaps else seen[-1].slopes[0])
    for finer in rungs:
        if finer.step < seen[-1].step and (
            _resolved(finer, noisy) or finer.threshold(noisy) < size
        ):
            return None, ()
    clear = [found for found in seen if found.gaps] or seen
    ends = min(clear, key=lambda it: it.doubt + it.rounding * it.error(noisy)).slopes
    if not all(found.gaps for found in seen):
        growth = _powers([(found.step, found.slopes[0]) for found in seen])
        return ("steep", ends) if growth and max(growth) < -0.1 else (None, ())
    # A gap that falls in proportion to the step is that of a smooth function.
    powers = _powers([(found.step, found.gaps[-1]) for found in seen])
    if not powers or max(powers) > 0.05 or max(powers) - min(powers) > 0.2:
        return None, ()
    if max(powers) < -0.9:
        return "jump", ends
    return ("kink" if min(powers) > -0.05 else "steep"), ends


def _powers(sizes: list[tuple[float, float]]) -> list[float]:
    """The p for which size ∝ stepᵖ, between neighbours; none where the sign is not always one."""
    if any(after * before <= 0 for (_, before), (_, after) in pairwise(sizes)):
        return []
    return [
        math.log(after / before) / math.log(fine / coarse)
        for (coarse, before), (fine, after) in pairwise(sizes)
    ]


def _grid_hides(f: Function, claimed: float, noisy: float) -> bool:
    """Whether f turns between neighbouring floats, as sin does at 1e17."""
    values = [value for value in f.known.values() if not math.isnan(value)]
    rough = noisy > 0.01 * (max(values) - min(values)) > 0
    return rough and abs(claimed) * math.ulp(f.x) > 0.01 * noisy


def _overflows(f: Function, claimed: float) -> bool:
    """Whether the derivative is too large for a float, as that of 1/x at 1e-300."""
    small = Function(lambda x: f.f(x) * 2.0**-1000, f.x)
    rungs = [found for width in widths(f.x) if (found := rung(small, width))]
    return bool(rungs) and _best(rungs, 0.0).value * 2.0**1000 == claimed
