"""`fit`: the training loop. Epochs → samples → forward → loss → backward → update."""

from __future__ import annotations

import math
import random
import sys
import warnings
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from engine import Value
from engine.numbers import as_number, short
from nn.history import History
from nn.interrupt import deferred_interrupt
from nn.losses import Loss, find_loss
from nn.optimizers import Optimizer

Sample = tuple[tuple[float, ...], Any]


class TrainingDiverged(RuntimeWarning):
    """The loss was no longer finite, and training stopped."""


def fit(
    model: Callable[[Any], Any],
    data: Iterable[tuple[Any, Any]],
    loss: str | Loss,
    optimizer: Optimizer,
    epochs: int,
    batch_size: int = 1,
    shuffle: bool = False,
    seed: int | None = None,
    tolerance: float | None = 1e-6,
    patience: int = 10,
    progress: bool = True,
) -> History:
    """Trains `model` on `data` and returns what happened.

    `data`: (inputs, target) pairs; the inputs a row of numbers. `loss`: a name of `nn.LOSSES`, or a
    function of target and prediction. An update follows the mean gradient of `batch_size` samples;
    the default takes one at a time. `shuffle` draws a new order every epoch, from `seed` if given.

    Training ends after `epochs`; or before, when for `patience` epochs on end the loss has not
    fallen below the best so far by more than `tolerance`, relative to it (None: never); or at
    Ctrl-C, which keeps what was learnt; or with a TrainingDiverged warning when a loss is infinite
    or nan: the parameters are then those after the last finite epoch.

    `progress` shows a bar on runs of more than a second, if tqdm is installed and the standard
    error stream is a terminal.

    Raises ValueError or TypeError, before anything is trained, for empty data or a row that is not
    a pair, of another length than the first, or not of finite numbers.

    >>> from nn import MLP, SGD, fit
    >>> model = MLP(1, [1], init="zeros")
    >>> line = [([0.0], 1.0), ([1.0], 3.0), ([2.0], 5.0)]
    >>> history = fit(model, line, "squared_error", SGD(model.parameters(), 0.1), epochs=500)
    >>> history.stopped, {name: round(p.data, 3) for name, p in model.named_parameters()}
    ('converged', {'w111': 2.0, 'b11': 1.0})
    """
    _check_counts(epochs=epochs, batch_size=batch_size, patience=patience)
    samples = _checked_samples(data)
    run = _Run(model, find_loss(loss), optimizer, samples, batch_size)
    numbers = list(range(len(samples)))
    source = random.Random(seed)
    history = History(message=f"all {epochs} epochs done")
    best, stale = math.inf, 0
    restore = optimizer.snapshot()
    with deferred_interrupt() as interrupted, _progress_bar(epochs, progress) as bar:
        try:
            for epoch in range(1, epochs + 1):
                if shuffle:
                    source.shuffle(numbers)
                total = run.epoch(epoch, numbers, interrupted)
                history.losses.append(total / len(samples))
                restore = optimizer.snapshot()
                if bar is not None:
                    bar.set_postfix_str(f"loss {short(history.losses[-1])}", refresh=False)
                    bar.update()
                if tolerance is not None:
                    # The first loss is below any best; inf − inf would be nan.
                    margin = tolerance * abs(best) if epoch > 1 else 0.0
                    if history.losses[-1] < best - margin:
                        best, stale = history.losses[-1], 0
                    else:
                        stale += 1
                    if stale == patience:
                        history.stopped = "converged"
                        history.message = (
                            f"for {patience} epochs the loss has not fallen below its best by more "
                            f"than {tolerance:g} of it"
                        )
                        break
        except KeyboardInterrupt:
            history.stopped = "interrupted"
            history.message = f"in epoch {history.epochs + 1}; what was learnt is kept"
        except _Diverged as stop:
            restore()
            history.stopped = "diverged"
            history.where = (history.epochs + 1, stop.sample + 1)
            history.message = (
                f"in epoch {history.epochs + 1}, sample {stop.sample + 1}, {stop.reason}; the "
                f"parameters after epoch {history.epochs} were kept. A smaller learning rate often "
                f"helps: {optimizer.learning_rate / 10:g} instead of {optimizer.learning_rate:g}"
            )
        except BaseException:
            restore()
            raise
    if history.stopped == "diverged":
        warnings.warn(history.message, TrainingDiverged, stacklevel=2)
    return history


