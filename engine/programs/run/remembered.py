"""What an optimiser remembers: lists by their names, and one after another in an array."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence

State = Mapping[str, list[float]]


def load(given: State, names: Sequence[str], count: int, numbers: array[float]) -> None:
    """Copies the lists to the array, in place, in the order of the rule; each has `count` numbers.

    Raises ValueError where they are others than the rule has.

    >>> numbers = array("d", [0.0] * 4)
    >>> load({"mean": [1.0, 2.0], "square": [3.0, 4.0]}, ["square", "mean"], 2, numbers)
    >>> numbers.tolist()
    [3.0, 4.0, 1.0, 2.0]
    """
    for place, column in enumerate(_columns(given, names, count)):
        numbers[place * count : (place + 1) * count] = array("d", column)


def save(given: State, names: Sequence[str], count: int, numbers: array[float]) -> None:
    """Copies the array to the lists, in place."""
    for place, column in enumerate(_columns(given, names, count)):
        column[:] = numbers[place * count : (place + 1) * count].tolist()


def _columns(given: State, names: Sequence[str], count: int) -> list[list[float]]:
    if given.keys() != set(names):
        raise ValueError(f"the optimiser remembers {words(given)}; its rule {words(names)}")
    for name, column in given.items():
        if len(column) != count:
            raise ValueError(
                f"the optimiser's {name} has {len(column)} numbers for {count} parameters"
            )
    return [given[name] for name in names]


def overflow(names: Sequence[str], count: int, numbers: array[float]) -> str | None:
    """What of it is not finite any more, in words; None if all is."""
    for place, number in enumerate(numbers):
        if number - number != 0:
            return f"{names[place // count]} became {number}"
    return None


def words(names: Iterable[str]) -> str:
    """Names, for an error message."""
    return ", ".join(names) or "nothing"
