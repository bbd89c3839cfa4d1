"""Data for training: what a row may be, checked before anything is trained."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Set
from typing import Any

from engine.numbers import as_number

Sample = tuple[tuple[float, ...], Any]


def checked_samples(
    data: Iterable[Any], what: str = "data", width: int | None = None
) -> list[Sample]:
    """The (inputs, target) pairs, inputs as tuples of floats, targets as they are.

    `what`: how messages call the data. `width`: how many inputs there must be; None: as many as in
    the first row.

    Raises ValueError or TypeError, naming the row (counted from 1), for empty data, or for a row
    that is no pair, is of another length than the first, or holds what is no finite number.
    """
    samples: list[Sample] = []
    for row, pair in enumerate(data, 1):
        place = f"{what} row {row}"
        try:
            if isinstance(pair, (str, bytes, Mapping, Set)):
                raise TypeError
            inputs, target = pair
        except (TypeError, ValueError):
            raise ValueError(f"{place} must be a pair (inputs, target), not {pair!r}") from None
        checked = _numbers(inputs, f"{place}, input")
        if not checked and not samples:
            raise ValueError(f"{place} has no inputs")
        needed = len(samples[0][0]) if samples and width is None else width
        if needed is not None and len(checked) != needed:
            first = "the first row" if width is None else "the first row of the data"
            raise ValueError(f"{place} has {len(checked)} inputs, {first} has {needed}")
        targets = _numbers(target, f"{place}, target")
        if not targets:
            raise ValueError(f"{place}, target: there is none in {target!r}")
        # What can be gone through only once must not be used up by the check.
        lasting = isinstance(target, (list, tuple)) or hasattr(target, "ndim")
        samples.append((checked, target if lasting or len(targets) == 1 else targets))
    if not samples:
        raise ValueError(f"fit needs at least one {what} row; the {what} is empty")
    return samples


def _numbers(values: Any, what: str) -> tuple[float, ...]:
    """A number or a row of them as a tuple of floats."""
    if not hasattr(values, "__iter__") or getattr(values, "ndim", 1) == 0:
        return (finite(values, what),)
    if isinstance(values, (str, bytes, Mapping, Set)):
        raise TypeError(f"{what}: numbers in order are needed, not {values!r}")
    return tuple(finite(x, f"{what} {i}") for i, x in enumerate(values, 1))


def finite(value: Any, what: str) -> float:
    """A finite number as a float; TypeError or ValueError naming `what` otherwise."""
    number = as_number(value, what)
    if not math.isfinite(number):
        raise ValueError(f"{what} is {number}; a finite number is needed")
    return number
