"""What both passes and an update ask for, on any numbers: the right ones or a student's own."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from engine.explaining.wording import at_operand
from engine.graph.value import Value
from engine.graph.walks import topological_order
from engine.sheet.evaluate import forward, partials
from engine.sheet.formula import is_reduction, names_in, read
from engine.sheet.op import Op
from engine.sheet.specialize import value_at

PARTS = ("forward", "local", "gradients", "updates")


class Quantity(NamedTuple):
    """A node's value, a local derivative, a gradient or an update: `part` is one of `PARTS`."""

    part: str
    node: Value
    operand: Value | None = None


Numbers = dict[Quantity, float]


class Passes:
    """The passes of one graph. `targets`: the leaves whose gradients and updates are asked for.

    `users`: of each node that depends on a target the operations that use it, those nearer to y
    first.
    """

    def __init__(self, y: Value, targets: Sequence[Value], learning_rate: float) -> None:
        self.y, self.targets, self.learning_rate = y, list(targets), learning_rate
        self.order = topological_order(y)
        self.leaves = [node for node in self.order if node.op is None]
        self.operations = [node for node in self.order if node.op is not None]
        self.users: dict[Value, list[Value]] = {target: [] for target in targets}
        for node in self.operations:
            if self.operands(node):
                self.users[node] = []
        for node in reversed(self.operations):
            for operand in self.operands(node):
                self.users[operand].append(node)

    def operands(self, node: Value) -> list[Value]:
        """The operands of an operation that the backward pass goes on to, each once."""
        pairs = zip(node.args, node.partials)
        found = [arg for arg, partial in pairs if isinstance(arg, Value) and partial is not None]
        return [operand for operand in dict.fromkeys(found) if operand in self.users]

    def quantities(self) -> Iterator[Quantity]:
        """All of them, each after those that it is computed from."""
        yield from (Quantity("forward", node) for node in self.operations)
        behind = [node for node in reversed(self.operations) if node in self.users]
        for node in behind:
            yield from (Quantity("local", node, operand) for operand in self.operands(node))
        nodes = [*behind, *self.targets]
        yield from (Quantity("gradients", node) for node in nodes if node is not self.y)
        yield from (Quantity("updates", target) for target in self.targets)

    def asked(self, parts: Sequence[str]) -> list[Quantity]:
        """Those of the given parts, but for gradients that are a local derivative asked for."""
        return [
            quantity
            for quantity in self.quantities()
            if quantity.part in parts and not ("local" in parts and self.is_local(quantity))
        ]

    def is_local(self, quantity: Quantity) -> bool:
        """Whether it is the gradient of a node that y alone is computed from."""
        return quantity.part == "gradients" and self.users[quantity.node] == [self.y]

    @cached_property
    def known(self) -> Numbers:
        """All quantities at the graph's own numbers: the right answers."""
        return self.right()

    def given(self, leaves: Mapping[Value, float] | None = None) -> Numbers:
        """What is known before anything is computed."""
        numbers = {leaf: leaf.data for leaf in self.leaves} if leaves is None else leaves
        return {Quantity("forward", leaf): number for leaf, number in numbers.items()}

    def right(self, leaves: Mapping[Value, float] | None = None) -> Numbers:
        """All quantities, with other numbers in the leaves."""
        known = self.given(leaves)
        for quantity in self.quantities():
            known[quantity] = self.compute(quantity, known)
        return known

    def compute(self, quantity: Quantity, known: Numbers) -> float:
        """What it comes to from what is known."""
        part, node, operand = quantity
        if part == "forward":
            return forward(_op(node))(*self.arguments(node, known))[0]
        if part == "local":
            assert operand is not None
            return self._slope(node, operand, known, known[Quantity("forward", node)])
        if part == "updates":
            gradient = known[Quantity("gradients", node)]
            return known[Quantity("forward", node)] - self.learning_rate * gradient
        users = self.users[node]
        return _total(self._term(u, known, known[Quantity("local", u, node)]) for u in users)

    def ways(self, quantity: Quantity, known: Numbers) -> list[float]:
        """The same, and what is as good where somebody's numbers do not fit together.

        A slope may be read from the operation's result, computed anew from its operands, or by the
        form in textbooks; a gradient may be made of slopes as they are known or of any of these.
        """
        part, node, operand = quantity
        found = [self.compute(quantity, known)]
        if part == "local":
            assert operand is not None
            found.append(self._slope(node, operand, known, self.compute(_value(node), known)))
            found.append(self._taught(node, operand, known))
        elif part == "gradients":
            users = self.users[node]
            slopes = [self.ways(Quantity("local", user, node), known) for user in users]
            for way in zip(*slopes):
                found.append(_total(self._term(u, known, s) for u, s in zip(users, way)))
        return found

    def upstream(self, node: Value, known: Numbers) -> float:
        """∂y/∂node, which is 1 for y itself."""
        return 1.0 if node is self.y else known[Quantity("gradients", node)]

    def needs(self, quantity: Quantity) -> list[Quantity]:
        """What it is computed from, leaves left out."""
        part, node, operand = quantity
        if part == "updates":
            return [Quantity("gradients", node)]
        if part == "gradients":
            users = self.users[node]
            above = [Quantity("gradients", user) for user in users if user is not self.y]
            return [*above, *(Quantity("local", user, node) for user in users)]
        args: Iterable[Any] = node.args
        if part == "local":
            assert operand is not None
            args = self._in_slope(node, operand)
        inner = [arg for arg in args if isinstance(arg, Value) and arg.op is not None]
        return [_value(arg) for arg in dict.fromkeys(inner)]

    def _in_slope(self, node: Value, operand: Value) -> Iterator[Any]:
        """What a local derivative is made of, in one form or another."""
        op = _op(node)
        for place in (i for i, arg in enumerate(node.args) if arg is operand):
            name, args, _ = at_operand(node, place)
            for text in (op.partials[op.operands.index(name)], op.taught.get(name, "0")):
                tree = read(text)
                if any(map(is_reduction, ast.walk(tree))):
                    yield from (*node.args, node)
                yield from (args[used] for used in names_in(tree) if used in args)

    def _term(self, user: Value, known: Numbers, slope: float) -> float:
        """What one user adds to a gradient; a slope of 0 ends a path, whatever lies further on."""
        return self.upstream(user, known) * slope if slope else 0.0

    def _slope(self, node: Value, operand: Value, known: Numbers, out: float) -> float:
        """∂node/∂operand, over all the places that the operand stands in."""
        row: list[float] = []
        for group in partials(_op(node))(*self.arguments(node, known), out):
            row += group if isinstance(group, list) else [group]
        return sum(slope for arg, slope in zip(node.args, row) if arg is operand)

    def _taught(self, node: Value, operand: Value, known: Numbers) -> float:
        """The same in textbook form, such as ŷ·(1 − ŷ); nan where there is none."""
        found = 0.0
        for place in (i for i, arg in enumerate(node.args) if arg is operand):
            name, args, _ = at_operand(node, place)
            tree = read(_op(node).taught.get(name, "0"))
            if name not in _op(node).taught or any(map(is_reduction, ast.walk(tree))):
                return math.nan
            found += value_at(
                tree,
                {
                    key: known[_value(arg)] if isinstance(arg, Value) else arg
                    for key, arg in args.items()
                },
            )
        return found

    def arguments(self, node: Value, known: Numbers) -> list[Any]:
        """What the functions of the sheet take for a node."""
        op = _op(node)
        bound = op.bind(
            [known[_value(arg)] if isinstance(arg, Value) else arg for arg in node.args]
        )
        if op.sequences:
            bound.append(next(len(part) for part in bound if isinstance(part, list)))
        return bound


def _value(node: Value) -> Quantity:
    return Quantity("forward", node)


def _op(node: Value) -> Op:
    assert node.op is not None
    return node.op


def _total(terms: Iterable[float]) -> float:
    numbers = list(terms)
    return math.fsum(numbers) if all(map(math.isfinite, numbers)) else math.nan
