"""Rows of numbers: from lists, tuples or anything with the buffer protocol, checked once."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Sequence
from typing import Any

from engine.numbers import as_number, is_no_number


class Rows:
    """A table of finite numbers, one row after the other in one piece of memory.

    `numbers`: a flat view of doubles; of a two-dimensional C-contiguous array of doubles it is the
    array's own memory, without a copy.

    Raises TypeError or ValueError, naming the row as `rows[i]`, for a row of another length than
    `names`, or one that holds what is no finite number; ValueError for no rows at all.

    >>> Rows([[8, 80, 3]], ["cgpa", "iq", "lpa"]).row(0)
    [8.0, 80.0, 3.0]
    >>> Rows([[8, 80, 3], [9, 90]], ["cgpa", "iq", "lpa"])
    Traceback (most recent call last):
    ValueError: rows[1] holds 2 numbers; 3 are needed: cgpa, iq, lpa
    """

    def __init__(self, rows: Any, names: Sequence[str]) -> None:
        self.width = len(names)
        self.numbers: memoryview[Any]
        view = _view(rows)
        if view is not None:
            self.count, width = view.shape or (0, 0)
            if width != self.width:
                raise ValueError(f"rows has the shape {view.shape}; in every row {_needed(names)}")
            flat = view.cast("B").cast("d") if self.count and width else memoryview(array("d"))
            # Compiled code takes the address of memory that could be written to, and only reads.
            self.numbers = memoryview(array("d", flat)) if flat.readonly else flat
        else:
            self.count, self.numbers = _gathered(rows, names)
        if not self.count:
            raise ValueError("a program needs at least one row; there are none")
        if not math.isfinite(sum(self.numbers)):
            self._refuse(names)

    def row(self, number: int) -> list[float]:
        """The numbers of one row."""
        start = number * self.width
        return list(map(float, self.numbers[start : start + self.width]))

    def _refuse(self, names: Sequence[str]) -> None:
        """Finds the number that is not finite; there is none where only the sum overflows."""
        for index, number in enumerate(self.numbers):
            if not math.isfinite(number):
                row, column = divmod(index, self.width)
                raise ValueError(f"rows[{row}] has {names[column]} = {number}; it must be finite")


def _view(rows: Any) -> memoryview[Any] | None:
    """The memory of a two-dimensional array of doubles."""
    try:
        view = memoryview(rows)
    except TypeError:
        return None
    if view.ndim == 2 and view.c_contiguous and view.format == "d":
        return view
    return None


def _gathered(rows: Any, names: Sequence[str]) -> tuple[int, memoryview[Any]]:
    if not _is_sequence(rows):
        raise TypeError(f"rows must be a table of numbers, not {rows!r} ({type(rows).__name__})")
    numbers = array("d")
    count = 0
    for count, row in enumerate(rows, 1):
        place = f"rows[{count - 1}]"
        if not _is_sequence(row):
            raise TypeError(f"{place} must be a row of numbers, not {row!r} ({type(row).__name__})")
        listed = list(row)
        if len(listed) != len(names):
            raise ValueError(f"{place} holds {len(listed)} numbers; {_needed(names)}")
        try:
            numbers.extend(listed)
        except (TypeError, OverflowError):
            # Slowly, to say which one it is.
            for name, number in zip(names, listed):
                as_number(number, f"{place}, {name}")
            raise
    return count, memoryview(numbers)


def _is_sequence(given: Any) -> bool:
    """Whether it may be gone through as numbers in order; text, sets and dicts may not."""
    if isinstance(given, (list, tuple)):
        return True
    return isinstance(given, Iterable) and not is_no_number(given)


def _needed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:6]) + (f", … {len(names) - 6} more" if len(names) > 6 else "")
    if not names:
        return "none are needed"
    return f"{len(names)} {'is' if len(names) == 1 else 'are'} needed: {shown}"
