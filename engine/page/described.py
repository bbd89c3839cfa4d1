"""What a live page is told of its graph, as JSON: names, formulas, edges, and the data."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from typing import Any

from engine.drawing.subject import Subject, edge_id
from engine.drawing.views import boxes_of
from engine.graph.paths import Edge
from engine.graph.value import Value
from engine.page.data import Rows
from engine.page.notation import LocalForm, Notation
from engine.programs.recording import Recording

# A learning rate where the numbers of the graph do not suggest one, and the largest that is.
_RATE, _LARGEST_RATE = 0.01, 0.1


def edges_of(order: Sequence[Value]) -> list[Edge]:
    """All edges as the backward pass goes over them: from the output back, operands in order."""
    return [
        Edge(node, position)
        for node in reversed(order)
        if node.op is not None
        for position, partial in enumerate(node.partials)
        if partial is not None
    ]


class Description:
    """Writes down one graph. `source`: the picture of it in this view, in DOT."""

    def __init__(self, subject: Subject, view: str, source: str) -> None:
        self.subject = subject
        self.naming = subject.naming
        self.numbers = {node: place for place, node in enumerate(subject.order)}
        self.notation = Notation(self.naming, self.numbers, subject.digits)
        self.boxes = boxes_of(subject, view)
        self.drawn = set(re.findall(r', id="([^"]*)"', source))

    def graph(
        self,
        edges: Sequence[Edge],
        forms: Sequence[LocalForm],
        training: Recording | None,
        data: Rows | None,
        **rest: Any,
    ) -> str:
        """The graph as JSON that can stand within HTML; `rest` is said as it is."""
        order = self.subject.order
        described: dict[str, Any] = {
            **rest,
            "digits": self.subject.digits,
            "nodes": [self.node(node) for node in order],
            "edges": list(map(self.edge, edges, forms)),
            "leaves": [self.numbers[node] for node in order if node.op is None],
            "training": None,
            "data": None,
        }
        self._number_edges(edges, described["edges"])
        if training is not None:
            described["training"] = {
                "parameters": self._places(training.parameters),
                "inputs": self._places(training.inputs),
                "rate": self.rate(training.parameters),
            }
        if data is not None:
            described["data"] = {
                "names": data.names,
                "columns": self._places(data.leaves),
                "rows": [list(map(_number, row)) for row in data.rows],
            }
        text = json.dumps(described, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        # Within a script element of HTML "<" could begin its end.
        return text.replace("<", "\\u003c")

    def node(self, node: Value) -> dict[str, Any]:
        name = self.naming.text(node)
        said: dict[str, Any] = {
            "name": name,
            "kind": "operation" if node.op is not None else node.role,
            "value": _number(node.data),
            "math": self.notation.markup.name(name),
            "box": self.boxes[node],
        }
        if node.scope:
            said["scope"] = node.scope
        return said if node.op is None else said | self.notation.node(node)

    def edge(self, edge: Edge, form: LocalForm) -> dict[str, Any]:
        return {
            "from": self.numbers[edge.operand],
            "to": self.numbers[edge.node],
            "branches": self.notation.edge(form),
        }

    def rate(self, parameters: Sequence[Value]) -> float:
        """A learning rate to begin with: half of Polyak's step, y / |∇y|², in one digit.

        If y went on as its gradient says, a step would halve it.
        """
        slopes = [self.subject.gradient_of(parameter) for parameter in parameters]
        square = sum(slope * slope for slope in slopes)
        rate = self.subject.root.data / square / 2 if square else 0.0
        return min(float(f"{rate:.0e}"), _LARGEST_RATE) if 0 < rate < math.inf else _RATE

    def _number_edges(self, edges: Sequence[Edge], said: list[dict[str, Any]]) -> None:
        """Adds the ids of those arrows that are drawn."""
        identity = self.subject.identity
        numbers: dict[tuple[Value, Value], int] = {}
        for edge, description in zip(edges, said):
            pair = edge.operand, edge.node
            numbers[pair] = numbers.get(pair, 0) + 1
            name = edge_id(identity[edge.operand], identity[edge.node], numbers[pair])
            if name in self.drawn:
                description["id"] = name

    def _places(self, nodes: Sequence[Value]) -> list[int]:
        return [self.numbers[node] for node in nodes]


def _number(value: float) -> float | str:
    """A number of JSON, or text that JavaScript's `Number` reads."""
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
