"""What modes do to nodes: give a scope, leave out the history, look for infinities and nan."""

from __future__ import annotations

import math

from engine.graph.messages import describe, describe_operands
from engine.graph.modes import settled
from engine.graph.walks import topological_order

TYPE_CHECKING = False
if TYPE_CHECKING:
    from engine.graph.value import Value


def apply_mode(node: Value) -> None:
    """What the current mode does to a new node."""
    mode = settled()
    if mode is None:
        return
    if mode.anomaly:
        _raise_anomaly(node)
    node._scope_ = mode.scope
    if not mode.recording:
        node._op_, node._args_, node._partials_ = None, (), ()


def _raise_anomaly(node: Value) -> None:
    assert node.op is not None
    operands = f"its operands: {describe_operands(node.op, node.args)}"
    if not math.isfinite(node.data):
        raise FloatingPointError(f"{node.op.name} gave {node.data}; {operands}")
    for position, partial in enumerate(node.partials, 1):
        if partial is not None and not math.isfinite(partial):
            raise FloatingPointError(
                f"{node.op.name} has a local derivative of {partial} with respect to operand "
                f"{position}; {operands}"
            )


def check_finite(output: Value) -> None:
    """What the current mode says to the gradients of a graph after `backward`."""
    mode = settled()
    if mode is not None and mode.anomaly:
        for node in reversed(topological_order(output)):
            if not math.isfinite(node.grad):
                raise FloatingPointError(
                    f"backward: the gradient of {describe(node)} is {node.grad}"
                )
