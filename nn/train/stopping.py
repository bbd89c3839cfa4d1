"""When training stops before its last epoch, and which epoch's parameters it keeps."""

from __future__ import annotations

import math

from engine.numbers import short
from nn.train.history import History


class Plateau:
    """Watches whether a loss still falls: that of training, or, if there is one, of validation."""

    def __init__(self, tolerance: float | None, patience: int, validated: bool) -> None:
        self.tolerance = tolerance
        self.patience = patience
        self.validated = validated
        self.best = math.inf
        self.stale = 0

    def reached(self, loss: float) -> bool:
        """Whether this is the last of `patience` epochs without a loss well below the best."""
        if self.tolerance is None:
            return False
        # Any first loss is below the infinite best; inf − inf would be nan.
        margin = self.tolerance * abs(self.best) if math.isfinite(self.best) else 0.0
        if loss < self.best - margin:
            self.best, self.stale = loss, 0
        else:
            self.stale += 1
        return self.stale >= self.patience

    def stop(self, history: History) -> None:
        """Writes down why there are no more epochs."""
        history.stopped = "early stopping" if self.validated else "converged"
        history.message = (
            f"for {self.patience} epochs the {'validation ' if self.validated else ''}loss has not "
            f"fallen below its best by more than {self.tolerance:g} of it"
        )


def note_kept(history: History) -> None:
    """Adds to the message which epoch's parameters were kept, where validation decided it."""
    best = history.best_epoch
    assert best is not None
    history.message += (
        f"; kept are the parameters after epoch {best}, with the lowest validation loss, "
        f"{short(history.validation_losses[best - 1])}"
    )


def note_idle(history: History, reason: str) -> None:
    """Writes down that nothing could be learnt, which is no convergence."""
    if history.stopped == "converged":
        history.stopped = "stalled"
        history.message = f"every gradient is 0: {reason}"
    else:
        history.message += f"; but every gradient is 0: {reason}"
