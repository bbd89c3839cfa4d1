"""Tables of other libraries are read by rows; stand-ins show it where a library is missing."""

import re
from array import array

import numpy as np
import pytest

from engine import Parameter, Value, compile
from engine.base.tables import is_row, plain, row_of
from engine.programs.run.rows import Rows

ROWS = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]
COLUMNS = {"a": [1.0, 3.0, 5.0], "b": [2.0, 4.0, 6.0]}


class PandasLike:
    """Goes through its column names, has `mask` as a method and rows as tuples."""

    def __iter__(self):
        return iter(COLUMNS)

    def mask(self):
        raise AssertionError

    def itertuples(self, index=True, name="Pandas"):
        assert not index
        assert name is None
        return iter(map(tuple, ROWS))


class PolarsLike:
    """Goes through its columns."""

    def __iter__(self):
        return iter(map(PolarsColumn, COLUMNS.values()))

    def iter_rows(self):
        return iter(map(tuple, ROWS))


class PolarsColumn:
    def __init__(self, entries):
        self.entries = entries

    def __iter__(self):
        return iter(self.entries)

    def to_physical(self):
        return self

    def to_list(self):
        return self.entries


class Tensor:
    """Gives tensors of its own kind when gone through, as PyTorch's does."""

    def __init__(self, entries):
        self.entries = entries
        self.ndim = np.ndim(entries)

    def __iter__(self):
        return map(Tensor, self.entries)

    def tolist(self):
        return self.entries


class OnlyArray:
    """TensorFlow's has __array__, and no tolist."""

    def __array__(self, dtype=None, copy=None):
        return np.array(ROWS)


def frames():
    yield "pandas-like", PandasLike()
    yield "polars-like", PolarsLike()
    yield "torch-like", Tensor(ROWS)
    yield "tensorflow-like", OnlyArray()
    yield "array", np.array(ROWS)
    yield "float32", np.array(ROWS, "float32")
    yield "whole numbers", np.array(ROWS, int)
    yield "objects", np.array(ROWS, object)
    yield "by columns", np.asfortranarray(np.array(ROWS))
    yield "nothing masked", np.ma.masked_array(ROWS, mask=False)
    yield "matrix", np.asmatrix(ROWS)
    yield "rows of arrays", [np.array(row) for row in ROWS]
    yield "rows of tensors", [Tensor(row) for row in ROWS]
    yield "generator", (row for row in ROWS)


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
def test_rows_are_rows():
    for name, table in frames():
        found = Rows(table, ["a", "b"])
        assert [found.row(i) for i in range(found.count)] == ROWS, name


@pytest.mark.parametrize("library", ["pandas", "polars", "torch"])
def test_the_libraries_themselves(library):
    module = pytest.importorskip(library, reason="read where it is installed")
    table = module.tensor(ROWS) if library == "torch" else module.DataFrame(COLUMNS)
    found = Rows(table, ["a", "b"])
    assert [found.row(i) for i in range(found.count)] == ROWS
    if library != "torch":
        assert plain(table["a"], "a") == COLUMNS["a"]


def test_a_program_takes_them():
    x, y, w = Value(0.0, "x"), Value(0.0, "y"), Parameter(2.0, "w")
    program = compile(y - w * x, [x, y], [w], backend="python")
    for table in (PandasLike(), PolarsLike(), Tensor(ROWS)):
        assert program(table) == [0.0, -2.0, -4.0]


@pytest.mark.parametrize(
    ("table", "kind", "words"),
    [
        (
            np.ma.masked_array(ROWS, mask=[[0, 0], [0, 1], [0, 0]]),
            TypeError,
            "rows[1][1] is masked",
        ),
        ([np.ma.masked_array([1.0, 2.0], mask=[1, 0])], TypeError, "rows[0][0] is masked"),
        (np.array(ROWS, complex), TypeError, "rows[0], a must be a real number, not (1+0j)"),
        (np.array([[1.0, None]], object), TypeError, "rows[0], b must be a real number, not None"),
        (np.array([["2026-01-01", "2026-01-02"]], "datetime64[ns]"), TypeError, "dates or times"),
        (list(PolarsLike()), TypeError, "rows[0] is a column of a polars frame; the rows are"),
        (np.array(3.0), TypeError, "rows must be a table of numbers"),
        (np.array([1.0, 2.0]), TypeError, "rows[0] must be a row of numbers, not 1.0"),
        ({"a": 1}, TypeError, "rows must be a table of numbers"),
        ([{1.0, 2.0}], TypeError, "rows[0] must be a row of numbers"),
        ([[1.0, 10**400]], OverflowError, "rows[0], b"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else None,
)
def test_what_would_be_read_wrongly_is_refused_with_its_place(table, kind, words):
    with pytest.raises(kind, match=re.escape(words)):
        Rows(table, ["a", "b"])


def test_what_is_not_a_table_is_given_back_as_it_is():
    for given in (3.0, "text", None, (1, 2), [1], Value(1.0), object()):
        assert plain(given, "it") is given
    assert row_of(array("d", [1.0]), "it") == [1.0]
    assert [is_row(x) for x in ([], (), iter(()), np.ones(2))] == [True] * 4
    assert [is_row(x) for x in ("ab", b"ab", {}, set(), 1.0, np.array(1.0), None)] == [False] * 7
