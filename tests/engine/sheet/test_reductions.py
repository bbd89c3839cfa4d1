"""The table of reductions: its rows, and what follows from them."""

import ast
import math
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.sheet.dialect_c import HELPERS
from engine.sheet.ieee import NAMESPACE
from engine.sheet.reductions import REDUCTIONS

numbers = st.floats(allow_nan=False)
over_rows = pytest.mark.parametrize("row", REDUCTIONS.values(), ids=REDUCTIONS)


@over_rows
@given(elements=st.lists(numbers, max_size=6))
def test_the_function_is_the_step_over_and_over(row, elements):
    step = eval(f"lambda a, b: {row.step}")
    found, wanted = NAMESPACE[row.name](elements), reduce(step, elements, row.identity)
    assert math.copysign(1, found) == math.copysign(1, wanted) or found != found
    assert found == wanted or (found != found and wanted != wanted)


@over_rows
@given(number=numbers)
def test_the_identity_changes_nothing_but_the_sign_of_a_zero(row, number):
    step = eval(f"lambda a, b: {row.step}")
    assert step(row.identity, number) == number


@over_rows
def test_nan_stays(row):
    assert math.isnan(NAMESPACE[row.name]([1.0, math.nan, 2.0]))


def test_which_select_an_element():
    assert [name for name, row in REDUCTIONS.items() if row.selects] == ["max", "min"]
    assert isinstance(REDUCTIONS["sum"].operator, ast.Add)


def test_of_two_numbers_c_has_a_function_by_the_same_step():
    assert "double maximum(double a, double b) { return b > a || b != b ? b : a; }" in HELPERS
    assert "double minimum(double a, double b) { return b < a || b != b ? b : a; }" in HELPERS
