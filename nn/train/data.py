"""Data for training: what a row may be, checked before anything is trained."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Set
from typing import Any

from engine.base.numbers import as_number
from engine.base.tables import is_row, plain, row_of
from nn.train.losses import is_own
from nn.train.targets import check_targets

Sample = tuple[tuple[float, ...], Any]


def checked_samples(
    data: Any, what: str = "data", width: int | None = None, loss: Any = None
) -> list[Sample]:
    """The (inputs, target) pairs, inputs as tuples of floats, targets as they are.

    `what`: how messages call the data. `width`: how many inputs there must be; None: as many as in
    the first row. `loss`: what the targets are for; one of this package's takes numbers of its
    domain, any other whatever it understands.

    Raises ValueError or TypeError, naming the row (counted from 1), for empty data, or for a row
    that is not a pair, is of another length than the first, or holds what is not a finite number
    or not a target of the loss.
    """
    samples: list[Sample] = []
    for row, pair in enumerate(_pairs(data, what), 1):
        place = f"{what} row {row}"
        try:
            pair = plain(pair, place)
            if isinstance(pair, (str, bytes, Mapping, Set)):
                raise TypeError
            inputs, target = pair
        except (TypeError, ValueError):
            raise ValueError(f"{place} must be a pair (inputs, target), not {pair!r}") from None
        checked = numbers_of(inputs, f"{place}, input")
        if not checked and not samples:
            raise ValueError(f"{place} has no inputs")
        needed = len(samples[0][0]) if samples and width is None else width
        if needed is not None and len(checked) != needed:
            first = "the first row" if width is None else "the first row of the data"
            raise ValueError(f"{place} has {len(checked)} inputs, {first} has {needed}")
        samples.append((checked, _target(target, f"{place}, target", loss)))
    if not samples:
        raise ValueError(f"fit needs at least one {what} row; the {what} is empty")
    return samples


def _pairs(data: Any, what: str) -> Iterable[Any]:
    """The pairs one by one; a table of inputs and one of targets are gone through side by side."""
    if isinstance(data, tuple) and len(data) == 2 and all(map(_is_table, data)):
        inputs, targets = (list(plain(part, what)) for part in data)
        if len(inputs) != len(targets):
            raise ValueError(
                f"fit: the {what} has {len(inputs)} rows of inputs and {len(targets)} targets"
            )
        return zip(inputs, targets)
    rows = plain(data, what)
    if not is_row(rows):
        raise TypeError(
            f"fit: the {what} must be pairs (inputs, target), such as zip(inputs, targets), not "
            f"{data!r} ({type(data).__name__})"
        )
    return rows  # type: ignore[no-any-return]


def _is_table(part: Any) -> bool:
    """Whether it is a table or a column; a tuple is a row, or a pair."""
    return not isinstance(part, tuple) and is_row(part) and hasattr(part, "__len__")


def _target(target: Any, place: str, loss: Any) -> Any:
    try:
        targets = numbers_of(target, place)
        if not targets:
            raise ValueError(f"{place}: there is none in {target!r}")
    except TypeError:
        if loss is None or is_own(loss):
            raise
        return target  # names of classes, for one: the loss is the user's
    check_targets(loss, targets, place)
    if loss is not None and is_own(loss):
        return targets[0] if len(targets) == 1 else targets
    # What can be gone through only once must not be used up by the check.
    lasting = isinstance(target, (list, tuple)) or hasattr(target, "ndim")
    return target if lasting or len(targets) == 1 else targets


def numbers_of(values: Any, what: str) -> tuple[float, ...]:
    """A number or a row of them as a tuple of floats; TypeError or ValueError naming the place."""
    row = row_of(values, what)
    if is_row(row):
        return tuple([finite(x, f"{what} {i}") for i, x in enumerate(row, 1)])
    if isinstance(row, (str, bytes, Mapping, Set)):
        raise TypeError(f"{what}: numbers in order are needed, not {row!r}")
    return (finite(row, what),)


def finite(value: Any, what: str) -> float:
    """A finite number as a float; TypeError or ValueError naming `what` otherwise."""
    number = as_number(value, what)
    if not math.isfinite(number):
        raise ValueError(f"{what} is {number}; a finite number is needed")
    return number
