"""How training ended, in words: what `History.stopped` and `History.message` say."""

from __future__ import annotations

from typing import Any

from engine.base.numbers import short
from nn.train.history import History
from nn.train.plateau import Plateau
from nn.train.trainer import Diverged


def note_plateau(history: History, plateau: Plateau) -> None:
    """The loss that is watched no longer fell."""
    history.stopped = "early stopping" if plateau.validated else "converged"
    history.message = (
        f"for {plateau.patience} epochs the {'validation ' if plateau.validated else ''}loss has "
        f"not fallen below its best by more than {plateau.tolerance:g} of it"
    )


def note_interrupted(history: History) -> None:
    """Ctrl-C, after a whole epoch or between two updates."""
    plural = "" if history.epochs == 1 else "s"
    history.stopped = "interrupted"
    history.message = f"after {history.epochs} whole epoch{plural}; what was learnt is kept"


def note_diverged(history: History, stop: Diverged, optimizer: Any) -> None:
    """A number was not finite any more, and a smaller learning rate often helps."""
    epoch, sample = history.where = history.epochs + 1, stop.sample + 1
    rate = getattr(optimizer, "settings", {}).get("learning_rate")
    advice = "Smaller steps often help"
    if rate is not None:
        advice = f"A smaller learning rate often helps: {rate / 10:g} instead of {rate:g}"
    history.stopped = "diverged"
    history.message = (
        f"in epoch {epoch}, sample {sample}, {stop.reason}; the parameters after epoch "
        f"{history.epochs} were kept. {advice}"
    )


def note_best(history: History) -> int:
    """Validation decided which epoch's parameters were kept; the number of the epoch."""
    best = history.best_epoch
    assert best is not None
    history.message += (
        f"; kept are the parameters after epoch {best}, with the lowest validation loss, "
        f"{short(history.validation_losses[best - 1])}"
    )
    return best


def note_idle(history: History, reason: str) -> None:
    """Nothing could be learnt, which is not convergence."""
    if history.stopped == "converged":
        history.stopped = "stalled"
        history.message = f"every gradient is 0: {reason}"
    else:
        history.message += f"; but every gradient is 0: {reason}"
