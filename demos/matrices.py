"""The matrix form in plain lists of numbers: what the demos hold the scalar graph against."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.evaluate import partials
from engine.ops import OPERATIONS

Vector = Sequence[float]
Matrix = Sequence[Vector]


def times(matrix: Matrix, vector: Vector) -> list[float]:
    """W·a: for each row the sum of its products with the vector."""
    return [sum(w * a for w, a in zip(row, vector, strict=True)) for row in matrix]


def outer(column: Vector, row: Vector) -> list[list[float]]:
    """δ·aᵀ: every product of an entry of one with an entry of the other."""
    return [[d * a for a in row] for d in column]


def transposed(matrix: Matrix) -> list[list[float]]:
    """Wᵀ."""
    return [list(column) for column in zip(*matrix, strict=True)]


def output_gradient(targets: Vector, outputs: Vector) -> list[float]:
    """∂L/∂ŷ of the mean squared error, by the sheet's lines for the square and for the mean."""
    losses = [(y - p) ** 2 for y, p in zip(targets, outputs, strict=True)]
    by_loss: Any = partials(OPERATIONS["mean"])(losses, len(losses), 0.0)[0]
    by_output = [
        partials(OPERATIONS["squared_error"])(y, p, loss)[1]
        for y, p, loss in zip(targets, outputs, losses)
    ]
    return [outside * inside for outside, inside in zip(by_loss, by_output)]
