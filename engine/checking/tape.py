"""A graph as numbers in rows, at the numbers it was computed from and at others.

What a slip makes of a gradient is the same walk with another local derivative somewhere.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from engine.eager.current import check_current
from engine.graph.paths import Edge
from engine.graph.value import Value
from engine.graph.walks import topological_order
from engine.sheet.evaluate import forward, partials, undefined
from engine.sheet.op import Op

# How many other sets of numbers are tried until enough are inside every operation's domain.
_TRIES = 40


class Tape:
    """All nodes of y in order, the edges that lead from y to x, and runs at any numbers."""

    def __init__(self, y: Value, x: Value) -> None:
        self.y, self.x = y, x
        self.nodes = topological_order(y)
        self.place = {node: i for i, node in enumerate(self.nodes)}
        self.leaves = [node for node in self.nodes if node.op is None]
        self.edges: list[Edge] = []
        # Of nodes that x is below of: the longest way down to it, and the edges on the ways.
        self.height: dict[int, int] = {self.place[x]: 0} if x in self.place else {}
        self.steps: list[tuple[int, list[tuple[int, int]]]] = []
        self._find_edges()
        try:
            check_current(self.nodes, derivatives=True)
            self.current = True
        except ValueError:
            self.current = False
        self.here = Run(self, [n.data for n in self.nodes], [n.partials for n in self.nodes])

    def _find_edges(self) -> None:
        on_the_way = _below(self.y) if self.height else set()
        for i, node in enumerate(self.nodes):
            if node is self.x or node not in on_the_way:
                continue
            found = []
            for position, (operand, partial) in enumerate(zip(node.args, node.partials)):
                if partial is not None and (j := self.place[operand]) in self.height:  # type: ignore[index]
                    found.append((len(self.edges), j))
                    self.edges.append(Edge(node, position))
            if found:
                self.height[i] = 1 + max(self.height[j] for _, j in found)
                self.steps.append((i, found))

    @property
    def connected(self) -> bool:
        """Whether y depends on x."""
        return self.place[self.y] in self.height

    @cached_property
    def elsewhere(self) -> list[Run]:
        """Up to six runs at random numbers, none where the graph has been changed since."""
        source = random.Random(1)
        found: list[Run] = []
        for _ in range(_TRIES if self.current else 0):
            run = self.run(
                {
                    leaf: leaf.data * source.uniform(0.7, 1.3) + source.uniform(-0.3, 0.3)
                    for leaf in self.leaves
                }
            )
            if run is not None:
                found.append(run)
            if len(found) == 6:
                break
        return found

    def run(self, leaves: Mapping[Value, float]) -> Run | None:
        """The graph with other numbers in its leaves; None where it has no finite value there."""
        data: list[float] = []
        local: list[Any] = []
        for node in self.nodes:
            op = node.op
            if op is None:
                data.append(leaves.get(node, node.data))
                local.append(())
                continue
            numbers = _arguments(op, self.numbers(node, data))
            if undefined(op)(*numbers)[0]:
                return None
            (out,) = forward(op)(*numbers)
            data.append(out)
            row: list[Any] = []
            for group in partials(op)(*numbers, out):
                row += group if isinstance(group, list) else [group]
            local.append(row)
            if not all(map(math.isfinite, (out, *row))):
                return None
        return Run(self, data, local)

    def partial(self, op: Op, numbers: Sequence[float]) -> float:
        """The derivative of an operation on one number at another one; nan where it has none."""
        if undefined(op)(*numbers)[0]:
            return math.nan
        (out,) = forward(op)(*numbers)
        return float(partials(op)(*numbers, out)[0])  # type: ignore[arg-type]

    def numbers(self, node: Value, data: Sequence[float]) -> list[float]:
        """The numbers of a node's operands and constants, in a row."""
        return [data[self.place[a]] if isinstance(a, Value) else a for a in node.args]


