"""What `fit` was given, looked at before anything is trained: errors say what to pass."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engine.base.numbers import count_of, given
from engine.base.tables import is_row, plain
from nn.models.backends import check_backend
from nn.train.data import Sample, checked_samples, finite
from nn.train.losses import Loss


def check_model(model: Any) -> None:
    """TypeError for what cannot be called with inputs."""
    if isinstance(model, type) or not callable(model):
        raise TypeError(
            "fit: the model must be a network such as nn.MLP(…), or a function of the inputs, not "
            f"{given(model)}"
        )


def check_optimizer(optimizer: Any) -> None:
    """TypeError for what has no parameters and no step."""
    if isinstance(optimizer, type):
        name = optimizer.__name__
        raise TypeError(
            f"fit: the optimizer is the class {name}; pass one that is made of it, such as "
            f"{name}(model.parameters(), learning_rate=0.1)"
        )
    parameters = getattr(optimizer, "parameters", None)
    if not callable(getattr(optimizer, "step", None)) or not isinstance(parameters, Iterable):
        raise TypeError(
            "fit: the optimizer must be one such as nn.SGD(model.parameters(), learning_rate=0.1), "
            f"not {given(optimizer)}"
        )


def check_hooks(schedule: Any, callback: Any, optimizer: Any) -> None:
    """TypeError for what is not a function, ValueError for a schedule of no learning rate."""
    for name, function, of in (
        ("schedule", schedule, "the epoch"),
        ("callback", callback, "the History"),
    ):
        if function is not None and (isinstance(function, type) or not callable(function)):
            raise TypeError(f"fit: {name} must be a function of {of}, not {given(function)}")
    if schedule is not None and "learning_rate" not in getattr(optimizer, "settings", {}):
        raise ValueError(f"fit: a schedule needs an optimiser with a learning_rate: {optimizer}")


def check_settings(tolerance: float | None, backend: str) -> None:
    """ValueError for a tolerance below 0, or a backend that there is not."""
    if tolerance is not None and finite(tolerance, "fit: tolerance") < 0:
        raise ValueError(f"fit: tolerance must be at least 0, or None, not {tolerance!r}")
    check_backend("fit", backend)


def epochs_before(optimizer: Any, start_epoch: Any) -> int:
    """How many epochs there were before the first one: as the optimiser says, unless told."""
    if start_epoch is None:
        return int(getattr(optimizer, "epochs", 0))
    return count_of(start_epoch, "fit: start_epoch") - 1


def both_samples(data: Any, validation: Any, loss: Loss) -> tuple[list[Sample], list[Sample]]:
    """The samples to train on and those to validate with, the latter none if not given.

    TypeError for a share of the data as validation, which other libraries take.
    """
    samples = checked_samples(data, loss=loss)
    if validation is None:
        return samples, []
    if not is_row(plain(validation, "fit: validation")):
        raise TypeError(
            "fit: validation must be pairs (inputs, target) that are not in the data, such as "
            f"data[160:], not {given(validation)}"
        )
    return samples, checked_samples(validation, "validation data", len(samples[0][0]), loss)
