"""`fit`: the training loop. Epochs → samples → forward → loss → backward → update."""

from __future__ import annotations

import math
import sys
import warnings
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from engine import Value
from engine.numbers import short
from nn.data import Sample, checked_samples, finite
from nn.history import History
from nn.interrupt import deferred_interrupt
from nn.losses import Loss, find_loss
from nn.neuron import source_of
from nn.optimizers import Optimizer


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
    the default takes one at a time. `shuffle` draws a new order every epoch, by `seed` or else by
    Python's global `random`.

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
    if tolerance is not None and finite(tolerance, "fit: tolerance") < 0:
        raise ValueError(f"fit: tolerance must be at least 0, or None, not {tolerance!r}")
    samples = checked_samples(data)
    run = _Run(model, find_loss(loss), optimizer, samples, batch_size)
    numbers = list(range(len(samples)))
    source = source_of(seed)
    history = History(message=f"all {epochs} epochs done")
    plateau = _Plateau(tolerance, patience)
    restore = optimizer.snapshot()
    with deferred_interrupt() as interrupted, _progress_bar(epochs, progress) as bar:
        try:
            for epoch in range(1, epochs + 1):
                if shuffle:
                    source.shuffle(numbers)
                history.losses.append(run.epoch(epoch, numbers, interrupted))
                restore = optimizer.snapshot()
                if bar is not None:
                    bar.set_postfix_str(f"loss {short(history.losses[-1])}", refresh=False)
                    bar.update()
                if plateau.reached(history.losses[-1]):
                    history.stopped = "converged"
                    history.message = (
                        f"for {patience} epochs the loss has not fallen below its best by more "
                        f"than {tolerance:g} of it"
                    )
                    break
            if interrupted():
                raise KeyboardInterrupt
        except KeyboardInterrupt:
            history.stopped = "interrupted"
            plural = "" if history.epochs == 1 else "s"
            history.message = f"after {history.epochs} whole epoch{plural}; what was learnt is kept"
        except _Diverged as stop:
            restore()
            history.stopped = "diverged"
            history.where = (history.epochs + 1, stop.sample + 1)
            history.message = (
                f"in epoch {history.epochs + 1}, sample {stop.sample + 1}, {stop.reason}; the "
                f"parameters after epoch {history.epochs} were kept. {_advice(optimizer)}"
            )
        except BaseException:
            restore()
            raise
    if history.stopped == "diverged":
        warnings.warn(history.message, TrainingDiverged, stacklevel=2)
    return history


class _Plateau:
    """Watches whether the loss still falls."""

    def __init__(self, tolerance: float | None, patience: int) -> None:
        self.tolerance = tolerance
        self.patience = patience
        self.best = math.inf
        self.stale = 0

    def reached(self, loss: float) -> bool:
        """Whether this is the last of `patience` epochs without a loss well below the best."""
        if self.tolerance is None:
            return False
        # Any first loss is below the infinite best; inf − inf would be nan.
        margin = self.tolerance * abs(self.best) if math.isfinite(self.best) else 0.0
        if loss < self.best - margin:
            self.best, self.stale = loss, 0
        else:
            self.stale += 1
        return self.stale >= self.patience


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
        """Goes once through the samples, in the order of `numbers`; the mean of their losses."""
        model, loss_function, optimizer = self.model, self.loss, self.optimizer
        count, mean = len(numbers), 0.0
        for start in range(0, count, self.batch_size):
            if interrupted():
                raise KeyboardInterrupt
            batch = numbers[start : start + self.batch_size]
            optimizer.zero_grad()
            for number in batch:
                inputs, target = self.samples[number]
                try:
                    loss = loss_function(target, model(inputs))
                    if not isinstance(loss, Value):
                        kind = type(loss).__name__
                        raise TypeError(f"the loss must be a Value, not {loss!r} ({kind})")
                    if not math.isfinite(loss.data):
                        raise _Diverged(number, f"the loss became {loss.data}")
                    loss.backward()
                except Exception as error:
                    _name_sample(error, epoch, number)
                    raise
                # Divided one by one, because the sum of finite losses may overflow.
                mean += loss.data / count
            if len(batch) > 1:
                for parameter in optimizer.parameters:
                    parameter.grad /= len(batch)
            optimizer.step()
        for parameter in optimizer.parameters:
            if not math.isfinite(parameter.data):
                raise _Diverged(numbers[-1], f"a parameter became {parameter.data}")
        return mean


def _name_sample(error: Exception, epoch: int, number: int) -> None:
    """Which sample it was is half of the explanation."""
    if len(error.args) == 1 and isinstance(error.args[0], str):
        error.args = (f"{error.args[0]} (epoch {epoch}, sample {number + 1})",)


def _advice(optimizer: Optimizer) -> str:
    rate = optimizer.settings.get("learning_rate")
    if rate is None:
        return "Smaller steps often help"
    return f"A smaller learning rate often helps: {rate / 10:g} instead of {rate:g}"


def _check_counts(**counts: int) -> None:
    for name, count in counts.items():
        if not isinstance(count, int) or isinstance(count, bool) or count < 1:
            raise ValueError(f"fit: {name} must be a whole number of at least 1, not {count!r}")


def _progress_bar(epochs: int, progress: bool) -> AbstractContextManager[Any]:
    # There is no standard error stream under pythonw, for one.
    if progress and sys.stderr is not None and sys.stderr.isatty():
        try:
            from tqdm import tqdm
        except ImportError:
            return nullcontext()
        return tqdm(total=epochs, unit="epoch", delay=1.0, leave=False)  # type: ignore[no-any-return]
    return nullcontext()
