"""Training by a program, many samples or epochs at a time."""

from __future__ import annotations

import math
import time
from array import array
from collections.abc import Callable, Sequence
from typing import Any

from engine import Program
from engine.programs import Outcome
from nn.models.structure import structure_of
from nn.train.eager import EagerTrainer
from nn.train.recording import training_program
from nn.train.trainer import Diverged, Trainer, idle_reason

# Seconds.
_TIME_SLICE = 0.03


class TimeSlice:
    """For how many samples a program runs until Ctrl-C, the bar and the plateau are looked at."""

    def __init__(self) -> None:
        self.samples = 64

    def adapt(self, taken: float) -> None:
        """More of them when these took less seconds than a time slice, fewer when many more."""
        if taken < _TIME_SLICE:
            self.samples *= 4 if taken < _TIME_SLICE / 4 else 2
        elif taken > 4 * _TIME_SLICE:
            self.samples = max(self.samples // 2, 1)


class CompiledTrainer:
    """Many epochs at a time, compiled. What goes wrong is repeated eagerly, for its message.

    `rows`: those of the samples, then those of the validation data. `epochs`: how many there will
    be. `backend`: the name that `fit` was given.
    """

    overshoots = True

    def __init__(
        self,
        program: Program,
        rows: list[list[float]],
        epochs: int,
        eager: EagerTrainer,
        backend: str,
    ) -> None:
        count = len(eager.samples)
        self.program = program
        self.session = program.session(rows[:count], epochs)
        self.validation = program.session(rows[count:], epochs) if rows[count:] else None
        self.backend, self.planned = backend, epochs
        self.eager = eager
        self.time_slice = TimeSlice()
        self.before = self.after = self.session.copy()
        self.order: Sequence[int] = ()
        # What went wrong after the epochs that were returned last, and the numbers at that moment.
        self.failure: tuple[Outcome, Any] | None = None
        self.constants = program.constants
        self.made_of = self.ingredients()

    def epochs(
        self, epoch: int, numbers: Sequence[int], most: int, interrupted: Callable[[], bool]
    ) -> list[float]:
        """As many epochs as fit into a time slice; one, in several slices, if it takes longer."""
        if interrupted():
            raise KeyboardInterrupt
        if self.failure is not None:
            outcome, numbers_then = self.failure
            self.session.restore(numbers_then)
            self.fail(outcome, epoch)
        self.order = array("q", numbers)
        self.before = self.session.copy()
        count = len(numbers)
        fitting = self.time_slice.samples // count
        if fitting < 2:
            outcome = self.sliced_epoch(interrupted)
        else:
            outcome = self.run(self.order, min(most, fitting))
        if outcome.memory is not None:
            outcome = self.until_overflow()
        if outcome.failed:
            if not outcome.means:
                self.fail(outcome, epoch)
            # The epochs before the failure come first.
            self.failure = outcome, self.session.copy()
            self.keep(len(outcome.means))
        self.after = self.session.copy()
        return list(outcome.means)

    def sliced_epoch(self, interrupted: Callable[[], bool]) -> Outcome:
        """One epoch, some of the samples in each time slice."""
        count, start, mean = len(self.order), 0, 0.0
        while start < count:
            if interrupted():
                raise KeyboardInterrupt
            batches = max(1, self.time_slice.samples // self.eager.batch_size)
            part = self.order[start : start + batches * self.eager.batch_size]
            outcome = self.run(part, 1)
            start += len(part)
            # As eagerly, parameters are looked at when the epoch is over.
            if outcome.row is not None or (outcome.failed and start >= count):
                outcome.means = []
                return outcome
            mean += sum(outcome.means)
        return Outcome([mean])

    def run(self, order: Sequence[int], epochs: int) -> Outcome:
        """Some epochs over some samples; how long they take says how many there are next time."""
        start = time.perf_counter()
        outcome = self.train(order, epochs)
        self.time_slice.adapt(time.perf_counter() - start)
        return outcome

    def train(self, order: Sequence[int], epochs: int) -> Outcome:
        """Some epochs over some samples of those that an epoch has."""
        size, total = self.eager.batch_size, len(self.order)
        return self.session.train(order, size, epochs, total, trusted=True)

    def until_overflow(self) -> Outcome:
        """The same epochs one by one, up to that in which the optimiser's memory overflows."""
        self.session.restore(self.before)
        means: list[float] = []
        while True:
            outcome = self.train(self.order, 1)
            if outcome.failed:
                outcome.means = means
                return outcome
            means += outcome.means

    def fail(self, outcome: Outcome, epoch: int) -> None:
        """Repeats the sample eagerly with the parameters at the failure; raises in any case."""
        if outcome.row is not None:
            self.session.save()
            self.eager.sample(epoch, outcome.row)
            raise Diverged(outcome.row, f"the loss became {outcome.loss}")
        if outcome.parameter is not None:
            number = self.session.parameters[outcome.parameter]
            raise Diverged(self.order[-1], f"a parameter became {number}")
        raise Diverged(self.order[-1], f"in the optimiser {outcome.memory}")

    def keep(self, count: int) -> None:
        """Runs that many epochs again from where they started: the numbers are the same."""
        self.session.restore(self.before)
        if count:
            self.train(self.order, count)
        self.after = self.session.copy()

    def restore(self) -> None:
        """Goes back to the end of the last whole epoch."""
        self.session.restore(self.after)
        self.session.save()

    def close(self) -> None:
        """Copies the parameters and the optimiser's state to the model."""
        self.session.save()

    def ingredients(self) -> tuple[Any, ...]:
        """What the program was made from and does not look at again."""
        structure = structure_of(self.eager.model)
        return (
            structure.key if structure is not None and structure.known else None,
            [repr(leaf.data) for leaf in self.constants],
            list(map(id, self.eager.optimizer.parameters)),
        )

    def refresh(self) -> Trainer:
        """Goes on with the numbers that are there now; by another program if that is needed."""
        if self.ingredients() == self.made_of:
            self.session.load()
            self.after = self.session.copy()
            return self
        eager = self.eager
        eager.refresh()
        samples = [*eager.samples, *eager.validation]
        found = training_program(eager.model, eager.loss, eager.optimizer, samples, self.backend)
        if found is None:
            return eager
        trainer = CompiledTrainer(*found, self.planned, eager, self.backend)
        trainer.time_slice = self.time_slice
        return trainer

    def validate(self) -> float:
        """The mean loss over the validation data, by the same program."""
        assert self.validation is not None
        self.validation.parameters[:] = self.session.parameters
        losses = self.validation.outputs()
        mean = 0.0
        for loss in losses:
            mean += loss / len(losses)
        if math.isfinite(mean):
            return mean
        # Eagerly an undefined operation raises, and names itself and the row.
        self.session.save()
        return self.eager.validate()

    def checkpoint(self) -> Callable[[], None]:
        """Copies the numbers of the session."""
        numbers = self.session.copy()

        def restore() -> None:
            self.session.restore(numbers)
            self.session.save()

        return restore

    def idle(self) -> str | None:
        """Why no step can lower the loss; looks at samples until one has a gradient."""
        eager = self.eager
        for number in range(len(eager.samples)):
            eager.zero_grad()
            eager.sample(1, number)
            if any(parameter.grad for parameter in eager.optimizer.parameters):
                return None
        assert eager.latest is not None
        return idle_reason(eager.latest, eager.optimizer.parameters)

    def clear(self) -> None:
        """Sets the gradients of everything that was computed with to 0."""
        self.eager.clear()
        for leaf in self.constants:
            leaf.grad = 0.0
