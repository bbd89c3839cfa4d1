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

from engine.programs.lower.ir import Instruction, Kernel, Map, Reduce, Span, Variable
from engine.programs.lower.renaming import renamed

_KINDS = ("parameter", "gradient")


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
        [renamed(each, moved) for each in steps] for steps in (kernel.forward, kernel.backward)
    )
    return replace(kernel, forward=forward, backward=backward), segments


def _starts(kernel: Kernel) -> Iterator[int]:
    """Where runs of parameters begin that begin within no other."""
    spans = chain.from_iterable(map(_spans, chain(kernel.forward, kernel.backward)))
    runs = {(span.start, span.start + span.length) for span in spans if span.kind == "parameter"}
    end = 0
    for start, stop in sorted(runs):
        if start >= end:
            yield start
        end = max(end, stop)


def _spans(instruction: Instruction) -> Iterator[Span]:
    if isinstance(instruction, (Reduce, Map)):
        yield from (instruction.spans or {}).values()
