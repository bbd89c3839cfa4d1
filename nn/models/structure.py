"""Which models compute the same operations for every row, and what their graph depends on."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

from engine import Value, log_softmax, softmax

# Functions between layers that compute the same for every row.
_FUNCTIONS = (softmax, log_softmax)


class Structure:
    """The neurons that a model is made of, and nothing else is: those of the first layer first.

    `shape`: how they are put together.
    """

    def __init__(self, shape: Hashable, neurons: list[Any]) -> None:
        self.shape = shape
        self.neurons = neurons

    @property
    def known(self) -> bool:
        """Whether the operations are the same for every row, because all functions are ours."""
        return all(neuron._is_known() for neuron in self.neurons)

    @property
    def key(self) -> Hashable:
        """All that the graph of a known model depends on, but for the numbers of its leaves.

        Two keys are equal only as long as the leaves of the first are kept.
        """
        numbers = [
            tuple(id(n) if isinstance(n, Value) else repr(float(n)) for n in _numbers(neuron))
            for neuron in self.neurons
        ]
        return self.shape, tuple(neuron._activate for neuron in self.neurons), tuple(numbers)

    @property
    def leaves(self) -> list[Value]:
        """The weights and biases that are not plain numbers, each once."""
        numbers = [n for neuron in self.neurons for n in _numbers(neuron)]
        return list(dict.fromkeys(n for n in numbers if isinstance(n, Value)))


def _numbers(neuron: Any) -> tuple[Any, ...]:
    return (*neuron.weights, neuron.bias)


def structure_of(model: Any) -> Structure | None:
    """The structure of a module or function that has one; None of any other model."""
    if any(model is function for function in _FUNCTIONS):
        return Structure(model.__name__, [])
    method = getattr(type(model), "_structure", None)
    found: Structure | None = None if method is None else method(model)
    return found


def combined(kind: Hashable, parts: Iterable[Any]) -> Structure | None:
    """That of a module which is made of such parts; None if one of them has none."""
    shapes, neurons = [], []
    for part in parts:
        found = structure_of(part)
        if found is None:
            return None
        shapes.append(found.shape)
        neurons += found.neurons
    return Structure((kind, tuple(shapes)), neurons)
