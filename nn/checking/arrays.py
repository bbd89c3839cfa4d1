"""Gradients of a layer as one array: rows as neurons or as inputs, found by their shape."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from engine.base.tables import plain
from nn.models.layers import Layer, Sequential
from nn.models.module import Module
from nn.models.neuron import Neuron

_KEY = re.compile(r"(?:d|grad_?|∂L/∂)?([Ww]|[Bb])_?(\d+)")

NEURONS, INPUTS = "neurons", "inputs"


class Entries(NamedTuple):
    """The entries of an array by parameter, for each way to read it that its shape allows."""

    key: str
    shape: str
    ways: dict[str, list[tuple[Any, Any]]]

    @property
    def tells(self) -> bool:
        """Whether it is a matrix that can be read in one way only, and so says which is meant."""
        sizes = self.shape.split("×")
        return len(self.ways) == 1 and len(sizes) == 2 and "1" not in sizes


def layers_of(model: Module) -> list[Sequence[Neuron]]:
    """The neurons of each layer; none of a model that is not made of layers."""
    if isinstance(model, Neuron):
        return [[model]]
    if isinstance(model, Layer):
        return [model.neurons]
    if isinstance(model, Sequential):
        return [layer.neurons for layer in model.layers if isinstance(layer, Layer)]
    return []


def entries(key: str, given: Any, layers: Sequence[Sequence[Neuron]]) -> Entries | None:
    """An array under a key such as "W1", "b1" or "dW1"; None where it is not such a key.

    ValueError where the shape is that of no array of the layer.
    """
    rows = plain(given, key)
    match = _KEY.fullmatch(key)
    if match is None or not isinstance(rows, (list, tuple)):
        return None
    number = int(match[2])
    if not 1 <= number <= len(layers):
        raise ValueError(f"{key}: there is no layer {number}; the model has {len(layers)}")
    neurons = layers[number - 1]
    shape = _shape(rows, key)
    said = "×".join(map(str, shape))
    numbers = _flat(rows)
    if match[1] in "Bb":
        if len(numbers) != len(neurons) or sum(size > 1 for size in shape) > 1:
            raise ValueError(
                f"{key} is of the shape {said}; layer {number} has {_count(neurons, 'bias')}"
            )
        pairs = [(neuron.bias, n) for neuron, n in zip(neurons, numbers)]
        return Entries(key, said, {NEURONS: pairs})
    by_neurons = [weight for neuron in neurons for weight in neuron.weights]
    by_inputs = [weight for column in zip(*(n.weights for n in neurons)) for weight in column]
    height, width = len(neurons), len(neurons[0].weights)
    ways = {}
    # Of one neuron, or one input, a row says the same as a column.
    single = 1 in (height, width) and len(shape) == 1 and shape[0] == height * width
    if shape == [height, width] or single:
        ways[NEURONS] = list(zip(by_neurons, numbers))
    if shape == [width, height] and not single:
        ways[INPUTS] = list(zip(by_inputs, numbers))
    if not ways:
        raise ValueError(
            f"{key} is of the shape {said}; layer {number} has {_count(neurons, 'neuron')} of "
            f"{width} inputs: {height}×{width} (rows are neurons) or {width}×{height} (inputs)"
        )
    if 1 in (height, width):
        # Both ways are the same.
        ways = dict(list(ways.items())[:1])
    return Entries(key, said, ways)


def _count(neurons: Sequence[Neuron], what: str) -> str:
    plural = {"bias": "biases", "neuron": "neurons"}
    return f"{len(neurons)} {what if len(neurons) == 1 else plural[what]}"


def _shape(rows: Any, key: str) -> list[int]:
    """The lengths of nested lists; ValueError where rows are not of one length."""
    shape: list[int] = []
    level = [rows]
    while level and all(isinstance(row, (list, tuple)) for row in level):
        if len(set(map(len, level))) > 1:
            raise ValueError(f"{key}: its rows are not of one length")
        shape.append(len(level[0]))
        level = [item for row in level for item in row]
    return shape


def _flat(rows: Any) -> list[Any]:
    if not isinstance(rows, (list, tuple)):
        return [rows]
    return [number for row in rows for number in _flat(row)]
