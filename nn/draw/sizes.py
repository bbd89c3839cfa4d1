"""How large the circles of a network are drawn, how far apart, and where each of them stands."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from nn.draw.labels import ARROW, CHARACTER, Point

# Inches. `_APART`: labels that do not fit the least gap, on edges that cross, evade each other.
_DIAMETER, _BETWEEN = 1.05, 0.3
_GAP, _CROWDED_GAP, _APART = 3.4, 4.4, 0.8


class Size(NamedTuple):
    """The diameter of circles and the least distance of two columns, in inches."""

    diameter: float
    gap: float


def size_of(numbers: Sequence[str], labels: Sequence[str]) -> Size:
    """Room for the longest of the `numbers` in a circle, of the `labels` between two columns.

    >>> size_of(["0.1"], ["w111 0.1"]), size_of(["−0.12345678901234568"], [])
    (Size(diameter=1.05, gap=3.4), Size(diameter=1.8, gap=3.4))
    """
    diameter = max(_DIAMETER, CHARACTER * max(map(len, numbers), default=0))
    gap = diameter + CHARACTER * max(map(len, labels), default=0) + ARROW
    gap = gap + _APART if gap > _GAP else _GAP
    return Size(round(diameter, 2), round(gap, 2))


def spots_of(
    rows: Sequence[Sequence[int | None]], size: Size
) -> dict[tuple[int, int | None], Point]:
    """Where the centre of each circle is, by column and row."""
    spots = {}
    pitch = size.diameter + _BETWEEN
    height = pitch * max(map(len, rows))
    # Labels on many edges that cross need more room.
    crowded = any(
        min(map(len, pair)) > 1 and math.prod(map(len, pair)) > 4 for pair in pairwise(rows)
    )
    distance = max(size.gap, _CROWDED_GAP * crowded, 0.4 * height)
    for number, column in enumerate(rows):
        for place, row in enumerate(column):
            y = pitch * ((len(column) - 1) / 2 - place)
            spots[number, row] = Point(number * distance, y)
    return spots
