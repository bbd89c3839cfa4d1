"""What of a network is drawn: its inputs and layers as columns of circles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from engine.drawing.style import plain_name
from nn.models.layers import Layer, Sequential
from nn.models.neuron import Neuron

# A column of more circles shows the first and the last of them.
_MOST_CIRCLES, FIRST, LAST = 8, 4, 2


class Column(NamedTuple):
    """Circles on top of each other: `neurons` of one layer, or else `size` numbers."""

    title: str
    size: int
    notes: list[str]
    neurons: Sequence[Neuron] = ()


def columns_of(model: Any) -> list[Column]:
    """The inputs and the layers. ValueError if there are no layers.

    Functions between layers are noted under the column before them; where they give another number
    of results than they take, these are a column.
    """
    columns: list[Column] = []
    functions: list[str] = []
    layers = 0
    for part in _parts(model):
        if not isinstance(part, (Layer, Neuron)):
            functions.append(str(getattr(part, "__name__", type(part).__name__)))
            continue
        neurons = part.neurons if isinstance(part, Layer) else [part]
        count = len(neurons[0].weights)
        if not columns:
            columns.append(Column("inputs", count, []))
        elif columns[-1].size != count:
            columns.append(Column(", ".join(functions) or "values", count, []))
            functions = []
        columns[-1].notes.extend(f"then {name}" for name in functions)
        functions = []
        layers += 1
        kinds = ", ".join(dict.fromkeys(str(neuron.activation) for neuron in neurons))
        columns.append(Column(f"layer {layers}", len(neurons), [kinds], neurons))
    if not columns:
        raise ValueError(f"draw_network: there is no layer in {plain_name(repr(model), 60)}")
    columns[-1].notes.extend(f"then {name}" for name in functions)
    return columns


def _parts(model: Any) -> Iterator[Any]:
    if isinstance(model, Sequential):
        for part in model.layers:
            yield from _parts(part)
    else:
        yield model


def rows_of(count: int) -> list[int | None]:
    """The rows that are drawn, None where some are left out."""
    if count <= _MOST_CIRCLES:
        return [*range(count)]
    return [*range(FIRST), None, *range(count - LAST, count)]
