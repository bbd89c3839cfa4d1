"""Training where a compiled program comes to no number, and nodes do.

A sum of gradients may overflow although their mean is an ordinary number, and a product behind a
branch that is not taken, which adds nothing. In Python an intermediate result that overflows may
raise, too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from engine.programs.run.backend import Backend, Outcome
from engine.programs.run.session import Session


class Compiled(Protocol):
    """A backend that trains fast, and only says in which epoch it came to no number."""

    def epochs(
        self, session: Session, order: Sequence[int], size: int, epochs: int, total: int
    ) -> Outcome:
        """`Backend.train`, but for what overflows on the way."""


def train(
    fast: Compiled,
    checked: Callable[[], Backend],
    session: Session,
    order: Sequence[int],
    size: int,
    epochs: int,
    total: int,
) -> Outcome:
    """`Backend.train` by `fast`; by `checked` the batches in which it comes to no number.

    Where training failed the epochs before are repeated, and the next one goes batch by batch.
    """
    means: list[float] = []
    while len(means) < epochs:
        start = session.copy()
        outcome = fast.epochs(session, order, size, epochs - len(means), total)
        if not outcome.failed:
            outcome.means = [*means, *outcome.means] if means else outcome.means
            return outcome
        session.restore(start)
        if outcome.means:
            fast.epochs(session, order, size, len(outcome.means), total)
        means += outcome.means
        outcome = _epoch(fast, checked, session, order, size, total)
        means += outcome.means
        if outcome.failed:
            outcome.means = means
            return outcome
    return Outcome(means)


def _epoch(
    fast: Compiled,
    checked: Callable[[], Backend],
    session: Session,
    order: Sequence[int],
    size: int,
    total: int,
) -> Outcome:
    """One epoch, batch by batch."""
    mean = 0.0
    for first in range(0, len(order), size):
        batch = order[first : first + size]
        before = session.copy()
        outcome = fast.epochs(session, batch, size, 1, total)
        if outcome.parameter is not None or outcome.loss != outcome.loss:
            session.restore(before)
            outcome = checked().train(session, batch, size, 1, total)
        if outcome.failed:
            return outcome
        mean += outcome.means[0]
    return Outcome([mean])
