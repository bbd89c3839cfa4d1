"""How the epochs of one call of `fit` are computed, and eagerly, on nodes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from engine import Value, detect_anomaly, no_grad
from engine.programs.means import means_of
from nn.data import Sample
from nn.losses import Loss
from nn.optimizer import Optimizer


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

    def validate(self) -> float:
        """The mean loss over the validation data with the parameters as they are now."""

    def mark(self) -> None:
        """Remembers the parameters and the optimiser's state as they are now."""

    def go_back(self) -> None:
        """Leaves to the model what was marked last."""


class EagerRun:
    """One epoch at a time, building the graph of every sample."""

    def __init__(
        self,
        model: Callable[[Any], Any],
        loss: Loss,
        optimizer: Optimizer,
        samples: list[Sample],
        batch_size: int,
        validation: Sequence[Sample] = (),
    ) -> None:
        self.model = model
        self.loss = loss
        self.optimizer = optimizer
        self.samples = samples
        self.batch_size = batch_size
        self.validation = validation
        self.restore = self.go_back = optimizer.snapshot()

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
                self.average(epoch, batch)
            optimizer.step()
        for parameter in optimizer.parameters:
            if not math.isfinite(parameter.data):
                raise Diverged(numbers[-1], f"a parameter became {parameter.data}")
        self.restore = optimizer.snapshot()
        return [mean]

    def average(self, epoch: int, batch: Sequence[int]) -> None:
        """Makes the sums of gradients over a batch their means."""
        parameters = self.optimizer.parameters

        def rows() -> Iterator[list[float]]:
            for number in batch:
                self.optimizer.zero_grad()
                self.sample(epoch, number)
                yield [parameter.grad for parameter in parameters]

        sums = [parameter.grad for parameter in parameters]
        for parameter, mean in zip(parameters, means_of(sums, len(batch), rows)):
            parameter.grad = mean

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
        except Exception:
            pass  # a function that does something else each time it is called
        return ""

    def keep(self, count: int) -> None:
        """There is never more than one epoch to keep."""

    def close(self) -> None:
        """The parameters are the model's own."""

    def validate(self) -> float:
        """The mean loss over the validation data."""
        mean = 0.0
        for number, (inputs, target) in enumerate(self.validation, 1):
            try:
                with no_grad():
                    mean += float(self.loss(target, self.model(inputs))) / len(self.validation)
            except Exception as error:
                if len(error.args) == 1 and isinstance(error.args[0], str):
                    error.args = (f"{error.args[0]} (validation data row {number})",)
                raise
        return mean

    def mark(self) -> None:
        """Remembers the parameters."""
        self.go_back = self.optimizer.snapshot()
