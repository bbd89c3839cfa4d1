"""When training stops before its last epoch: a loss that no longer falls."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence


class Plateau:
    """Watches a loss: that of training, or, if there is one, of validation.

    `over`: whether training has ended. For how many epochs there is no progress is counted from
    the best loss, and progress is a loss below it by more than `tolerance` of it (None: any loss).
    """

    def __init__(self, tolerance: float | None, patience: int, validated: bool) -> None:
        self.tolerance = tolerance
        self.patience = patience
        self.validated = validated
        self.best = math.inf
        self.stale = 0
        self.over = False

    @property
    def certain(self) -> int:
        """How many epochs there will be before training can end."""
        return sys.maxsize if self.tolerance is None else self.patience - self.stale

    def watch(self, losses: Sequence[float]) -> int:
        """Looks at one loss after the other; how many there are up to that which ends training."""
        if self.tolerance is None:
            return len(losses)
        for count, loss in enumerate(losses, 1):
            # Any first loss is below the infinite best; inf − inf would be nan.
            margin = self.tolerance * abs(self.best) if math.isfinite(self.best) else 0.0
            if loss < self.best - margin:
                self.best, self.stale = loss, 0
            else:
                self.stale += 1
            if self.stale >= self.patience:
                self.over = True
                return count
        return len(losses)
