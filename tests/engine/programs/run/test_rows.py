"""Rows: where the numbers lie. What is refused is in `test_program_failures.py`."""

from array import array

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.programs.run.rows import Rows

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)


@given(rows=st.lists(st.lists(NUMBERS, min_size=3, max_size=3), min_size=1, max_size=5))
def test_rows_are_kept_to_the_last_bit(rows):
    for given_rows in (rows, np.array(rows), np.asfortranarray(rows)):
        found = Rows(given_rows, "abc")
        assert found.count == len(rows)
        assert [found.row(i) for i in range(found.count)] == rows
        assert found.numbers.tolist() == [number for row in rows for number in row]


def test_the_memory_of_an_array_is_used_where_its_layout_allows():
    array_of_rows = np.arange(6.0).reshape(3, 2)
    for rows, shared in [
        (array_of_rows, True),
        (array_of_rows[1:], True),
        (memoryview(array_of_rows), True),
        (array_of_rows[::2], False),
        (array_of_rows.T.copy().T, False),
        (array_of_rows.astype(np.float32), False),
    ]:
        numbers = np.asarray(Rows(rows, "ab").numbers)
        assert np.shares_memory(numbers, np.asarray(rows)) == shared
        assert not numbers.flags.writeable or numbers.dtype == np.float64


def test_memory_that_must_not_be_written_to_is_copied():
    rows = np.arange(6.0).reshape(3, 2)
    rows.flags.writeable = False
    found = Rows(rows, "ab")
    assert not np.shares_memory(np.asarray(found.numbers), rows)
    assert found.row(2) == [4.0, 5.0]


def test_a_single_row_of_an_array_is_not_a_table():
    with pytest.raises(TypeError, match=r"rows\[0\] must be a row of numbers, not 1.0 \(float\)"):
        Rows(array("d", [1.0, 2.0]), "ab")


def test_long_lists_of_names_are_cut_short():
    with pytest.raises(
        ValueError, match=r"rows\[0\] holds 1 numbers; 9 are needed: a, b, c, d, e, f, … 3 more$"
    ):
        Rows([[1.0]], "abcdefghi")
