"""The outputs of a known model in the shortest way: for loops in which nobody sees the nodes."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any

from engine import dot
from nn.models.structure import structure_of


def straight_outputs(model: Any) -> Callable[[Sequence[Any]], Any] | None:
    """What a model of this package's layers alone computes; None for any other model.

    The function neither looks at its inputs nor names its nodes. It holds the weights and biases
    that the model has now.

    >>> from nn import MLP
    >>> model = MLP(2, [2, 1], activation="linear", init="ones")
    >>> straight_outputs(model)([8.0, 80.0]), model([8.0, 80.0])
    (Value(176, grad=0), Value(176, grad=0, label='ŷ'))
    """
    structure = structure_of(model)
    if structure is None or not structure.neurons or not structure.known:
        return None
    if not _of_layers_alone(structure.shape):
        return None
    neurons = [(each.weights, each.bias, each._activate) for each in structure.neurons]
    layers = list(_layers(structure.shape, iter(neurons)))
    single = layers[-1][0]
    rows = [row for _, row in layers]

    def outputs(row: Sequence[Any]) -> Any:
        for layer in rows:
            row = [
                dot(weights, row, bias) if activate is None else activate(dot(weights, row, bias))
                for weights, bias, activate in layer
            ]
        return row[0] if single else row

    return outputs


def _of_layers_alone(shape: Hashable) -> bool:
    """Whether there is no function between them, such as softmax, and only neurons inside."""
    if not isinstance(shape, tuple):
        return shape is None
    single, parts = shape
    if single is None:
        return all(map(_of_layers_alone, parts))
    return all(part is None for part in parts)


def _layers(shape: Hashable, neurons: Iterator[Any]) -> Iterator[tuple[bool, list[Any]]]:
    """The neurons side by side, layer after layer, and whether they give a single output bare."""
    if shape is None:
        yield True, [next(neurons)]
        return
    assert isinstance(shape, tuple)
    single, parts = shape
    if single is None:
        for part in parts:
            yield from _layers(part, neurons)
    else:
        yield single, [next(neurons) for _ in parts]
