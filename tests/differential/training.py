"""Gradient descent on a recipe, and whether rounding may lead it elsewhere."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import engine
from engine.testing import Recipe

BATCHES = {"training by one": 1, "training by batches": 9}
EPOCHS = 2
# How often the rows are repeated in an epoch, so that batches are full and one of them is not.
REPEATED = 3
# What the parameters of every step may differ by, and then those at the end as a part of the scale.
_ROUNDING, _MOVED = 1e-13, 1e-12


def trained_parameters(
    recipe: Recipe, rate: float, size: int, package: Any = engine, nudge: float = 1.0
) -> list[float] | None:
    """The parameters after some steps of gradient descent; None if they leave a domain.

    Each step ends at what it comes to times `nudge`.
    """
    parameters = list(recipe.parameters)
    rows = recipe.rows * REPEATED
    try:
        for start in [*range(0, len(rows), size)] * EPOCHS:
            batch = rows[start : start + size]
            sums = [0.0] * len(parameters)
            for row in batch:
                leaves = [package.Value(number) for number in (*row, *parameters)]
                output = recipe.nodes(leaves, package.eager.functions.EAGER)[-1]
                output.backward()
                if not math.isfinite(output.data):
                    return None
                slopes = [leaf.grad for leaf in leaves[len(row) :]]
                sums = [total + slope for total, slope in zip(sums, slopes)]
            slopes = [total / len(batch) for total in sums]
            parameters = [(p - rate * slope) * nudge for p, slope in zip(parameters, slopes)]
    except (ArithmeticError, ValueError):
        return None
    return parameters if all(map(math.isfinite, parameters)) else None


def is_settled(recipe: Recipe, rate: float, size: int, ends: Sequence[tuple[float, float]]) -> bool:
    """Whether rounding cannot lead training elsewhere, as from a step that ends on a kink.

    `ends`: where it has led, and the scale of each number.
    """
    if not any(step.line.kinks for step in recipe.steps):
        return True
    for nudge in (1 - _ROUNDING, 1 + _ROUNDING):
        moved = trained_parameters(recipe, rate, size, nudge=nudge)
        if moved is None:
            return False
        if any(abs(number - end) > _MOVED * scale for number, (end, scale) in zip(moved, ends)):
            return False
    return True
