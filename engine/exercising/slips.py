"""What went wrong in one step, for somebody who had the numbers of the steps before it.

Every slip is read from the graph and the sheet. The kinds have the names that `diagnose` gives
them where it has one.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from engine.exercising.quantities import Numbers, Passes, Quantity
from engine.explaining.wording import at_operand
from engine.graph.value import Value
from engine.sheet.dialect import Names
from engine.sheet.dialects import TEXT
from engine.sheet.formula import is_reduction, names_in, read
from engine.sheet.kinds import total
from engine.sheet.op import Op
from engine.sheet.specialize import specialize, value_at

Name = Callable[[Quantity], str]


class Slip(NamedTuple):
    """What a slip makes of a number, and what it is called."""

    kind: str
    words: str
    number: float


def step_slips(
    passes: Passes, quantity: Quantity, known: Numbers, name: Name, digits: int
) -> Iterator[Slip]:
    """The slips of one step, the simplest first; `known`: the numbers of the steps before it."""
    own = passes.compute(quantity, known)
    for number in passes.ways(quantity, known):
        yield Slip("sign", "the sign is wrong", -number)
    steps = _Steps(passes, known, name)
    yield from getattr(steps, quantity.part)(quantity, own)
    if quantity.part in ("forward", "local"):
        yield from _of_constants(own)
    for other, number in known.items():
        if other != quantity and other.part == quantity.part:
            yield Slip("other node", f"that is {name(other)}", number)
    coarse = float(f"{own:.{max(1, digits - 1)}g}"), float(f"{own:.{max(1, digits - 2)}g}")
    for number in coarse:
        yield Slip("rounding", f"rounded too much: {digits} significant digits are asked", number)


class _Steps:
    """The slips of each part of a sheet."""

    def __init__(self, passes: Passes, known: Numbers, name: Name) -> None:
        self.passes, self.known, self.name = passes, known, name

    def value(self, node: Any) -> float:
        return self.known[Quantity("forward", node)] if isinstance(node, Value) else node

    def label(self, node: Value) -> str:
        return self.name(Quantity("forward", node))

    def forward(self, quantity: Quantity, own: float) -> Iterator[Slip]:
        node = quantity.node
        op = node.op
        assert op is not None
        added = total(op)
        if added is not None:
            yield from self._terms(node, op, own)
            return
        for operand in dict.fromkeys(arg for arg in node.args if isinstance(arg, Value)):
            words = f"that is {self.label(operand)} alone"
            yield Slip("step missing", words, self.value(operand))
        if not op.sequences:
            tree = read(op.taught.get("out", op.formula))
            numbers = dict(zip((*op.operands, *op.constants), map(self.value, node.args)))
            names = dict(zip(numbers, map(self._written, node.args)))
            yield from _parts(tree, numbers, names, op)
            if len(node.args) == 2 and len(op.operands) == 2:
                swapped = dict(zip(op.operands, map(self.value, reversed(node.args))))
                words = "the two operands are exchanged"
                yield Slip("other node", words, value_at(read(op.formula), swapped))

    def _terms(self, node: Value, op: Op, own: float) -> Iterator[Slip]:
        """A sum without one of its terms, or with one of the other sign."""
        added = total(op)
        assert added is not None
        bound = dict(zip((*op.operands, *op.constants), op.bind(node.args)))
        sequences = [name for name in op.operands if name in op.sequences]
        rows = [dict(zip(sequences, row)) for row in zip(*(bound[name] for name in sequences))]
        terms = [(added.term, row) for row in rows]
        terms += [(ast.Name(name), {name: bound[name]}) for name in added.others]
        for tree, row in terms:
            number = value_at(tree, {name: self.value(arg) for name, arg in row.items()})
            text = TEXT.write(tree, {name: self._written(arg) for name, arg in row.items()})
            yield Slip("term missing", f"{text} is missing in the sum", own - number)
            yield Slip("sign", f"the sign of {text} is wrong", own - 2 * number)
        if len(rows) > 1:
            for other in [row for _, row in terms]:
                pairs = [self.value(arg) for arg in other.values()]
                yield Slip("other node", "a sum stands where a product belongs", own + sum(pairs))

    def local(self, quantity: Quantity, own: float) -> Iterator[Slip]:
        node, operand = quantity.node, quantity.operand
        op = node.op
        assert op is not None
        assert operand is not None
        for other in self.passes.operands(node):
            if other is not operand:
                slope = Quantity("local", node, other)
                number = self.passes.compute(slope, self.known)
                yield Slip("other node", f"that is {self.name(slope)}", number)
        name, args, _ = at_operand(node, next(i for i, a in enumerate(node.args) if a is operand))
        numbers = {key: self.value(arg) for key, arg in args.items()}
        names = {key: self._written(arg) for key, arg in args.items()}
        tree = read(op.taught.get(name, op.partials[op.operands.index(name)]))
        yield from _parts(tree, numbers, names, op)
        yield Slip("other node", f"that is {self.label(operand)} itself", self.value(operand))
        yield Slip("other node", f"that is {self.label(node)} itself", self.value(node))

    def gradients(self, quantity: Quantity, own: float) -> Iterator[Slip]:
        node = quantity.node
        users = self.passes.users[node]
        pairs = [
            (Quantity("gradients", user), Quantity("local", user, node), user) for user in users
        ]
        parts = [
            (self.passes.upstream(user, self.known), self.known[slope]) for _, slope, user in pairs
        ]
        for (above, slope, user), (upstream, local) in zip(pairs, parts):
            rest = own - upstream * local
            if len(users) > 1:
                words = f"the path over {self.label(user)} is missing in the sum"
                yield Slip("path missing", words, rest)
                words = f"only the path over {self.label(user)} is there; the paths add up"
                yield Slip("path missing", words, own - rest)
            yield Slip("factor missing", f"{self.name(slope)} is missing", rest + upstream)
            if user is not self.passes.y:
                yield Slip("factor missing", f"{self.name(above)} is missing", rest + local)
                words = f"{self.name(above)} is there twice"
                yield Slip("factor doubled", words, rest + upstream * upstream * local)
            words = f"{self.name(slope)} is there twice"
            yield Slip("factor doubled", words, rest + upstream * local * local)
        yield from _of_constants(own)
        for (_, slope, _), (upstream, local) in zip(pairs, parts):
            for other, number in self.known.items():
                if other.part == "forward":
                    words = f"{self.name(other)} stands where {self.name(slope)} belongs"
                    yield Slip("other node", words, own + upstream * (number - local))

    def updates(self, quantity: Quantity, own: float) -> Iterator[Slip]:
        rate = self.passes.learning_rate
        gradient, old = self.known[Quantity("gradients", quantity.node)], self.value(quantity.node)
        yield Slip("sign", "the step goes up: it is minus η times the gradient", 2 * old - own)
        yield Slip("factor missing", "η is missing", old - gradient)
        yield Slip("factor missing", "the gradient is missing", old - rate)
        yield Slip("step missing", "that is the step; the old number is missing", rate * gradient)
        yield Slip("step missing", "that is the step; the old number is missing", -rate * gradient)
        yield Slip("step missing", "that is the gradient", gradient)
        yield Slip("step missing", "the parameter is not updated", old)
        yield Slip("sign", "the step goes up, and η is missing", old + gradient)

    def _written(self, arg: Any) -> Any:
        return self.label(arg) if isinstance(arg, Value) else arg


def _of_constants(own: float) -> Iterator[Slip]:
    yield Slip("constant", "it is twice what it should be", 2 * own)
    yield Slip("constant", "it is half of what it should be", own / 2)


def _parts(tree: ast.expr, numbers: dict[str, float], names: Names, op: Op) -> Iterator[Slip]:
    """A formula without one of its factors, and only a part of it, the larger ones first."""
    if any(map(is_reduction, ast.walk(tree))):
        return
    chosen = specialize(tree, numbers, {name: numbers[name] for name in op.constants})
    whole = value_at(chosen, numbers)
    for factor in _factors(chosen):
        number = value_at(factor, numbers)
        kind = "factor missing" if names_in(factor) else "constant"
        if number:
            words = f"the factor {TEXT.write(factor, names)} is missing"
            yield Slip(kind, words, whole / number)
    for part in ast.walk(chosen):
        if part is not chosen and isinstance(part, (ast.BinOp, ast.UnaryOp, ast.Call)):
            words = f"that is only {TEXT.write(part, names)}"
            yield Slip("step missing", words, value_at(part, numbers))


def _factors(tree: ast.expr) -> Iterator[ast.expr]:
    """What a formula is the product of; nothing where it is one factor."""
    match tree:
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            for side in (left, right):
                yield from list(_factors(side)) or [side]
        case ast.BinOp(left=left, op=ast.Div()):
            yield from _factors(left)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            yield from _factors(operand)
