"""What a node contributes to the adjoints of its operands, as nodes: adjoint · partial.

The adjoint of a node is the derivative of the output with respect to it. Where a branch of the
partial is 0, partial and adjoint are multiplied within that choice, by one operation; so what lies
behind a branch that is not taken is never multiplied by 0, at whatever numbers the graph is used.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cache, cached_property, lru_cache
from typing import Any

from engine.eager.lookup import function_of
from engine.graph.value import Value
from engine.sheet.derived import ADJOINT, Part, partial_of, shape
from engine.sheet.op import Op

# What `known` keeps: partial derivatives as nodes, by node and operand, for the next output of the
# same graph.
Known = dict[Any, Any]
# The function of a part, and the places of its arguments.
_Applied = tuple[Callable[..., Any], list[int]]


def rules_of(node: Value) -> Rule:
    """How the operation of a node contributes; the same for all nodes with the same constants."""
    op = node._op_
    assert op is not None
    if op.sequences:
        return _sequences(op)
    if not op.constants:
        return _scalars(op, ())
    # As numbers: what is remembered by them must not keep a node.
    return _scalars(op, tuple(map(float, node._args_[len(op.operands) :])))


@lru_cache(maxsize=4096)
def _scalars(op: Op, constants: tuple[float, ...]) -> _Scalars:
    return _Scalars(op, constants)


@cache
def _sequences(op: Op) -> _Sequences:
    return _Sequences(op)


class _Rule:
    """The contribution of an operation on scalars to one operand.

    A place is one among the node's args; after them comes the node itself, and then the adjoint.
    """

    def __init__(self, op: Op, operand: str, constants: tuple[float, ...]) -> None:
        self.op, self.operand = op, operand
        self.position = op.operands.index(operand)
        self.number, name, self.dead = shape(op, operand, constants)
        self.names = [*op.operands, *op.constants, "out", ADJOINT]
        self.place = None if name is None else self.names.index(name)

    @cached_property
    def partial(self) -> _Applied:
        """The partial derivative; made when a contribution needs it."""
        partial = partial_of(self.op, self.operand)
        return self.applied(Part(partial.op, partial.arguments))

    @cached_property
    def weighted(self) -> _Applied:
        """adjoint · partial as one operation."""
        part = partial_of(self.op, self.operand).weighted
        assert part is not None
        return self.applied(part)

    def applied(self, part: Part) -> _Applied:
        return function_of(part.op), [self.names.index(item) for item in part.arguments]

    def contribution(self, node: Value, adjoint: Any, known: Known) -> Any:
        """adjoint · partial; None where nothing can come from it."""
        if self.number is not None:
            return product(self.number, adjoint)
        values = (*node._args_, node)
        if self.place is not None:
            return product(values[self.place], adjoint)
        if self.dead and not is_one(adjoint):
            values = (*values, adjoint)
            function, places = self.weighted
            return function(*[values[place] for place in places])
        key = node, self.position
        partial = known.get(key)
        if partial is None:
            function, places = self.partial
            partial = known[key] = function(*[values[place] for place in places])
        return product(partial, adjoint)


class _Scalars:
    """An operation on scalars, with its constants."""

    def __init__(self, op: Op, constants: tuple[float, ...]) -> None:
        rules = [_Rule(op, operand, constants) for operand in op.operands]
        self.rules = [rule for rule in rules if rule.number != 0]

    def reach(self, node: Value, wanted: Collection[Any]) -> bool:
        """Whether an operand is wanted whose partial derivative is not 0 everywhere."""
        args = node._args_
        return any(args[rule.position] in wanted for rule in self.rules)

    def contributions(
        self, node: Value, adjoint: Any, wanted: Collection[Any], known: Known
    ) -> Iterator[tuple[Value, Any]]:
        """The operands that are wanted, each with what is to be added to its adjoint."""
        args = node._args_
        for rule in self.rules:
            operand = args[rule.position]
            if operand in wanted:
                contribution = rule.contribution(node, adjoint, known)
                if contribution is not None:
                    yield operand, contribution  # type: ignore[misc]


class _Sequences:
    """An operation with operands that are sequences; the partials by element."""

    def __init__(self, op: Op) -> None:
        self.op = op
        self.parameters = (*op.operands, *op.constants)
        self.sequence = next(place for place, n in enumerate(op.operands) if n in op.sequences)

    def reach(self, node: Value, wanted: Collection[Any]) -> bool:
        """Whether an operand is wanted: here every one counts."""
        return True

    def contributions(
        self, node: Value, adjoint: Any, wanted: Collection[Any], known: Known
    ) -> list[tuple[Value, Any]]:
        """As those of an operation on scalars."""
        op = self.op
        contributions: list[tuple[Value, Any]] = []
        grouped = op.bind(node._args_)
        names = dict(zip(self.parameters, grouped))
        length = len(grouped[self.sequence])
        names |= {"n": float(length), "out": node, ADJOINT: adjoint}
        constants = tuple(map(float, grouped[len(op.operands) :]))
        for name in op.operands:
            many = name in op.sequences
            elements = names[name] if many else [names[name]]
            places = [place for place, element in enumerate(elements) if element in wanted]
            form = shape(op, name, constants, length)
            if not places or form.number == 0:
                continue
            if form.number is not None:
                common = product(form.number, adjoint)
                found: Iterable[Any] = [common] * len(places)
            elif form.name is not None:
                source = names[form.name]
                if form.name not in op.sequences:
                    source = [source] * length
                found = products(source, places, adjoint)
            else:
                found = self.computed(node, name, names, places, known)
            for place, contribution in zip(places, found):
                if contribution is not None:
                    contributions.append((elements[place], contribution))
        return contributions

    def computed(
        self, node: Value, name: str, names: dict[str, Any], places: list[int], known: Known
    ) -> Iterator[Any]:
        """Contributions by operations: those of reductions once, the partial for each element."""
        op, adjoint = self.op, names[ADJOINT]
        partial = partial_of(op, name)
        names = dict(names)
        for item, part in partial.reductions:
            if (node, name, item) not in known:
                arguments = [names[argument] for argument in part.arguments]
                known[node, name, item] = function_of(part.op)(*arguments)
            names[item] = known[node, name, item]
        for place in places:

            def of(arguments: tuple[str, ...], place: int = place) -> list[Any]:
                return [
                    names[item][place] if item in op.sequences else names[item]
                    for item in arguments
                ]

            if partial.weighted is not None and not is_one(adjoint):
                yield function_of(partial.weighted.op)(*of(partial.weighted.arguments))
                continue
            key = node, name, place
            if key not in known:
                known[key] = function_of(partial.op)(*of(partial.arguments))
            yield product(known[key], adjoint)


Rule = _Scalars | _Sequences


def products(partials: Sequence[Any], places: list[int], adjoint: Any) -> list[Any]:
    """`product` of many partials, those at some places."""
    if is_one(adjoint):
        return [product(partials[place], adjoint) for place in places]
    return [
        product(partial, adjoint)
        if type(partial := partials[place]) is float
        else partial * adjoint
        for place in places
    ]


def is_one(adjoint: Any) -> bool:
    """Whether the adjoint is the number 1, as that of the output is."""
    return type(adjoint) is float and adjoint == 1.0


def product(partial: Any, adjoint: Any) -> Any:
    """partial · adjoint, without a node for a factor of 1; None for a constant factor of 0.

    Nothing lies behind a constant 0, as in 0 · √x, whatever the other factor is.
    """
    if type(partial) is float:
        if partial == 1.0:
            return adjoint
        if partial == 0.0:
            return None
    elif is_one(adjoint):
        return partial
    return partial * adjoint
