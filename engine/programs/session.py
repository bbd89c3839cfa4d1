"""What training keeps between epochs, whichever backend computes them."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from engine.programs.recorded import Recorded
from engine.programs.rows import Rows
from engine.programs.rules import Optimizer


@dataclass
class Outcome:
    """What some epochs came to.

    `means`: the mean loss of each finished epoch. `row`: the number of the row whose loss was not
    finite, which `loss` says; None if all were. `parameter`: the number of a parameter that was not
    finite at the end of an epoch.
    """

    means: list[float]
    row: int | None = None
    loss: float = 0.0
    parameter: int | None = None

    @property
    def failed(self) -> bool:
        """Whether training cannot go on."""
        return self.row is not None or self.parameter is not None


class Session:
    """The numbers that training changes: parameters, what the rule remembers, the steps so far.

    They are copied from the `Value`s at the start, and `save` copies them back.
    """

    def __init__(self, recorded: Recorded, optimizer: Optimizer | None, rows: Rows) -> None:
        self.recorded = recorded
        self.optimizer = optimizer
        self.rows = rows
        self.parameters = array("d", [leaf.data for leaf in recorded.parameters])
        self.state = array("d")
        self.steps = 0
        if optimizer is not None:
            for numbers in optimizer.state.values():
                self.state.extend(numbers)
            self.steps = optimizer.steps

    def settings(self) -> array[float]:
        """The optimiser's settings as they are now."""
        assert self.optimizer is not None
        return array("d", self.optimizer.settings.values())

    def copy(self) -> tuple[array[float], array[float], int]:
        """The numbers as they are now, for `restore`."""
        return self.parameters[:], self.state[:], self.steps

    def restore(self, copied: tuple[array[float], array[float], int]) -> None:
        """Goes back to what `copy` returned."""
        # In place: compiled code may know where they lie.
        self.parameters[:], self.state[:], self.steps = copied

    def save(self) -> None:
        """Copies the numbers to the parameters and the optimiser."""
        for leaf, number in zip(self.recorded.parameters, self.parameters):
            leaf.data = number
        if self.optimizer is not None:
            count = len(self.parameters)
            for index, numbers in enumerate(self.optimizer.state.values()):
                numbers[:] = self.state[index * count : (index + 1) * count].tolist()
            self.optimizer.steps = self.steps


class Backend(Protocol):
    """How a program is computed."""

    name: str

    def outputs(self, session: Session) -> list[float]:
        """The outputs of every row, one row after the other; nan where one is undefined."""

    def gradients(self, session: Session) -> tuple[Outcome, list[float]]:
        """The mean loss over all rows, and its gradients."""

    def train(
        self, session: Session, order: Sequence[int], size: int, epochs: int, total: int
    ) -> Outcome:
        """Epochs over the rows of `order` in batches; losses count as shares of `total` rows."""
