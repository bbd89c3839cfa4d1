"""The loop of `fit` over the epochs, whichever trainer computes them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from nn.train.best_epoch import BestEpoch
from nn.train.endings import note_diverged, note_idle, note_interrupted, note_plateau
from nn.train.history import History
from nn.train.interrupt import deferred_interrupt
from nn.train.order import Order
from nn.train.plateau import Plateau
from nn.train.progress import progress_bar
from nn.train.schedules import ScaledRate, Schedule, factor_of
from nn.train.trainer import Diverged, Trainer

Callback = Callable[[History], object]
Given = TypeVar("Given")
Answer = TypeVar("Answer")


@dataclass
class Loop:
    """One call of `fit`: the trainer, and what has its turn before and after the epochs.

    `first`: how many epochs the optimiser had before, from which the schedule goes on.
    """

    trainer: Trainer
    optimizer: Any
    order: Order
    plateau: Plateau
    epochs: int
    first: int
    schedule: Schedule | None = None
    callback: Callback | None = None
    history: History = field(default_factory=History)

    def __post_init__(self) -> None:
        self.best = BestEpoch(self.history)
        self.hooked = self.schedule is not None or self.callback is not None
        self.one_by_one = self.hooked or self.plateau.validated or self.order.source is not None

    def run(self, progress: bool) -> History:
        """All epochs, or those until something ends them; the numbers are then the model's."""
        history, start = self.history, self.numbers()
        history.message = f"all {self.epochs} epochs done"
        try:
            with deferred_interrupt() as interrupted, progress_bar(self.epochs, progress) as show:
                try:
                    while history.epochs < self.epochs and not self.plateau.over:
                        self.some_epochs(interrupted)
                        show(history)
                    if interrupted():
                        raise KeyboardInterrupt
                    self.trainer.close()
                except KeyboardInterrupt:
                    note_interrupted(history)
                    self.trainer.close()
                except Diverged as stop:
                    self.trainer.restore()
                    note_diverged(history, stop, self.optimizer)
                self.optimizer.epochs = self.first + self.best.keep()
                self.look_at_gradients(start)
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
        """One epoch; as many as the trainer likes where nobody looks at them one by one."""
        history, numbers = self.history, self.order.next()
        most = 1 if self.one_by_one else self.epochs - history.epochs
        if most > 1 and not self.trainer.overshoots:
            most = min(most, self.plateau.certain)
        with self.rate():
            losses = self.trainer.epochs(history.epochs + 1, numbers, most, interrupted)
        watched = [self.best.validate(self.trainer)] if self.plateau.validated else losses
        count = self.plateau.watch(watched)
        history.losses += losses[:count]
        if count < len(losses):
            self.trainer.keep(count)
        if self.plateau.over:
            note_plateau(history, self.plateau)
        if self.hooked:
            self.trainer.close()
        if self.callback is not None:
            self.ask(self.callback, history)

    def rate(self) -> AbstractContextManager[None]:
        """Inside, the learning rate is that of the next epoch."""
        if self.schedule is None:
            return nullcontext()
        epoch = self.first + self.history.epochs + 1
        return ScaledRate(self.optimizer, self.ask(partial(factor_of, self.schedule), epoch))

    def ask(self, function: Callable[[Given], Answer], given: Given) -> Answer:
        """Calls a function of the user's own, which may look at the model and may change it."""
        self.optimizer.epochs = self.first + self.history.epochs
        answer = function(given)
        self.trainer = self.trainer.refresh()
        return answer

    def look_at_gradients(self, start: list[float]) -> None:
        """Says so where training could do nothing, because every gradient was 0."""
        losses = self.history.losses
        if not losses or losses[-1] == 0 or self.history.stopped in ("diverged", "interrupted"):
            return
        # A loss that falls by itself is a matter of the user's function.
        if start != self.numbers() or len(set(losses)) == 1:
            reason = self.trainer.idle()
            if reason is not None:
                note_idle(self.history, reason)

    def numbers(self) -> list[float]:
        """Those of the parameters, as the model holds them."""
        return [parameter.data for parameter in self.optimizer.parameters]
