"""`fit`: what was given is checked; then a loop over epochs has a trainer compute them."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from typing import Any

from engine.base.numbers import count_of
from nn.train.arguments import (
    both_samples,
    check_hooks,
    check_model,
    check_optimizer,
    check_settings,
    epochs_before,
)
from nn.train.eager import EagerTrainer
from nn.train.history import History
from nn.train.loop import Callback, Loop
from nn.train.losses import Loss, find_loss
from nn.train.order import Order
from nn.train.plateau import Plateau
from nn.train.schedules import Schedule
from nn.train.trainers import trainer_for


class TrainingDiverged(RuntimeWarning):
    """The loss was no longer finite, and training stopped.

    A warning, so that what was learnt until then is kept; here it is made an error to be seen:

    >>> import warnings
    >>> from nn import MLP, SGD
    >>> model = MLP(1, [1], "linear", seed=1)
    >>> optimizer = SGD(model.parameters(), learning_rate=1e150)
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("error", TrainingDiverged)
    ...     fit(model, [([80.0], 3.0)], "squared_error", optimizer, epochs=20)
    Traceback (most recent call last):
    nn.train.fit.TrainingDiverged: in epoch ...
    """


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
    callback: Callback | None = None,
    start_epoch: int | None = None,
) -> History:
    """Trains `model` on `data` and returns what happened; `help(nn.train)` says more.

    `data`: (inputs, target) pairs, or a table of inputs and one of targets. `loss`: a name of
    `nn.LOSSES`, or a function of target and prediction. `optimizer`: such as
    `nn.SGD(model.parameters())`. An update follows the mean gradient of `batch_size` samples;
    `shuffle` draws their order anew every epoch, by `seed` if there is one. Training ends after
    `epochs`, or when for `patience` epochs the loss has not fallen by more than `tolerance`,
    relative to its best (None: never). `progress`: a bar where it takes over a second, if tqdm is
    installed. `backend`: "auto", "llvm", "python", or "eager", without a program. `schedule`: a
    function from the epoch to a factor on the learning rate. `validation`: pairs whose loss is
    watched instead; the epoch where it is lowest is kept. `callback`: called with the History after
    every epoch. `start_epoch`: the number of the first, if not the one after the optimiser's last.

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
    check_hooks(schedule, callback, optimizer)
    check_settings(tolerance, backend)
    epochs, batch_size = count_of(epochs, "fit: epochs"), count_of(batch_size, "fit: batch_size")
    plateau = Plateau(tolerance, count_of(patience, "fit: patience"), validation is not None)
    loss = find_loss(loss)
    samples, held_out = both_samples(data, validation, loss)
    first = epochs_before(optimizer, start_epoch)
    eager = EagerTrainer(model, loss, optimizer, samples, batch_size, held_out)
    trainer = trainer_for(eager, epochs, backend)
    order = Order(len(samples), shuffle, seed, first)
    loop = Loop(trainer, optimizer, order, plateau, epochs, first, schedule, callback)
    history = loop.run(progress)
    if history.stopped == "diverged":
        warnings.warn(history.message, TrainingDiverged, stacklevel=2)
    return history
