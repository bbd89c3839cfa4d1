"""The matrix form in plain lists of numbers: what the demos hold the scalar graph against."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.sheet.evaluate import forward, partials
from engine.sheet.ops import OPERATIONS

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
    square, mean = OPERATIONS["squared_error"], OPERATIONS["mean"]
    pairs = list(zip(targets, outputs, strict=True))
    losses = [forward(square)(y, p)[0] for y, p in pairs]
    (loss,) = forward(mean)(losses, len(losses))
    by_loss: Any = partials(mean)(losses, len(losses), loss)[0]
    by_output: Any = [partials(square)(y, p, out)[1] for (y, p), out in zip(pairs, losses)]
    return [outside * inside for outside, inside in zip(by_loss, by_output)]
