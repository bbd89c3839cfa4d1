"""Training on nodes: the graph of every sample is built anew."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from engine import Value, detect_anomaly, no_grad
from engine.programs import follows_rule
from nn.models.prediction import say_where
from nn.train.data import Sample
from nn.train.losses import Loss
from nn.train.means import means_of
from nn.train.optimizer_state import snapshot
from nn.train.trainer import Diverged, Trainer, clear_gradients, idle_reason


class EagerTrainer:
    """One epoch at a time, building the graph of every sample."""

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
        # The graph of the latest sample, and whether a gradient was not 0 in the latest epoch.
        self.latest: Value | None = None
        self.moved = True

    def epochs(
        self, epoch: int, numbers: Sequence[int], most: int, interrupted: Callable[[], bool]
    ) -> list[float]:
        """One epoch."""
        optimizer, count, mean = self.optimizer, len(numbers), 0.0
        parameters = optimizer.parameters
        step = optimizer.advancing() if self.by_rule else optimizer.step
        self.moved = False
        for start in range(0, count, self.batch_size):
            if interrupted():
                raise KeyboardInterrupt
            batch = numbers[start : start + self.batch_size]
            self.zero_grad()
            for number in batch:
                # Divided one by one, because the sum of finite losses may overflow.
                mean += self.sample(epoch, number) / count
            if not self.moved:
                self.moved = parameters[0].grad != 0 or any(p.grad for p in parameters)
            if len(batch) > 1:
                self.average(epoch, batch)
            step()
        for parameter in parameters:
            if not math.isfinite(parameter.data):
                raise Diverged(numbers[-1], f"a parameter became {parameter.data}")
        overflow = optimizer.overflowed() if self.by_rule and optimizer.state else None
        if overflow is not None:
            raise Diverged(numbers[-1], f"in the optimiser {overflow}")
        self.restore = snapshot(optimizer)
        return [mean]

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
            if not math.isfinite(loss.data):
                raise Diverged(number, f"the loss became {loss.data}{self.cause(number)}")
            loss.backward()
        except Exception as error:
            say_where(error, after=f" (epoch {epoch}, sample {number + 1})")
            raise
        self.latest = loss
        return loss.data

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
        """There is never more than one epoch to keep."""

    def close(self) -> None:
        """The parameters are the model's own."""

    def refresh(self) -> Trainer:
        """What the user's functions changed is where it belongs already."""
        self.restore = snapshot(self.optimizer)
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
