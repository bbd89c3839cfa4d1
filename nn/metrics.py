"""How good predictions are, on plain numbers: for what training minimises see `nn.losses`.

All take the targets first, then the predictions, in the same order: lists, arrays or other rows of
numbers or `Value`s. Raise ValueError for different lengths or no rows at all.

>>> accuracy([0, 1, 1, 1], [0, 1, 0, 1])
0.75
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from math import fsum, isfinite
from typing import Any

from engine.numbers import as_number


def accuracy(targets: Iterable[Any], predictions: Iterable[Any]) -> float:
    """The share of predictions that equal their target, between 0 and 1.

    For classes, not for scores: `most_likely` gives the class of a row of scores.

    >>> accuracy(["cat", "dog"], ["cat", "cat"])
    0.5
    """
    targets, predictions = _paired("accuracy", targets, predictions)
    return sum(bool(y == p) for y, p in zip(targets, predictions)) / len(targets)


def confusion_matrix(
    targets: Iterable[Any], predictions: Iterable[Any], classes: Iterable[Hashable] | None = None
) -> list[list[int]]:
    """How often each class was taken for each: a row per true class, a column per predicted one.

    `classes`: their order in rows and columns; if not given, all that occur, sorted. The diagonal
    holds what is right. Raises ValueError for a target or prediction that is none of `classes`.

    >>> confusion_matrix([0, 0, 0, 1, 1], [0, 0, 1, 1, 1])
    [[2, 1], [0, 2]]
    """
    targets, predictions = _paired("confusion_matrix", targets, predictions)
    order = sorted({*targets, *predictions}) if classes is None else list(classes)
    place = {label: i for i, label in enumerate(order)}
    matrix = [[0] * len(order) for _ in order]
    for y, p in zip(targets, predictions):
        for label in (y, p):
            if label not in place:
                raise ValueError(f"confusion_matrix: {label!r} is none of the classes {order}")
        matrix[place[y]][place[p]] += 1
    return matrix


def mean_squared_error(targets: Iterable[Any], predictions: Iterable[Any]) -> float:
    """Σ (y − ŷ)² / n, in the square of the target's unit; its root is in that unit again.

    Raises also for a number that is infinite or nan: a mean over it would hide it.

    >>> mean_squared_error([3.0, 5.0], [3.0, 4.0])
    0.5
    """
    errors = _errors("mean_squared_error", targets, predictions)
    return fsum(error * error for _, error in errors) / len(errors)


def r_squared(targets: Iterable[Any], predictions: Iterable[Any]) -> float:
    """1 − Σ (y − ŷ)² / Σ (y − ȳ)², the coefficient of determination; without unit.

    1 for perfect predictions, 0 for those that are no better than the mean ȳ of these targets,
    below 0 for worse ones (Wright 1921). Raises also for targets that are all the same, for which
    it is not defined.

    >>> r_squared([1.0, 2.0, 3.0], [1.0, 2.0, 4.0])
    0.5
    """
    errors = _errors("r_squared", targets, predictions)
    mean = fsum(y for y, _ in errors) / len(errors)
    spread = fsum((y - mean) ** 2 for y, _ in errors)
    if spread == 0:
        raise ValueError(f"r_squared is not defined for targets that are all {mean:g}")
    return 1 - fsum(error * error for _, error in errors) / spread


def most_likely(scores: Iterable[Any]) -> int:
    """The class with the highest score, such as a logit or a probability; the first of equals.

    >>> most_likely([0.1, 2.5, -1.0])
    1
    """
    numbers = [as_number(score, "most_likely: a score") for score in scores]
    if not numbers:
        raise ValueError("most_likely: there are no scores")
    return max(range(len(numbers)), key=numbers.__getitem__)


def _paired(
    metric: str, targets: Iterable[Any], predictions: Iterable[Any]
) -> tuple[Sequence[Any], Sequence[Any]]:
    targets, predictions = list(targets), list(predictions)
    if len(targets) != len(predictions):
        raise ValueError(
            f"{metric}: {len(targets)} targets for {len(predictions)} predictions; "
            "one is needed for each"
        )
    if not targets:
        raise ValueError(f"{metric} needs at least one target and its prediction")
    return targets, predictions


def _errors(
    metric: str, targets: Iterable[Any], predictions: Iterable[Any]
) -> list[tuple[float, float]]:
    """(target, error) pairs."""
    pairs = []
    for row, (y, p) in enumerate(zip(*_paired(metric, targets, predictions)), 1):
        target, prediction = (as_number(number, f"{metric}, row {row}") for number in (y, p))
        if not (isfinite(target) and isfinite(prediction)):
            raise ValueError(
                f"{metric}, row {row}: target {target} and prediction {prediction} must be finite"
            )
        pairs.append((target, target - prediction))
    return pairs
