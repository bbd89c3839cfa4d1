"""Validation: the loss on data that are not trained on, and the epoch at which it was lowest."""

from __future__ import annotations

from nn.train.endings import note_best
from nn.train.history import History
from nn.train.trainer import Trainer


def validate(trainer: Trainer, history: History) -> float:
    """The loss after the epoch that has just ended; where it is the lowest, with a checkpoint."""
    loss = trainer.validate()
    history.validation_losses.append(loss)
    if history.best_epoch == len(history.validation_losses):
        trainer.checkpoint()
    return loss


def keep_best(trainer: Trainer, history: History) -> int:
    """Goes back to the best epoch; the number of the epoch that the model is left at."""
    best = history.best_epoch
    if best is None:
        return history.epochs
    trainer.restore_best()
    note_best(history, best)
    return best
