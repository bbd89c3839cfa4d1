"""Where labels on straight edges stand so that they hide neither each other nor other edges."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple


class Point(NamedTuple):
    """A place in the picture, in inches, y upwards."""

    x: float
    y: float


class Line(NamedTuple):
    """A straight edge from left to right, from the centre of one circle to that of another."""

    tail: Point
    head: Point

    def at(self, part: float) -> Point:
        """The point that lies this part of the way along."""
        (x, y), (other_x, other_y) = self
        return Point(x + part * (other_x - x), y + part * (other_y - y))


# Inches, of text in 10 points.
CHARACTER, _HEIGHT, ARROW = 0.09, 0.23, 0.3
# The middle is best, then the places around it.
_PARTS = (0.5, *(0.5 + side * step / 40 for step in range(1, 13) for side in (-1, 1)))


def places_of(lines: Sequence[Line], lengths: Sequence[int], diameter: float) -> list[Point]:
    """The centre of a label for each line; `lengths`: how many characters they have.

    >>> up, down = Line(Point(0, 0), Point(4, 2)), Line(Point(0, 2), Point(4, 0))
    >>> places_of([up, down], [8, 8], 1.0)
    [Point(x=1.7, y=0.85), Point(x=1.7, y=1.15)]
    """
    widths = [CHARACTER * length for length in lengths]
    places: list[Point | None] = [None] * len(lines)
    # Once more, because the first ones were placed before the last.
    for index in [*range(len(lines))] * 3:
        others = [(p, w) for i, (p, w) in enumerate(zip(places, widths)) if p and i != index]
        places[index] = _best_place(index, lines, widths[index], others, diameter)
    return [place for place in places if place is not None]


def _best_place(
    index: int,
    lines: Sequence[Line],
    width: float,
    others: Sequence[tuple[Point, float]],
    diameter: float,
) -> Point:
    line = lines[index]
    length = math.dist(*line)
    costs = []
    for rank, part in enumerate(_PARTS):
        place = line.at(part)
        outside = abs(part - 0.5) * length > (length - diameter - width - ARROW) / 2
        over = sum(
            abs(place.x - other.x) < (width + other_width) / 2 and abs(place.y - other.y) < _HEIGHT
            for other, other_width in others
        )
        crossed = sum(_touches(other, place, width) for other in lines if other is not line)
        # A label on a label cannot be read; one on another's line can, but misleads.
        costs.append((over, outside, crossed, rank, place))
    return min(costs)[-1]


def _touches(line: Line, place: Point, width: float) -> bool:
    """Whether a line passes through a label."""
    (x, y), (other_x, other_y) = line
    slope = (other_y - y) / (other_x - x)
    left, right = max(place.x - width / 2, x), min(place.x + width / 2, other_x)
    if left > right:
        return False
    ends = sorted((y + slope * (left - x), y + slope * (right - x)))
    return ends[0] < place.y + _HEIGHT / 2 and ends[1] > place.y - _HEIGHT / 2
