"""Another node's number in the place of the right one: w for x, z for a, one input for another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from engine.checking.slips import Chain, Place, Slip
from engine.checking.tape import Run
from engine.graph.paths import Edge
from engine.graph.value import Value
from engine.sheet.op import Op

# How many replacements are looked at, and how many nodes in the place of one.
_REPLACED, _NODES = 20_000, 300
# Of a longer sequence only the first elements.
_BESIDE = 40


class Role(NamedTuple):
    """Where a node stands, seen from an edge: the parameter of its operation.

    `element`: of a sequence. `below`: an operand, by its position, of what stands there.
    """

    name: str
    element: int = 0
    below: int = -1


def node_slips(chain: Chain) -> Iterator[Slip]:
    """All slips of this kind: first within an operation, then of any node of the graph."""
    left = _REPLACED
    for place in chain.places:
        for slip in _within(chain, place):
            left -= len(place.edges) + len(chain.first(place).node.args) // 10
            if left < 0:
                return
            yield slip
    yield from _other_gradients(chain)
    yield from _anywhere(chain)


def _within(chain: Chain, place: Place) -> Iterator[Slip]:
    """What stands beside the right node in the same operation, or right below it."""
    edge = chain.first(place)
    if edge.operand is chain.tape.x and abs(edge.partial) == 1:
        yield from _for_one(chain, place)
    op = edge.node.op
    assert op is not None
    if len(op.operands) == 1 and not op.sequences:
        yield _at_the_result(chain, place, op)
    for name in _names(chain, place):
        own = _role_of(edge, name)
        here = _found(edge, own)
        for role in _roles(edge, own):
            other = _found(edge, role)
            # The same number in its place is not a slip, and a 1 is a missing factor.
            if other is None or other is here or float(other) in (1.0, 0.0):
                continue
            yield Slip(
                "other node",
                (3.0 if role.below < 0 else 3.6) + 0.02 * place.level,
                lambda run, name=name, role=role: place.changed(  # type: ignore[misc]
                    run, lambda run, i: _with(chain, run, i, name, role)
                ),
                lambda name=name, role=role: _words(chain, place, name, role),  # type: ignore[misc]
            )


def _at_the_result(chain: Chain, place: Place, op: Op) -> Slip:
    """σ′(a) in the place of σ′(z), where a = σ(z)."""

    def partial(run: Run, i: int) -> float:
        node = chain.tape.edges[i].node
        constants = chain.tape.numbers(node, run.data)[1:]
        result = run.data[chain.tape.place[node]]
        return chain.tape.partial(op, [result, *constants])

    def words() -> str:
        node, operand = chain.first(place).node, chain.first(place).operand
        return (
            f"the derivative of {chain.symbol(place)} is taken at {_with_number(chain, node)}, not "
            f"at {_with_number(chain, operand)}, {chain.between(place)}"
        )

    return Slip("other node", 3.1, lambda run: place.changed(run, partial), words)


def _for_one(chain: Chain, place: Place) -> Iterator[Slip]:
    """The number of x itself for the 1 of a sum, as in that of a bias."""
    x = chain.tape.x
    yield Slip(
        "other node",
        3.5,
        lambda run: place.changed(run, lambda run, i: run.local[i] * run.data[chain.tape.place[x]]),
        lambda: f"{_with_number(chain, x)} stands where 1 belongs, {chain.between(place)}",
    )


def _names(chain: Chain, place: Place) -> list[str]:
    branch = chain.branch(chain.tape.here, place.edges[0])
    op = chain.first(place).node.op
    assert op is not None
    return [name for name in branch.whole.names if name not in op.constants] if branch else []


def _role_of(edge: Edge, name: str) -> Role:
    op = edge.node.op
    assert op is not None
    _, index = op.place(len(edge.node.args), edge.position)
    return Role(name, index if name in op.sequences else 0)


def _roles(edge: Edge, own: Role) -> Iterator[Role]:
    """The other places of the operation, and what the node in the own place is computed from."""
    op = edge.node.op
    assert op is not None
    for name, group in zip(op.operands, op.bind(edge.node.args)):
        for index in range(min(len(group), _BESIDE) if name in op.sequences else 1):
            if (name, index) != (own.name, own.element):
                yield Role(name, index)
    if own.name != "out":
        yield Role("out")
    node = _found(edge, own)
    if isinstance(node, Value) and own.name != "out":
        for position in range(min(len(node.args), _BESIDE)):
            yield Role(own.name, own.element, position)


def _found(edge: Edge, role: Role) -> Value | float | None:
    op = edge.node.op
    assert op is not None
    found: Any
    if role.name == "out":
        found = edge.node
    else:
        group: Any = dict(zip(op.operands, op.bind(edge.node.args))).get(role.name)
        found = (
            group[role.element] if isinstance(group, list) and role.element < len(group) else group
        )
    if role.below >= 0:
        args = found.args if isinstance(found, Value) else ()
        found = args[role.below] if role.below < len(args) else None
    return None if isinstance(found, list) else found


def _with(chain: Chain, run: Run, i: int, name: str, role: Role) -> float | None:
    """The local derivative with what stands in a role in the place of a name."""
    edge = chain.tape.edges[i]
    branch, other = chain.branch(run, i), _found(edge, role)
    if branch is None or other is None:
        return None
    names = run.names(edge)
    names[name] = run.data[chain.tape.place[other]] if isinstance(other, Value) else other
    return branch.whole.value(names)


def _words(chain: Chain, place: Place, name: str, role: Role) -> str:
    edge = chain.first(place)
    right, wrong = _found(edge, _role_of(edge, name)), _found(edge, role)
    assert right is not None
    assert wrong is not None
    return _stands(chain, place, right, wrong)


def _stands(chain: Chain, place: Place, right: Value | float, wrong: Value | float) -> str:
    edge = chain.first(place)
    return (
        f"{_with_number(chain, wrong)} stands where {_with_number(chain, right)} belongs, in the "
        f"local derivative of {chain.symbol(place)}, {chain.written(edge)}, {chain.between(place)}"
    )


def _with_number(chain: Chain, node: Value | float) -> str:
    number = chain.tell(float(node))
    return f"{chain.name(node)} = {number}" if isinstance(node, Value) else number


def _other_gradients(chain: Chain) -> Iterator[Slip]:
    """The gradient of another leaf; of one that is named alike sooner."""
    tape = chain.tape
    for leaf in tape.leaves[:_NODES]:
        if leaf is not tape.x:
            alike = _alike(leaf, tape.x)
            yield Slip(
                "other node",
                3.4 if alike else 4.2,
                lambda run, i=tape.place[leaf]: run.up[i],  # type: ignore[misc]
                lambda leaf=leaf: (  # type: ignore[misc]
                    f"this is ∂{chain.y}/∂{chain.name(leaf)}, not ∂{chain.y}/∂{chain.x}"
                ),
            )


def _alike(one: Value | float, other: Value | float) -> bool:
    """Whether two labels differ in their numbers only, such as h1 and h2."""
    stems = [
        re.sub(r"[\d_]+", "", node.label or "") if isinstance(node, Value) else ""
        for node in (one, other)
    ]
    return stems[0] == stems[1] != ""


def _anywhere(chain: Chain) -> Iterator[Slip]:
    """Any node or plain number of the graph in the place of one."""
    tape = chain.tape
    nodes: dict[Any, None] = {}
    for node in tape.nodes[: 10 * _NODES]:
        nodes.update(dict.fromkeys([node, *node.args]))
    single = [place for place in chain.places if place.level < 4]
    if len(single) * len(nodes) > _REPLACED:
        return
    for place in single:
        for name in _names(chain, place):
            right = _found(chain.first(place), _role_of(chain.first(place), name))
            assert right is not None
            for wrong in nodes:
                if wrong is right or float(wrong) in (float(right), 0.0, 1.0):
                    continue
                alike = _alike(wrong, right)
                yield Slip(
                    "other node",
                    (3.3 if alike else 5.0) + 0.02 * place.level,
                    lambda run, place=place, name=name, wrong=wrong: place.changed(  # type: ignore[misc]
                        run, lambda run, i: _replaced(chain, run, i, name, wrong)
                    ),
                    lambda place=place, right=right, wrong=wrong: _stands(  # type: ignore[misc]
                        chain, place, right, wrong
                    ),
                )


def _replaced(chain: Chain, run: Run, i: int, name: str, wrong: Value | float) -> float | None:
    branch = chain.branch(run, i)
    if branch is None:
        return None
    names = run.names(chain.tape.edges[i])
    names[name] = run.data[chain.tape.place[wrong]] if isinstance(wrong, Value) else wrong
    return branch.whole.value(names)
