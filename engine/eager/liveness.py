"""Which nodes a derivative may not reach: branches that are not taken end all paths to them.

An edge is dead where its partial derivative is the 0 of a branch (`engine.graph.walks.is_dead`). At
other numbers it may be another one, so what a graph of derivatives or a program needs to know is
where an edge *may* be dead. A node behind such edges adds nothing when all paths to it have ended;
that is so by itself while its partials are finite, 0 · 3 being 0, but where one may be infinite,
what the node passes on must be left out: it must be `guarded`.

    found = Liveness(outputs, order)       # order: topological_order(*outputs)
    for node in reversed(order):
        if node in found.guarded:          # alive(node): some path to it has not ended
            … contribute only if alive(node) …

`alive(node)` is true of an output, and of a node where, for one of its edges (user, position) in
`found.users[node]`, the user is alive and the edge is: one that `edge_may_end` is alive where
`alive_tree(op, operand)` is not 0. A node that is not in `found.mortal` is always alive.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any

from engine.graph.value import Value
from engine.graph.walks import topological_order
from engine.sheet.derived import Shape, partial_tree, shape
from engine.sheet.formula import read
from engine.sheet.inlining import inlined
from engine.sheet.op import Op
from engine.sheet.ranges import ANY, EVERYTHING, LARGE, Interval, bounds, is_smooth, rounded, union
from engine.sheet.simplify import ONE, each_branch, is_number
from engine.sheet.specialize import specialize

_OP, _DATA = attrgetter("_op_"), attrgetter("_data_")


class Liveness:
    """Of a graph: `mortal`, the nodes to which every path may end; `guarded`, those of them that
    may pass on an infinite factor; `users`, for each mortal node the edges that lead to it.
    """

    def __init__(self, outputs: Sequence[Value], order: Sequence[Value] | None = None) -> None:
        self.order = topological_order(*outputs) if order is None else order
        self.mortal: set[Value] = set()
        self.guarded: set[Value] = set()
        self.users: dict[Value, list[tuple[Value, int]]] = {}
        if _may_matter(self.order):
            self.find_mortal(outputs, [node for node in self.order if node.op is not None])
            self.find_guarded()

    def find_mortal(self, outputs: Sequence[Value], inner: list[Value]) -> None:
        certain: set[Any] = set(outputs)
        for node in reversed(inner):
            for position, operand in enumerate(node.args):
                inner_edge = isinstance(operand, Value) and operand.op is not None
                if inner_edge and node in certain and not edge_may_end(node, position):
                    certain.add(operand)
        self.mortal = {node for node in inner if node not in certain}
        for node in inner:
            for position, operand in enumerate(node.args):
                if operand in self.mortal and not edge_is_dead(node, position):
                    self.users.setdefault(operand, []).append((node, position))

    def find_guarded(self) -> None:
        intervals: dict[Any, Interval] = {}
        for node in self.order:
            op = node.op
            if op is None:
                intervals[node] = ANY if math.isfinite(node.data) else EVERYTHING
                continue
            interval, smooth = _range(op, _constants(node), _arguments(node, intervals))
            intervals[node] = interval if math.isfinite(node.data) else EVERYTHING
            if node in self.mortal and not _is_linear(op, _constants(node)):
                # What is smooth between ordinary numbers may overflow at those of this node.
                partials = [partial for partial in node.partials if partial is not None]
                if not smooth or not all(map(math.isfinite, partials)):
                    self.guarded.add(node)


def _may_matter(order: Sequence[Value]) -> bool:
    """Whether the graph has edges that may end, and operations that may be infinite: few have both.

    Told from the kinds of its operations, so that most graphs are done with at once.
    """
    ops: set[Any] = set(map(_OP, order)) - {None}
    with_constants = {op for op in ops if op.constants}
    kinds: set[tuple[Any, tuple[float, ...]]] = {(op, ()) for op in ops - with_constants}
    if with_constants:
        kinds |= {(node.op, _constants(node)) for node in order if node.op in with_constants}
    if not any(may_end(op, constants) for op, constants in kinds):
        return False
    if not math.isfinite(sum(map(_DATA, order))):
        return True
    return not all(_range(op, constants, (ANY,) * len(op.operands))[1] for op, constants in kinds)


@lru_cache(maxsize=4096)
def _is_linear(op: Op, constants: tuple[float, ...]) -> bool:
    """Whether all partial derivatives are numbers, as those of a sum."""
    return all(shape(op, operand, constants, 1).number is not None for operand in op.operands)


@lru_cache(maxsize=4096)
def may_end(op: Op, constants: tuple[float, ...]) -> bool:
    """Whether some partial derivative of the operation has a branch of 0."""
    return any(shape(op, operand, constants, 1).dead for operand in op.operands)


def edge_may_end(node: Value, position: int) -> bool:
    """Whether the edge to this operand is dead at some numbers."""
    return _shape(node, position).dead or edge_is_dead(node, position)


def edge_is_dead(node: Value, position: int) -> bool:
    """Whether the edge to this operand is dead at any numbers: its partial is a constant 0."""
    form = _shape(node, position)
    if form.name is None or form.name == "out":
        return form.number == 0
    op = node.op
    assert op is not None
    other = dict(zip((*op.operands, *op.constants), op.bind(node.args)))[form.name]
    if isinstance(other, list):
        other = other[op.place(len(node.args), position)[1]]
    return not isinstance(other, Value) and other == 0


def alive_tree(op: Op, operand: str) -> ast.expr:
    """A partial derivative with 1 for every branch that is not 0: where it is 0, the edge is dead.

    >>> from engine.sheet.ops import OPERATIONS
    >>> ast.unparse(alive_tree(OPERATIONS["hinge"], "y"))
    '0 if y * p >= 1 else 1'
    """
    return each_branch(partial_tree(op, operand), lambda tree: tree if is_number(tree, 0) else ONE)


def _constants(node: Value) -> tuple[float, ...]:
    op = node.op
    assert op is not None
    # As numbers: what is remembered by them must not keep a node.
    return tuple(map(float, node.args[len(node.args) - len(op.constants) :]))


def _shape(node: Value, position: int) -> Shape:
    op = node.op
    assert op is not None
    operand, _ = op.place(len(node.args), position)
    length = len(node.args) // len(op.sequences) if op.sequences else 0
    return shape(op, operand, _constants(node), length)


def _arguments(node: Value, intervals: dict[Any, Interval]) -> tuple[Interval, ...]:
    """For each operand its interval, for a sequence one around those of its elements."""
    op = node.op
    assert op is not None

    def interval(arg: Any) -> Interval:
        return intervals[arg] if isinstance(arg, Value) else rounded(arg, arg)

    grouped = op.bind(node.args)[: len(op.operands)]
    return tuple(
        (union(map(interval, group)) if group else ANY)
        if isinstance(group, list)
        else interval(group)
        for group in grouped
    )


@lru_cache(maxsize=4096)
def _range(
    op: Op, constants: tuple[float, ...], arguments: tuple[Interval, ...]
) -> tuple[Interval, bool]:
    """The interval of an operation's value, and whether it is smooth there."""
    names = [*op.operands, *op.constants, *(["n"] if op.sequences else [])]
    tree = specialize(inlined(read(op.formula, names)), {}, dict(zip(op.constants, constants)))
    known = {**dict(zip(op.operands, arguments)), "n": (1.0, LARGE)}
    return bounds(tree, known), is_smooth(tree, known)
