"""The smallest recipe that still shows what a large one has shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice

from engine.testing import Recipe, Step
from engine.testing.recipes import Operand

_MOST_TRIES = 400


def smallest(recipe: Recipe, shows: Callable[[Recipe], bool]) -> Recipe:
    """Makes a recipe smaller, a little at a time, as long as it `shows` what is wrong."""
    tries = 0
    smaller = True
    while smaller and tries < _MOST_TRIES:
        smaller = False
        for candidate in islice(_smaller(recipe), _MOST_TRIES - tries):
            tries += 1
            if candidate.steps and shows(candidate):
                recipe, smaller = candidate, True
                break
    return recipe


def _smaller(recipe: Recipe) -> Iterator[Recipe]:
    """Recipes with less in them, those with much less first."""
    count = len(recipe.steps)
    for end in range(1, count):
        yield _with_steps(recipe, recipe.steps[:end])
    for number in range(count):
        for place in dict.fromkeys(recipe.steps[number].places()):
            yield _with_steps(recipe, _without(recipe, number, place))
    yield from _with_fewer_rows(recipe)
    for number, step in enumerate(recipe.steps):
        for shorter in _shorter(step):
            steps = (*recipe.steps[:number], shorter, *recipe.steps[number + 1 :])
            yield _with_steps(recipe, steps)
    yield from _without_leaves(recipe)
    yield from _with_simpler_numbers(recipe)


def _with_steps(recipe: Recipe, steps: tuple[Step, ...]) -> Recipe:
    return Recipe(recipe.rows, recipe.parameters, steps).pruned()


def _without(recipe: Recipe, number: int, place: int) -> tuple[Step, ...]:
    """The steps without one; what used it uses `place` instead."""
    removed = recipe.leaves + number

    def moved(used: int) -> Operand:
        return place if used == removed else used - (used > removed)

    rest = [step.moved(moved) for step in recipe.steps[number + 1 :]]
    return (*recipe.steps[:number], *rest)


def _with_fewer_rows(recipe: Recipe) -> Iterator[Recipe]:
    for number in range(len(recipe.rows)):
        rows = recipe.rows[:number] + recipe.rows[number + 1 :]
        if rows:
            yield Recipe(rows, recipe.parameters, recipe.steps)


def _shorter(step: Step) -> Iterator[Step]:
    """The step with fewer elements in its sequences, and with numbers in the place of nodes."""
    length = max((len(o) for o in step.operands if isinstance(o, tuple)), default=0)
    pieces = [(0, length // 2), (length // 2, length)]
    pieces += [(0, length - 1), (1, length)]
    for start, end in dict.fromkeys(pieces):
        if 0 < end - start < length:
            cut = [o[start:end] if isinstance(o, tuple) else o for o in step.operands]
            yield Step(step.op, tuple(cut), step.constants)
    places = list(dict.fromkeys(step.places()))
    if len(places) > 1:
        for chosen in places:
            yield step.moved(partial(_constant_instead, chosen))


def _constant_instead(chosen: int, place: int) -> Operand:
    return 0.5 if place == chosen else place


def _closed_up(gap: int, place: int) -> Operand:
    return place - (place > gap)


def _without_leaves(recipe: Recipe) -> Iterator[Recipe]:
    used = {place for step in recipe.steps for place in step.places()}
    for leaf in range(recipe.leaves):
        is_parameter = leaf >= recipe.inputs
        if leaf in used or (is_parameter and len(recipe.parameters) == 1):
            continue
        rows, parameters = recipe.rows, recipe.parameters
        if is_parameter:
            index = leaf - recipe.inputs
            parameters = parameters[:index] + parameters[index + 1 :]
        else:
            rows = tuple(row[:leaf] + row[leaf + 1 :] for row in rows)
        steps = [step.moved(partial(_closed_up, leaf)) for step in recipe.steps]
        yield Recipe(rows, parameters, tuple(steps))


def _with_simpler_numbers(recipe: Recipe) -> Iterator[Recipe]:
    for number, row in enumerate(recipe.rows):
        for changed in _simpler(row):
            rows = (*recipe.rows[:number], changed, *recipe.rows[number + 1 :])
            yield Recipe(rows, recipe.parameters, recipe.steps)
    for changed in _simpler(recipe.parameters):
        yield Recipe(recipe.rows, changed, recipe.steps)


def _simpler(numbers: tuple[float, ...]) -> Iterator[tuple[float, ...]]:
    for index, number in enumerate(numbers):
        for simple in (1.0, float(f"{number:.1g}"), float(f"{number:.2g}")):
            if len(repr(simple)) < len(repr(number)):
                yield (*numbers[:index], simple, *numbers[index + 1 :])
