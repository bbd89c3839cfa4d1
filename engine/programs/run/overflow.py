"""Training where a compiled program comes to no number, and nodes do.

A sum of gradients may overflow although their mean is an ordinary number, and a product behind a
branch that is not taken, which adds nothing. In Python an intermediate result that overflows may
raise, too.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from array import array

from engine.programs.run.backend import Backend, Outcome
from engine.programs.run.session import Session


class FastBackend(ABC):
    """A backend whose loops only say in which epoch they came to no number."""

    @abstractmethod
    def epochs(
        self, session: Session, order: array[int], size: int, epochs: int, total: int
    ) -> Outcome:
        """`train`, but for what overflows on the way."""

    @abstractmethod
    def checked(self) -> Backend:
        """The backend for the batches in which this one comes to no number."""

    def train(
        self, session: Session, order: array[int], size: int, epochs: int, total: int
    ) -> Outcome:
        """Epochs over the rows of `order`, in batches of `size`.

        Where training failed the epochs before are repeated, and the next one goes batch by batch.
        """
        means: list[float] = []
        while len(means) < epochs:
            start = None if session.saved and not means else session.copy()
            outcome = self.epochs(session, order, size, epochs - len(means), total)
            if outcome.row is None and outcome.parameter is None:
                outcome.means = [*means, *outcome.means] if means else outcome.means
                return outcome
            session.restore(start)
            if outcome.means:
                self.epochs(session, order, size, len(outcome.means), total)
            means += outcome.means
            outcome = self._epoch(session, order, size, total)
            means += outcome.means
            if outcome.failed:
                outcome.means = means
                return outcome
        return Outcome(means)

    def _epoch(self, session: Session, order: array[int], size: int, total: int) -> Outcome:
        """One epoch, batch by batch."""
        mean = 0.0
        for first in range(0, len(order), size):
            batch = order[first : first + size]
            before = session.copy()
            outcome = self.epochs(session, batch, size, 1, total)
            if outcome.parameter is not None or outcome.loss != outcome.loss:
                session.restore(before)
                outcome = self.checked().train(session, batch, size, 1, total)
            if outcome.failed:
                return outcome
            mean += outcome.means[0]
        return Outcome([mean])
