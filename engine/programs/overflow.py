"""Training where machine code comes to no number, and nodes do.

A sum of gradients may overflow although their mean is an ordinary number, and a product behind a
branch that is not taken, which adds nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from engine.programs.session import Backend, Outcome, Session


class Compiled(Protocol):
    """A backend that trains fast, and only says in which epoch a number was not finite."""

    def epochs(
        self, session: Session, order: Sequence[int], size: int, epochs: int, total: int
    ) -> Outcome:
        """`Backend.train`, but for what overflows on the way."""


def train(
    fast: Compiled,
    careful: Callable[[], Backend],
    session: Session,
    order: Sequence[int],
    size: int,
    epochs: int,
    total: int,
) -> Outcome:
    """`Backend.train` by `fast`; by `careful` the batches after which a parameter is not a number.

    Where training failed the epochs before are repeated, and the next one goes batch by batch.
    """
    means: list[float] = []
    while True:
        start = session.copy()
        outcome = fast.epochs(session, order, size, epochs - len(means), total)
        if outcome.failed:
            failed = session.copy()
            session.restore(start)
            if outcome.means:
                fast.epochs(session, order, size, len(outcome.means), total)
            mean = _epoch(fast, careful, session, order, size, total)
            if mean is not None:
                means += [*outcome.means, mean]
                if len(means) < epochs:
                    continue
                return Outcome(means)
            session.restore(failed)
        outcome.means = means + outcome.means
        return outcome


def _epoch(
    fast: Compiled,
    careful: Callable[[], Backend],
    session: Session,
    order: Sequence[int],
    size: int,
    total: int,
) -> float | None:
    """The mean loss of an epoch; None where it fails in any case."""
    mean = 0.0
    for first in range(0, len(order), size):
        batch = order[first : first + size]
        before = session.copy()
        outcome = fast.epochs(session, batch, size, 1, total)
        if outcome.parameter is not None:
            session.restore(before)
            outcome = careful().train(session, batch, size, 1, total)
        if outcome.failed:
            return None
        mean += outcome.means[0]
    return mean
