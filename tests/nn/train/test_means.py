"""Means of columns: as the sum over the count, but where the sum is not finite."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn.train.means import means_of


@given(st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=30))
def test_ordinary_sums_are_divided_once(numbers):
    total = sum(numbers)
    found = means_of([total, 1.0], len(numbers), lambda: pytest.fail("nothing overflows"))
    assert found == [total / len(numbers), 1 / len(numbers)]


@given(st.lists(st.floats(-1.7e308, 1.7e308), min_size=2, max_size=30))
def test_the_mean_is_finite_where_the_numbers_are(numbers):
    total = 0.0
    for number in numbers:
        total += number
    (found,) = means_of([total], len(numbers), lambda: ([number] for number in numbers))
    wanted = math.fsum(number / len(numbers) for number in numbers)
    assert found == pytest.approx(wanted, rel=1e-12, abs=1e-12 * max(map(abs, numbers)))


def test_infinities_stay():
    columns = [[math.inf, 1.0, math.nan], [1.0, 1.0, 1.0], [-math.inf, 1.0, 2.0]]
    rows = list(zip(*columns))
    sums = [sum(column) for column in columns]
    found = means_of(sums, 3, lambda: rows)
    assert math.isnan(found[0])
    assert found[1:] == [1.0, -math.inf]
