"""Rows of numbers: from lists, arrays, data frames or the buffer protocol, checked once."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from functools import cached_property
from itertools import chain
from typing import Any

from engine.base.numbers import as_number
from engine.base.tables import is_row, plain, row_of
from engine.graph.bulk import address_of, all_finite, table_of

_ROWS = {list, tuple}
_NUMBERS = {float, int}


class Rows:
    """A table of finite numbers, one row after the other in one piece of memory.

    Of a two-dimensional C-contiguous array of doubles it is the array's own, without a copy.
    `numbers`: a flat view of it.

    Raises TypeError or ValueError, naming the row as `rows[i]`, for a row of another length than
    `names`, or one that holds what is not a finite number; ValueError for no rows at all.

    >>> Rows([[8, 80, 3]], ["cgpa", "iq", "lpa"]).row(0)
    [8.0, 80.0, 3.0]
    >>> Rows([[8, 80, 3], [9, 90]], ["cgpa", "iq", "lpa"])
    Traceback (most recent call last):
    ValueError: rows[1] holds 2 numbers; 3 are needed: cgpa, iq, lpa
    """

    def __init__(self, rows: Any, names: Sequence[str]) -> None:
        self.width = len(names)
        masked = getattr(rows, "mask", None) is not None
        table = None if masked else table_of(rows, self.width)
        if table is not None:
            self._memory, self.count, self.address = table
            return
        memory = None if masked else _view(rows)
        if memory is None:
            self.count, memory = _gathered(rows, names)
        else:
            self.count, width = memory.shape or (0, 0)
            if width != self.width:
                raise ValueError(
                    f"rows has the shape {memory.shape}; in every row {_needed(names)}"
                )
            if memory.readonly:
                # Compiled code takes the address of what could be written to, and only reads.
                memory = memoryview(array("d", _flat(memory)))
        self._memory = memory
        if not self.count:
            raise ValueError("a program needs at least one row; there are none")
        if not all_finite(memory):
            self._refuse(names)
        self.address = address_of(memory) if memory.nbytes else 0

    def of_width(self, inputs: int) -> Rows:
        """These; ValueError if they were checked for another number of inputs."""
        if self.width != inputs:
            raise ValueError(
                f"the rows hold {self.width} numbers each; the program has {inputs} inputs"
            )
        return self

    @cached_property
    def numbers(self) -> memoryview[Any]:
        """All numbers, one row after the other."""
        return _flat(self._memory)

    def row(self, number: int) -> list[float]:
        """The numbers of one row."""
        start = number * self.width
        return list(map(float, self.numbers[start : start + self.width]))

    def lists(self) -> list[list[float]]:
        """All rows, each as a list of its own."""
        return [self.row(number) for number in range(self.count)]

    def _refuse(self, names: Sequence[str]) -> None:
        """Raises ValueError for the first number that is not finite."""
        for index, number in enumerate(self.numbers):
            if not math.isfinite(number):
                row, column = divmod(index, self.width)
                raise ValueError(f"rows[{row}] has {names[column]} = {number}; it must be finite")


def _flat(memory: memoryview[Any]) -> memoryview[Any]:
    return memory.cast("B").cast("d") if memory.nbytes else memoryview(array("d"))


def _view(rows: Any) -> memoryview[Any] | None:
    """The memory of a two-dimensional array of doubles, all of which count."""
    try:
        view = memoryview(rows)
    except (TypeError, ValueError):
        return None
    if view.ndim == 2 and view.c_contiguous and view.format == "d":
        return view
    return None


def _gathered(rows: Any, names: Sequence[str]) -> tuple[int, memoryview[Any]]:
    rows = plain(rows, "rows")
    if not is_row(rows):
        raise TypeError(f"rows must be a table of numbers, not {rows!r} ({type(rows).__name__})")
    numbers = _ordinary(rows, len(names))
    if numbers is not None:
        return len(rows), memoryview(numbers)
    numbers = array("d")
    count = 0
    for count, row in enumerate(rows, 1):
        place = f"rows[{count - 1}]"
        row = row_of(row, place)
        if not is_row(row):
            raise TypeError(f"{place} must be a row of numbers, not {row!r} ({type(row).__name__})")
        listed = list(row)
        if len(listed) != len(names):
            raise ValueError(f"{place} holds {len(listed)} numbers; {_needed(names)}")
        numbers.extend(as_number(x, f"{place}, {name}") for name, x in zip(names, listed))
    return count, memoryview(numbers)


def _ordinary(rows: Any, width: int) -> array[float] | None:
    """All numbers at once, where the rows are Python's own lists or tuples of floats and ints."""
    if type(rows) not in _ROWS or not set(map(type, rows)) <= _ROWS:
        return None
    if set(map(len, rows)) != {width}:
        return None
    listed = list(chain.from_iterable(rows))
    # Other kinds are looked at one by one: an array takes the real part of a complex number.
    if not set(map(type, listed)) <= _NUMBERS:
        return None
    try:
        return array("d", listed)
    except OverflowError:
        return None


def _needed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:6]) + (f", … {len(names) - 6} more" if len(names) > 6 else "")
    if not names:
        return "none are needed"
    return f"{len(names)} {'is' if len(names) == 1 else 'are'} needed: {shown}"
