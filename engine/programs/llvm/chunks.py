"""Which instructions go into one LLVM function, and which long sums into one loop.

The time that the compiler takes grows faster than the length of a function. A long graph is
therefore cut into functions of about `CHUNK` instructions; what one of them computes and another
uses lies in memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain

from engine.programs.lower.ir import (
    Comment,
    Instruction,
    Map,
    Operand,
    Reduce,
    Roll,
    Rolled,
    Variable,
)
from engine.programs.lower.repeats import Stretch, stretches
from engine.programs.lower.rolling import TOGETHER, rolled
from engine.programs.lower.row import target_of, used_by

CHUNK = 600


def rolled_if_long(parts: Sequence[Sequence[Instruction]]) -> list[Sequence[Rolled]]:
    """The instructions, with loops in the place of repetitions where there are many of them."""
    return list(map(rolled, parts)) if _is_long(chain(*parts)) else list(parts)


def _is_long(instructions: Iterable[Rolled]) -> bool:
    """Shorter code is one function, which keeps in registers what loops keep in memory."""
    return any(weight > 2 * CHUNK for weight in accumulate(map(_weight, instructions)))


def _weight(instruction: Rolled) -> int:
    """About how many machine instructions an instruction takes."""
    if isinstance(instruction, Comment):
        return 0
    if isinstance(instruction, Reduce) and not instruction.spans:
        return len(instruction.elements)
    if isinstance(instruction, Roll):
        return sum(map(_weight, instruction.body))
    if isinstance(instruction, Reduce) and instruction.late:
        return 60
    return 20 if isinstance(instruction, (Reduce, Map)) else 1


def chunks_of(instructions: Sequence[Rolled]) -> list[Stretch]:
    """The instructions in one piece, or in pieces of about `CHUNK`."""
    if not _is_long(instructions):
        return [Stretch(instructions)]
    return stretches(instructions, _weight, CHUNK)


def shared_by(chunks: Sequence[Stretch], outputs: Sequence[Operand]) -> set[Variable]:
    """The variables that more than one chunk, or round of a loop, needs."""
    blocks = list(chain.from_iterable(_blocks(chunk.instructions) for chunk in chunks))
    if len(blocks) == 1:
        return set()
    home: dict[Variable, int] = {}
    shared = {output for output in outputs if isinstance(output, Variable)}
    for number, block in enumerate(blocks):
        for instruction in block:
            target = target_of(instruction)
            for variable in (*used_by(instruction), *([target] if target else [])):
                if home.setdefault(variable, number) != number:
                    shared.add(variable)
    for chunk in chunks:
        # What is needed of one of equal chunks, the function of all of them keeps.
        if chunk.first is not chunk:
            for first, here in zip(chunk.first.instructions, chunk.instructions):
                target, own = target_of(first), target_of(here)
                if target is not None and own is not None and (own.stored or own in shared):
                    shared.add(target)
    return shared


def _blocks(chunk: Sequence[Rolled]) -> Iterator[Sequence[Instruction]]:
    """The parts of a chunk between which nothing stays in a register."""
    part: list[Instruction] = []
    for each in chunk:
        if isinstance(each, Roll):
            yield part
            yield from each.rounds
            part = []
        else:
            part.append(each)
    yield part


def fused_of(instructions: Sequence[Rolled]) -> dict[Variable, list[Reduce]]:
    """For each reduction over spans those computed with it: so many that registers suffice.

    They go over the same neighbours, each with parameters of its own, and no loop lies between
    them: after it, nothing that was computed before is in a register.
    """
    found: dict[Variable, list[Reduce]] = {}
    open_groups: dict[object, list[Reduce]] = {}
    for instruction in instructions:
        if isinstance(instruction, Roll):
            open_groups.clear()
        if not isinstance(instruction, Reduce) or instruction.spans is None:
            continue
        common = {n: run for n, run in instruction.spans.items() if run.kind != "parameter"}
        late = instruction.late and (id(instruction.late.tree), *instruction.late.spans.items())
        key = (id(instruction.tree), instruction.length, tuple(common.items()), late)
        group = open_groups.get(key, [])
        if not common or instruction.names or not group or len(group) == TOGETHER:
            group = open_groups[key] = []
        group.append(instruction)
        found[instruction.target] = group
    return found
