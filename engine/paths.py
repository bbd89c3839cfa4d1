"""The ways along which a gradient flows: counted without listing them, the largest found first."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator
from itertools import count
from typing import Any, NamedTuple

from engine.graph import adjoints, topological_order
from engine.value import Value


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
    """One way from an output back to a node: its edges in order, and the product along them."""

    edges: tuple[Edge, ...]
    product: float


class Ways:
    """All paths from `y` back to `x`, as numbers per node, from one walk over the graph.

    >>> x = Value(3.0)
    >>> ways = Ways(x * x + x, x)
    >>> ways.count, ways.gradient, [path.product for path in ways.largest(2)]
    (3, 7.0, [3.0, 3.0])
    """

    def __init__(self, y: Value, x: Value) -> None:
        self.y, self.x = y, x
        # Per node between x and y: the number of ways on to x, and the size of the largest product
        # along one of them.
        self._counts: dict[Value, int] = {x: 1}
        self._best: dict[Value, float] = {x: 1.0}
        for node in topological_order(y):
            if node is not x:
                self._weigh(node)
        self.count = self._counts.get(y, 0)
        self.gradient = adjoints(y).get(x, 0.0)

    def _weigh(self, node: Value) -> None:
        ways, best = 0, 0.0
        for edge in self._edges(node):
            ways += self._counts[edge.operand]
            best = max(best, _size(edge.partial) * self._best[edge.operand])
        if ways:
            self._counts[node] = ways
            # 0 times infinity; such a way is as large as any.
            self._best[node] = math.inf if math.isnan(best) else best

    def _edges(self, node: Value) -> Iterator[Edge]:
        """The edges of a node that lead on to x, from left to right."""
        for position, (operand, partial) in enumerate(zip(node.args, node.partials)):
            if partial is not None and operand in self._counts:
                yield Edge(node, position)

    def in_order(self) -> Iterator[Path]:
        """Every path, depth first and from left to right."""
        stack: list[tuple[Value, Any, float]] = [(self.y, None, 1.0)] if self.count else []
        while stack:
            node, taken, product = stack.pop()
            if node is self.x:
                yield Path(_unlinked(taken), product)
                continue
            for edge in reversed(list(self._edges(node))):
                stack.append((edge.operand, (edge, taken), product * edge.partial))

    def largest(self, limit: int) -> Iterator[Path]:
        """The `limit` paths with the largest products, largest first.

        Best first: what a path can still reach is known exactly, so no path is begun in vain.
        """
        order = count()
        heap: list[Any] = []
        if self.count:
            heap.append((-self._best[self.y], next(order), self.y, None, 1.0))
        while heap and limit > 0:
            _, _, node, taken, product = heapq.heappop(heap)
            if node is self.x:
                limit -= 1
                yield Path(_unlinked(taken), product)
                continue
            for edge in self._edges(node):
                so_far = product * edge.partial
                reach = _size(so_far) * self._best[edge.operand]
                reach = math.inf if math.isnan(reach) else reach
                linked = (edge, taken)
                heapq.heappush(heap, (-reach, next(order), edge.operand, linked, so_far))


def _size(number: float) -> float:
    return math.inf if math.isnan(number) else abs(number)


def _unlinked(taken: Any) -> tuple[Edge, ...]:
    edges = []
    while taken is not None:
        edge, taken = taken
        edges.append(edge)
    return tuple(reversed(edges))
