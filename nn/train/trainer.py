"""What computes the epochs of one call of `fit`, and what all that do have in common."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from engine import Value
from engine.graph.walks import leaves


class Diverged(Exception):
    """A loss, a parameter or what the optimiser remembers is no longer finite."""

    def __init__(self, sample: int, reason: str) -> None:
        self.sample = sample
        self.reason = reason


class Trainer(Protocol):
    """Computes the epochs of one call of `fit`, one after the other.

    `overshoots`: whether epochs beyond the one that ends training cost little.
    """

    overshoots: bool

    def epochs(
        self, epoch: int, numbers: Sequence[int], most: int, interrupted: Callable[[], bool]
    ) -> list[float]:
        """Goes through the samples in the order of `numbers`, `most` times at most.

        `epoch`: the number of the first of these epochs. Returns the mean loss of each finished
        one. Raises Diverged, KeyboardInterrupt between two updates, or what the model raises.
        """

    def keep(self, count: int) -> None:
        """Goes back to the end of the first `count` of the epochs that were just returned."""

    def restore(self) -> None:
        """Goes back to the end of the last whole epoch."""

    def close(self) -> None:
        """Leaves the parameters as they are now to the model."""

    def refresh(self) -> Trainer:
        """Takes over what the user's functions changed since `close`; the trainer to go on with."""

    def validate(self) -> float:
        """The mean loss over the validation data with the parameters as they are now."""

    def checkpoint(self) -> Callable[[], None]:
        """A function that leaves to the model the numbers, the optimiser's too, as they are now."""

    def idle(self) -> str | None:
        """Why no step can lower the loss: every gradient is 0. None if one is not."""

    def clear(self) -> None:
        """Leaves no gradient behind."""


def idle_reason(loss: Value, parameters: Sequence[Any]) -> str:
    """In words why every gradient is 0, as far as the graph of a sample shows it."""
    if set(leaves(loss)).isdisjoint(parameters):
        return (
            "none of the optimiser's parameters takes part in the loss; were they taken from "
            "another model, or replaced in this one?"
        )
    return (
        "the loss does not change with any parameter, as behind ReLUs that give 0 for every "
        "sample: other starting weights, or leaky_relu, help"
    )


def clear_gradients(loss: Value | None, model: Any, parameters: Sequence[Any]) -> None:
    """Sets to 0 what `backward` adds to: the optimiser's parameters, the model's, other leaves."""
    own = model.parameters() if hasattr(model, "parameters") else []
    for leaf in (*parameters, *own, *(leaves(loss) if loss is not None else ())):
        leaf.grad = 0.0
