"""The loop of `fit` over the epochs, whichever way they are computed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.numbers import short
from nn.train.history import History
from nn.train.interrupt import deferred_interrupt
from nn.train.schedules import Schedule, factor_of
from nn.train.stopping import Plateau, note_idle, note_kept
from nn.train.trainer import Diverged, Trainer


class Order:
    """In which order the samples are taken, epoch after epoch."""

    def __init__(self, count: int, source: Any) -> None:
        self.numbers = list(range(count))
        self.source = source

    def next(self) -> list[int]:
        """The order of the next epoch; that of the data without a source of random numbers."""
        if self.source is not None:
            self.source.shuffle(self.numbers)
        return self.numbers


class Loop:
    """One call of `fit`. `hooks`: whether functions of the user's own see every epoch.

    `first`: how many epochs were there before, from which the schedule goes on.
    """

    def __init__(
        self,
        trainer: Trainer,
        optimizer: Any,
        order: Order,
        plateau: Plateau,
        epochs: int,
        first: int,
        schedule: Schedule | None,
        callback: Callable[[History], object] | None,
    ) -> None:
        self.trainer = trainer
        self.optimizer = optimizer
        self.order = order
        self.plateau = plateau
        self.epochs = epochs
        self.first = first
        self.schedule, self.callback = schedule, callback
        self.hooks = schedule is not None or callback is not None
        self.history = History(message=f"all {epochs} epochs done")
        self.start = [parameter.data for parameter in optimizer.parameters]
        self.done = False

    def train(self, bar: Any) -> History:
        """All epochs, or those until something ends them; the numbers are then the model's."""
        history = self.history
        try:
            with deferred_interrupt() as interrupted, bar as shown:
                try:
                    while history.epochs < self.epochs and not self.done:
                        self.some_epochs(interrupted)
                        if shown is not None:
                            loss = short(history.losses[-1])
                            shown.set_postfix_str(f"loss {loss}", refresh=False)
                            shown.update(history.epochs - shown.n)
                    if interrupted():
                        raise KeyboardInterrupt
                    self.trainer.close()
                except KeyboardInterrupt:
                    self.interrupt()
                except Diverged as stop:
                    self.diverge(stop)
                if history.best_epoch is not None:
                    self.trainer.restore_best()
                    note_kept(history)
                self.optimizer.epochs = self.first + (history.best_epoch or history.epochs)
                self.look_at_gradients()
        except BaseException as error:
            self.trainer.restore()
            self.optimizer.epochs = self.first + history.epochs
            # What was trained until then is kept, and so is its record.
            error.history = history  # type: ignore[attr-defined]
            raise
        finally:
            self.trainer.clear()
        return history

    def some_epochs(self, interrupted: Callable[[], bool]) -> None:
        """One epoch; several where nobody looks at them one by one."""
        history, settings = self.history, getattr(self.optimizer, "settings", {})
        numbers = self.order.next()
        factor = 1.0
        if self.schedule is not None:
            factor = factor_of(self.schedule, self.first + history.epochs + 1)
        if self.hooks:
            self.trainer = self.trainer.refresh()
        rate = float(settings.get("learning_rate", 0.0))
        single = self.hooks or self.order.source is not None or self.plateau.validated
        most = 1 if single else self.epochs - history.epochs
        try:
            if self.schedule is not None:
                settings["learning_rate"] = rate * factor
            losses = self.trainer.epochs(history.epochs + 1, numbers, most, interrupted)
        finally:
            if self.schedule is not None:
                settings["learning_rate"] = rate
        self.note(losses)
        if self.hooks:
            self.trainer.close()
        if self.callback is not None:
            self.optimizer.epochs = self.first + history.epochs
            self.callback(history)
            self.trainer = self.trainer.refresh()

    def note(self, losses: list[float]) -> None:
        """Writes the losses down, and whether they are the last ones."""
        history, watched = self.history, losses
        if self.plateau.validated:
            watched = [self.trainer.validate()]
            history.validation_losses += watched
            if history.best_epoch == len(history.validation_losses):
                self.trainer.checkpoint()
        for count, loss in enumerate(watched, 1):
            history.losses.append(losses[count - 1])
            if self.plateau.reached(loss):
                if count < len(losses):
                    self.trainer.keep(count)
                self.plateau.stop(history)
                self.done = True
                break

    def interrupt(self) -> None:
        """Ends at Ctrl-C, after a whole epoch or between two updates."""
        epochs = self.history.epochs
        self.history.stopped = "interrupted"
        plural = "" if epochs == 1 else "s"
        self.history.message = f"after {epochs} whole epoch{plural}; what was learnt is kept"
        self.trainer.close()

    def diverge(self, stop: Diverged) -> None:
        """Ends where a number is not finite any more, with the last numbers that were."""
        history = self.history
        self.trainer.restore()
        history.stopped = "diverged"
        history.where = (history.epochs + 1, stop.sample + 1)
        history.message = (
            f"in epoch {history.epochs + 1}, sample {stop.sample + 1}, {stop.reason}; the "
            f"parameters after epoch {history.epochs} were kept. {_advice(self.optimizer)}"
        )

    def look_at_gradients(self) -> None:
        """Says so where training could do nothing, because every gradient was 0."""
        losses = self.history.losses
        if not losses or losses[-1] == 0 or self.history.stopped in ("diverged", "interrupted"):
            return
        moved = self.start != [parameter.data for parameter in self.optimizer.parameters]
        # A loss that falls by itself is a matter of the user's function.
        if moved or len(set(losses)) == 1:
            reason = self.trainer.idle()
            if reason is not None:
                note_idle(self.history, reason)


def _advice(optimizer: Any) -> str:
    rate = getattr(optimizer, "settings", {}).get("learning_rate")
    if rate is None:
        return "Smaller steps often help"
    return f"A smaller learning rate often helps: {rate / 10:g} instead of {rate:g}"
