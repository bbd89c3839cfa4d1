"""Which models compute the same operations for every row, and what their graph depends on."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from engine import Value
from engine.eager.functions import EAGER
from engine.sheet.ops import ACTIVATIONS
from nn.models.layers import Layer, Sequential
from nn.models.neuron import Neuron

_ACTIVATIONS = {None, *(EAGER[op.name] for op in ACTIVATIONS)}


def is_ours(model: Any) -> bool:
    """Whether the model is made of this package's neurons, whatever each of them computes."""
    call = type(model).__call__
    if isinstance(model, Sequential):
        return call is Sequential.__call__ and all(map(is_ours, model.layers))
    if isinstance(model, Layer):
        return call is Layer.__call__ and all(map(is_ours, model.neurons))
    return isinstance(model, Neuron) and call is Neuron.__call__


def is_known(model: Any) -> bool:
    """Whether the model computes the same operations for every row, because all of it is ours."""
    return is_ours(model) and all(
        getattr(neuron.respond, "__func__", None) is Neuron.respond
        and getattr(neuron.respond, "__self__", None) is neuron
        and not neuron.is_custom
        and neuron._activate in _ACTIVATIONS
        for neuron in neurons_of(model)
    )


def structure(model: Any) -> Hashable:
    """All that the graph of a known model depends on, but for the numbers of its leaves.

    Two structures are equal only as long as the leaves of the first are kept.
    """
    if isinstance(model, Sequential):
        return tuple(map(structure, model.layers))
    if isinstance(model, Layer):
        # A layer of one output gives it bare.
        return model.outputs == 1, tuple(map(structure, model.neurons))
    numbers = (*model.weights, model.bias)
    return (
        model._activate,
        tuple(id(n) if isinstance(n, Value) else repr(float(n)) for n in numbers),
    )


def neurons_of(model: Any) -> list[Neuron]:
    """The neurons of a model that is ours, those of the first layer first."""
    if isinstance(model, Neuron):
        return [model]
    parts = model.neurons if isinstance(model, Layer) else model.layers
    return [neuron for part in parts for neuron in neurons_of(part)]


def leaves_of(model: Any) -> list[Any]:
    """The weights and biases of a model that is ours that are not plain numbers, each once."""
    numbers = [n for neuron in neurons_of(model) for n in (*neuron.weights, neuron.bias)]
    return list(dict.fromkeys(n for n in numbers if isinstance(n, Value)))
