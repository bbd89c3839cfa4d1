"""How nodes of operations are made, and what networks do with many nodes at a time."""

from __future__ import annotations

from engine.graph.anomalies import apply_mode
from engine.graph.modes import current_mode
from engine.graph.value import Value
from engine.native import core, extension

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.sheet.op import Op

_new = object.__new__


def record(
    op: Op, args: tuple[Value | float, ...], data: float, partials: tuple[float | None, ...]
) -> Value:
    """The node of an operation that has been computed.

    All nodes but leaves are made here, or by the same lines in the generated functions.
    """
    node = _new(Value)
    node._data_ = data
    node._grad_ = 0.0
    node._op_ = op
    node._args_ = args
    node._partials_ = partials
    node._label_ = None
    node._scope_ = None
    if current_mode() is not None:
        apply_mode(node)
    return node


# What networks do with many nodes at a time, with labels and scopes of their own making.


def place(node: Value, label: str, scope: str) -> None:
    """Gives a node its label, and its scope within the one that it has."""
    outer = node._scope_
    node._scope_ = scope if outer is None else f"{outer} / {scope}"
    node._label_ = label


def reset_gradients(nodes: Iterable[Value]) -> None:
    """Sets the gradient of every node to 0."""
    for node in nodes:
        node._grad_ = 0.0


if not TYPE_CHECKING and core == "native":
    record, place = extension.record, extension.place
