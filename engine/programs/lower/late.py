"""The pass `late`: where a step is one row, an update waits until its parameters are read again.

The step after multiplies each parameter of a wide layer by an input anyway. Updated just before
that, they go from memory to the processor and back once in a step, and not twice.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import TypeVar

from engine.programs.lower.ir import Instruction, Map, Reduce, Span, Variable
from engine.programs.lower.renaming import renamed
from engine.programs.lower.rolling import parts_of
from engine.programs.lower.row import used_by

T = TypeVar("T")
# What a row was given and has computed, when the next one is there.
LAST = "last_"


def late(
    forward: Sequence[Instruction], gradients: Sequence[Map]
) -> tuple[list[Instruction], list[Map]]:
    """The instructions, with as many of these gradients as can wait until then; and those.

    One can if a single loop reads its parameters, all of them and no others. What it is computed
    from is of the row before by then, in arrays that are called so.
    """
    readers = alone([(run, each) for each in forward for run in _parameters_read_by(each)])
    wanted = {(each.target.start, each.target.length): each for each in gradients}
    found: dict[int, Map] = {}
    for run, reader in readers:
        gradient = wanted.get((run.start, len(run)))
        if gradient is not None and isinstance(reader, Reduce) and reader.spans:
            found[id(reader)] = gradient
    waiting = set(map(id, found.values()))

    def changed(instruction: Instruction) -> Instruction:
        gradient = found.get(id(instruction))
        if gradient is None or not isinstance(instruction, Reduce):
            return instruction
        return replace(instruction, late=_of_last_row(gradient))

    return [*map(changed, forward)], [each for each in gradients if id(each) in waiting]


def alone(runs: Sequence[tuple[range, T]]) -> list[tuple[range, T]]:
    """Those runs of places that overlap no other, in their order."""
    runs = sorted(runs, key=lambda run: run[0].start)
    starts = [*(run.start for run, _ in runs[1:]), math.inf]
    stops = accumulate((run.stop for run, _ in runs), max, initial=0)
    return [
        (run, each)
        for (run, each), stop, start in zip(runs, stops, starts)
        if stop <= run.start and run.stop <= start
    ]


def _parameters_read_by(instruction: Instruction) -> Iterator[range]:
    if "parameter" not in [part.kind for part in parts_of(instruction)]:
        return
    for variable in used_by(instruction):
        if variable.kind == "parameter":
            yield range(variable.index, variable.index + 1)
    if isinstance(instruction, (Reduce, Map)):
        for span in (instruction.spans or {}).values():
            if span.kind == "parameter":
                yield span.indices


def _of_last_row(gradient: Map) -> Map:
    """The same of the row before."""

    def other(part: Variable | Span) -> Variable | Span:
        if isinstance(part, Variable):
            return Variable(LAST + part.kind, part.index, LAST + part.name, stored=True)
        return replace(part, kind=LAST + part.kind)

    of_last: Map = replace(renamed(gradient, other), target=gradient.target)
    return of_last
