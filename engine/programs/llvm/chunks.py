"""Which instructions go into one LLVM function, and which long sums into one loop.

The time that the compiler takes grows faster than the length of a function. A long graph is
therefore cut into functions of about `CHUNK` instructions; what one of them computes and another
uses lies in memory.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.programs.lower.ir import Comment, Instruction, Map, Operand, Reduce, Variable
from engine.programs.lower.row import target_of, used_by

CHUNK = 600
# So many long sums over the same neighbours share one loop.
TOGETHER = 4


def _weight(instruction: Instruction) -> int:
    """About how many machine instructions an instruction takes."""
    if isinstance(instruction, Comment):
        return 0
    if isinstance(instruction, Reduce) and not instruction.spans:
        return len(instruction.elements)
    return 20 if isinstance(instruction, (Reduce, Map)) else 1


def chunks_of(instructions: Sequence[Instruction]) -> list[list[Instruction]]:
    """The instructions in one piece, or in pieces of about `CHUNK`."""
    chunks: list[list[Instruction]] = [[]]
    if sum(map(_weight, instructions)) <= 4 * CHUNK:
        return [list(instructions)]
    size = 0
    for instruction in instructions:
        if size > CHUNK:
            chunks.append([])
            size = 0
        chunks[-1].append(instruction)
        size += _weight(instruction)
    return chunks


def shared_by(chunks: list[list[Instruction]], outputs: Sequence[Operand]) -> set[Variable]:
    """The variables that more than one chunk needs."""
    if len(chunks) == 1:
        return set()
    home: dict[Variable, int] = {}
    shared = {output for output in outputs if isinstance(output, Variable)}
    for number, chunk in enumerate(chunks):
        for instruction in chunk:
            target = target_of(instruction)
            for variable in (*used_by(instruction), *([target] if target else [])):
                if home.setdefault(variable, number) != number:
                    shared.add(variable)
    return shared


def fused_of(instructions: Sequence[Instruction]) -> dict[Variable, list[Reduce]]:
    """For each reduction over spans those computed with it: so many that registers suffice.

    They go over the same neighbours, each with parameters of its own.
    """
    found: dict[Variable, list[Reduce]] = {}
    open_groups: dict[object, list[Reduce]] = {}
    for instruction in instructions:
        if not isinstance(instruction, Reduce) or instruction.spans is None:
            continue
        common = {n: run for n, run in instruction.spans.items() if run.kind != "parameter"}
        key = (id(instruction.tree), instruction.length, tuple(common.items()))
        group = open_groups.get(key, [])
        if not common or instruction.names or not group or len(group) == TOGETHER:
            group = open_groups[key] = []
        group.append(instruction)
        found[instruction.target] = group
    return found
