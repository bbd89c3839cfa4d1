"""What every backend can do, and what training came to."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from engine.programs.run.session import Session


@dataclass(slots=True)
class Outcome:
    """What some epochs came to.

    `means`: the mean loss of each finished epoch. `row`: the number of the row whose loss was not
    finite, which `loss` says; None if all were. `parameter`: the number of a parameter that was not
    finite at the end of an epoch. `memory`: what the optimiser remembers that was not finite after
    the last of the epochs, in words.
    """

    means: Sequence[float]
    row: int | None = None
    loss: float = 0.0
    parameter: int | None = None
    memory: str | None = None

    @property
    def failed(self) -> bool:
        """Whether training cannot go on."""
        return not (self.row is None and self.parameter is None and self.memory is None)


class Backend(Protocol):
    """How a program is computed. What it is given has been checked."""

    name: str

    def outputs(self, session: Session) -> list[float]:
        """The outputs of every row, one row after the other; nan where one is undefined."""

    def gradients(self, session: Session) -> tuple[Outcome, array[float]]:
        """The mean loss over all rows, and its gradients."""

    def train(
        self, session: Session, order: array[int], size: int, epochs: int, total: int
    ) -> Outcome:
        """Epochs over the rows of `order` in batches; losses count as shares of `total` rows."""
