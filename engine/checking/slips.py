"""What a slip is, and the places of a chain in which one is made.

A slip is often made in many places at once: whoever forgets 1 − a² forgets it in every row of a
batch. So edges of one role are one place: the same operand of the same operation, as far above x.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from engine.base.numbers import shown
from engine.checking.factors import Branch, Factor, branch_at, formula_of
from engine.checking.tape import Run, Tape
from engine.explaining.wording import local_derivative
from engine.graph.naming import Naming
from engine.graph.paths import Edge
from engine.graph.value import Value
from engine.sheet.dialects import TEXT
from engine.sheet.kinds import is_weighted_sum

# Of more edges than this only those with a role in common are looked at, and one operation in the
# whole chain no more.
_SINGLE, _WHOLE = 400, 20_000


class Slip(NamedTuple):
    """A slip: what it makes of the gradient at any numbers, and how to say it.

    `cost`: how far-fetched it is; of several that fit the cheapest is named.
    """

    kind: str
    cost: float
    number: Callable[[Run], float]
    words: Callable[[], str]


class Place(NamedTuple):
    """Edges that are taken together; `apart` if no path has two of them."""

    edges: tuple[int, ...]
    apart: bool
    level: int

    def changed(self, run: Run, partial: Callable[[Run, int], float | None]) -> float:
        """The gradient with other local derivatives here; nan where one does not exist."""
        local: dict[int, float] = {}
        for edge in self.edges:
            new = partial(run, edge)
            if new is None:
                return float("nan")
            local[edge] = new
        return run.changed(local, self.apart)


class Chain:
    """The tape of one gradient, its places, and its words."""

    def __init__(self, tape: Tape, names: Mapping[str, Any]) -> None:
        # Without names of their own they are called as in the documentation.
        taken = {node.label for node in tape.nodes} | names.keys()
        ends = {name: end for name, end in (("y", tape.y), ("x", tape.x)) if name not in taken}
        self.tape, self.naming = tape, Naming([*tape.nodes, tape.x], {**names, **ends})
        self.y, self.x = self.naming.text(tape.y), self.naming.text(tape.x)
        variables = {id(node) for node in names.values()}
        # The nodes that somebody can ask for.
        self.named = {
            self.name(node): node for node in tape.nodes if node.label or id(node) in variables
        }
        self._branches: dict[tuple[int, int], Branch | None] = {}

    @cached_property
    def places(self) -> list[Place]:
        """Single edges first, then edges of one role, then those of one operation."""
        keyed: dict[tuple[object, ...], list[int]] = {}
        small = len(self.tape.edges) <= _SINGLE
        for i, edge in enumerate(self.tape.edges):
            for key in self._roles(edge, small):
                keyed.setdefault(key, []).append(i)
        found: dict[tuple[int, ...], Place] = {}
        for key, edges in sorted(keyed.items(), key=lambda item: item[0][0]):  # type: ignore[arg-type, return-value]
            level = int(key[0])  # type: ignore[call-overload]
            # Edges of nodes that are as far above x cannot follow one another.
            found.setdefault(tuple(edges), Place(tuple(edges), level < 4, level))
        return list(found.values())

    def _roles(self, edge: Edge, small: bool) -> Iterator[tuple[object, ...]]:
        node = edge.node
        assert node.op is not None
        operand, index = self.operand(edge)
        height = self.tape.height[self.tape.place[node]]
        if small:
            yield 0, self.tape.place[node], operand, index
        if small or operand in node.op.sequences:
            yield 1, self.tape.place[node], operand
        if node.label:
            yield 2, node.op.name, operand, index, height, node.label
        yield 2, node.op.name, operand, index, height
        yield 3, node.op.name, operand, height
        if len(self.tape.edges) <= _WHOLE:
            yield 4, node.op.name, operand

    def operand(self, edge: Edge) -> tuple[str, int]:
        """The name of the operand on the sheet, of several that are one node all; and its index."""
        op = edge.node.op
        assert op is not None
        operand, index = op.place(len(edge.node.args), edge.position)
        if not op.sequences and self.is_square(edge):
            operand = " ".join(op.operands)
        return operand, index

    def is_square(self, edge: Edge) -> bool:
        """Whether the node multiplies one node by itself."""
        node = edge.node
        assert node.op is not None
        return node.op.name == "mul" and node.args[0] is node.args[1]

    def branch(self, run: Run, edge: int) -> Branch | None:
        """The local derivative as a formula, as its choices fall in this run."""
        key = id(run), edge
        if key not in self._branches:
            there = self.tape.edges[edge]
            op = there.node.op
            assert op is not None
            operand, _ = op.place(len(there.node.args), there.position)
            self._branches[key] = branch_at(op, operand, run.names(there), run.local[edge])
        return self._branches[key]

    def is_constant(self, edge: Edge, factor: Factor) -> bool:
        """Whether a factor is a plain number of the graph, such as the 2 of a square.

        A number that a leaf is multiplied by is an input; one of several branches is a derivative.
        """
        op = edge.node.op
        assert op is not None
        if not factor.names:
            operand, _ = op.place(len(edge.node.args), edge.position)
            constants = tuple(self.tape.here.names(edge)[name] for name in op.constants)
            return len(formula_of(op, operand, constants).branches) == 1
        arguments = dict(zip((*op.operands, *op.constants), op.bind(edge.node.args)))
        plain = all(isinstance(arguments.get(name), float) for name in factor.names)
        return plain and edge.operand.op is not None

    # Words.

    def tell(self, number: float) -> str:
        return shown(number)

    def name(self, node: Value | float) -> str:
        return self.naming.text(node)

    def written(self, edge: Edge) -> str:
        """A local derivative as a formula with its number."""
        text = local_derivative(edge.node, edge.position, self.naming)
        number = self.tell(edge.partial)
        return number if text == number else f"{text} = {number}"

    def factor(self, place: Place, factor: Factor) -> str:
        """A factor over the names of the graph."""
        edge = self.first(place)
        op = edge.node.op
        assert op is not None
        _, index = op.place(len(edge.node.args), edge.position)
        names: dict[str, str | float] = {"out": self.name(edge.node)}
        for name, group in zip((*op.operands, *op.constants), op.bind(edge.node.args)):
            names[name] = self.naming(group[index] if name in op.sequences else group)
            if name in op.sequences:
                names["n"] = float(len(group))
        text = TEXT.write(factor.tree, names)
        return f"({text})" if isinstance(factor.tree, ast.BinOp) and " " in text else text

    def between(self, place: Place) -> str:
        """Where the edges are: "between ŷ and z" of the first of them."""
        edge = self.tape.edges[place.edges[0]]
        more = len({self.tape.edges[i].node for i in place.edges}) - 1
        also = f", and in {more} more place{'s' * (more > 1)} like it" if more else ""
        return f"between {self.name(edge.node)} and {self.name(edge.operand)}{also}"

    def symbol(self, place: Place) -> str:
        op = self.tape.edges[place.edges[0]].node.op
        assert op is not None
        if is_weighted_sum(op):
            return "the weighted sum"
        return {"·": "the product", "/": "the quotient", "Σ": "the sum"}.get(op.symbol, op.symbol)

    def first(self, place: Place) -> Edge:
        return self.tape.edges[place.edges[0]]


def cheapest(slips: Iterable[Slip]) -> list[Slip]:
    """In the order in which they are to be named."""
    return sorted(slips, key=lambda slip: slip.cost)
