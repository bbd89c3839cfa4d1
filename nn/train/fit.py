"""`fit`: the training loop. Epochs → samples → forward → loss → backward → update."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from nn.models.neuron import source_of
from nn.train.arguments import (
    check_function,
    check_model,
    check_optimizer,
    check_validation,
    count_of,
)
from nn.train.data import Sample, checked_samples, finite
from nn.train.eager import EagerTrainer
from nn.train.history import History
from nn.train.loop import Loop, Order
from nn.train.losses import Loss, find_loss
from nn.train.schedules import Schedule
from nn.train.stopping import Plateau
from nn.train.trainer import Trainer

# Work of fewer gradients than this is done before a program is compiled.
_WORTH_A_PROGRAM = 20_000
_BACKENDS = ("auto", "llvm", "python", "eager")


class TrainingDiverged(RuntimeWarning):
    """The loss was no longer finite, and training stopped."""


def fit(
    model: Callable[[Any], Any],
    data: Iterable[tuple[Any, Any]],
    loss: str | Loss,
    optimizer: Any,
    epochs: int,
    batch_size: int = 1,
    shuffle: bool = False,
    seed: int | None = None,
    tolerance: float | None = 1e-6,
    patience: int = 10,
    progress: bool = True,
    backend: str = "auto",
    *,
    schedule: Schedule | None = None,
    validation: Iterable[tuple[Any, Any]] | None = None,
    callback: Callable[[History], object] | None = None,
    start_epoch: int | None = None,
) -> History:
    """Trains `model` on `data` and returns what happened.

    `data`: (inputs, target) pairs, the inputs a row of numbers; or a tuple of a table of inputs and
    one of targets, as lists, arrays, tensors or data frames. `loss`: a name of `nn.LOSSES`, or a
    function of target and prediction; targets must be of the loss's domain, those for a function of
    the user's own may be anything. `optimizer`: such as `nn.SGD(model.parameters())`, or another
    object with `parameters` and `step`. An update follows the mean gradient of `batch_size`
    samples; the default takes one at a time. `shuffle` draws a new order every epoch, by `seed` or
    else by Python's global `random`.

    Training ends after `epochs`; or before, when for `patience` epochs on end the loss has not
    fallen below the best so far by more than `tolerance`, relative to it (None: never); or at
    Ctrl-C, which keeps what was learnt; or with a TrainingDiverged warning when a loss is infinite
    or nan: the parameters are then those after the last finite epoch. All gradients are then 0.

    `schedule`: a function from the epoch, counted from 1, to a factor on the learning rate, such as
    `nn.step_decay(10)`; outside of an epoch the optimiser has its own rate. `callback`: called with
    the History after every epoch. Both see, and may change, the parameters and the optimiser as
    they are at that moment. A further call of `fit` with the same optimiser goes on with the
    schedule and the shuffling where the last one ended; `start_epoch=1` starts them anew.

    `validation`: pairs like those of `data` that are only looked at, after every epoch. Then it is
    their loss that has to fall, or training stops ("early stopping", Prechelt 1998); and however it
    ends, the model and the optimiser go back to the end of the epoch with the lowest such loss.

    `backend`: networks, losses and optimisers of this package are compiled (`engine.compile`) where
    that pays; "llvm" and "python" name a backend, and compile functions of the user's own as well,
    which must then compute the same operations for every sample; "eager" builds the graph of every
    sample anew. All of them give the same numbers but for rounding.

    `progress` shows a bar on runs of more than a second, if tqdm is installed and the standard
    error stream is a terminal.

    Raises ValueError or TypeError, before anything is trained, for empty data or a row that is not
    a pair, of another length than the first, or not of finite numbers. What a function of the
    user's own raises later passes through, with the History until then as its `history`.

    >>> from nn import MLP, SGD, fit
    >>> model = MLP(1, [1], init="zeros")
    >>> line = [([0.0], 1.0), ([1.0], 3.0), ([2.0], 5.0)]
    >>> history = fit(model, line, "squared_error", SGD(model.parameters(), 0.1), epochs=500)
    >>> history.stopped, {name: round(p.data, 3) for name, p in model.named_parameters()}
    ('converged', {'w111': 2.0, 'b11': 1.0})
    """
    check_model(model)
    check_optimizer(optimizer)
    check_function("schedule", schedule, "the epoch")
    check_function("callback", callback, "the History")
    epochs, batch_size = count_of("epochs", epochs), count_of("batch_size", batch_size)
    patience = count_of("patience", patience)
    if tolerance is not None and finite(tolerance, "fit: tolerance") < 0:
        raise ValueError(f"fit: tolerance must be at least 0, or None, not {tolerance!r}")
    if backend not in _BACKENDS:
        raise ValueError(f"fit: unknown backend {backend!r}; known: {', '.join(_BACKENDS)}")
    if schedule is not None and "learning_rate" not in getattr(optimizer, "settings", {}):
        raise ValueError(f"fit: a schedule needs an optimiser with a learning_rate: {optimizer}")
    found = find_loss(loss)
    samples = checked_samples(data, loss=found)
    held_out: list[Sample] = []
    if validation is not None:
        check_validation(validation)
        width = len(samples[0][0])
        held_out = checked_samples(validation, "validation data", width, found)
    first = getattr(optimizer, "epochs", 0)
    if start_epoch is not None:
        first = count_of("start_epoch", start_epoch) - 1
    size = min(batch_size, len(samples))
    trainer = _trainer(
        EagerTrainer(model, found, optimizer, samples, size, held_out), epochs, backend
    )
    order = Order(len(samples), source_of(seed) if shuffle else None)
    if seed is not None and shuffle:
        # The orders of the epochs that were there before.
        for _ in range(first):
            order.next()
    plateau = Plateau(tolerance, patience, validated=bool(held_out))
    loop = Loop(trainer, optimizer, order, plateau, epochs, first, schedule, callback)
    history = loop.train(_progress_bar(epochs, progress))
    if history.stopped == "diverged":
        warnings.warn(history.message, TrainingDiverged, stacklevel=2)
    return history


def _trainer(eager: EagerTrainer, epochs: int, backend: str) -> Trainer:
    """How the epochs will be computed."""
    # The compilers are loaded only when something is trained.
    from nn.train.compiled import CompiledTrainer
    from nn.train.recording import training_program

    optimizer, count = eager.optimizer, len(eager.samples)
    work = count * epochs
    if backend == "eager" or (
        backend == "auto" and work * len(optimizer.parameters) < _WORTH_A_PROGRAM
    ):
        return eager
    samples = [*eager.samples, *eager.validation]
    found = training_program(eager.model, eager.loss, optimizer, samples, backend)
    if found is None:
        if backend != "auto":
            # Either computing a sample raises, or nothing is wrong with them but that they differ.
            for number in range(count):
                eager.sample(1, number)
            raise ValueError(
                f"fit: backend={backend!r} cannot repeat this training: the samples must look "
                "alike, and neither detect_anomaly nor another context may be active"
            )
        return eager
    program, rows = found
    return CompiledTrainer(program, rows, work, eager, backend)


def _progress_bar(epochs: int, progress: bool) -> AbstractContextManager[Any]:
    # There is no standard error stream under pythonw, for one.
    if progress and sys.stderr is not None and sys.stderr.isatty():
        try:
            from tqdm import tqdm
        except ImportError:
            return nullcontext()
        return tqdm(total=epochs, unit="epoch", delay=1.0, leave=False)  # type: ignore[no-any-return]
    return nullcontext()