class Run:
    """The graph at one set of numbers: `data` by place, `local` by edge, and derivatives."""

    def __init__(self, tape: Tape, data: list[float], partials: Sequence[Sequence[Any]]) -> None:
        self.tape, self.data, self._partials = tape, data, partials
        self.local = [float(partials[tape.place[e.node]][e.position]) for e in tape.edges]
        self.down = self._down(self.local)
        self._between: dict[int, dict[int, float]] = {}
        self.gradient = self.down.get(tape.place[tape.y], 0.0)

    def _down(self, local: Sequence[float]) -> dict[int, float]:
        """∂node/∂x of the nodes that depend on x."""
        found = {self.tape.place[self.tape.x]: 1.0} if self.tape.height else {}
        for i, edges in self.tape.steps:
            # A local derivative of 0 ends its path, whatever lies further on.
            found[i] = sum(local[edge] * found[j] for edge, j in edges if local[edge])
        return found

    def between(self, below: int) -> dict[int, float]:
        """∂node/∂below of the nodes on the way from y to x that are computed from it."""
        if below not in self._between:
            found = {below: 1.0}
            for i, edges in self.tape.steps:
                terms = [self.local[edge] * found[j] for edge, j in edges if j in found]
                if terms and i != below:
                    found[i] = sum(terms)
            self._between[below] = found
        return self._between[below]

    @cached_property
    def up(self) -> list[float]:
        """∂y/∂node of every node."""
        found = [0.0] * len(self.data)
        found[self.tape.place[self.tape.y]] = 1.0
        for i in range(len(found) - 1, -1, -1):
            node = self.tape.nodes[i]
            if found[i] and node.op is not None:
                for operand, partial in zip(node.args, self._partials[i]):
                    if partial and isinstance(operand, Value):
                        found[self.tape.place[operand]] += partial * found[i]
        return found

    @cached_property
    def size(self) -> float:
        """The sum of the absolute products of all paths: what rounding is relative to."""
        found = {self.tape.place[self.tape.x]: 1.0} if self.tape.height else {}
        for i, edges in self.tape.steps:
            found[i] = sum(abs(self.local[edge]) * found[j] for edge, j in edges)
        return found.get(self.tape.place[self.tape.y], 0.0)

    def changed(self, local: Mapping[int, float], apart: bool) -> float:
        """The gradient with other local derivatives; `apart`: no path has two of the edges."""
        if not apart:
            row = [local.get(edge, partial) for edge, partial in enumerate(self.local)]
            return self._down(row).get(self.tape.place[self.tape.y], 0.0)
        total = self.gradient
        for edge, partial in local.items():
            node, operand = self.tape.edges[edge].node, self.tape.edges[edge].operand
            above, below = self.up[self.tape.place[node]], self.down[self.tape.place[operand]]
            total += above * (partial - self.local[edge]) * below
        return total

    def names(self, edge: Edge) -> dict[str, float]:
        """What the names of the edge's partial stand for, on the sheet."""
        op = edge.node.op
        assert op is not None
        _, index = op.place(len(edge.node.args), edge.position)
        found = {"out": self.data[self.tape.place[edge.node]]}
        numbers = op.bind(self.tape.numbers(edge.node, self.data))
        for name, group in zip((*op.operands, *op.constants), numbers):
            found[name] = group[index] if name in op.sequences else group
            if name in op.sequences:
                found["n"] = float(len(group))
        return found

    def gradients(self, leaves: Sequence[Value]) -> list[float]:
        return [self.up[self.tape.place[leaf]] for leaf in leaves]


def _below(y: Value) -> set[Value]:
    """The nodes that y is differentiated by."""
    found: set[Any] = {y}
    stack: list[Any] = [y]
    while stack:
        node = stack.pop()
        for operand, partial in zip(node.args, node.partials):
            if partial is not None and operand not in found:
                found.add(operand)
                stack.append(operand)
    return found


def _arguments(op: Op, row: Sequence[float]) -> list[Any]:
    """The arguments of the functions of `engine.sheet.evaluate`."""
    numbers = op.bind(row)
    if op.sequences:
        numbers.append(next(len(part) for part in numbers if isinstance(part, list)))
    return numbers
