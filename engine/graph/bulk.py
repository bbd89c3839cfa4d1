"""The numbers of many nodes at once, to and from the arrays that a program computes in.

The native core does it in C, and Python where that is not in use.

>>> from array import array
>>> from engine.graph.value import Parameter
>>> weights, numbers = [Parameter(3.0), Parameter(4.0)], array("d", [0.0, 0.0])
>>> read_all(weights, numbers)
>>> divide_all(numbers, 2.0)
>>> assign_all(weights, numbers) == assignments()
True
>>> numbers.tolist(), weights[1].data, all_finite(numbers)
([1.5, 2.0], 2.0, True)
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any

from engine.graph.value import Value
from engine.native import extension


def _read_all(nodes: Sequence[Value], numbers: array[float]) -> None:
    """Copies `data` of every node, in place: compiled code may know where the numbers lie."""
    numbers[:] = array("d", [node.data for node in nodes])


def _assign_all(nodes: Sequence[Value], numbers: array[float]) -> int | None:
    """Assigns every number to `data` of its node; what `assignments` says after it."""
    for node, number in zip(nodes, numbers):
        node.data = number
    return None


def _all_finite(numbers: array[float] | memoryview[Any]) -> bool:
    """Whether no number is infinite or nan; rows of an array may be two-dimensional."""
    view = memoryview(numbers)
    flat = view.cast("B").cast("d") if view.nbytes else ()
    total = sum(flat)
    # Ordinary numbers may overflow in their sum.
    return total - total == 0 or all(number - number == 0 for number in flat)


def _divide_all(numbers: array[float], divisor: float) -> None:
    """Divides every number in place."""
    numbers[:] = array("d", [number / divisor for number in numbers])


def _address_of(numbers: memoryview[Any]) -> int:
    """Where numbers that can be written to lie in memory."""
    from ctypes import addressof, c_char

    return addressof(c_char.from_buffer(numbers))


def _table_of(table: object, width: int) -> tuple[memoryview[Any], int, int] | None:
    """A view of an array of doubles, the number of its rows, and its address.

    None if they are not rows of so many finite numbers, in one piece of memory that can be written
    to; and where nobody looks at all of that at once.
    """
    return None


def _assignments() -> int | None:
    """How often `data` of any node has been assigned; None where nobody counts."""
    return None


if extension is None:
    read_all, assign_all, assignments = _read_all, _assign_all, _assignments
    all_finite, divide_all = _all_finite, _divide_all
    address_of, table_of = _address_of, _table_of
else:
    read_all, assign_all = extension.read_all, extension.assign_all
    assignments = extension.assignments
    all_finite, divide_all = extension.all_finite, extension.divide_all
    address_of, table_of = extension.address_of, extension.table_of
