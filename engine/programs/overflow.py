"""Means of numbers whose sum overflows although their mean is an ordinary number.

Gradients are added up and divided once. Only where a sum is not finite they are computed again, and
each is divided before it is added: otherwise every mean would be rounded once more for each row.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from engine.programs.session import Backend, Outcome, Session


def means_of(
    sums: Sequence[float], count: int, rows: Callable[[], Iterable[Sequence[float]]]
) -> list[float]:
    """The means of columns that were added up; `rows` goes through their rows once more.

    >>> means_of([3.0, math.inf], 2, lambda: [[1.0, 1e308], [2.0, 1e308]])
    [1.5, 1e+308]
    """
    means = [number / count for number in sums]
    if count == 1 or math.isfinite(sum(sums)):
        return means
    shares = [0.0] * len(sums)
    for row in rows():
        shares = [share + number / count for share, number in zip(shares, row)]
    return [mean if math.isfinite(mean) else share for mean, share in zip(means, shares)]


class Compiled(Protocol):
    """A backend that trains fast, and only says in which epoch a number was not finite."""

    def epochs(
        self, session: Session, order: Sequence[int], size: int, epochs: int, total: int
    ) -> Outcome:
        """`Backend.train`, but for sums of gradients that overflow."""

    def mean_gradients(self, session: Session, order: Sequence[int]) -> tuple[Outcome, list[float]]:
        """`Backend.gradients` over some rows."""


def train(
    fast: Compiled,
    careful: Callable[[], Backend],
    session: Session,
    order: Sequence[int],
    size: int,
    epochs: int,
    total: int,
) -> Outcome:
    """`Backend.train` by `fast`; by `careful` the batches whose sums overflow there.

    Where training failed the epochs before are repeated, and the next one goes batch by batch.
    """
    means: list[float] = []
    while True:
        start = session.copy()
        outcome = fast.epochs(session, order, size, epochs - len(means), total)
        if outcome.failed and size > 1:
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
    """The mean loss of an epoch; None where it fails although no sum overflows."""
    mean = 0.0
    for first in range(0, len(order), size):
        batch = order[first : first + size]
        before = session.copy()
        outcome = fast.epochs(session, batch, size, 1, total)
        if outcome.parameter is not None:
            session.restore(before)
            _, gradients = fast.mean_gradients(session, batch)
            if all(map(math.isfinite, gradients)):
                outcome = careful().train(session, batch, size, 1, total)
        if outcome.failed:
            return None
        mean += outcome.means[0]
    return mean
