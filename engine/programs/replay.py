"""One row computed again eagerly, on nodes: for its errors, which name operations and labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.eager.checked import apply
from engine.graph.value import Value
from engine.programs.recording import Recording


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
