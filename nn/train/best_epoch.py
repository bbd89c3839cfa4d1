"""Validation: the loss on data that are not trained on, and the epoch at which it was lowest."""

from __future__ import annotations

from collections.abc import Callable

from nn.train.endings import note_best
from nn.train.history import History
from nn.train.trainer import Trainer


class BestEpoch:
    """Watches the validation losses of a history."""

    def __init__(self, history: History) -> None:
        self.history = history
        # The trainer that took the checkpoint may not be the one that ends training.
        self.restore_best: Callable[[], None] | None = None

    def validate(self, trainer: Trainer) -> float:
        """The loss after the epoch that has just ended; a checkpoint where it is the lowest."""
        losses = self.history.validation_losses
        losses.append(trainer.validate())
        if self.history.best_epoch == len(losses):
            self.restore_best = trainer.checkpoint()
        return losses[-1]

    def keep(self) -> int:
        """Goes back to the best epoch; the number of the epoch that the model is left at."""
        if self.restore_best is None:
            return self.history.epochs
        self.restore_best()
        return note_best(self.history)
