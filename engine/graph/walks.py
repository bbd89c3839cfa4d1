"""Walks over a computation graph. None of them recurses: a chain may be a million nodes long."""

from __future__ import annotations

from engine.graph.messages import refuse_output
from engine.native import core, extension

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from engine.graph.value import Value


def topological_order(*outputs: Value) -> list[Value]:
    """All nodes that the outputs are computed from, operands before the nodes that use them.

    Depth first, operands from left to right, so the order is the same for the same graph. Linear in
    the number of edges.

    >>> from engine import Value
    >>> x = Value(2.0, label="x")
    >>> y = x * x + x
    >>> [node.label or node.op.name for node in topological_order(y)]
    ['x', 'mul', 'add']
    """
    for output in outputs:
        if not hasattr(output, "_args_"):
            refuse_output(output)
    order: list[Value] = []
    entered: set[Any] = set()
    stack: list[Any] = list(reversed(outputs))
    while stack:
        node = stack.pop()
        if node is None:
            # All operands of the node below have been placed.
            order.append(stack.pop())
        elif node not in entered:
            entered.add(node)
            args = node._args_
            if args:
                stack += (node, None)
                stack += [arg for arg in reversed(args) if type(arg) is not float]
            else:
                order.append(node)
    return order


if not TYPE_CHECKING and core == "native":
    topological_order = extension.topological_order


def inner_nodes(output: Value) -> list[Value]:
    """The results of operations in the graph, operands before their users; no leaves.

    What `backward` walks. Leaves, mostly parameters that many nodes use, cost it one test each:
    inner nodes are all made by `engine.graph.recording.record`, so all are of the output's own
    class.
    """
    order: list[Value] = []
    entered: set[Any] = set()
    stack: list[Any] = [output] if output._args_ else []
    inner = type(output)
    while stack:
        node = stack.pop()
        if node is None:
            order.append(stack.pop())
        elif node not in entered:
            entered.add(node)
            stack += (node, None)
            for operand in node._args_:
                if type(operand) is inner and operand._args_ and operand not in entered:
                    stack.append(operand)
    return order


def leaves(*outputs: Value) -> list[Value]:
    """The leaves that the outputs are computed from, in topological order.

    >>> from engine import Value
    >>> a, b = Value(1.0, label="a"), Value(2.0, label="b")
    >>> [leaf.label for leaf in leaves(a * b + a)]
    ['a', 'b']
    """
    return [node for node in topological_order(*outputs) if node._op_ is None]


def is_dead(partial: float | None) -> bool:
    """Whether an edge ends its path: its partial is 0 by a branch that is not taken, or constant.

    Such a partial is the int 0; a partial that just comes to 0 is a float.

    >>> from engine import Value
    >>> [is_dead(node.partials[0]) for node in (Value(-1.0).relu(), Value(0.0) ** 2)]
    [True, False]
    """
    return type(partial) is int


def along(partial: float, further: float) -> float:
    """partial · further, as a path goes on; at a dead edge 0, whatever lies further on."""
    return 0 if is_dead(partial) or is_dead(further) else partial * further


def live_nodes(output: Value, order: list[Value]) -> set[Value]:
    """The nodes that a path without a dead edge leads to from the output.

    `order`: the output's inner nodes, operands before their users. All other nodes have the
    gradient 0 and pass nothing on, be their partials infinite.
    """
    live: set[Any] = {output}
    for node in reversed(order):
        if node in live:
            live.update(
                operand
                for operand, partial in zip(node._args_, node._partials_)
                if partial is not None and not is_dead(partial)
            )
    return live


def adjoints(output: Value) -> dict[Value, float]:
    """The derivative of the output with respect to every node below it, as `backward` computes it.

    No `grad` is touched.

    >>> from engine import Value
    >>> x = Value(3.0)
    >>> y = x * x
    >>> adjoints(y)[x]
    6.0
    """
    order = inner_nodes(output)
    live = live_nodes(output, order)
    found: dict[Any, float] = {output: 1.0}
    for node in reversed(order):
        upstream = found.get(node, 0.0)
        for operand, partial in zip(node._args_, node._partials_):
            if partial is not None:
                added = 0.0 if is_dead(partial) or node not in live else partial * upstream
                found[operand] = found.get(operand, 0.0) + added
    return found
