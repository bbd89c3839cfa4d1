"""Tables of other libraries as lists of rows, recognised by what they can do, without an import.

A data frame is one that goes through its own rows (`iter_rows` of polars, `itertuples` of pandas);
an array or a tensor has `tolist` or `__array__`. Whatever else is given comes back as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

# What can be gone through, but not as numbers or rows in order.
_NO_ROWS = (str, bytes, bytearray, Mapping, set, frozenset)


def plain(given: Any, what: str) -> Any:
    """`given` as lists of lists, or of tuples, of Python's own objects, if it is a table or array.

    `what`: how messages call it. Raises TypeError for what would be read wrongly: a masked item,
    dates, and a polars column where a row is meant.

    >>> from array import array
    >>> plain(array("d", [1.0, 2.0]), "the row"), plain((1, 2), "the row"), plain(3.0, "the row")
    ([1.0, 2.0], (1, 2), 3.0)
    """
    if isinstance(given, (list, tuple, float, int, str)):
        return given
    kind = type(given)
    # Both libraries go through a frame by its columns.
    if hasattr(kind, "iter_rows"):
        return list(given.iter_rows())
    if hasattr(kind, "itertuples"):
        return list(given.itertuples(index=False, name=None))
    _refuse_dates(given, what)
    mask: Any = getattr(given, "mask", False)
    listing = getattr(given, "tolist", None) or getattr(given, "to_list", None)
    if listing is None and hasattr(kind, "__array__"):
        listing = given.__array__().tolist
    if listing is None:
        return given
    listed = listing()
    if not callable(mask) and mask is not False:
        _refuse_masked(mask.tolist(), what)
    return listed


def row_of(given: Any, what: str) -> Any:
    """The same for what must be one row: a column of a polars frame is not."""
    if hasattr(type(given), "to_physical"):
        raise TypeError(
            f"{what} is a column of a polars frame; the rows are frame.rows() or frame.to_numpy()"
        )
    return plain(given, what)


def is_row(given: Any) -> bool:
    """Whether it can be gone through as numbers or rows in order; text, sets and dicts cannot."""
    if isinstance(given, (list, tuple)):
        return True
    # An array without dimensions has __iter__ but cannot be gone through.
    single = not isinstance(given, Iterable) or getattr(given, "ndim", 1) == 0
    return not single and not isinstance(given, _NO_ROWS)


def _refuse_dates(given: Any, what: str) -> None:
    # tolist would make whole numbers of dates to the nanosecond.
    if getattr(getattr(given, "dtype", None), "kind", "") in ("m", "M"):
        raise TypeError(f"{what} holds dates or times ({given.dtype}); numbers are needed")


def _refuse_masked(mask: Any, what: str) -> None:
    """Names the first place where a mask is true."""
    places: list[tuple[Any, str]] = [(mask, "")]
    while places:
        item, place = places.pop()
        if isinstance(item, list):
            places += [(part, f"{place}[{i}]") for i, part in reversed(list(enumerate(item)))]
        elif item:
            raise TypeError(f"{what}{place} is masked; fill it in or leave its row out")
