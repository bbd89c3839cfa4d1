"""The paths along which a gradient flows: counted without listing them, the largest found first."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from engine.graph.value import Value
from engine.graph.walks import adjoints, along, topological_order


class Edge(NamedTuple):
    """A node and the position of one of its operands: one factor of a chain."""

    node: Value
    position: int

    @property
    def operand(self) -> Value:
        """The operand that the edge leads to."""
        operand = self.node.args[self.position]
        assert isinstance(operand, Value)
        return operand

    @property
    def partial(self) -> float:
        """The local derivative of the node with respect to that operand."""
        partial = self.node.partials[self.position]
        assert partial is not None
        return partial


class Path(NamedTuple):
    """One path from an output back to a node: its edges in order, and the product along them.

    Where an edge is dead (`engine.graph.walks.is_dead`), the product is the int 0.
    """

    edges: tuple[Edge, ...]
    product: float


class Paths:
    """All paths from `y` back to `x`, as numbers per node, from one walk over the graph.

    >>> x = Value(3.0)
    >>> paths = Paths(x * x + x, x)
    >>> paths.count, paths.gradient, [path.product for path in paths.largest(2)]
    (3, 7.0, [3.0, 3.0])
    """

    def __init__(self, y: Value, x: Value) -> None:
        self.y, self.x = y, x
        self._order = topological_order(y)
        # The number of paths on to x, of the nodes that there is one for.
        self._counts: dict[Value, int] = {x: 1}
        for node in self._order:
            if node is not x and (paths := sum(self._counts[e.operand] for e in self._edges(node))):
                self._counts[node] = paths
        self.count = self._counts.get(y, 0)
        self.gradient = adjoints(y).get(x, 0.0)

    def _edges(self, node: Value) -> Iterator[Edge]:
        """The edges of a node that lead on to x, from left to right."""
        for position, (operand, partial) in enumerate(zip(node.args, node.partials)):
            if partial is not None and operand in self._counts:
                yield Edge(node, position)

    def beside_others(self, edges: Iterable[Edge]) -> set[Edge]:
        """Those of the edges that are not the only way from their node to their operand.

        There the derivative of the node with respect to the operand is another number than the
        local derivative along the edge.

        >>> x = Value(3.0)
        >>> y = x * x
        >>> sorted(edge.position for edge in Paths(y, x).beside_others([Edge(y, 0)]))
        [0]
        """
        wanted = list(dict.fromkeys(edges))
        bits = {edge.operand: 1 << place for place, edge in enumerate(wanted)}
        # Per node a bit for each of the operands that it leads to, or is.
        reached: dict[Value, int] = {}
        for node in self._order:
            if node in self._counts:
                reached[node] = bits.get(node, 0)
                for edge in self._edges(node):
                    reached[node] |= reached[edge.operand]
        return {
            edge
            for edge in wanted
            if any(
                reached[other.operand] & bits[edge.operand]
                for other in self._edges(edge.node)
                if other.position != edge.position
            )
        }

    def in_order(self) -> Iterator[Path]:
        """Every path, depth first and from left to right."""
        stack: list[tuple[Value, Any, float]] = [(self.y, None, 1.0)] if self.count else []
        while stack:
            node, taken, product = stack.pop()
            if node is self.x:
                yield Path(_unlinked(taken), product)
                continue
            for edge in reversed(list(self._edges(node))):
                stack.append((edge.operand, (edge, taken), along(edge.partial, product)))

    def largest(self, limit: int) -> Iterator[Path]:
        """The `limit` paths with the largest products, largest first.

        From x upwards every node keeps the best `limit` paths down to x, merged from those of its
        operands, so the work is in proportion to the edges, however many paths there are.
        """
        # Per node: size of the product, the first edge, and which of its operand's paths follows.
        best: dict[Value, list[tuple[float, Edge | None, int]]] = {self.x: [(1.0, None, 0)]}
        for node in self._order:
            if node in self._counts and node is not self.x:
                paths = [
                    (_size(along(edge.partial, size)), edge, rank)
                    for edge in self._edges(node)
                    for rank, (size, _, _) in enumerate(best[edge.operand])
                ]
                best[node] = heapq.nlargest(limit, paths, key=lambda path: path[0])
        for rank in range(min(limit, len(best.get(self.y, [])))):
            edges: list[Edge] = []
            node, product = self.y, 1.0
            while node is not self.x:
                _, edge, rank = best[node][rank]
                assert edge is not None
                edges.append(edge)
                product = along(edge.partial, product)
                node = edge.operand
            yield Path(tuple(edges), product)


def _size(number: float) -> float:
    """By which products are compared; nan, such as zero times infinity, is as large as any."""
    return math.inf if number != number else abs(number)


def _unlinked(taken: Any) -> tuple[Edge, ...]:
    edges = []
    while taken is not None:
        edge, taken = taken
        edges.append(edge)
    return tuple(reversed(edges))
