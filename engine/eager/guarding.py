"""Contributions left out where every path to their node has ended, as nodes: at any numbers.

What a node passes on is adjoint · partial. Where all paths to it end at branches that are not taken
its adjoint is 0; if its partial is infinite, their product would be nan.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import Any

from engine.eager.contributions import is_one
from engine.eager.liveness import Liveness, edge_may_end
from engine.eager.lookup import function_of
from engine.graph.value import Value
from engine.sheet.derived import partial_of
from engine.sheet.differentiate import derivative
from engine.sheet.formula import read
from engine.sheet.op import Op
from engine.sheet.ops import OPERATIONS

_FORMULA = "b if a != 0 else 0"
GATE = Op(
    "gate",
    "gate",
    _FORMULA,
    tuple(ast.unparse(derivative(read(_FORMULA), operand, "ab")) for operand in "ab"),
    about="b, but 0 where a is 0; behind that 0 nothing is differentiated.",
)


class Guard:
    """What keeps the guarded nodes of one output from adding while they are not alive."""

    def __init__(self, liveness: Liveness) -> None:
        self.liveness = liveness
        # Of the mortal nodes that were asked for: 1 where they are alive, else 0.
        self.alive: dict[Value, Any] = {}

    def gated(
        self, node: Value, contributions: Iterable[tuple[Value, Any]]
    ) -> Iterator[tuple[Value, Any]]:
        """The contributions of a node, behind a gate."""
        for operand, contribution in contributions:
            yield operand, function_of(GATE)(self.is_alive(node), contribution)

    def is_alive(self, node: Value) -> Any:
        """A node that is 1 where some path leads to a mortal one, else 0.

        Without recursion: the users that it hangs on come first.
        """
        waiting = [node]
        while waiting:
            edges = self.liveness.users.get(waiting[-1], [])
            mortal = [user for user, _ in edges if user in self.liveness.mortal]
            before = [user for user in mortal if user not in self.alive]
            if before:
                waiting += before
                continue
            ways = [self.way(user, position) for user, position in edges]
            last = waiting.pop()
            if last not in self.alive:
                largest = function_of(OPERATIONS["maximum"])
                self.alive[last] = largest(ways) if len(ways) > 1 else (*ways, 0.0)[0]
        return self.alive[node]

    def way(self, user: Value, position: int) -> Any:
        """1 where the user is alive and its edge to the operand is, else 0."""
        op = user.op
        assert op is not None
        above = self.alive.get(user, 1.0)
        if not edge_may_end(user, position):
            return above
        name, index = op.place(len(user.args), position)
        partial = partial_of(op, name)
        part = partial.alive
        assert part is not None
        names = dict(zip((*op.operands, *op.constants), op.bind(user.args)))
        names["out"] = user
        for item, reduction in partial.reductions if set(part.arguments) - names.keys() else ():
            names[item] = function_of(reduction.op)(*map(names.__getitem__, reduction.arguments))
        arguments = [
            names[item][index] if item in op.sequences else names[item] for item in part.arguments
        ]
        edge = function_of(part.op)(*arguments)
        return edge if is_one(above) else above * edge
