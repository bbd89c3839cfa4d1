"""`fit`: the training loop. Epochs → samples → forward → loss → backward → update."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from engine.numbers import short
from nn.data import Sample, checked_samples, finite
from nn.history import History
from nn.interrupt import deferred_interrupt
from nn.losses import Loss, find_loss
from nn.neuron import source_of
from nn.optimizer import Optimizer
from nn.runs import Diverged, EagerRun, Run
from nn.schedules import Schedule, factor_of
from nn.stopping import Plateau, note_kept

# Work of fewer gradients than this is done before a program is compiled.
_WORTH_A_PROGRAM = 20_000
_BACKENDS = ("auto", "llvm", "python", "eager")


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
    backend: str = "auto",
    *,
    schedule: Schedule | None = None,
    validation: Iterable[tuple[Any, Any]] | None = None,
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

    `schedule`: a function from the epoch, counted from 1, to a factor on the learning rate, such as
    `nn.step_decay(10)`. The optimiser has its own rate again when training ends.

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
    if backend not in _BACKENDS:
        raise ValueError(f"fit: unknown backend {backend!r}; known: {', '.join(_BACKENDS)}")
    rate = optimizer.settings.get("learning_rate")
    if schedule is not None and rate is None:
        raise ValueError(f"fit: a schedule needs an optimiser with a learning_rate: {optimizer}")
    samples = checked_samples(data)
    held_out: list[Sample] = []
    if validation is not None:
        held_out = checked_samples(validation, "validation data", len(samples[0][0]))
    eager = EagerRun(model, find_loss(loss), optimizer, samples, batch_size, held_out)
    run = _run(eager, epochs, backend)
    numbers = list(range(len(samples)))
    source = source_of(seed)
    history = History(message=f"all {epochs} epochs done")
    plateau = Plateau(tolerance, patience, validated=bool(held_out))
    one_by_one = shuffle or schedule is not None or bool(held_out)
    done = False
    with deferred_interrupt() as interrupted, _progress_bar(epochs, progress) as bar:
        try:
            while history.epochs < epochs and not done:
                if shuffle:
                    source.shuffle(numbers)
                if schedule is not None and rate is not None:
                    optimizer.learning_rate = rate * factor_of(schedule, history.epochs + 1)
                most = 1 if one_by_one else epochs - history.epochs
                losses = run.epochs(history.epochs + 1, numbers, most, interrupted)
                watched = losses
                if held_out:
                    watched = [run.validate()]
                    history.validation_losses += watched
                    if history.best_epoch == len(history.validation_losses):
                        run.mark()
                for count, watched_loss in enumerate(watched, 1):
                    history.losses.append(losses[count - 1])
                    if plateau.reached(watched_loss):
                        if count < len(losses):
                            run.keep(count)
                        plateau.stop(history)
                        done = True
                        break
                if bar is not None:
                    bar.set_postfix_str(f"loss {short(history.losses[-1])}", refresh=False)
                    bar.update(history.epochs - bar.n)
            if interrupted():
                raise KeyboardInterrupt
        except KeyboardInterrupt:
            history.stopped = "interrupted"
            plural = "" if history.epochs == 1 else "s"
            history.message = f"after {history.epochs} whole epoch{plural}; what was learnt is kept"
        except Diverged as stop:
            run.restore()
            history.stopped = "diverged"
            history.where = (history.epochs + 1, stop.sample + 1)
            history.message = (
                f"in epoch {history.epochs + 1}, sample {stop.sample + 1}, {stop.reason}; the "
                f"parameters after epoch {history.epochs} were kept. {_advice(optimizer)}"
            )
        except BaseException:
            run.restore()
            raise
        else:
            run.close()
        finally:
            if schedule is not None and rate is not None:
                optimizer.learning_rate = rate
        if history.stopped == "interrupted":
            run.close()
        if history.best_epoch is not None:
            run.go_back()
            note_kept(history)
    if history.stopped == "diverged":
        warnings.warn(history.message, TrainingDiverged, stacklevel=2)
    return history


def _run(eager: EagerRun, epochs: int, backend: str) -> Run:
    """How the epochs will be computed."""
    # The compilers are loaded only when something is trained.
    from nn.program_run import ProgramRun
    from nn.recording import training_program

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
    return ProgramRun(program, rows, eager.batch_size, work, eager)


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
