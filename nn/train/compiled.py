"""The epochs of one call of `fit` by a program."""

from __future__ import annotations

import math
import time
from array import array
from collections.abc import Callable, Sequence
from typing import Any

from engine.graph import leaves
from engine.programs.program import Program
from engine.programs.session import Outcome
from nn.models.structure import is_known, structure
from nn.train.eager import Diverged, EagerRun, Run, clear_gradients, idle_reason
from nn.train.recording import training_program

# A program runs for about so many seconds before Ctrl-C, the progress bar and the test for
# convergence have their turn.
_TURN = 0.03


class ProgramRun:
    """Many epochs at a time, compiled. What goes wrong is repeated eagerly, for its message.

    `rows`: those of the samples, then those of the validation data. `work`: how many samples will
    be gone through. `backend`: the name that `fit` was given.
    """

    def __init__(
        self,
        program: Program,
        rows: list[list[float]],
        work: int,
        eager: EagerRun,
        backend: str,
    ) -> None:
        count = len(eager.samples)
        self.program = program
        self.session = program.session(rows[:count])
        self.validation = program.session(rows[count:]) if rows[count:] else None
        self.backend = program.backend_for(work)
        self.name, self.work = backend, work
        self.eager = eager
        # Samples in one turn; more when the program turns out to be fast.
        self.pace = 64
        self.before = self.after = self.marked = self.session.copy()
        self.order: Sequence[int] = ()
        # What went wrong after the epochs that were returned last, and the numbers at that moment.
        self.failure: tuple[Outcome, Any] | None = None
        self.made_of = self.ingredients()

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
        if self.session.overflowed():
            outcome = self.until_overflow()
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
            batches = max(1, self.pace // self.eager.batch_size)
            part = self.order[start : start + batches * self.eager.batch_size]
            outcome = self.turn(part, 1, count)
            start += len(part)
            # As eagerly, parameters are looked at when the epoch is over.
            if outcome.row is not None or (outcome.failed and start >= count):
                return Outcome([], outcome.row, outcome.loss, outcome.parameter)
            mean += sum(outcome.means)
        return Outcome([mean])

    def turn(self, order: Sequence[int], epochs: int, total: int) -> Outcome:
        """Some epochs over some samples, and how many there may be in the next turn."""
        start = time.perf_counter()
        outcome = self.backend.train(self.session, order, self.eager.batch_size, epochs, total)
        taken = time.perf_counter() - start
        if taken < _TURN:
            self.pace *= 4 if taken < _TURN / 4 else 2
        elif taken > 4 * _TURN:
            self.pace = max(self.pace // 2, 1)
        return outcome

    def until_overflow(self) -> Outcome:
        """The same epochs one by one, up to that in which the optimiser's memory overflows."""
        self.session.restore(self.before)
        means: list[float] = []
        while True:
            count = len(self.order)
            outcome = self.backend.train(self.session, self.order, self.eager.batch_size, 1, count)
            if outcome.failed:
                outcome.means = means
                return outcome
            overflow = self.session.overflowed()
            if overflow is not None:
                return Outcome(means, memory=overflow)
            means += outcome.means

    def fail(self, outcome: Outcome, epoch: int) -> None:
        """Repeats the sample eagerly with the parameters at the failure; raises in any case."""
        if outcome.memory is not None:
            raise Diverged(self.order[-1], f"in the optimiser {outcome.memory}")
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
            size, total = self.eager.batch_size, len(self.order)
            self.backend.train(self.session, self.order, size, count, total)
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
        model, loss = self.eager.model, self.program.recording.outputs[0]
        trained = set(self.program.recording.parameters)
        given = set(self.program.recording.inputs)
        fixed = [leaf for leaf in leaves(loss) if leaf not in trained and leaf not in given]
        return (
            structure(model) if is_known(model) else None,
            [repr(leaf.data) for leaf in fixed],
            list(map(id, self.eager.optimizer.parameters)),
        )

    def refresh(self) -> Run:
        """Goes on with the numbers that are there now; by another program if that is needed."""
        if self.ingredients() == self.made_of:
            self.session.load()
            self.after = self.session.copy()
            return self
        eager = self.eager
        eager.refresh()
        samples = [*eager.samples, *eager.validation]
        found = training_program(eager.model, eager.loss, eager.optimizer, samples, self.name)
        if found is None:
            return eager
        run = ProgramRun(*found, self.work, eager, self.name)
        run.pace, run.marked = self.pace, self.marked
        return run

    def validate(self) -> float:
        """The mean loss over the validation data, by the same program."""
        assert self.validation is not None
        self.validation.parameters[:] = self.session.parameters
        losses = self.backend.outputs(self.validation)
        mean = 0.0
        for loss in losses:
            mean += loss / len(losses)
        if math.isfinite(mean):
            return mean
        # Eagerly an undefined operation raises, and names itself and the row.
        self.session.save()
        return self.eager.validate()

    def mark(self) -> None:
        """Remembers the numbers of the session."""
        self.marked = self.session.copy()

    def go_back(self) -> None:
        """Leaves to the model what was marked last."""
        self.session.restore(self.marked)
        self.session.save()

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
        loss = self.program.recording.outputs[0]
        clear_gradients(loss, self.eager.model, self.eager.optimizer.parameters)
        self.eager.clear()
