"""One row computed again on nodes: for its errors, which name operations and labels, and for what
comes to no number only because of products behind a branch that is not taken.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any

from engine.eager.checked import apply
from engine.graph.value import Value
from engine.graph.walks import topological_order
from engine.programs.recording import Recording
from engine.sheet.computation import parameters
from engine.sheet.evaluate import forward
from engine.sheet.formula import read
from engine.sheet.simplify import is_number
from engine.sheet.specialize import value_at


def replay(
    recording: Recording, parameters: Sequence[float], row: Sequence[float]
) -> tuple[list[Any], list[Value]]:
    """The outputs for one row as a new graph, and the leaves in it that stand for the parameters.

    Raises what eager computing raises where an operation is undefined.
    """
    made: dict[Any, Any] = {}

    def operand(arg: Value | float) -> Any:
        if isinstance(arg, Value) and arg not in made:
            made[arg] = Value(recording.number(arg), arg.label)
        return made.get(arg, arg)

    for leaves, numbers in ((recording.inputs, row), (recording.parameters, parameters)):
        for leaf, number in zip(leaves, numbers):
            made[leaf] = Value(number, leaf.label)
    for node in recording.nodes:
        op = node.op
        assert op is not None
        operands = [
            list(map(operand, group)) if isinstance(group, list) else operand(group)
            for group in op.bind(node.args)
        ]
        result = apply(op, *operands)
        result.label, result.scope = node.label, node.scope
        made[node] = result
    outputs = list(map(operand, recording.outputs))
    return outputs, [made[leaf] for leaf in recording.parameters]


def without_dead_ends(outputs: Sequence[Any]) -> list[float]:
    """What outputs come to where nothing that lies behind a branch of 0 is multiplied by it.

    A graph of derivatives leaves such products out where a factor may be infinite. Products of
    ordinary numbers are not looked at, because hardly any overflows; where one does, 0 times it
    would be nan here as well.
    """
    numbers: dict[Any, float] = {}
    ended: set[Any] = set()
    for node in topological_order(*outputs):
        op = node.op
        if op is None:
            numbers[node] = node.data
            continue
        known = [numbers[arg] if isinstance(arg, Value) else arg for arg in node.args]
        if not op.sequences and (op.origin is not None or not ended.isdisjoint(node.args)):
            dead = {name for name, arg in zip(op.operands, node.args) if arg in ended}
            names = dict(zip((*op.operands, *op.constants), known))
            if _ends(read(op.formula, parameters(op)), names, dead):
                ended.add(node)
                numbers[node] = 0.0
                continue
        bound = op.bind(known)
        lengths = [len(item) for item in bound if isinstance(item, list)][:1]
        numbers[node] = forward(op)(*bound, *lengths)[0]
    return [numbers[output] for output in outputs]


def _ends(tree: ast.expr, names: Mapping[str, float], dead: set[str]) -> bool:
    """Whether a formula is 0 because of a branch of it, or of a name that is."""
    match tree:
        case ast.Name(id=name):
            return name in dead
        case ast.UnaryOp(operand=operand):
            return _ends(operand, names, dead)
        case ast.IfExp(test=test, body=body, orelse=other):
            return _ends(body if value_at(test, names) else other, names, dead)
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return _ends(left, names, dead) or _ends(right, names, dead)
        case ast.BinOp(left=left, op=ast.Div()):
            return _ends(left, names, dead)
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub(), right=right):
            return _ends(left, names, dead) and _ends(right, names, dead)
    return is_number(tree, 0)
