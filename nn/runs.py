"""How the epochs of one call of `fit` are computed: eagerly, on nodes, or by a program."""

from __future__ import annotations

import math
import time
from array import array
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from engine import Value, detect_anomaly
from engine.programs.program import Program
from engine.programs.session import Outcome
from nn.data import Sample
from nn.losses import Loss
from nn.optimizer import Optimizer

# A program runs for about so many seconds before Ctrl-C, the progress bar and the test for
# convergence have their turn.
_TURN = 0.03


class Diverged(Exception):
    """A loss or a parameter is no longer finite."""

    def __init__(self, sample: int, reason: str) -> None:
        self.sample = sample
        self.reason = reason


class Run(Protocol):
    """Some epochs, one after the other."""

    def epochs(
        self, epoch: int, numbers: Sequence[int], most: int, interrupted: Callable[[], bool]
    ) -> list[float]:
        """Goes through the samples in the order of `numbers`, `most` times at most.

        `epoch`: the number of the first of these epochs. Returns the mean loss of each finished
        one. Raises Diverged, KeyboardInterrupt between two updates, or what the model raises.
        """

    def keep(self, count: int) -> None:
        """Goes back to the end of the first `count` of the epochs that were just returned."""

    def restore(self) -> None:
        """Goes back to the end of the last whole epoch."""

    def close(self) -> None:
        """Leaves the parameters as they are now to the model."""


class EagerRun:
    """One epoch at a time, building the graph of every sample."""

    def __init__(
        self,
        model: Callable[[Any], Any],
        loss: Loss,
        optimizer: Optimizer,
        samples: list[Sample],
        batch_size: int,
    ) -> None:
        self.model = model
        self.loss = loss
        self.optimizer = optimizer
        self.samples = samples
        self.batch_size = batch_size
        self.restore = optimizer.snapshot()

    def epochs(
        self, epoch: int, numbers: Sequence[int], most: int, interrupted: Callable[[], bool]
    ) -> list[float]:
        """One epoch."""
        optimizer = self.optimizer
        count, mean = len(numbers), 0.0
        for start in range(0, count, self.batch_size):
            if interrupted():
                raise KeyboardInterrupt
            batch = numbers[start : start + self.batch_size]
            optimizer.zero_grad()
            for number in batch:
                # Divided one by one, because the sum of finite losses may overflow.
                mean += self.sample(epoch, number) / count
            if len(batch) > 1:
                for parameter in optimizer.parameters:
                    parameter.grad /= len(batch)
            optimizer.step()
        for parameter in optimizer.parameters:
            if not math.isfinite(parameter.data):
                raise Diverged(numbers[-1], f"a parameter became {parameter.data}")
        self.restore = optimizer.snapshot()
        return [mean]

    def sample(self, epoch: int, number: int) -> float:
        """Forward and backward for one sample."""
        inputs, target = self.samples[number]
        try:
            loss = self.loss(target, self.model(inputs))
            if not isinstance(loss, Value):
                raise TypeError(f"the loss must be a Value, not {loss!r} ({type(loss).__name__})")
            if not math.isfinite(loss.data):
                raise Diverged(number, f"the loss became {loss.data}{self.cause(number)}")
            loss.backward()
        except Exception as error:
            # Which sample it was is half of the explanation.
            if len(error.args) == 1 and isinstance(error.args[0], str):
                error.args = (f"{error.args[0]} (epoch {epoch}, sample {number + 1})",)
            raise
        return loss.data

    def cause(self, number: int) -> str:
        """Which operation was the first to give what is not finite."""
        inputs, target = self.samples[number]
        try:
            with detect_anomaly():
                self.loss(target, self.model(inputs))
        except FloatingPointError as error:
            return f" ({error})"
        return ""

    def keep(self, count: int) -> None:
        """There is never more than one epoch to keep."""

    def close(self) -> None:
        """The parameters are the model's own."""


class ProgramRun:
    """Many epochs at a time, compiled. What goes wrong is repeated eagerly, for its message."""

    def __init__(
        self,
        program: Program,
        rows: list[list[float]],
        batch_size: int,
        work: int,
        eager: EagerRun,
    ) -> None:
        self.session = program.session(rows)
        self.backend = program.backend_for(work)
        self.batch_size = batch_size
        self.eager = eager
        # Samples in one turn; more when the program turns out to be fast.
        self.pace = 64
        self.before = self.after = self.session.copy()
        self.order: Sequence[int] = ()
        # What went wrong after the epochs that were returned last, and the numbers at that moment.
        self.failure: tuple[Outcome, Any] | None = None

    def epochs(
        self, epoch: int, numbers: Sequence[int], most: int, interrupted: Callable[[], bool]
    ) -> list[float]:
        """As many epochs as fit into a turn; one, in several turns, if it takes longer."""
        if interrupted():
            raise KeyboardInterrupt
        if self.failure is not None:
            outcome, numbers_then = self.failure
            self.session.restore(numbers_then)
            self.fail(outcome, epoch)
        self.order = array("q", numbers)
        self.before = self.session.copy()
        count = len(numbers)
        if self.pace < 2 * count:
            outcome = self.slices(interrupted)
        else:
            outcome = self.turn(self.order, min(most, self.pace // count), count)
        if outcome.failed:
            if not outcome.means:
                self.fail(outcome, epoch)
            # The epochs before the failure come first.
            self.failure = outcome, self.session.copy()
            self.keep(len(outcome.means))
        self.after = self.session.copy()
        return outcome.means

    def slices(self, interrupted: Callable[[], bool]) -> Outcome:
        """One epoch, a slice of the samples in each turn."""
        count, start, mean = len(self.order), 0, 0.0
        while start < count:
            if interrupted():
                raise KeyboardInterrupt
            batches = max(1, self.pace // self.batch_size)
            part = self.order[start : start + batches * self.batch_size]
            outcome = self.turn(part, 1, count)
            if outcome.failed:
                return Outcome([], outcome.row, outcome.loss, outcome.parameter)
            mean += outcome.means[0]
            start += len(part)
        return Outcome([mean])

    def turn(self, order: Sequence[int], epochs: int, total: int) -> Outcome:
        """Some epochs over some samples, and how many there may be in the next turn."""
        start = time.perf_counter()
        outcome = self.backend.train(self.session, order, self.batch_size, epochs, total)
        taken = time.perf_counter() - start
        if taken < _TURN:
            self.pace *= 4 if taken < _TURN / 4 else 2
        elif taken > 4 * _TURN:
            self.pace = max(self.pace // 2, 1)
        return outcome

    def fail(self, outcome: Outcome, epoch: int) -> None:
        """Repeats the sample eagerly with the parameters at the failure; raises in any case."""
        if outcome.row is None:
            assert outcome.parameter is not None
            number = self.session.parameters[outcome.parameter]
            raise Diverged(self.order[-1], f"a parameter became {number}")
        self.session.save()
        self.eager.sample(epoch, outcome.row)
        raise Diverged(outcome.row, f"the loss became {outcome.loss}")

    def keep(self, count: int) -> None:
        """Runs that many epochs again from where they started: the numbers are the same."""
        self.session.restore(self.before)
        if count:
            self.backend.train(self.session, self.order, self.batch_size, count, len(self.order))
        self.after = self.session.copy()

    def restore(self) -> None:
        """Goes back to the end of the last whole epoch."""
        self.session.restore(self.after)
        self.session.save()

    def close(self) -> None:
        """Copies the parameters and the optimiser's state to the model."""
        self.session.save()
