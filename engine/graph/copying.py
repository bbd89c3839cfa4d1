"""Copying and pickling of graphs, node by node in topological order, so never by recursion."""

from __future__ import annotations

from copy import deepcopy

from engine.graph.attributes import NAMES, stored
from engine.graph.walks import topological_order
from engine.native import extension
from engine.sheet.op import Op
from engine.sheet.ops import OPERATIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from engine.graph.value import Value

    # One node: class, operation, operands, and the rest. An operand is a float, or the position of
    # its node in the graph as an int.
    Row = tuple[Any, ...]


class _Session:
    """The nodes that one unpickling has made so far, by their identity when they were pickled.

    Every pickled `Value` refers to the same session object, which pickle therefore restores once
    per pickle: two values that shared nodes share them again.
    """

    def __init__(self) -> None:
        self.nodes: dict[int, Value] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        return _Session, ()


_session = _Session()
# Past what a subclass may make of assigning.
_assign: Any = (object if extension is None else extension.Value).__setattr__


def pickle_graph(root: Value) -> tuple[Any, ...]:
    """What `Value.__reduce__` returns: the graph below the node as flat rows."""
    order = topological_order(root)
    identities = [id(node) for node in order]
    # What subclasses have added may lead back to the root, so it follows when the root is made.
    attributes = [(id(node), own) for node in order if (own := own_attributes(node))]
    made = (_unpickle, (_session, identities, _rows(order)))
    if not attributes:
        return made
    return (*made, (_session, attributes), None, None, _unpickle_attributes)


def _unpickle(session: _Session, identities: list[int], rows: list[Row]) -> Value:
    return _build(identities, rows, session.nodes)


def _unpickle_attributes(root: Value, state: tuple[_Session, list[tuple[int, Any]]]) -> None:
    session, attributes = state
    for identity, own in attributes:
        set_attributes(session.nodes[identity], own)


def copy_graph(root: Value, memo: dict[int, Any]) -> Value:
    """What `Value.__deepcopy__` returns: a copy of the graph below the node, sharing by `memo`."""
    order = topological_order(root)
    fresh = [node for node in order if id(node) not in memo]
    result = _build([id(node) for node in order], _rows(order), memo)
    for node in fresh:
        set_attributes(memo[id(node)], deepcopy(own_attributes(node), memo))
    return result


def copy_node(node: Value) -> Value:
    """What `Value.__copy__` returns: a node with the same operands."""
    copy = object.__new__(type(node))
    for name in NAMES:
        setattr(copy, stored(name), getattr(node, name))
    set_attributes(copy, own_attributes(node))
    return copy


def own_attributes(node: Value) -> dict[str, Any]:
    """What not every node has: attributes that this one was given, and slots of a subclass."""
    attributes = dict(node.__dict__)
    for kind in type(node).__mro__:
        if kind.__module__.partition(".")[0] == "engine":
            break
        slots = vars(kind).get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if name not in ("__dict__", "__weakref__") and hasattr(node, name):
                attributes[name] = getattr(node, name)
    return attributes


def set_attributes(node: Value, attributes: dict[str, Any]) -> None:
    """Gives a node what `own_attributes` found."""
    for name, value in attributes.items():
        _assign(node, name, value)


def _rows(order: list[Value]) -> list[Row]:
    positions = {node: position for position, node in enumerate(order)}
    rows = []
    for node in order:
        operands: list[Any] = [
            operand if partial is None else positions[operand]  # type: ignore[index]
            for operand, partial in zip(node.args, node.partials)
        ]
        rows.append(
            (
                type(node),
                _op_key(node.op),
                operands,
                node.partials,
                node.data,
                node.grad,
                node.label,
                node.scope,
            )
        )
    return rows


def _build(identities: list[int], rows: list[Row], made: dict[int, Any]) -> Value:
    nodes: list[Value] = []
    for identity, row in zip(identities, rows, strict=True):
        node = made.get(identity)
        if node is None:
            kind, op, operands, partials, data, grad, label, scope = row
            node = made[identity] = object.__new__(kind)
            node.op = _op_of(op)
            node.args = tuple(
                [arg if partial is None else nodes[arg] for arg, partial in zip(operands, partials)]
            )
            node.partials = partials
            node.data, node.grad, node.label, node.scope = data, grad, label, scope
        nodes.append(node)
    return nodes[-1]


def _op_key(op: Op | None) -> Any:
    """An operation of the sheet travels by name, one of the user's own by value.

    A derivative of either (`engine.sheet.derived`) travels by what it is the derivative of.
    """
    if op is None or op.origin is None:
        return op.name if op is not None and OPERATIONS.get(op.name) is op else op
    parent, operand, which = op.origin
    return _op_key(parent), operand, which


def _op_of(key: Any) -> Op | None:
    if isinstance(key, str):
        return OPERATIONS[key]
    if not isinstance(key, tuple):
        return key  # type: ignore[no-any-return]
    from engine.sheet.derived import part_of

    parent, operand, which = key
    whole = _op_of(parent)
    assert whole is not None
    return part_of(whole, operand, which)
