"""The rows of a live page's data: what is taken, and what is refused in which words."""

import re

import pandas
import polars
import pytest

from engine import Parameter, Value
from engine.graph.naming import Naming
from engine.page.data import rows_of

X, W, T = Value(1.0, label="x"), Parameter(2.0, label="w"), Value(3.0, label="target")
LEAVES = [X, W, T]


def rows(data):
    return rows_of(data, LEAVES, Naming(LEAVES))


TABLE = {"x": [1, 2], "target": [5.0, 6.0]}


@pytest.mark.parametrize(
    "data",
    [
        TABLE,
        {X: (1, 2), T: (5, 6)},
        [{"x": 1, "target": 5}, {"x": 2, "target": 6}],
        pandas.DataFrame(TABLE),
        polars.DataFrame(TABLE),
    ],
    ids=["columns", "leaves", "rows", "pandas", "polars"],
)
def test_tables_of_every_kind(data):
    assert rows(data) == (["row 1", "row 2"], [X, T], [[1.0, 5.0], [2.0, 6.0]])


def test_a_column_of_texts_names_the_rows():
    found = rows({"student": ["Ada", "Emmy"], **TABLE})
    assert (found.names, found.leaves) == (["Ada", "Emmy"], [X, T])


@pytest.mark.parametrize(
    ("data", "error", "words"),
    [
        ({"age": [1]}, ValueError, "a column 'age', and the graph has not a leaf of that name; "
         "its data are x, target"),
        ({"w": [1]}, ValueError, "'w' is a parameter, and data sets the other leaves"),
        ({"x": [1], "target": [1, 2]}, ValueError, "at least; 'x': 1, 'target': 2"),
        ({"x": []}, ValueError, "one at least; 'x': 0"),
        ({}, ValueError, "as many rows, and one at least; "),
        ({"who": ["Ada"]}, ValueError, "needs a column of numbers for a leaf, such as"),
        ({"x": [1, "2"]}, TypeError, "explore: data['x'][1] must be a real number, not '2' (str)"),
        ({"x": 3}, TypeError, "data['x'] must be a list of numbers, not 3 (int)"),
        ({"x": "12"}, TypeError, "data['x'] must be a list of numbers, not '12' (str)"),
        ({Value(1.0, label="x"): [1]}, ValueError, "a column 'x', and the graph has not"),
        ([{"x": 1}, {"target": 1}], ValueError, "row 1 of data has ['target'], the first ['x']"),
        ([[1, 2]], TypeError, "data takes columns by the names of leaves"),
        (7, TypeError, "or a list of rows as mappings, not 7 (int)"),
    ],
)  # fmt: skip
def test_what_does_not_fit_the_graph_is_said(data, error, words):
    with pytest.raises(error, match=re.escape(words)):
        rows(data)
