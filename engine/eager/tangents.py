"""Forward mode: how the outputs change when the variables move in one direction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.eager.derivative import gradient
from engine.eager.functions import dot
from engine.graph.value import Value
from engine.graph.walks import is_dead, topological_order


def tangents_of(outputs: Sequence[Value], seeds: Mapping[Value, float]) -> dict[Value, float]:
    """The tangent of every node below the outputs that depends on a variable which moves.

    The chain rule read forward: a node moves by its partials times what its operands move by. It
    needs no graph but the one that is there, and no order but that of its making. Behind a dead
    edge nothing moves, however fast the operand does.

    >>> x, y = Value(2.0), Value(3.0)
    >>> z = x * y
    >>> tangents_of([z], {x: 1.0, y: 10.0})[z]
    23.0
    """
    found: dict[Any, float] = {node: tangent for node, tangent in seeds.items() if tangent != 0}
    for node in topological_order(*outputs):
        if node in seeds:
            continue
        moves = [
            partial * found[operand]
            for operand, partial in zip(node.args, node.partials)
            if partial is not None and not is_dead(partial) and operand in found
        ]
        if moves:
            found[node] = sum(moves)
    return found


def tangents_as_values(outputs: Sequence[Value], seeds: Mapping[Value, Any]) -> dict[Value, Any]:
    """The tangents of the outputs as graphs, which can be differentiated again.

    The gradient of Σ u·output is linear in the weights u, and so is its product with the tangents;
    what that product changes by with each u is the tangent of its output.
    """
    moving = {node: tangent for node, tangent in seeds.items() if _moves(tangent)}
    if not outputs or not moving:
        return {}
    weights = [Value(1.0) for _ in outputs]
    slopes = gradient(dot(weights, outputs), list(moving))
    return dict(zip(outputs, gradient(dot(slopes, list(moving.values())), weights)))


def _moves(tangent: Any) -> bool:
    return isinstance(tangent, Value) or tangent != 0
