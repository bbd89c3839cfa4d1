"""numba by hand: the loops over a layer, and the derivatives of losses.

Sums may be reordered (`reassoc`), or else none of them would be in vectors; nothing else may.
Slopes are derivatives with respect to a layer's sums, times the rate; `below` is what a layer is
given.
"""

from __future__ import annotations

from collections.abc import Callable
from math import exp
from typing import Any, TypeVar

from numba import njit

Array = Any

Function = TypeVar("Function", bound=Callable[..., None])


def compiled(function: Function) -> Function:
    """By numba, when it is first called."""
    made: Function = njit(fastmath={"reassoc"}, error_model="numpy")(function)
    return made


@compiled
def squared_error(targets: Array, scores: Array, scale: float, slopes: Array) -> None:
    """The derivatives with respect to the scores, times scale; so the next two."""
    for n in range(len(scores)):
        slopes[n] = scale * 2 * (scores[n] - targets[n])


@compiled
def hinge(targets: Array, scores: Array, scale: float, slopes: Array) -> None:
    for n in range(len(scores)):
        slopes[n] = -scale * targets[n] if 1 - targets[n] * scores[n] > 0 else 0.0


@compiled
def cross_entropy(targets: Array, scores: Array, scale: float, slopes: Array) -> None:
    highest, total = scores.max(), 0.0
    for n in range(len(scores)):
        slopes[n] = exp(scores[n] - highest)
        total += slopes[n]
    for n in range(len(scores)):
        slopes[n] = scale * (slopes[n] / total - targets[n])


LOSSES = {"squared_error": squared_error, "hinge": hinge, "cross_entropy": cross_entropy}


@compiled
def update_and_forward(
    weights: Array, biases: Array, slopes: Array, before: Array, below: Array, outputs: Array
) -> None:
    """What the sample before changes, and the sums for this one, in one pass over the weights."""
    for n in range(len(biases)):
        slope, total = slopes[n], 0.0
        for i in range(len(below)):
            weight = weights[n, i] - slope * before[i]
            weights[n, i] = weight
            total += weight * below[i]
        biases[n] -= slope
        outputs[n] = total + biases[n]


@compiled
def rectify(outputs: Array) -> None:
    """ReLU."""
    for n in range(len(outputs)):
        outputs[n] = outputs[n] if outputs[n] > 0 else 0.0


@compiled
def slopes_below(weights: Array, slopes: Array, below: Array, found: Array, relu: bool) -> None:
    """The slopes of the layer below."""
    found[:] = 0.0
    for n in range(len(slopes)):
        for i in range(len(found)):
            found[i] += slopes[n] * weights[n, i]
    for i in range(len(found)):
        if relu and not below[i] > 0:
            found[i] = 0.0


@compiled
def forward(weights: Array, biases: Array, below: Array, outputs: Array) -> None:
    """The sums for a batch; four samples share what is loaded of a neuron."""
    count = len(below)
    for s in range(0, count - 3, 4):
        for n in range(len(biases)):
            a = b = c = d = biases[n]
            for i in range(weights.shape[1]):
                weight = weights[n, i]
                a += weight * below[s, i]
                b += weight * below[s + 1, i]
                c += weight * below[s + 2, i]
                d += weight * below[s + 3, i]
            outputs[s, n], outputs[s + 1, n], outputs[s + 2, n], outputs[s + 3, n] = a, b, c, d
    for s in range(count - count % 4, count):
        for n in range(len(biases)):
            total = biases[n]
            for i in range(weights.shape[1]):
                total += weights[n, i] * below[s, i]
            outputs[s, n] = total


@compiled
def update(weights: Array, biases: Array, slopes: Array, below: Array) -> None:
    """For a batch, by four samples at a time."""
    count = len(below)
    for n in range(len(biases)):
        for s in range(0, count - 3, 4):
            a, b, c, d = slopes[s, n], slopes[s + 1, n], slopes[s + 2, n], slopes[s + 3, n]
            for i in range(weights.shape[1]):
                change = a * below[s, i] + b * below[s + 1, i]
                change += c * below[s + 2, i] + d * below[s + 3, i]
                weights[n, i] -= change
        for s in range(count - count % 4, count):
            for i in range(weights.shape[1]):
                weights[n, i] -= slopes[s, n] * below[s, i]
        for s in range(count):
            biases[n] -= slopes[s, n]


@compiled
def add_weighted(weights: Array, rows: Array, sums: Array) -> None:
    """To the sums of all points weighted rows of them, four rows at a time."""
    count = len(weights)
    for k in range(0, count - 3, 4):
        a, b, c, d = weights[k], weights[k + 1], weights[k + 2], weights[k + 3]
        for p in range(len(sums)):
            part = a * rows[k, p] + b * rows[k + 1, p]
            sums[p] += part + (c * rows[k + 2, p] + d * rows[k + 3, p])
    for k in range(count - count % 4, count):
        for p in range(len(sums)):
            sums[p] += weights[k] * rows[k, p]


@compiled
def forward_points(weights: Array, biases: Array, below: Array, outputs: Array) -> None:
    """The sums, of all points for each neuron."""
    for n in range(len(biases)):
        outputs[n, :] = biases[n]
        add_weighted(weights[n], below, outputs[n])


@compiled
def update_points(weights: Array, biases: Array, slopes: Array, below: Array) -> None:
    """The update: sums over all points."""
    for n in range(len(biases)):
        for i in range(len(below)):
            total = 0.0
            for p in range(below.shape[1]):
                total += slopes[n, p] * below[i, p]
            weights[n, i] -= total
        biases[n] -= slopes[n].sum()


@compiled
def slopes_below_points(
    weights: Array, slopes: Array, below: Array, found: Array, relu: bool
) -> None:
    """The slopes of the layer below, of all points."""
    for i in range(len(below)):
        found[i, :] = 0.0
        add_weighted(weights[:, i], slopes, found[i])
        for p in range(below.shape[1]):
            if relu and not below[i, p] > 0:
                found[i, p] = 0.0
