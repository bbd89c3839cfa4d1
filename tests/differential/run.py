"""Runs: recipes drawn from a seed, computed in every way, compared; what differs made small."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from random import Random

from engine.testing import Recipe
from engine.testing.drawing import drawn_recipe
from tests.differential.compare import Finding, Tally
from tests.differential.reference import Reference, reference
from tests.differential.ways import Way


def drawn(count: int, seed: int, well_defined: bool = True) -> Iterator[Recipe]:
    """So many different recipes, the same for the same seed.

    Drawn by a random generator, evenly: Hypothesis would vary what it has drawn before.
    """
    pick = Random(seed).randint
    known: set[Recipe] = set()
    while len(known) < count:
        recipe = drawn_recipe(pick, 14, 5, well_defined)
        if recipe.steps and recipe not in known:
            known.add(recipe)
            yield recipe


def compare_all(
    recipes: Iterable[Recipe], ways: Sequence[Way], tally: Tally, second_of: int = 1
) -> list[Finding]:
    """Compares recipes in every way; adds to the tally and returns what it has found.

    Second derivatives, which take longest, are compared of one recipe in `second_of`; of none if
    that is 0.
    """
    found: list[Finding] = []
    references = [
        reference(each, second_of > 0 and i % second_of == 0) for i, each in enumerate(recipes)
    ]
    for way in ways:
        for group in _groups(references, way.size):
            found += _compared(group, way, tally)
    return found


def _groups(references: Iterable[Reference], size: int) -> Iterator[list[Reference]]:
    """So many at most at a time, all with the same number of rows."""
    waiting: defaultdict[int, list[Reference]] = defaultdict(list)
    for each in references:
        group = waiting[len(each.recipe.rows)]
        group.append(each)
        if len(group) == size:
            yield waiting.pop(len(each.recipe.rows))
    yield from waiting.values()


def _compared(group: list[Reference], way: Way, tally: Tally) -> list[Finding]:
    try:
        numbers = way.numbers(group)
    except Exception as error:  # whatever it is, right programs do not raise it
        if len(group) > 1:
            return [finding for each in group for finding in _compared([each], way, tally)]
        finding = Finding(way.name, "error", group[0].recipe, f"{type(error).__name__}: {error}")
        tally.findings.append(finding)
        return [finding]
    found = []
    for each, own in zip(group, numbers, strict=True):
        found += tally.compare(way.name, each, own)
    return found


def alone(recipe: Recipe, way: Way, quantity: str) -> Finding | None:
    """What the recipe by itself shows of this kind, if it does."""
    found = _compared([reference(recipe)], way, Tally())
    return next((finding for finding in found if finding.quantity == quantity), None)
