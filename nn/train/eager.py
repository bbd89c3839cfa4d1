"""Training on nodes: the graph of every sample is built anew."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from engine import Value, detect_anomaly, no_grad
from engine.graph.modes import settled
from engine.programs import follows_rule
from nn.models.prediction import say_where
from nn.models.straight import straight_outputs
from nn.train.data import Sample
from nn.train.losses import Loss, is_own
from nn.train.means import means_of
from nn.train.optimizer_state import snapshot
from nn.train.optimizers import OWN
from nn.train.trainer import Diverged, Trainer, clear_gradients, idle_reason

# So many samples make it worth while to look for a quicker way, or are computed at once.
_AT_ONCE = 64


class EagerTrainer:
    """One epoch after the other, building the graph of every sample."""

    overshoots = False

    def __init__(
        self,
        model: Callable[[Any], Any],
        loss: Loss,
        optimizer: Any,
        samples: list[Sample],
        batch_size: int,
        validation: Sequence[Sample] = (),
    ) -> None:
        self.model = model
        self.loss = loss
        self.optimizer = optimizer
        self.samples = samples
        self.batch_size = min(batch_size, len(samples))
        self.validation = validation
        self.restore = snapshot(optimizer)
        # `fit` looks at the optimiser's memory at the end of an epoch, as programs do.
        self.by_rule = follows_rule(optimizer) and hasattr(optimizer, "advancing")
        self.zero_grad = getattr(optimizer, "zero_grad", self.set_to_zero)
        self.batches: list[Sequence[int]] = []
        # Between two epochs only `refresh` tells of changes. What is the quickest way to compute a
        # sample is found out when there are enough of them.
        self.ahead = 0
        self.quickest: Callable[[int, int], float] | None = None
        self.alone = False
        # The graph of the latest sample, and whether a gradient was not 0 in the latest epoch.
        self.latest: Value | None = None
        self.moved = True

    def epochs(
        self, epoch: int, numbers: Sequence[int], most: int, interrupted: Callable[[], bool]
    ) -> list[float]:
        """One epoch; some where they are short and would come out the same again."""
        size, step = self.batch_size, self.optimizer.step
        if self.by_rule:
            step = self.optimizer.advancing()
        self.batches = [numbers[start : start + size] for start in range(0, len(numbers), size)]
        self.ahead += len(numbers) * most
        if self.quickest is None and self.ahead >= _AT_ONCE:
            self.quickest = self.quick_sample()
        several = min(most, _AT_ONCE // len(numbers)) if most > 1 else 1
        if several > 1 and self.repeats():
            try:
                return self.finish(self.some_epochs(epoch, several, step, interrupted))
            except Exception:
                # Again one by one, up to the one in which it happens.
                self.restore()
                self.alone = True
        return self.finish([self.one_epoch(epoch, step, interrupted)])

    def repeats(self) -> bool:
        """Whether an epoch comes out the same again: by functions of this package alone."""
        return (
            not self.alone
            and self.by_rule
            and type(self.optimizer) in OWN
            and self.quickest not in (None, self.sample)
        )

    def some_epochs(
        self, epoch: int, several: int, step: Callable[[], None], interrupted: Callable[[], bool]
    ) -> list[float]:
        """Up to so many epochs, fewer at Ctrl-C: then what comes next stops."""
        means: list[float] = []
        while len(means) < several and not interrupted():
            means.append(self.one_epoch(epoch + len(means), step, lambda: False))
        if not means:
            raise KeyboardInterrupt
        return means

    def one_epoch(
        self, epoch: int, step: Callable[[], None], interrupted: Callable[[], bool]
    ) -> float:
        """The samples in their order; the mean loss."""
        sample, zero_grad = self.quickest or self.sample, self.zero_grad
        parameters, moved = self.optimizer.parameters, False
        count, mean = len(self.samples), 0.0
        for batch in self.batches:
            if interrupted():
                raise KeyboardInterrupt
            zero_grad()
            for number in batch:
                # Divided one by one, because the sum of finite losses may overflow.
                mean += sample(epoch, number) / count
            if not moved:
                moved = parameters[0].grad != 0 or any(p.grad for p in parameters)
            if len(batch) > 1:
                self.average(epoch, batch)
            step()
        self.moved = moved
        return mean

    def finish(self, means: list[float]) -> list[float]:
        """Looks at what the steps have made; remembers it, for `restore`."""
        optimizer, last = self.optimizer, self.batches[-1][-1]
        numbers = [parameter.data for parameter in optimizer.parameters]
        if not math.isfinite(sum(numbers)):
            for number in numbers:
                if not math.isfinite(number):
                    raise Diverged(last, f"a parameter became {number}")
        overflow = optimizer.overflowed() if self.by_rule and optimizer.state else None
        if overflow is not None:
            raise Diverged(last, f"in the optimiser {overflow}")
        self.restore = snapshot(optimizer, numbers)
        return means

    def average(self, epoch: int, batch: Sequence[int]) -> None:
        """Makes the sums of gradients over a batch their means."""
        parameters = self.optimizer.parameters

        def rows() -> Iterator[list[float]]:
            for number in batch:
                self.zero_grad()
                self.sample(epoch, number)
                yield [parameter.grad for parameter in parameters]

        sums = [parameter.grad for parameter in parameters]
        for parameter, mean in zip(parameters, means_of(sums, len(batch), rows)):
            parameter.grad = mean

    def set_to_zero(self) -> None:
        """The gradients, for an optimiser without a method to do it."""
        for parameter in self.optimizer.parameters:
            parameter.grad = 0.0

    def sample(self, epoch: int, number: int) -> float:
        """Forward and backward for one sample."""
        inputs, target = self.samples[number]
        try:
            loss = self.loss(target, self.model(inputs))
            if not isinstance(loss, Value):
                raise TypeError(f"the loss must be a Value, not {loss!r} ({type(loss).__name__})")
            data = loss.data
            if not math.isfinite(data):
                raise Diverged(number, f"the loss became {data}{self.cause(number)}")
            loss.backward()
        except Exception as error:
            say_where(error, after=f" (epoch {epoch}, sample {number + 1})")
            raise
        self.latest = loss
        return data

    def quick_sample(self) -> Callable[[int, int], float]:
        """`sample` for the model as it is now; where nobody can see the nodes, a shorter way.

        What does not go well there is done again by `sample`, which says what is wrong.
        """
        outputs = straight_outputs(self.model) if is_own(self.loss) and not settled() else None
        if outputs is None:
            return self.sample
        samples, loss_of = self.samples, self.loss

        def sample(epoch: int, number: int) -> float:
            inputs, target = samples[number]
            try:
                loss = loss_of(target, outputs(inputs))
                data = loss.data
            except Exception:
                return self.sample(epoch, number)
            if data - data != 0:
                return self.sample(epoch, number)
            loss.backward()
            self.latest = loss
            return data

        return sample

    def cause(self, number: int) -> str:
        """Which operation was the first to give what is not finite."""
        inputs, target = self.samples[number]
        try:
            with detect_anomaly():
                self.loss(target, self.model(inputs))
        except FloatingPointError as error:
            return f" ({error})"
        except Exception:
            pass  # a function that does something else each time it is called
        return ""

    def keep(self, count: int) -> None:
        """There are never more epochs than are kept."""

    def close(self) -> None:
        """The parameters are the model's own."""

    def refresh(self) -> Trainer:
        """What the user's functions changed is where it belongs already."""
        self.restore = snapshot(self.optimizer)
        self.quickest, self.ahead = None, 0
        return self

    def validate(self) -> float:
        """The mean loss over the validation data."""
        mean = 0.0
        for number, (inputs, target) in enumerate(self.validation, 1):
            try:
                with no_grad():
                    mean += float(self.loss(target, self.model(inputs))) / len(self.validation)
            except Exception as error:
                say_where(error, after=f" (validation data row {number})")
                raise
        return mean

    def checkpoint(self) -> Callable[[], None]:
        """Copies the parameters and the optimiser's memory."""
        return snapshot(self.optimizer)

    def idle(self) -> str | None:
        """Why no step can lower the loss."""
        if self.moved or self.latest is None:
            return None
        return idle_reason(self.latest, self.optimizer.parameters)

    def clear(self) -> None:
        """Sets the gradients of everything that was computed with to 0."""
        clear_gradients(self.latest, self.model, self.optimizer.parameters)
