"""Python's `statistics` of Values."""

from __future__ import annotations

import statistics
from fractions import Fraction

import pytest

from engine import Parameter, Value


def test_the_mean_of_values_has_a_gradient():
    values = [Value(1.0), Value(2.0), Value(6.0), Value(-1.0)]
    result = statistics.mean(values)
    assert result.data == 2.0
    result.backward()
    assert [value.grad for value in values] == [0.25] * 4
    assert statistics.mean(iter([values[0], values[0]])).data == 1.0
    assert statistics.mean([values[2]]).data == 6.0


@pytest.mark.parametrize("other", [2, True, Parameter(2.0)])
def test_nothing_beside_values_is_left_out_in_silence(other: object):
    for numbers in ([Value(1.0), other], [other, Value(1.0)]):
        with pytest.raises(TypeError, match=r"only in the mean of Values .* take engine\.mean"):
            statistics.mean(numbers)


@pytest.mark.parametrize("name", ["variance", "pvariance", "stdev", "pstdev"])
def test_what_would_lose_the_derivative_names_the_way_of_the_engine(name: str):
    with pytest.raises(TypeError, match=r"take engine\.mean, engine\.var and engine\.std"):
        getattr(statistics, name)([Value(1.0), Value(2.0)])
    with pytest.raises(TypeError, match=r"take engine\.mean, engine\.var and engine\.std"):
        statistics.variance([Value(1.0), Value(2.0)], 1.5)


def test_a_value_is_not_a_fraction():
    with pytest.raises(TypeError):
        Fraction(Value(0.5))
