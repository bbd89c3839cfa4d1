"""The axis of losses: room above and below the curve, as far as there are numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from matplotlib.ticker import FixedLocator, NullLocator

_ROOM = 0.18
# Beyond these matplotlib's own margins and marks leave the numbers that there are.
_LARGE, _SMALL = 1e300, 1e-300
_MARKS = 6


def scale(ax: Any, losses: Sequence[float], logarithmic: bool) -> None:
    """Sets the scale and the limits before anything is drawn.

    `logarithmic`: whether that is wished; near the largest number there is no other choice.
    """
    finite = [loss for loss in losses if math.isfinite(loss)]
    large = max(map(abs, finite), default=0.0) > _LARGE
    if large and min(finite) < 0:
        ax.set_yscale("symlog", linthresh=max(map(abs, finite)) / 1e9)
        most = max(map(abs, finite))
        ax.set_ylim(-most, most)
        _mark(ax, [-most, 0.0, most])
    elif logarithmic or large:
        _logarithmic(ax, [loss for loss in finite if loss > 0])
    else:
        ax.margins(y=_ROOM)


def _logarithmic(ax: Any, losses: Sequence[float]) -> None:
    ax.set_yscale("log", nonpositive="mask")
    least, most = min(losses), max(losses)
    bottom, top = math.log10(least), math.log10(most)
    room = _ROOM * max(top - bottom, 0.5)
    extreme = top + room > math.log10(_LARGE) or bottom - room < math.log10(_SMALL)
    low = max(bottom - room, -307.0)
    high = min(top + room, 308.2)
    ax.set_ylim(min(10**low, least), max(10**high, most))
    if extreme:
        step = max(1, round((high - low) / _MARKS))
        powers = range(math.ceil(low), math.floor(high) + 1, step)
        _mark(ax, [10.0**power for power in powers] or [least])


def _mark(ax: Any, places: Sequence[float]) -> None:
    ax.yaxis.set_major_locator(FixedLocator(places))
    ax.yaxis.set_minor_locator(NullLocator())
