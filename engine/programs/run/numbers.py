"""Results in one piece of memory that a reader may take for a list."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    _Floats = array[float]
else:
    # Python takes it with the type of its elements from 3.12 on.
    _Floats = array

_ZERO = array("d", [0.0])


class Numbers(_Floats):
    """Floats side by side: NumPy takes them without a copy, and a list of them would take longer
    to make than a whole pass backward. Equal to a list of the same numbers, and prints as one.

    >>> found = Numbers(array("d", [0.5, 2.0]))
    >>> found, found == [0.5, 2.0], found[:1] == [0.5]
    ([0.5, 2.0], True, True)
    """

    __slots__ = ()

    def __new__(cls, numbers: Any) -> Numbers:
        made: Numbers = super().__new__(cls, "d", numbers)
        return made

    @staticmethod
    def zeros(count: int) -> Numbers:
        """So many zeros, at once."""
        made: Any = array.__new__(Numbers, "d", _ZERO)
        if count != 1:
            made *= count
        found: Numbers = made
        return found

    def __eq__(self, other: object) -> bool:
        return self.tolist() == (other.tolist() if isinstance(other, array) else other)

    __hash__ = None

    def __getitem__(self, place: Any) -> Any:
        return self.tolist()[place] if isinstance(place, slice) else super().__getitem__(place)

    def __repr__(self) -> str:
        return repr(self.tolist())

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return Numbers, (self.tolist(),)
