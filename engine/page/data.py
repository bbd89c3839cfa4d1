"""The rows of data that a live page can go through: students, points, samples."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from engine.base.numbers import as_number, given
from engine.graph.naming import Naming
from engine.graph.value import Value

_EXAMPLE = "such as {'x': [1.0, 2.0], 'y': [3.0, 4.0]}"


class Rows(NamedTuple):
    """`names`: what each row is called; `leaves`: which leaf each column sets."""

    names: list[str]
    leaves: list[Value]
    rows: list[list[float]]


def rows_of(data: Any, leaves: Sequence[Value], naming: Naming) -> Rows:
    """The rows of a table: columns by the names of leaves or by the leaves themselves.

    A column of texts names the rows. Takes a mapping of columns, a data frame of pandas or polars,
    or a list of mappings, one for each row. Raises TypeError for all else and for what is not a
    number; ValueError for a column that is no leaf's or a parameter's, for columns of
    different lengths, and where there are no rows.
    """
    columns = _columns(data)
    lengths = {len(column) for column in columns.values()}
    if len(lengths) != 1 or lengths == {0}:
        sizes = ", ".join(f"{_said(key)}: {len(column)}" for key, column in columns.items())
        raise ValueError(
            f"explore: every column of data needs as many rows, and one at least; {sizes}"
        )
    by_name = {naming.text(leaf): leaf for leaf in leaves}
    names = [f"row {number}" for number in range(1, lengths.pop() + 1)]
    numbers: dict[Value, list[float]] = {}
    for key, column in columns.items():
        if not isinstance(key, Value) and str(key) not in by_name and _are_texts(column):
            names = list(map(str, column))
            continue
        leaf = key if isinstance(key, Value) else by_name.get(str(key))
        if leaf is None or leaf not in by_name.values():
            known = ", ".join(name for name, leaf in by_name.items() if leaf.role == "data")
            raise ValueError(
                f"explore: data has a column {_said(key)}, and the graph has not a leaf of that "
                f"name; its data are {known or 'no leaves at all'}"
            )
        if leaf.role == "parameter":
            raise ValueError(
                f"explore: {_said(key)} is a parameter, and data sets the other leaves"
            )
        what = f"explore: data[{_said(key)}]"
        numbers[leaf] = [as_number(number, f"{what}[{i}]") for i, number in enumerate(column)]
    if not numbers:
        raise ValueError(f"explore: data needs a column of numbers for a leaf, {_EXAMPLE}")
    return Rows(names, list(numbers), [list(row) for row in zip(*numbers.values())])


def _columns(data: Any) -> dict[Any, list[Any]]:
    if isinstance(data, Mapping):
        return {key: _listed(key, column) for key, column in data.items()}
    if hasattr(data, "columns") and hasattr(data, "__getitem__"):
        return {key: _listed(key, data[key]) for key in data.columns}
    rows = list(data) if isinstance(data, Iterable) and not isinstance(data, (str, bytes)) else []
    if not rows or not all(isinstance(row, Mapping) for row in rows):
        raise TypeError(
            f"explore: data takes columns by the names of leaves, {_EXAMPLE}, a data frame, or a "
            f"list of rows as mappings, not {given(data)}"
        )
    for number, row in enumerate(rows):
        if row.keys() != rows[0].keys():
            raise ValueError(
                f"explore: row {number} of data has {_said(list(row))}, the first "
                f"{_said(list(rows[0]))}"
            )
    return {key: [row[key] for row in rows] for key in rows[0]}


def _listed(key: Any, column: Any) -> list[Any]:
    if isinstance(column, (str, bytes)) or not isinstance(column, Iterable):
        raise TypeError(
            f"explore: data[{_said(key)}] must be a list of numbers, not {given(column)}"
        )
    return list(column)


def _are_texts(column: Sequence[Any]) -> bool:
    return all(isinstance(cell, str) for cell in column)


def _said(key: Any) -> str:
    return repr(key.label) if isinstance(key, Value) else repr(key)
