"""Learning-rate schedules for `fit`: functions from the epoch, counted from 1, to a factor.

The learning rate of an epoch is the optimiser's own, as it was when training began, times the
factor. Any function of one whole number will do; those here are made by their settings:

>>> [round(0.1 * step_decay(every=2)(epoch), 4) for epoch in (1, 2, 3, 4, 5)]
[0.1, 0.1, 0.05, 0.05, 0.025]
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from engine.base.numbers import whole
from nn.train.data import finite

Schedule = Callable[[int], float]


def step_decay(every: int, factor: float = 0.5) -> Schedule:
    """After each `every` epochs the rate is multiplied by `factor`: factor^⌊(epoch − 1)/every⌋.

    >>> [step_decay(every=2)(epoch) for epoch in (1, 2, 3, 4, 5)]
    [1.0, 1.0, 0.5, 0.5, 0.25]
    """
    every = _epochs("step_decay: every", every)
    _check_fraction("step_decay: factor", factor)
    return lambda epoch: factor ** ((epoch - 1) // every)


def exponential_decay(factor: float = 0.95) -> Schedule:
    """After each epoch the rate is multiplied by `factor`: factor^(epoch − 1).

    >>> [round(exponential_decay(0.9)(epoch), 3) for epoch in (1, 2, 3)]
    [1.0, 0.9, 0.81]
    """
    _check_fraction("exponential_decay: factor", factor)
    return lambda epoch: float(factor ** (epoch - 1))


def cosine(epochs: int, floor: float = 0.0) -> Schedule:
    """Falls from 1 towards `floor` along half a cosine in `epochs` epochs, and starts again.

    floor + (1 − floor)·(1 + cos(π·t/epochs))/2 with t = 0, 1, …, epochs − 1 (Loshchilov and Hutter
    2017: SGDR, whose warm restarts these are). Without a restart: as many epochs as `fit` has.

    >>> [round(cosine(4)(epoch), 3) for epoch in (1, 2, 3, 4, 5)]
    [1.0, 0.854, 0.5, 0.146, 1.0]
    """
    epochs = _epochs("cosine: epochs", epochs)
    if not 0 <= finite(floor, "cosine: floor") <= 1:
        raise ValueError(f"cosine: floor must be from 0 to 1, not {floor!r}")

    def factor(epoch: int) -> float:
        position = (epoch - 1) % epochs / epochs
        return floor + (1 - floor) * (1 + math.cos(math.pi * position)) / 2

    return factor


def warmup(epochs: int, then: Schedule | None = None) -> Schedule:
    """Rises in equal parts to 1 in `epochs` epochs; `then` goes on, counting from 1 (else stays 1).

    epoch/epochs, the gradual warm-up of Goyal et al. 2017 (Accurate, Large Minibatch SGD).

    >>> [round(warmup(2, then=exponential_decay(0.9))(epoch), 3) for epoch in (1, 2, 3, 4)]
    [0.5, 1.0, 1.0, 0.9]
    """
    epochs = _epochs("warmup: epochs", epochs)

    def factor(epoch: int) -> float:
        if epoch <= epochs:
            return epoch / epochs
        return 1.0 if then is None else then(epoch - epochs)

    return factor


def factor_of(schedule: Schedule, epoch: int) -> float:
    """The factor for an epoch; TypeError or ValueError where it is not a number of at least 0."""
    factor = finite(schedule(epoch), f"fit: schedule({epoch})")
    if factor < 0:
        raise ValueError(f"fit: schedule({epoch}) must be a factor of at least 0, not {factor}")
    return factor


class ScaledRate:
    """Inside, the learning rate is the optimiser's own times the factor."""

    def __init__(self, optimizer: Any, factor: float) -> None:
        self.settings, self.factor = optimizer.settings, factor
        self.rate = float(self.settings["learning_rate"])

    def __enter__(self) -> None:
        self.settings["learning_rate"] = self.rate * self.factor

    def __exit__(self, *error: object) -> None:
        self.settings["learning_rate"] = self.rate


def _epochs(what: str, epochs: Any) -> int:
    number = whole(epochs)
    if number is None or number < 1:
        raise ValueError(f"{what} must be a whole number of at least 1, not {epochs!r}")
    return number


def _check_fraction(what: str, factor: float) -> None:
    if not 0 < finite(factor, what) <= 1:
        raise ValueError(f"{what} must be above 0 and at most 1, not {factor!r}")
