"""What a model is made of and how many parameters each part has, as a table in text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from engine import Parameter
from engine.base.spelling import Text
from nn.models.component import Component
from nn.models.finding import CLOSED, leaves, parts_of, written

# Of more parts than this the `repr` of a module shows the first and the last.
_PARTS = 6


class Row(NamedTuple):
    """A line of the table: where a part is, what it is, the sum that makes its count, remarks."""

    place: str
    kind: str
    terms: str
    parameters: int
    remarks: str = ""


def summary(model: Component, parameters: Sequence[Any]) -> Text:
    """The table that `Module.summary` returns."""
    survey = _Survey(parameters)
    rows = [*survey.rows(model, "")]
    elsewhere = len(survey.trained - survey.counted.keys())
    if elsewhere:
        rows.append(Row("elsewhere", "named by parameters()", "", elsewhere))
    head = (type(model).__name__, "kind", "weights + biases", "parameters", "")
    total = ("total", "", "", f"{len(survey.trained):,}", "")
    body = [(row.place or "itself", *row[1:3], f"{row.parameters:,}", row.remarks) for row in rows]
    return Text(_aligned([head, *body, total]))


def in_one_line(model: Component, parameters: Sequence[Any]) -> str:
    """What the `repr` of a module is: its parts by their places, and how many parameters it has.

    >>> from engine import Parameter
    >>> from nn import Layer, Module
    >>> class Net(Module):
    ...     def __init__(self):
    ...         self.hidden, self.gain = Layer(2, 3), Parameter(1.0)
    >>> in_one_line(Net(), Net().parameters())
    'Net(hidden: Layer(2 → 3 relu), gain: Parameter; 10 parameters)'
    """
    rows = [*_Survey(parameters).rows(model, "")]
    parts = [f"{row.place}: {row.kind}" for row in rows if row.place]
    if len(parts) > _PARTS:
        parts = [*parts[: _PARTS - 2], "…", parts[-1]]
    return f"{type(model).__name__}({', '.join(parts)}{number_of(parameters, bool(parts))})"


def number_of(parameters: Sequence[Any], follows: bool = True) -> str:
    """How many parameters there are, as the end of a `repr`."""
    count = len(parameters)
    return f"{'; ' * follows}{count:,} parameter{'s' * (count != 1)}"


class _Survey:
    """One walk through a model that counts every parameter where it is found first."""

    def __init__(self, parameters: Sequence[Any]) -> None:
        # Kept, because a parameter is known by its identity.
        self.parameters = parameters
        self.trained = {id(parameter) for parameter in parameters}
        self.counted: dict[int, str] = {}
        self.seen: dict[int, tuple[str, Any]] = {}

    def rows(self, part: Any, place: str) -> Iterator[Row]:
        """The lines of a part, in the order in which its parameters are found."""
        if id(part) in self.seen:
            if isinstance(part, Component):
                first = self.seen[id(part)][0] or "the model"
                yield Row(place, _kind(part), "", 0, f"the same as {first}")
        elif _neurons(part):
            yield self._row_of_neurons(part, place)
        elif _holds_modules(part, {}):
            self.seen[id(part)] = place, part
            for name, inner in parts_of(part):
                at = f"{place}.{written((None, name))}".lstrip(".")
                yield from self._rows_within(part, name, inner, at)
        else:
            row = self._row(part, place, "")
            if row.parameters or row.remarks or isinstance(part, Component):
                yield row

    def _rows_within(self, part: Any, name: Any, inner: Any, place: str) -> Iterator[Row]:
        if not isinstance(part, Component) or part._steps != name:
            yield from self.rows(inner, place)
            return
        for number, step in enumerate(inner):
            found = [*self.rows(step, f"{place}.{number}")]
            # A function between layers has no parameters, and is part of the model.
            yield from found or [Row(f"{place}.{number}", _kind(step), "", 0)]

    def _row_of_neurons(self, part: Any, place: str) -> Row:
        neurons = _neurons(part)
        for one in (part, *neurons):
            self.seen[id(one)] = place, one
        numbers = [n for neuron in neurons for n in (*neuron.weights, neuron.bias)]
        fixed = sum(not isinstance(n, Parameter) and id(n) not in self.trained for n in numbers)
        row = self._row(part, place, f"{fixed} fixed" if fixed else "")
        if row.parameters != len(numbers):
            return row
        inputs = {len(neuron.weights) for neuron in neurons}
        if len(neurons) == 1:
            terms = f"{len(numbers) - 1} + 1"
        elif len(inputs) == 1:
            terms = f"{len(neurons)}·{inputs.pop()} + {len(neurons)}"
        else:
            terms = f"{len(numbers) - len(neurons)} + {len(neurons)}"
        return row._replace(terms=terms)

    def _row(self, part: Any, place: str, remark: str) -> Row:
        """One line for all that a part holds."""
        self.seen[id(part)] = place, part
        count = left_out = 0
        shared: dict[str, int] = {}
        for _, leaf in leaves([part]):
            if id(leaf) in self.counted:
                first = self.counted[id(leaf)] or "itself"
                shared[first] = shared.get(first, 0) + 1
            elif id(leaf) in self.trained:
                self.counted[id(leaf)] = place
                count += 1
            elif isinstance(leaf, Parameter):
                left_out += 1
        remarks = [remark] if remark else []
        remarks += [f"{number} shared with {first}" for first, number in shared.items()]
        if left_out:
            remarks.append(f"{left_out} not in parameters(): not trained")
        return Row(place, _kind(part), "", count, "; ".join(remarks))


def _neurons(part: Any) -> Sequence[Any]:
    """Those that have one line together; none of what has a line for every part."""
    if isinstance(part, Component):
        return part._neurons()
    return part if _are_alike(part) else ()


def _are_alike(part: Any) -> bool:
    """Whether this is a list of neurons of one kind, as a user's own layer may keep them."""
    return (
        isinstance(part, (list, tuple))
        and len(part) > 0
        and all(isinstance(inner, Component) and inner in inner._neurons() for inner in part)
        and len({id(inner) for inner in part}) == len(part)
        and len({repr(inner) for inner in part}) == 1
    )


def _holds_modules(part: Any, seen: dict[int, Any]) -> bool:
    if isinstance(part, Component):
        return True
    if isinstance(part, CLOSED) or id(part) in seen:
        return False
    seen[id(part)] = part
    return any(_holds_modules(inner, seen) for _, inner in parts_of(part))


def _kind(part: Any) -> str:
    neurons = _neurons(part)
    if neurons:
        return repr(part) if isinstance(part, Component) else f"{len(neurons)} × {neurons[0]!r}"
    return getattr(part, "__name__", type(part).__name__)


def _aligned(lines: Sequence[Sequence[str]]) -> str:
    """Columns side by side, the counts set to the right."""
    widths = [max(map(len, column)) for column in zip(*lines)]
    written = []
    for *texts, count, remarks in lines:
        cells = [text.ljust(width) for text, width in zip(texts, widths)]
        written.append("   ".join([*cells, count.rjust(widths[3]), remarks]).rstrip())
    return "\n".join(written)
