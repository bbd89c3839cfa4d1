"""Other variables and spans in the place of those of an instruction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from engine.programs.lower.ir import Assign, Guard, Instruction, Map, Reduce, Span, Variable


def renamed(instruction: Instruction, other: Callable[[Any], Any]) -> Any:
    """An instruction with `other` of each variable and each span in it."""

    def spans(given: Mapping[str, Span]) -> dict[str, Span]:
        return {name: other(span) for name, span in given.items()}

    def names(given: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: other(operand) if isinstance(operand, Variable) else operand
            for name, operand in given.items()
        }

    match instruction:
        case Assign(target=target):
            return replace(instruction, target=other(target), names=names(instruction.names))
        case Map(target=run):
            own, over = names(instruction.names), spans(instruction.spans)
            return replace(instruction, target=other(run), names=own, spans=over)
        case Guard():
            return replace(instruction, names=names(instruction.names))
        case Reduce(target=target, late=late):
            return replace(
                instruction,
                target=other(target),
                names=names(instruction.names),
                elements=list(map(names, instruction.elements)),
                spans=None if instruction.spans is None else spans(instruction.spans),
                late=late and renamed(late, other),
            )
    return instruction
