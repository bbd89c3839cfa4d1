"""How good predictions are, on plain numbers: for what training minimises see `nn.losses`.

All take the targets first, then the predictions, in the same order: lists, arrays, tensors, columns
of data frames or other rows of numbers or `Value`s. Raise ValueError for different lengths or no
rows at all.

>>> accuracy([0, 1, 1, 1], [0, 1, 0, 1])
0.75
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from math import isfinite, isnan
from typing import Any

from engine import Value
from engine.base.numbers import as_number
from engine.base.tables import is_row, plain


def accuracy(targets: Iterable[Any], predictions: Iterable[Any]) -> float:
    """The share of predictions that equal their target, between 0 and 1.

    For classes, which are compared by value; scores among the predictions are refused with a
    ValueError: `most_likely` gives the class of a row of scores.

    >>> accuracy(["cat", "dog"], ["cat", "cat"])
    0.5
    """
    targets, predictions = _classes("accuracy", targets, predictions)
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
    name = "confusion_matrix"
    targets, predictions = _classes(name, targets, predictions)
    if classes is None:
        order = sorted({*targets, *predictions})
    else:
        order = [_class(label, f"{name}: a class") for label in plain(classes, name)]
    place = {label: i for i, label in enumerate(order)}
    matrix = [[0] * len(order) for _ in order]
    for y, p in zip(targets, predictions):
        for label in (y, p):
            if label not in place:
                raise ValueError(f"{name}: {label!r} is none of the classes {order}")
        matrix[place[y]][place[p]] += 1
    return matrix


def mean_squared_error(targets: Iterable[Any], predictions: Iterable[Any]) -> float:
    """Σ (y − ŷ)² / n, in the square of the target's unit; its root is in that unit again.

    Raises also for a number that is infinite or nan: a mean over it would hide it.

    >>> mean_squared_error([3.0, 5.0], [3.0, 4.0])
    0.5
    """
    rows, scale = _whole_rows("mean_squared_error", targets, predictions)
    squares = sum((y - p) ** 2 for y, p in rows)
    try:
        return squares / (len(rows) * scale**2)
    except OverflowError:
        raise OverflowError("mean_squared_error is beyond the largest float") from None


def r_squared(targets: Iterable[Any], predictions: Iterable[Any]) -> float:
    """1 − Σ (y − ŷ)² / Σ (y − ȳ)², the coefficient of determination; without unit.

    1 for perfect predictions, 0 for those that are no better than the mean ȳ of these targets,
    below 0 for worse ones (Wright 1921). Raises also for targets that are all the same, for which
    it is not defined.

    >>> r_squared([1.0, 2.0, 3.0], [1.0, 2.0, 4.0])
    0.5
    """
    rows, scale = _whole_rows("r_squared", targets, predictions)
    count, total = len(rows), sum(y for y, _ in rows)
    # n·Σ(y − ȳ)² = n·Σy² − (Σy)²; of whole numbers it is exact.
    spread = count * sum(y * y for y, _ in rows) - total * total
    if spread == 0:
        value = rows[0][0] / scale
        raise ValueError(f"r_squared is not defined for targets that are all {value:g}")
    squares = sum((y - p) ** 2 for y, p in rows)
    try:
        return (spread - count * squares) / spread
    except OverflowError:
        raise OverflowError("r_squared is below the least float") from None


def most_likely(scores: Iterable[Any]) -> int:
    """The class with the highest score, such as a logit or a probability; the first of equals.

    >>> most_likely([0.1, 2.5, -1.0])
    1
    """
    numbers = [as_number(score, "most_likely: a score") for score in plain(scores, "most_likely")]
    if not numbers:
        raise ValueError("most_likely: there are no scores")
    for i, number in enumerate(numbers, 1):
        if isnan(number):
            raise ValueError(f"most_likely: score {i} of {len(numbers)} is nan")
    return max(range(len(numbers)), key=numbers.__getitem__)


def _paired(
    metric: str, targets: Iterable[Any], predictions: Iterable[Any]
) -> tuple[list[Any], list[Any]]:
    found = []
    for what, given in (("targets", targets), ("predictions", predictions)):
        row = plain(given, f"{metric}: the {what}")
        if not is_row(row):
            raise TypeError(f"{metric}: the {what} must be a row of them, not {given!r}")
        found.append(list(row))
    targets, predictions = found
    if len(targets) != len(predictions):
        raise ValueError(
            f"{metric}: {len(targets)} targets for {len(predictions)} predictions; "
            "one is needed for each"
        )
    if not targets:
        raise ValueError(f"{metric} needs at least one target and its prediction")
    return targets, predictions


def _classes(
    metric: str, targets: Iterable[Any], predictions: Iterable[Any]
) -> tuple[list[Any], list[Any]]:
    """Both as what can be compared by value. ValueError for scores in place of classes."""
    labels, predicted = (
        [_class(label, f"{metric}, row {row}, {what}") for row, label in enumerate(given, 1)]
        for what, given in zip(("target", "prediction"), _paired(metric, targets, predictions))
    )
    known = set(labels)
    for row, label in enumerate(predicted, 1):
        if isinstance(label, float) and not label.is_integer() and label not in known:
            raise ValueError(
                f"{metric}, row {row}: the prediction {label:g} is a score, no class; compare it "
                "with a threshold, or take most_likely of the scores"
            )
    return labels, predicted


def _class(label: Any, place: str) -> Any:
    """A class as Python's own number or text, or as it is; TypeError for what is not one."""
    label = float(label) if isinstance(label, Value) else plain(label, place)
    if label is None or isinstance(label, (list, complex)) or not isinstance(label, Hashable):
        raise TypeError(f"{place} must be a class, a number or a name, not {label!r}")
    if isinstance(label, float) and isnan(label):
        raise ValueError(f"{place} is nan, which is not a class")
    return label


def _whole_rows(
    metric: str, targets: Iterable[Any], predictions: Iterable[Any]
) -> tuple[list[tuple[int, int]], int]:
    """Targets and predictions as whole numbers of a common unit, 1/scale: sums of them are exact.

    Every float is a whole number over a power of 2, so that nothing overflows or is rounded.
    """
    fractions = []
    for row, pair in enumerate(zip(*_paired(metric, targets, predictions)), 1):
        target, prediction = (as_number(plain(x, metric), f"{metric}, row {row}") for x in pair)
        if not (isfinite(target) and isfinite(prediction)):
            raise ValueError(
                f"{metric}, row {row}: target {target} and prediction {prediction} must be finite"
            )
        fractions.append((target.as_integer_ratio(), prediction.as_integer_ratio()))
    scale = max(max(y[1], p[1]) for y, p in fractions)
    return [(y[0] * (scale // y[1]), p[0] * (scale // p[1])) for y, p in fractions], scale
