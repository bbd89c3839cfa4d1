"""`approx`: numbers that are compared with a tolerance, also within `Value`s, lists and tables."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.graph.value import Value

_MOST_SHOWN = 10


class approx:
    """Equal to what differs from `expected` by at most a tolerance, item by item.

    `expected` is a number, a `Value`, or lists, tuples and dicts of them, nested; anything with
    `tolist`, such as an array, counts as the list. So is what it is compared with; a list equals a
    tuple. An item may differ by `abs`, or by `rel` times the expected number, whichever is larger;
    what is not a number must be equal. Infinities equal themselves, and nan equals nan.

    Where the two differ, `repr` names the items, each with how far it is off; so does the message
    of a failing `assert` in pytest.

    >>> a, b = Value(3.0), Value(0.5)
    >>> [a * b, a / b] == approx([1.5, 6.0])
    True
    >>> expected = approx({"loss": 2.0, "gradients": [0.1, float("nan")]}, rel=1e-3)
    >>> {"loss": Value(2.0), "gradients": [0.2, float("nan")]} == expected
    False
    >>> expected
    approx({'loss': 2.0, 'gradients': [0.1, nan]}, rel=0.001, abs=1e-12)
    1 of 3 items differs:
    ['gradients'][0]: 0.2, expected 0.1, differs by 0.1 (relative 1)

    Raises ValueError for a tolerance that is negative or nan.
    """

    __hash__ = None  # type: ignore[assignment]
    # NumPy leaves comparing to us; else it would compare element by element.
    __array_ufunc__ = None
    __array_priority__ = 100

    def __init__(self, expected: Any, rel: float = 1e-9, abs: float = 1e-12) -> None:
        for name, tolerance in (("rel", rel), ("abs", abs)):
            if not tolerance >= 0:
                raise ValueError(
                    f"approx: {name} must be a number of at least 0, not {tolerance!r}"
                )
        self.expected = expected
        self.rel, self.abs = rel, abs
        self.differences: list[str] = []
        self.compared = 0

    def __eq__(self, found: object) -> bool:
        self.compared = 0
        self.differences = list(self._compare(found, self.expected, ""))
        return not self.differences

    def __ne__(self, found: object) -> bool:
        return not self == found

    def __repr__(self) -> str:
        text = f"approx({_shown(self.expected)}, rel={self.rel:g}, abs={self.abs:g})"
        if not self.differences:
            return text
        count = len(self.differences)
        verb = "item differs" if self.compared == 1 else "items differ" + "s" * (count == 1)
        head = f"{count} of {self.compared} {verb}:"
        more = [f"… {count - _MOST_SHOWN} more"] if count > _MOST_SHOWN else []
        return "\n".join([text, head, *self.differences[:_MOST_SHOWN], *more])

    def _compare(self, found: Any, expected: Any, place: str) -> Iterator[str]:
        """The items that differ, as lines."""
        found, expected = _plain(found), _plain(expected)
        where = place or "the number"
        if isinstance(expected, Mapping):
            yield from self._compare_mappings(found, expected, place)
        elif _is_row(expected):
            yield from self._compare_rows(found, expected, place)
        else:
            self.compared += 1
            if not _is_number(expected) or not _is_number(found):
                if type(found) is not type(expected) or found != expected:
                    yield f"{where}: {_shown(found)}, expected {_shown(expected)}"
            elif not self._is_near(found, expected):
                yield f"{where}: {found!r}, expected {expected!r}{_distance(found, expected)}"

    def _compare_mappings(
        self, found: Any, expected: Mapping[Any, Any], place: str
    ) -> Iterator[str]:
        if not isinstance(found, Mapping):
            self.compared += 1
            yield f"{place or 'all'}: {_shown(found)}, expected {_shown(expected)}"
            return
        for key, value in expected.items():
            if key in found:
                yield from self._compare(found[key], value, f"{place}[{key!r}]")
            else:
                self.compared += 1
                yield f"{place}[{key!r}]: missing, expected {_shown(value)}"
        for key in found:
            if key not in expected:
                self.compared += 1
                yield f"{place}[{key!r}]: {_shown(found[key])}, expected no such item"

    def _compare_rows(self, found: Any, expected: Sequence[Any], place: str) -> Iterator[str]:
        if not _is_row(found):
            self.compared += 1
            yield f"{place or 'all'}: {_shown(found)}, expected {_shown(expected)}"
        elif len(found) != len(expected):
            self.compared += 1
            yield f"{place or 'all'}: {len(found)} items, expected {len(expected)}"
        else:
            for index, (one, other) in enumerate(zip(found, expected)):
                yield from self._compare(one, other, f"{place}[{index}]")

    def _is_near(self, found: Any, expected: Any) -> bool:
        if found == expected or (found != found and expected != expected):
            return True
        if not (math.isfinite(found) and math.isfinite(expected)):
            return False
        return bool(abs(found - expected) <= max(self.abs, self.rel * abs(expected)))


def _plain(thing: Any) -> Any:
    if isinstance(thing, Value):
        return thing.data
    tolist = getattr(thing, "tolist", None)
    return tolist() if callable(tolist) else thing


def _is_row(thing: Any) -> bool:
    return isinstance(thing, Sequence) and not isinstance(thing, (str, bytes, bytearray))


def _is_number(thing: Any) -> bool:
    return isinstance(thing, (int, float)) and not isinstance(thing, bool)


def _distance(found: float, expected: float) -> str:
    if not (math.isfinite(found) and math.isfinite(expected)):
        return ""
    distance = abs(found - expected)
    relative = f" (relative {distance / abs(expected):.3g})" if expected else ""
    return f", differs by {distance:.3g}{relative}"


def _shown(thing: Any) -> str:
    """A `Value` by its number, which is what is compared; long texts cut off."""
    thing = _plain(thing)
    if isinstance(thing, Mapping):
        text = "{" + ", ".join(f"{key!r}: {_shown(value)}" for key, value in thing.items()) + "}"
    elif _is_row(thing):
        inside = ", ".join(map(_shown, thing))
        text = f"[{inside}]"
    else:
        text = repr(thing)
    return text if len(text) <= 200 else text[:197] + "…"
