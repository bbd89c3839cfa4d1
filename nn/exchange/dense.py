"""A model of this package as dense layers: matrices, biases, activations."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import engine
from engine import Parameter
from nn.models.layers import Layer, Sequential
from nn.models.neuron import Neuron

# Functions that stand among the layers of a Sequential and that others know as layers.
FUNCTIONS: dict[Callable[..., Any], str] = {
    engine.softmax: "Softmax",
    engine.log_softmax: "LogSoftmax",
}


class Dense:
    """The neurons of one layer: `weights` by rows, one for each neuron, and `biases`.

    `name`: for messages. `activation`: "linear", one of the sheet's, or of neurons that differ, or
    have a function of their own, None.
    """

    def __init__(self, name: str, neurons: Sequence[Neuron]) -> None:
        self.name = name
        self.neurons = neurons
        kinds = {neuron.activation if neuron._is_known() else None for neuron in neurons}
        self.activation: str | None = kinds.pop() if len(kinds) == 1 else None
        # Whether a module for the activation follows in a chain of modules.
        self.is_linear = self.activation == "linear"

    @property
    def weights(self) -> list[list[Any]]:
        """What the inputs are multiplied by, a row for each neuron."""
        return [[*neuron.weights] for neuron in self.neurons]

    @property
    def biases(self) -> list[Any]:
        return [neuron.bias for neuron in self.neurons]

    @property
    def has_bias(self) -> bool:
        """Whether there is more than a plain 0 in the place of each bias."""
        return any(isinstance(bias, Parameter) or float(bias) != 0 for bias in self.biases)

    def arrays(self) -> Iterator[tuple[str, list[Any]]]:
        """The names of PyTorch's Linear, and what they stand for."""
        yield "weight", self.weights
        if self.has_bias:
            yield "bias", self.biases


def parts_of(model: Any) -> list[Dense | str] | None:
    """The dense layers of a model, and the names of `FUNCTIONS` between them, in order.

    None for a model that is not made of this package's layers.
    """
    if not hasattr(model, "parameters"):
        name = FUNCTIONS.get(model) if callable(model) else None
        return None if name is None else [name]
    call = type(model).__call__
    if isinstance(model, Neuron) and call is Neuron.__call__:
        return [Dense(repr(model), [model])]
    if isinstance(model, Layer) and call is Layer.__call__:
        plain = all(type(neuron).__call__ is Neuron.__call__ for neuron in model.neurons)
        return [Dense(repr(model), model.neurons)] if plain else None
    if isinstance(model, Sequential) and call is Sequential.__call__:
        found: list[Dense | str] = []
        for layer in model.layers:
            parts = parts_of(layer)
            if parts is None:
                return None
            found += parts
        return found
    return None


def numbered(parts: Sequence[Dense | str]) -> Iterator[tuple[int, Dense | str]]:
    """The parts with their places in a chain of modules, where an activation is one by itself."""
    place = 0
    for part in parts:
        yield place, part
        place += 2 if isinstance(part, Dense) and not part.is_linear else 1
