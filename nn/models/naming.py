"""The names of the lesson, by where a parameter is: w{layer}{input}{neuron}, b{layer}{neuron}."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from engine import Value


def lesson_name(letter: str, *indices: int, apart: bool) -> str:
    """The name with these indices; `apart`: one of the layer's has two digits, so they are set off.

    >>> lesson_name("w", 1, 2, 1, apart=False), lesson_name("w", 1, 12, 3, apart=True)
    ('w121', 'w1_12_3')
    """
    return letter + ("_" if apart else "").join(map(str, indices))


def lesson_names(layers: Sequence[Sequence[Any]]) -> Iterator[tuple[Any, str]]:
    """The parameters of layers of neurons and their names, all of them distinct."""
    for layer, neurons in enumerate(layers, 1):
        widest = max((len(neuron.weights) for neuron in neurons), default=0)
        apart = max(layer, len(neurons), widest) > 9
        for number, neuron in enumerate(neurons, 1):
            for i, weight in enumerate(neuron.weights, 1):
                yield weight, lesson_name("w", layer, i, number, apart=apart)
            yield neuron.bias, lesson_name("b", layer, number, apart=apart)


def named_by_lesson(
    parameters: Sequence[Any], layers: Sequence[Sequence[Any]]
) -> list[tuple[str, Any]] | None:
    """(name, parameter) pairs; None where the layers do not hold all of the parameters."""
    names: dict[Value, str] = {}
    for parameter, name in lesson_names(layers):
        # A neuron may have a plain number in place of a parameter.
        if isinstance(parameter, Value):
            names.setdefault(parameter, name)
    if not all(parameter in names for parameter in parameters):
        return None
    return [(names[parameter], parameter) for parameter in parameters]
