"""The pass `aligned`: parameters that loops go over begin where a vector may begin in memory.

A vector that lies across two lines of the processor's cache is two accesses. In the order of the
parameters a bias follows the weights of each neuron, so that most vectors of a layer would be such.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, pairwise
from typing import NamedTuple

from engine.programs.lower.ir import Kernel, Map, Reduce, Span, Variable
from engine.programs.lower.renaming import renamed
from engine.programs.lower.rolling import parts_of

_KINDS = frozenset({"parameter", "gradient"})


class Segment(NamedTuple):
    """Parameters that stay neighbours: where they begin, where they did, and how many they are."""

    start: int
    origin: int
    length: int

    @property
    def indices(self) -> range:
        """Where they are."""
        return range(self.start, self.start + self.length)


def aligned(kernel: Kernel, lanes: int) -> tuple[Kernel, list[Segment]]:
    """The kernel with runs of parameters at multiples of so many lanes, and where all are then.

    What lies between them is of no parameter, and has no gradient. Nothing is moved where there
    are no runs.
    """
    starts = set(_starts(kernel))
    if not starts:
        return kernel, []
    segments: list[Segment] = []
    place = 0
    for origin, stop in pairwise(sorted({0, *starts, len(kernel.parameters)})):
        if origin in starts:
            place += -place % lanes
        segments.append(Segment(place, origin, stop - origin))
        place += stop - origin
    origins = [segment.origin for segment in segments]
    known: dict[Variable, Variable] = {}

    def moved(part: Variable | Span) -> Variable | Span:
        if part.kind not in _KINDS:
            return part
        origin = part.index if isinstance(part, Variable) else part.start
        segment = segments[bisect_right(origins, origin) - 1]
        place = segment.start + origin - segment.origin
        if isinstance(part, Span):
            return replace(part, start=place)
        if part not in known:
            known[part] = Variable(part.kind, place, part.name, part.stored)
        return known[part]

    forward, backward = (
        # Of many thousands most have none of these kinds.
        [
            each
            if _KINDS.isdisjoint([part.kind for part in parts_of(each)])
            else renamed(each, moved)
            for each in steps
        ]
        for steps in (kernel.forward, kernel.backward)
    )
    return replace(kernel, forward=forward, backward=backward), segments


def _starts(kernel: Kernel) -> Iterator[int]:
    """Where runs of parameters begin that begin within no other."""
    runs = {
        (span.start, span.start + span.length)
        for each in chain(kernel.forward, kernel.backward)
        if isinstance(each, (Reduce, Map)) and each.spans
        for span in each.spans.values()
        if span.kind == "parameter"
    }
    end = 0
    for start, stop in sorted(runs):
        if start >= end:
            yield start
        end = max(end, stop)
