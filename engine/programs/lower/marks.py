"""Which places of an array have been set."""

from __future__ import annotations


class Marks:
    """Marks on places: a byte each, because the parameters of wide layers are many.

    >>> marks = Marks()
    >>> marks.add(range(3, 6))
    >>> marks.any(range(5, 8)), marks.any(range(6, 20)), marks.add_one(9), marks.add_one(9)
    (True, False, False, True)
    >>> 4 in marks, 8 in marks, 100 in marks, marks.others(8)
    (True, False, False, [0, 1, 2, 6, 7])
    """

    def __init__(self) -> None:
        self.bytes = bytearray()

    def __contains__(self, place: int) -> bool:
        return place < len(self.bytes) and bool(self.bytes[place])

    def any(self, places: range) -> bool:
        """Whether one of these neighbours has a mark."""
        return 1 in self.bytes[places.start : places.stop]

    def others(self, count: int) -> list[int]:
        """Those of the first places that have none."""
        self._reach(count)
        if 0 not in self.bytes[:count]:
            return []
        return [place for place in range(count) if not self.bytes[place]]

    def add(self, places: range) -> None:
        """Marks neighbours."""
        self._reach(places.stop)
        self.bytes[places.start : places.stop] = b"\1" * len(places)

    def add_one(self, place: int) -> bool:
        """Whether the place had a mark; it has now."""
        if place >= len(self.bytes):
            self._reach(place + 1)
        had = self.bytes[place]
        self.bytes[place] = 1
        return had == 1

    def _reach(self, stop: int) -> None:
        if stop > len(self.bytes):
            self.bytes.extend(bytes(2 * stop - len(self.bytes)))
