"""What the loops of a program came to, in terms of epochs, rows and parameters."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from engine.graph.bulk import all_finite
from engine.programs.run.backend import Outcome
from engine.programs.run.session import Session


def outcome_of(
    session: Session,
    order: Sequence[int],
    size: int,
    losses: Sequence[float],
    made: int,
    outputs: Callable[[Session], list[float]],
) -> Outcome:
    """That of `train`, which made so many updates; `losses`: the mean of each epoch.

    Adds the updates to the session's steps. Where a loss was not finite, `outputs` are asked for
    the row, because the parameters are still those before the update.
    """
    session.steps += made
    epoch, batch = divmod(made, -(-len(order) // size))
    if made and not batch and not all_finite(session.parameters):
        finite = map(math.isfinite, session.parameters)
        return Outcome(losses[: epoch - 1], parameter=list(finite).index(False))
    if epoch < len(losses):
        rows = order[batch * size : (batch + 1) * size]
        return failed_row(session, rows, outputs(session), losses[:epoch])
    return Outcome(losses)


def failed_row(
    session: Session, rows: Sequence[int], found: Sequence[float], means: Sequence[float]
) -> Outcome:
    """The first of these rows whose loss is not finite; `found`: the losses of all rows."""
    row = next((row for row in rows if not math.isfinite(found[row])), rows[0])
    return Outcome(means, row, found[row])
