"""Stretches of instructions that occur again at other places, for which one function will do.

The layers of a network for each letter of a text are such. What lies between them differs, so they
are not rounds of one loop; but the function of the first can be called for the others as well, if
it is told how far from its own places theirs are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from typing import Any, NamedTuple

from engine.programs.lower.ir import Kind, Reduce, Roll, Rolled, Span
from engine.programs.lower.rolling import form_of, parts_of

# What repeats is looked for by so many instructions in a row, a power of 2.
_WINDOW = 32
# Stretches of less than this part of the greatest weight are cut with what is beside them.
_SHORT = 1 / 4
# A function is told no more distances than these.
_MOST = 24


@dataclass(eq=False)
class Stretch:
    """Some instructions, and `first`, the stretch whose function does for them; it may be this one.

    `moves`: of a first one, by array and index, which of the `distances` of another stretch a place
    lies further on there; None where it is the same place.
    """

    instructions: Sequence[Rolled]
    first: Stretch = field(init=False)
    distances: Sequence[int] = ()
    moves: dict[tuple[Kind, int], int | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.first = self


class _Piece(NamedTuple):
    """Instructions from `start` to `stop`; those of an equal `key` have the same forms."""

    key: tuple[int, ...]
    start: int
    stop: int
    weight: int


class _Place(NamedTuple):
    """Where a part of an instruction lies at first, and all that it may take in all rounds."""

    kind: Kind
    first: int
    low: int
    high: int


def stretches(
    instructions: Sequence[Rolled], weight: Callable[[Rolled], int], most: int
) -> list[Stretch]:
    """The instructions, cut so that what repeats is cut alike, into stretches of some weight."""
    weights = list(map(weight, instructions))
    pieces = _together(_pieces(_sources(instructions), weights, most), most)
    found = [Stretch(instructions[piece.start : piece.stop]) for piece in pieces]
    equal: dict[tuple[int, ...], list[Stretch]] = {}
    for piece, stretch in zip(pieces, found):
        equal.setdefault(piece.key, []).append(stretch)
    for group in equal.values():
        if len(group) > 1:
            _share(group)
    return found


# Where to cut.


def _sources(instructions: Sequence[Rolled]) -> list[int]:
    """For each instruction the place of the earliest that it repeats together with others."""
    numbers: dict[object, int] = {}
    forms = [numbers.setdefault(_form(each), len(numbers)) for each in instructions]
    # A number stands for the forms of 2 instructions in a row, then of 4, and so on.
    windows, width = forms, 1
    while width < _WINDOW:
        pairs: dict[tuple[int, int], int] = {}
        windows = [pairs.setdefault(pair, len(pairs)) for pair in zip(windows, windows[width:])]
        width *= 2
    found, earliest, place = list(range(len(forms))), dict[int, int](), 0
    while place < len(windows):
        source, start = earliest.setdefault(windows[place], place), place
        if source + _WINDOW > start:
            place += 1
            continue
        while place < len(forms) and source < start and forms[place] == forms[source]:
            found[place] = found[source]
            place, source = place + 1, source + 1
    return found


def _form(instruction: Rolled) -> object:
    """What is equal wherever the instruction repeats; one with an update that waits does not."""
    body = instruction.body if isinstance(instruction, Roll) else [instruction]
    if any(isinstance(each, Reduce) and each.late for each in body):
        return id(instruction)
    if not isinstance(instruction, Roll):
        return form_of(instruction)
    steps = [part.step for each in body for part in parts_of(each)]
    return len(instruction.rounds), *map(form_of, body), *steps


def _pieces(sources: Sequence[int], weights: Sequence[int], most: int) -> Iterator[_Piece]:
    """Cut so that all with the same source have the same length."""
    cuts = {sources[-1] + 1}
    for before, here in pairwise(sources):
        if here != before + 1:
            cuts.update((here, before + 1))
    start = size = 0
    for place in range(1, len(sources) + 1):
        size += weights[place - 1]
        if place == len(sources) or sources[place] in cuts or size > most:
            yield _Piece((sources[start],), start, place, size)
            start, size = place, 0


def _together(pieces: Iterable[_Piece], most: int) -> list[_Piece]:
    """Short ones in a row as one, and then those that occur once."""
    rows = groupby(pieces, lambda piece: piece.weight < most * _SHORT)
    found = [each for short, some in rows for each in _merged(some, most if short else -1)]
    times = Counter(piece.key for piece in found)
    rows = groupby(found, lambda piece: times[piece.key] == 1)
    return [each for single, some in rows for each in _merged(some, most if single else -1)]


def _merged(pieces: Iterable[_Piece], most: int) -> list[_Piece]:
    """Neighbours as one piece, up to a weight."""
    found: list[_Piece] = []
    for piece in pieces:
        if found and found[-1].weight + piece.weight <= most:
            last = found.pop()
            key, weight = last.key + piece.key, last.weight + piece.weight
            piece = _Piece(key, last.start, piece.stop, weight)
        found.append(piece)
    return found


# What is told.


def _share(group: Sequence[Stretch]) -> None:
    """One function for those stretches in a row of which each has the same numbers twice."""
    first, others = group[0], list[tuple[Stretch, dict[_Place, int]]]()
    places = list(_places(first.instructions))
    for stretch in group[1:]:
        own = list(_places(stretch.instructions))
        distances = _distances(places, own)
        if distances is None:
            _tell(first, others)
            first, others, places = stretch, [], own
        else:
            others.append((stretch, distances))
    _tell(first, others)


def _tell(first: Stretch, others: Sequence[tuple[Stretch, dict[_Place, int]]]) -> None:
    """Makes the first the one for others whose places lie so far from its own."""
    if not others:
        return
    numbers: dict[tuple[int, ...], int] = {}
    moves: dict[tuple[Kind, int], int | None] = {}
    for place in others[0][1]:
        distances = tuple(far[place] for _, far in others)
        moves[place.kind, place.first] = None
        if any(distances):
            moves[place.kind, place.first] = numbers.setdefault(distances, len(numbers))
    if len(numbers) <= _MOST:
        first.moves = moves
        for (stretch, _), told in zip(others, zip(*numbers)):
            stretch.first, stretch.distances = first, told


def _distances(here: Sequence[_Place], there: Sequence[_Place]) -> dict[_Place, int] | None:
    """How far on each place lies there; None where what is one number is not so in the other."""
    found: dict[_Place, int] = {}
    for place, other in zip(here, there, strict=True):
        distance = other.first - place.first
        if found.setdefault(place, distance) != distance:
            return None
    return found if _apart(found, 0) and _apart(found, 1) else None


def _places(instructions: Sequence[Rolled]) -> Iterator[_Place]:
    for instruction in instructions:
        if not isinstance(instruction, Roll):
            for part in parts_of(instruction):
                index, length = _where(part)
                yield _Place(part.kind, index, index, index + length)
            continue
        rounds = len(instruction.rounds) - 1
        for each in instruction.body:
            for part in parts_of(each):
                index, length = _where(part)
                last = index + part.step * rounds
                yield _Place(part.kind, index, min(index, last), max(index, last) + length)


def _where(part: Any) -> tuple[int, int]:
    return (part.start, part.length) if isinstance(part, Span) else (part.index, 1)


def _apart(distances: dict[_Place, int], times: int) -> bool:
    """Whether no place lies within another one that is further on by a different distance.

    `times`: 0 for the places themselves, 1 for where they lie in the other stretch.
    """
    kind, end, distance = "", 0, 0
    for here, low, high, own in sorted(
        (place.kind, place.low + times * own, place.high + times * own, own)
        for place, own in distances.items()
    ):
        if here == kind and low < end:
            if own != distance:
                return False
            end = max(end, high)
        else:
            kind, end, distance = here, high, own
    return True
