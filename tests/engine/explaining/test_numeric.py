"""One step size says what it can: a slope, its doubt, and the gap between the two sides."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.explaining.numeric import Function, noise, rung


@given(x=st.floats(0.5, 2), part=st.floats(1e-4, 0.05))
def test_the_doubt_covers_the_error(x, part):
    for f, slope in ((math.exp, math.exp(x)), (math.log, 1 / x), (math.sin, math.cos(x))):
        found = rung(Function(f, x), part * x)
        assert abs(found.value - slope) <= found.total(0.0) < 1e-3 * abs(slope) + 1e-9


def test_the_gap_of_a_kink_stays_and_that_of_a_smooth_function_does_not():
    assert rung(Function(abs, 0.0), 0.01).gap == pytest.approx(2.0)
    assert rung(Function(math.exp, 0.0), 0.01).gap == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize(
    ("f", "x", "slope"), [(lambda x: x**2.5 + x, 0.0, 1.0), (math.acos, 1.0, None)]
)
def test_at_an_edge_the_side_that_is_there_is_taken(f, x, slope):
    found = rung(Function(lambda at: math.nan if isinstance(f(at), complex) else f(at), x), 1e-3)
    assert found.gaps == ()
    if slope is not None:
        assert found.value == pytest.approx(slope, abs=1e-4)


@pytest.mark.parametrize("width", [math.inf, 1e-20])
def test_steps_that_fall_together_or_out_of_the_numbers_say_nothing(width):
    assert rung(Function(math.exp, 1.0), width) is None


def test_a_step_outside_of_the_domain_says_nothing():
    assert rung(Function(math.log, 1.0), 1.5) is None
    assert rung(Function(lambda x: 1 / x, 1.0), 1.0) is None


def test_noise_is_that_of_the_rounding_not_of_the_slope():
    assert noise(Function(lambda x: 3 * x * x, 2.0), 1e-15, 1e-5) <= 4e-15
    assert 1e-11 < noise(Function(lambda x: (x * 1.1 + 1e6) - 1e6, 2.0), 1e-5) < 1e-9


def test_a_jump_at_the_point_is_not_noise():
    assert noise(Function(lambda x: 5.0 if x > 2 else 0.0, 2.0), 1e-15, 1e-5) == 0.0
