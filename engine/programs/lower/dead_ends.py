"""Where a path of derivatives may end, and where a program must know whether it did.

Behind a branch that was not taken a partial derivative is `DEAD`: nothing that lies behind it adds
to a gradient. The contribution of that edge is chosen to be 0. Nodes further on get adjoints of 0,
and 0 times a finite partial is 0 as well; only where a partial may be infinite, such as 1/a, a
program needs to know whether a node is live: whether a path without a dead end leads to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from typing import Any

from engine.graph.value import Value
from engine.programs.lower.ir import Span
from engine.programs.lower.op_formulas import Operation, OpFormulas
from engine.programs.recording import Recording
from engine.sheet.computation import DEAD
from engine.sheet.ranges import ANY, Interval, bounds, is_finite, rounded, union, with_steps


class DeadEnds:
    """Of a graph with one output.

    `reached`: the nodes and parameters that a gradient can come to at all. `sure`: those of them
    that are live whatever the numbers are. `asked`: those whose liveness the program must compute.
    Inputs and parameters that lie in `spans`, which are long, are looked at as one and in no set.
    """

    def __init__(
        self,
        recording: Recording,
        operations: Mapping[Value, Operation],
        spans: Mapping[tuple[Value, str], Span],
    ) -> None:
        self.recording = recording
        self.operations = operations
        self.spans = spans
        (output,) = recording.outputs
        self.reached: set[Any] = {output}
        self.sure: set[Any] = {output}
        self.asked: set[Any] = set()
        self.infinite: dict[Any, set[str]] = {}
        # The operands that a gradient may go on to: their places among those of each name.
        self.edges: dict[Any, dict[str, Sequence[int]]] = {}
        for node in reversed(recording.nodes):
            if node in self.reached and node in recording.active:
                self._spread(node)
        if any(node not in self.sure for node in recording.nodes if node in self.reached):
            self._ask()

    def _edges(self, node: Value) -> dict[str, Sequence[int]]:
        active, (_, formulas, grouped) = self.recording.active, self.operations[node]
        found: dict[str, Sequence[int]] = {}
        for name, contribution in formulas.contributions.items():
            operands, kind = _as_list(grouped[name]), self._kind(node, name)
            places: Sequence[int] = range(len(operands))
            if kind == "input":
                continue
            if kind != "parameter" and not active.issuperset(operands):
                places = [place for place in places if operands[place] in active]
            factor = contribution.factor
            if factor in grouped and (node, factor) not in self.spans:
                # Behind a plain number 0 as the other factor nothing lies, as eagerly.
                factors = _as_list(grouped[factor])
                if 0.0 in factors:  # a Value is equal only to itself
                    several = len(factors) > 1
                    places = [i for i in places if not _is_zero(factors[i if several else 0])]
            if places and not contribution.is_nothing:
                found[name] = places
        return found

    def _kind(self, node: Value, name: str) -> str:
        """That of the array in which the operands of a name lie side by side; else nothing."""
        span = self.spans.get((node, name))
        return span.kind if span is not None else ""

    def _spread(self, node: Value) -> None:
        self.edges[node] = self._edges(node)
        contributions = self.operations[node].formulas.contributions
        sure = node in self.sure
        for name, operands in self.operands(node):
            self.reached.update(operands)
            if sure and contributions[name].live is None:
                self.sure.update(operands)

    def operands(self, node: Value) -> Iterator[tuple[str, list[Value]]]:
        """Those that a gradient may go on to, by the names of operands; not all of a span."""
        grouped = self.operations[node].operands
        for name, places in self.edges.get(node, {}).items():
            operands = _as_list(grouped[name])
            if self._kind(node, name) == "parameter":
                yield name, []
            elif len(places) == len(operands):
                yield name, operands
            else:
                yield name, [operands[place] for place in places]

    def _ask(self) -> None:
        recording = self.recording
        intervals: dict[Any, Interval] = {
            constant: rounded(n, n) for constant, n in recording.numbers.items()
        }
        known: dict[Any, tuple[Interval, set[str]]] = {}
        for node in recording.nodes:
            formulas = self.operations[node].formulas
            names = self._intervals(node, intervals)
            key = id(formulas), tuple(names.values())
            if key not in known:
                known[key] = _range(formulas, names)
            intervals[node], self.infinite[node] = known[key]
            if node not in self.sure and not _are_finite(node.partials):
                # What is finite between ordinary numbers overflows at those that were recorded.
                self.infinite[node] = {*names}
            if node in self.reached and node not in self.sure and self._matters(node):
                self.asked.add(node)

    def _intervals(self, node: Value, known: Mapping[Any, Interval]) -> dict[str, Interval]:
        """Between what the operands of a node lie: inputs and parameters anywhere."""
        found = {}
        for name, group in self.operations[node].operands.items():
            if self._kind(node, name) in ("input", "parameter"):
                found[name] = ANY
                continue
            parts = {
                rounded(operand, operand) if isinstance(operand, float) else known.get(operand, ANY)
                for operand in _as_list(group)
            }
            found[name] = union(parts) if parts else (0.0, 0.0)
        return found

    def _matters(self, node: Value) -> bool:
        """Whether the gradient of anything depends on the node's being live."""
        return any(
            name in self.infinite[node] or not self.asked.isdisjoint(operands)
            for name, operands in self.operands(node)
        )

    def asked_of(self, node: Value, name: str) -> list[int]:
        """Which of the operands that a gradient goes on to are asked: their places."""
        if not self.asked or self._kind(node, name) == "parameter":
            return []
        operands = _as_list(self.operations[node].operands[name])
        return [place for place in self.edges[node][name] if operands[place] in self.asked]

    def may_be_infinite(self, node: Value, name: str) -> bool:
        """Whether a path that has ended before the node must be kept from this partial."""
        return node in self.asked and name in self.infinite[node]


def _as_list(operands: Any) -> list[Any]:
    return operands if isinstance(operands, list) else [operands]


def _are_finite(partials: Sequence[float | None]) -> bool:
    # Of a constant operand there is None. Ordinary numbers may overflow in their sum.
    return isfinite(sum(filter(None, partials))) or all(map(isfinite, filter(None, partials)))


def _is_zero(factor: Any) -> bool:
    return isinstance(factor, float) and factor == 0.0


def _range(formulas: OpFormulas, names: dict[str, Interval]) -> tuple[Interval, set[str]]:
    """That of the value, and which partials may be infinite."""
    computation = formulas.computation
    known = with_steps(computation.before, {**names, DEAD: (0.0, 0.0)})
    value = bounds(computation.value, known)
    known = with_steps(computation.after, {**known, "out": value})
    partials = computation.partials.items()
    return value, {name for name, tree in partials if not is_finite(bounds(tree, known))}
