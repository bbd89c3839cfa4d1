"""`draw_network`: the picture of a network, layer by layer."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from engine.base.numbers import DIGITS, digits_of, shown
from engine.drawing.render import Picture
from engine.drawing.style import (
    DATA,
    FONT,
    INK,
    MUTED,
    NEGATIVE,
    PAPER,
    PARAMETER,
    POSITIVE,
    plain_name,
    quoted,
    text,
)
from nn.draw.columns import FIRST, LAST, Column, columns_of, rows_of
from nn.draw.labels import Line, Point, places_of
from nn.draw.sizes import size_of, spots_of
from nn.draw.training_loop import TEXT
from nn.models.layers import Layer, Sequential
from nn.models.neuron import Neuron

# Between two columns with more edges than this no label would find a place.
_MOST_LABELS = 9
_THINNEST, _WIDEST = 0.6, 4.2
# Inches.
_LINE = 0.16
_LONGEST = 10


def draw_network(model: Any, digits: int = DIGITS) -> Picture:
    """The network itself: a column per layer, a circle per neuron, an edge per weight.

    `model`: an `MLP`, a `Sequential`, a `Layer` or a `Neuron`. A circle names the neuron's output
    and its bias, the note under a column the activation. Blue weights are positive, orange ones
    negative; the width is their size. Where there is room, edges carry the name and the number of
    their weight. Of a layer of more than 8 neurons the first and the last are drawn. `digits`: how
    many significant digits numbers have, 1 to 17; circles and gaps grow with them.

    Raises TypeError for anything else than such a model, ValueError for one without layers and for
    another number of digits.

    >>> from nn import MLP
    >>> picture = draw_network(MLP(2, [2, 1], "linear", init="ones"))
    >>> picture
    Picture of 5 boxes, 6 arrows
    >>> all(name in picture.source for name in ("w111", "w221", "b21", "o12", "ŷ"))
    True
    >>> "⋮ 58 more" in draw_network(MLP(64, [32, 10])).source
    True
    """
    if not isinstance(model, (Sequential, Layer, Neuron)):
        raise TypeError(
            f"draw_network takes an MLP, a Sequential, a Layer or a Neuron, not "
            f"{plain_name(repr(model), 60)} ({type(model).__name__})"
        )
    digits = digits_of(digits, "draw_network")
    columns = columns_of(model)
    rows = [rows_of(column.size) for column in columns]
    weights = _weights(columns, rows)
    biases = [neuron.bias for column in columns for neuron in column.neurons]
    size = size_of(
        [shown(bias.data, digits) for bias in biases],
        [f"{_weight_name(weight)} {shown(weight.data, digits)}" for *_, weight in weights],
    )
    spots = spots_of(rows, size)
    sizes = [abs(weight.data) for *_, weight in weights if math.isfinite(weight.data)]
    widest = max(sizes, default=0.0)

    picture = Picture("network")
    picture.body += _settings(size.diameter)
    picture.body += [
        _circle(columns[number], (number, row), spot, digits)
        for (number, row), spot in spots.items()
        if row is not None
    ]
    picture.body += [_edge(tail, head, weight, widest, digits) for tail, head, weight in weights]
    written = [
        *_labels(weights, spots, size.diameter, digits),
        *_notes(columns, rows, spots, size.diameter),
    ]
    picture.body.append(f"{TEXT}{''.join(written)}\t}}\n")
    partly = any(None in shown_rows for shown_rows in rows)
    picture.body.append(
        f'\tlabelloc=b; fontname="{FONT}"; label=<{_legend(shown(widest, digits), partly)}>\n'
    )
    return picture


def _settings(diameter: float) -> list[str]:
    return [
        # The places are given, in inches; any other layout would undo the columns.
        "\tlayout=neato; splines=line; outputorder=edgesfirst; pad=0.2\n",
        f'\tbgcolor="{PAPER}"\n',
        f"\tnode [shape=circle, fixedsize=true, width={diameter:g}, style=filled, "
        f'fontname="{FONT}"]\n',
        "\tedge [arrowsize=0.5]\n",
    ]


def _weights(
    columns: Sequence[Column], rows: Sequence[Sequence[int | None]]
) -> list[tuple[tuple[int, int], tuple[int, int], Any]]:
    """The circles that an edge leads from and to, and its weight."""
    return [
        ((number - 1, tail), (number, head), columns[number].neurons[head].weights[tail])
        for number in range(1, len(columns))
        if columns[number].neurons
        for head in rows[number]
        for tail in rows[number - 1]
        if head is not None and tail is not None
    ]


def _identity(circle: tuple[int, int]) -> str:
    return f"c{circle[0]}n{circle[1] + 1}"


def _circle(column: Column, circle: tuple[int, int], spot: Point, digits: int) -> str:
    number, row = circle
    if column.neurons:
        style, neuron = PARAMETER, column.neurons[row]
        name, bias = neuron._output_label, neuron.bias
        bias_name = plain_name("b" if bias.label is None else bias.label, _LONGEST)
        value = shown(bias.data, digits)
        gap = " " if len(bias_name + value) < 11 else "<BR/>"
        below = f"<BR/>{text(bias_name, INK, 10, 'I')}{gap}{text(value, INK, 10, 'B')}"
        tooltip = f"{name}, with the bias {bias_name} = {value}"
    else:
        style, below = DATA, ""
        name = tooltip = f"x{row + 1}" if number == 0 else str(row + 1)
    name = plain_name(name, _LONGEST)
    label = text(name, INK, 15 if len(name) < 7 else 11, "I") + below
    return (
        f'\t{_identity(circle)} [pos="{spot.x:g},{spot.y:g}!", label=<{label}>, '
        f'fillcolor="{style.fill}", color="{style.border}", penwidth={style.width}, '
        f"tooltip={quoted(tooltip)}]\n"
    )


def _edge(
    tail: tuple[int, int], head: tuple[int, int], weight: Any, widest: float, digits: int
) -> str:
    tooltip = quoted(f"{_weight_name(weight)} = {shown(weight.data, digits)}")
    look = _look(weight.data, widest)
    return f"\t{_identity(tail)} -> {_identity(head)} [{look}, tooltip={tooltip}]\n"


def _look(weight: float, widest: float) -> str:
    """The colour and the width of an edge."""
    if not math.isfinite(weight):
        return f'color="{INK}", penwidth={_WIDEST}, style=dashed'
    share = abs(weight) / widest if widest else 0.0
    return f'color="{_colour(weight)}", penwidth={_THINNEST + (_WIDEST - _THINNEST) * share:.2f}'


def _colour(weight: float) -> str:
    return POSITIVE if weight > 0 else NEGATIVE if weight < 0 else MUTED


def _weight_name(weight: Any) -> str:
    return plain_name("w" if weight.label is None else weight.label, _LONGEST)


def _labels(
    weights: Sequence[Any],
    spots: dict[tuple[int, int | None], Point],
    diameter: float,
    digits: int,
) -> Iterator[str]:
    """Names and numbers on the edges, between columns that do not have too many."""
    for number in dict.fromkeys(head[0] for _, head, _ in weights):
        gap = [edge for edge in weights if edge[1][0] == number]
        if len(gap) > _MOST_LABELS:
            continue
        written = [(_weight_name(weight), shown(weight.data, digits)) for _, _, weight in gap]
        lines = [Line(spots[tail], spots[head]) for tail, head, _ in gap]
        places = places_of(lines, [len(name + value) + 1 for name, value in written], diameter)
        for index, (place, (name, value)) in enumerate(zip(places, written)):
            label = text(f"{name} ", INK, 10, "I") + text(
                value, _colour(gap[index][2].data), 10, "B"
            )
            yield (
                f'\t\tw{number}n{index + 1} [pos="{place.x:.3f},{place.y:.3f}!", label=<<TABLE '
                f'BORDER="0" CELLBORDER="0" CELLPADDING="1" CELLSPACING="0"><TR>'
                f'<TD BGCOLOR="{PAPER}">{label}</TD></TR></TABLE>>]\n'
            )


def _notes(
    columns: Sequence[Column],
    rows: Sequence[Sequence[int | None]],
    spots: dict[tuple[int, int | None], Point],
    diameter: float,
) -> Iterator[str]:
    """What stands under the columns, and how many circles are left out."""
    bottom = min(spot.y for spot in spots.values()) - diameter / 2 - 0.2
    for number, column in enumerate(columns):
        what = "neuron" if column.neurons else "number"
        counted = f"{column.size:,} {what}{'s' * (column.size != 1)}"
        lines = [text(plain_name(column.title), INK, 13, "B"), text(counted, MUTED, 11)]
        lines += [text(plain_name(note, 32), INK, 11) for note in column.notes]
        # Their upper edges in one line, whatever the number of lines.
        middle = _LINE * (len(lines) + 0.2) / 2
        spot = Point(spots[number, rows[number][0]].x, bottom - middle)
        yield f'\t\tnote{number} [pos="{spot.x:g},{spot.y:g}!", label=<{"<BR/>".join(lines)}>]\n'
        if None in rows[number]:
            spot = spots[number, None]
            more = text(f"⋮ {column.size - FIRST - LAST:,} more", MUTED, 14)
            yield f'\t\tmore{number} [pos="{spot.x:g},{spot.y:g}!", label=<{more}>]\n'


def _legend(widest: str, partly: bool) -> str:
    parts = [
        text("—— ", POSITIVE, 12, "B") + text("positive weight", MUTED, 10),
        text("—— ", NEGATIVE, 12, "B") + text("negative weight", MUTED, 10),
        text(f"the wider, the larger; the widest is ±{widest}", MUTED, 10),
    ]
    if partly:
        parts.append(text("⋮ circles and weights that are not drawn", MUTED, 10))
    cells = "".join(f'<TD CELLPADDING="7">{part}</TD>' for part in parts)
    return f'<TABLE BORDER="0" CELLSPACING="0"><TR>{cells}</TR></TABLE>'
