"""The pass `roll`: instructions that repeat at places a constant step apart become one loop.

The neurons of a layer are such, and the links of a chain: the code of thousands is as long as that
of a few, and so is the time to compile it. The order of what is computed stays as it was.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from itertools import accumulate, chain
from operator import sub
from typing import Any

from engine.programs.lower.ir import (
    Assign,
    Comment,
    Guard,
    Instruction,
    Map,
    Names,
    Operand,
    Reduce,
    Roll,
    Rolled,
    Span,
    Variable,
)

# A round is so many repetitions with loops of their own, whichever leaves fewer of them over, or
# about so many instructions without: what one of them hands to the next need not go through memory,
# and neurons share what they read.
_FEWER, TOGETHER = 4, 5
_ROUND = 64
# From so many rounds on a loop pays; a loop around single numbers keeps them in memory.
_LEAST, _LEAST_SINGLE = 2, 32
# How far, and at how many places, the beginning of the next repetition is looked for.
_PERIOD, _TRIED = 128, 4


def rolled(instructions: Sequence[Instruction]) -> list[Rolled]:
    """The same instructions, with a `Roll` in the place of each long repetition."""
    found: list[Rolled] = []
    numbers: dict[object, int] = {}
    forms = [numbers.setdefault(form_of(each), len(numbers)) for each in instructions]
    places = [
        [part.index if isinstance(part, Variable) else part.start for part in parts_of(each)]
        for each in instructions
    ]
    # How many of them come before each place.
    loops = list(accumulate(map(_is_loop, instructions), initial=0))
    following = _following(forms)
    # For each period a place before which its repetitions are known to be too few.
    too_few: dict[int, int] = {}
    start = 0
    while start < len(instructions):
        for period in _periods(forms, following, start):
            if start < too_few.get(period, 0):
                continue
            size, rounds, stop = _rounds(forms, places, loops, start, period)
            if not rounds:
                too_few[period] = stop
            else:
                every = [
                    instructions[place : place + size]
                    for place in range(start, start + rounds * size, size)
                ]
                found.append(Roll(_moving(every[0], every[1]), every))
                start += rounds * size
                break
        else:
            found.append(instructions[start])
            start += 1
    return found


def _following(forms: Sequence[int]) -> list[int]:
    """For each instruction the place of the next one of its form, or the end."""
    last: dict[int, int] = {}
    found = [len(forms)] * len(forms)
    for place in reversed(range(len(forms))):
        found[place] = last.get(forms[place], len(forms))
        last[forms[place]] = place
    return found


def _periods(forms: Sequence[int], following: Sequence[int], start: int) -> Iterator[int]:
    place = start
    for _ in range(_TRIED):
        place = following[place]
        if place == len(forms) or place - start > _PERIOD:
            return
        yield place - start


def _rounds(
    forms: Sequence[int],
    places: Sequence[Sequence[int]],
    loops: Sequence[int],
    start: int,
    period: int,
) -> tuple[int, int, int]:
    """How long a round is, how many of them follow each other, and where their steps change.

    There are 0 if too few do; then they are too few from any place on before the last one as well.
    """
    has_loop = loops[start + period] > loops[start]
    together = _FEWER if has_loop else -(-_ROUND // period)
    size, least = period * together, _LEAST if has_loop else _LEAST_SINGLE
    # Most places are refused by a look at the end of what would have to be equal.
    last = start + size * least - 1
    if last >= len(forms) or forms[last - period] != forms[last]:
        return size, 0, start
    steps: list[tuple[int, ...]] = []
    place = start
    while place + period < len(forms) and forms[place] == forms[place + period]:
        step = tuple(map(sub, places[place + period], places[place]))
        if len(steps) == period and step != steps[(place - start) % period]:
            break
        if len(steps) < period:
            steps.append(step)
        place += 1
    repetitions = 1 + (place - start) // period
    if has_loop:
        together = min(range(_FEWER, TOGETHER + 1), key=lambda number: repetitions % number)
    rounds = repetitions // together
    size = period * together
    return size, rounds if rounds >= least else 0, place - period


# What instructions have in common, and where they differ.


def _is_loop(instruction: Instruction) -> bool:
    return isinstance(instruction, Map) or (
        isinstance(instruction, Reduce) and bool(instruction.spans)
    )


def form_of(instruction: Instruction) -> object:
    """What is equal in all repetitions."""
    # Of the many thousands nearly all are of the first kind.
    if isinstance(instruction, Assign):
        changes = instruction.target.kind, instruction.accumulate, instruction.fused
        return id(instruction.tree), *changes, *_kinds(instruction.names)
    match instruction:
        case Reduce(target, kind, tree, names, elements, spans, length, late, fused):
            own = tuple(chain.from_iterable(map(_kinds, elements)))
            kinds = *_kinds(names), own, *_kinds(spans or {}), late and form_of(late)
            return kind, id(tree), target.kind, length, fused, *kinds
        case Map(target, tree, names, spans, accumulate):
            kinds = *_kinds(names), "over", *_kinds(spans)
            return id(tree), target.kind, target.length, accumulate, *kinds
        case Guard(tree, names):
            return "guard", id(tree), *_kinds(names)
    return type(instruction)


def _kinds(names: Mapping[str, Operand] | Mapping[str, Span]) -> list[str]:
    # Not the number itself: minus zero is equal to zero.
    return [
        *names,
        *[repr(each) if isinstance(each, float) else each.kind for each in names.values()],
    ]


def parts_of(instruction: Instruction) -> list[Variable | Span]:
    """Its variables and spans."""
    if isinstance(instruction, Comment):
        return []
    parts: list[Variable | Span] = []
    if not isinstance(instruction, Guard):
        parts.append(instruction.target)
    parts += _variables(instruction.names)
    if isinstance(instruction, Reduce):
        parts += chain.from_iterable(map(_variables, instruction.elements))
        parts += (instruction.spans or {}).values()
        parts += parts_of(instruction.late) if instruction.late else []
    elif isinstance(instruction, Map):
        parts += instruction.spans.values()
    return parts


def _variables(names: Names) -> list[Variable]:
    return [operand for operand in names.values() if isinstance(operand, Variable)]


def _moving(first: Sequence[Instruction], second: Sequence[Instruction]) -> list[Instruction]:
    """The first round, whose variables and spans know how far on they lie in the next."""
    made: dict[tuple[Variable, int], Variable] = {}

    def moving(here: Any, there: Any) -> Any:
        match here:
            case Variable():
                step = there.index - here.index
                if step and (here, step) not in made:
                    made[here, step] = Variable(here.kind, here.index, here.name, True, step)
                return made.get((here, step), here)
            case Span():
                return replace(here, step=there.start - here.start)
            case Mapping():
                return {name: moving(here[name], there[name]) for name in here}
            case Comment() | ast.AST() | str() | float() | int() | None:
                return here
            case Sequence():
                return [moving(*both) for both in zip(here, there)]
        return replace(
            here,
            **{
                field.name: moving(getattr(here, field.name), getattr(there, field.name))
                for field in fields(here)
            },
        )

    return [moving(*both) for both in zip(first, second)]