class _Diverged(Exception):
    """A loss or a parameter is no longer finite."""

    def __init__(self, sample: int, reason: str) -> None:
        self.sample = sample
        self.reason = reason


class _Run:
    """What stays the same over the epochs of one call of `fit`."""

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

    def epoch(self, epoch: int, numbers: list[int], interrupted: Callable[[], bool]) -> float:
        """Goes once through the samples, in the order of `numbers`; the sum of their losses."""
        total = 0.0
        for start in range(0, len(numbers), self.batch_size):
            batch = numbers[start : start + self.batch_size]
            self.optimizer.zero_grad()
            for number in batch:
                total += self.sample(epoch, number)
            if len(batch) > 1:
                for parameter in self.optimizer.parameters:
                    parameter.grad /= len(batch)
            self.optimizer.step()
            if interrupted():
                raise KeyboardInterrupt
        for parameter in self.optimizer.parameters:
            if not math.isfinite(parameter.data):
                raise _Diverged(numbers[-1], f"a parameter became {parameter.data}")
        return total

    def sample(self, epoch: int, number: int) -> float:
        """Forward, loss and backward for one sample; its loss."""
        inputs, target = self.samples[number]
        try:
            loss = self.loss(target, self.model(inputs))
        except (ArithmeticError, ValueError) as error:
            # Which sample it was is half of the explanation.
            error.args = (f"{error} (epoch {epoch}, sample {number + 1})",)
            raise
        if not isinstance(loss, Value):
            raise TypeError(f"the loss must be a Value, not {loss!r} ({type(loss).__name__})")
        if not math.isfinite(loss.data):
            raise _Diverged(number, f"the loss became {loss.data}")
        loss.backward()
        return loss.data


def _check_counts(**counts: int) -> None:
    for name, count in counts.items():
        if not isinstance(count, int) or isinstance(count, bool) or count < 1:
            raise ValueError(f"fit: {name} must be a whole number of at least 1, not {count!r}")


def _checked_samples(data: Iterable[Any]) -> list[Sample]:
    """The rows as tuples of floats with their targets; errors name the row, counted from 1."""
    samples: list[Sample] = []
    for row, pair in enumerate(data, 1):
        try:
            inputs, target = pair
        except (TypeError, ValueError):
            raise ValueError(
                f"data row {row} must be a pair (inputs, target), not {pair!r}"
            ) from None
        numbers = inputs if hasattr(inputs, "__iter__") else (inputs,)
        if isinstance(inputs, str):
            raise TypeError(f"data row {row}: the inputs must be numbers, not {inputs!r}")
        checked = tuple(_finite(x, f"data row {row}, input {i}") for i, x in enumerate(numbers, 1))
        if samples and len(checked) != len(samples[0][0]):
            raise ValueError(
                f"data row {row} has {len(checked)} inputs, the first row has {len(samples[0][0])}"
            )
        for part in target if hasattr(target, "__iter__") else (target,):
            _finite(part, f"data row {row}, target")
        samples.append((checked, target))
    if not samples:
        raise ValueError("fit needs at least one data row; the data is empty")
    return samples


def _finite(value: Any, what: str) -> float:
    number = as_number(value, what)
    if not math.isfinite(number):
        raise ValueError(f"{what} is {number}; a finite number is needed")
    return number


def _progress_bar(epochs: int, progress: bool) -> AbstractContextManager[Any]:
    if progress and sys.stderr.isatty():
        try:
            from tqdm import tqdm
        except ImportError:
            return nullcontext()
        return tqdm(total=epochs, unit="epoch", delay=1.0, leave=False)  # type: ignore[no-any-return]
    return nullcontext()
