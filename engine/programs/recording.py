"""The graph that a program is made of: what varies, what is trained, what is computed from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import chain, compress, count, filterfalse
from operator import attrgetter
from typing import Any

from engine.eager.checked import apply
from engine.graph.messages import describe
from engine.graph.value import Value
from engine.graph.walks import topological_order

_OPERATION = attrgetter("op")


class Recording:
    """A graph below its outputs, read once.

    `inputs`: leaves that have another number in every row. `parameters`: leaves that are trained.
    Every other leaf is a constant. `nodes`: the results of operations that depend on an input or a
    parameter, operands first; `active`: those of them that depend on a parameter, and the
    parameters; `numbers`: what the constants are, and what is computed from constants alone;
    `unused`: inputs and parameters that no output depends on.

    Constants are as they are at this moment: what the graph computed from them is computed again.

    Raises TypeError or ValueError for outputs that are not Values, inputs or parameters that are
    not leaves or are named twice, and, if there are parameters, a single output that depends on
    none; what the operation raises that is undefined for constants as they are.
    """

    def __init__(
        self, outputs: Sequence[Value], inputs: Sequence[Value], parameters: Sequence[Value]
    ) -> None:
        self.outputs = list(outputs)
        # Of the many leaves of wide layers none is looked at by a line of Python of its own.
        self.inputs, given = _leaves(inputs, "input")
        self.parameters, self.active = _leaves(parameters, "parameter")
        _check_outputs(self.outputs, trained=bool(self.parameters))
        for leaf in filter(self.active.__contains__, self.inputs):
            raise ValueError(f"compile: {describe(leaf)} is both an input and a parameter")
        order = topological_order(*self.outputs)
        reached, varying = set(order), self.active.union(given)
        self.unused: list[Value] = []
        if not varying <= reached:
            leaves = (*self.inputs, *self.parameters)
            self.unused = [leaf for leaf in leaves if leaf not in reached]
        self.nodes: list[Value] = []
        self.numbers: dict[Any, float] = {}
        for node in filterfalse(varying.__contains__, order):
            args = node.args if node.op is not None else ()
            if not varying.isdisjoint(args):
                varying.add(node)
                self.nodes.append(node)
                if not self.active.isdisjoint(args):
                    self.active.add(node)
            else:
                self.numbers[node] = node.data if node.op is None else self._computed(node)
        if self.parameters and len(self.outputs) == 1 and self.outputs[0] not in self.active:
            raise ValueError(
                f"compile: {describe(self.outputs[0])} depends on none of the "
                f"{len(self.parameters)} parameters; were they replaced after it was computed, or "
                "was a part of it computed under no_grad?"
            )

    def number(self, constant: Value | float) -> float:
        """What a constant operand or output is."""
        return constant if isinstance(constant, float) else self.numbers[constant]

    def _computed(self, node: Value) -> float:
        """The result of an operation on constants."""
        assert node.op is not None
        operands = node.op.bind([self.number(arg) for arg in node.args])
        try:
            return float(apply(node.op, *operands))
        except (ArithmeticError, ValueError) as error:
            raise type(error)(f"compile: {error}") from error

    def key(self) -> tuple[Any, ...]:
        """What two graphs have in common when the same program computes both."""
        place: dict[Any, int] = dict(zip(chain(self.inputs, self.parameters), count(1)))
        rows = []
        for node in self.nodes:
            operands: tuple[int | str, ...]
            try:
                operands = tuple(map(place.__getitem__, node.args))
            except KeyError:
                operands = tuple(place.get(arg) or self._constant(arg) for arg in node.args)
            place[node] = len(place) + 1
            rows.append((node.op, operands))
        outputs = tuple(place.get(node) or self._constant(node) for node in self.outputs)
        return len(self.inputs), len(self.parameters), tuple(rows), outputs

    def _constant(self, constant: Value | float) -> str:
        """A constant in a key: text, so that 1.0 is not taken for the leaf at place 1.

        A plain 0 as a factor ends a path; that of a leaf does not.
        """
        return f"{'' if isinstance(constant, float) else 'leaf '}{self.number(constant)!r}"


def _leaves(leaves: Sequence[Value], what: str) -> tuple[list[Value], set[Value]]:
    """The leaves in their order, and as a set."""
    listed = list(leaves)
    if not all(issubclass(kind, Value) for kind in set(map(type, listed))):
        leaf = next(leaf for leaf in listed if not isinstance(leaf, Value))
        raise TypeError(
            f"compile: every {what} must be a Value, not {leaf!r} ({type(leaf).__name__})"
        )
    for leaf in compress(listed, map(_OPERATION, listed)):
        raise ValueError(f"compile: the {what} {describe(leaf)} is not a leaf of the graph")
    found = set(listed)
    if len(found) < len(listed):
        twice = next(leaf for leaf, times in Counter(listed).items() if times > 1)
        raise ValueError(f"compile: the {what} {describe(twice)} is given twice")
    return listed, found


def _check_outputs(outputs: list[Value], trained: bool) -> None:
    if not outputs:
        raise ValueError("compile: there is nothing to compute: the list of outputs is empty")
    for output in outputs:
        if not isinstance(output, Value):
            raise TypeError(
                f"compile takes a Value, or a list of them for a prediction, not {output!r} "
                f"({type(output).__name__})"
            )
        # A constant entry of a matrix is as good as any; a loss that is a leaf is a mistake.
        if output.op is None and trained and len(outputs) == 1:
            raise ValueError(
                f"compile: {describe(output)} has no graph: it is a leaf, or was computed under "
                "no_grad"
            )
