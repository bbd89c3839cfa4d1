"""Numbers for a student: small, halved at most, and such that what is computed stays short.

They are drawn from the student's id alone, by a generator that is the same on every machine.
"""

from __future__ import annotations

import math
import random
import unicodedata
from collections.abc import Hashable, Iterator, Mapping, Sequence

from engine.base.numbers import given, short, whole
from engine.exercising.quantities import Numbers, Passes, Quantity
from engine.graph.value import Value
from engine.sheet.evaluate import kink_distance, undefined

_PARAMETERS = (-3.0, -2.0, -1.5, -1.0, -0.5, 0.5, 1.0, 1.5, 2.0, 3.0)
_OTHERS = (-3.0, -2.0, -1.0, 1.0, 2.0, 3.0, 4.0, 5.0)
# Where those are outside of a domain: what logarithms, roots and probabilities take.
_POSITIVE = (0.1, 0.2, 0.25, 0.4, 0.5, 0.6, 0.75, 0.8, 1.0, 2.0, 3.0, 4.0)
# The shortest of so many draws; fewer where there are few to choose from, for a class shall not
# have one sheet.
_DRAWS, _FEWEST, _CHOICES = 48, 4, 500
_MOST_FAILURES = 600
# A kink is at least this far away, and what is this long is an endless number.
_KINK, _ENDLESS = 0.05, 7


def seed_text(seed: Hashable) -> str:
    """A student's id as text: 17 and "17" are one student. TypeError for what has no text.

    >>> seed_text(17), seed_text(" Zoe\u0308 "), seed_text(("class b", 3))
    ('17', 'Zoë', "('class b', 3)")
    """
    number = whole(seed)
    if number is not None:
        return str(number)
    plain = type(seed).__str__ is object.__str__ and type(seed).__repr__ is object.__repr__
    if plain or isinstance(seed, frozenset) or not isinstance(seed, Hashable):
        raise TypeError(
            f"exercise: seed must be a student's id, a text or a number, not {given(seed)}; "
            "its numbers must be the same on every day"
        )
    return unicodedata.normalize("NFC", str(seed)).strip()


def friendly_numbers(
    passes: Passes, seed: str, choices: Mapping[Value, Sequence[float]]
) -> dict[Value, float]:
    """Numbers for the leaves; ValueError where none are found in the operations' domains."""
    source = random.Random(f"exercise {seed}")
    best: tuple[float, dict[Value, float]] = (math.inf, {})
    left = _draws(passes.leaves, choices)
    for leaves in _drawn(passes.leaves, choices, source):
        numbers = _computed(passes, leaves)
        if numbers is None:
            continue
        best = min(best, (_cost(passes, leaves, numbers), leaves), key=lambda pair: pair[0])
        left -= 1
        if not left:
            break
    if not best[1]:
        raise ValueError(
            "exercise: no numbers were found for which every operation is defined, no kink is met "
            "and some gradient is not 0; choices={'x': [1, 2, 3]} says what a leaf may be"
        )
    return best[1]


def _palette(
    leaf: Value, choices: Mapping[Value, Sequence[float]], positive: bool
) -> Sequence[float]:
    if leaf in choices:
        return choices[leaf]
    if leaf.role == "parameter":
        return _PARAMETERS
    return _POSITIVE if positive else _OTHERS


def _draws(leaves: Sequence[Value], choices: Mapping[Value, Sequence[float]]) -> int:
    possible = math.prod(len(_palette(leaf, choices, False)) for leaf in leaves)
    return min(_DRAWS, max(_FEWEST, possible // _CHOICES))


def _drawn(
    leaves: Sequence[Value], choices: Mapping[Value, Sequence[float]], source: random.Random
) -> Iterator[dict[Value, float]]:
    for attempt in range(2 * _MOST_FAILURES):
        positive = attempt % 4 == 3 or attempt > _MOST_FAILURES
        palettes = [_palette(leaf, choices, positive) for leaf in leaves]
        # `random()` alone gives the same numbers in all versions of Python.
        drawn = [palette[int(source.random() * len(palette))] for palette in palettes]
        yield dict(zip(leaves, drawn))


def _computed(passes: Passes, leaves: Mapping[Value, float]) -> Numbers | None:
    """All that is computed; None where an operation is undefined or bent."""
    known = passes.given(leaves)
    for quantity in passes.quantities():
        if quantity.part == "forward":
            op = quantity.node.op
            assert op is not None
            arguments = passes.arguments(quantity.node, known)
            if undefined(op)(*arguments)[0]:
                return None
            if op.kinks and kink_distance(op)(*arguments)[0] < _KINK:
                return None
        known[quantity] = passes.compute(quantity, known)
        if not math.isfinite(known[quantity]) or abs(known[quantity]) > 1e6:
            return None
    return known if _nonzero(passes, known) else None


def _cost(passes: Passes, leaves: Mapping[Value, float], numbers: Numbers) -> float:
    """How much there is to write, and how much that teaches nothing."""
    cost = sum(map(_length, numbers.values()))
    # Numbers that occur twice hide which of them was taken.
    cost += 2 * (len(leaves) - len({abs(number) for number in leaves.values()}))
    for quantity, number in numbers.items():
        if not number:
            # At σ(0) = ½ many a mistake comes to the right number.
            cost += {"forward": 60, "gradients": 4}.get(quantity.part, 0)
    # Such as a network whose hidden neurons are all switched off.
    mostly_dead = 2 * _nonzero(passes, numbers) < len(passes.targets)
    return cost + 1000 * mostly_dead


def _nonzero(passes: Passes, numbers: Numbers) -> int:
    """How many of the gradients that are asked for are not 0."""
    return sum(numbers[Quantity("gradients", target)] != 0 for target in passes.targets)


def _length(number: float) -> float:
    """The digits of a number, and what a very large or a very small one costs beyond them."""
    digits = len(short(abs(number), 12).partition("e")[0].replace(".", "").strip("0"))
    size = abs(math.log10(abs(number) / 3)) if number else 0.0
    return min(digits, _ENDLESS) + max(0.0, size - 1.0) * 3
