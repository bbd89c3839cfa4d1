"""A claimed derivative is refuted where it is wrong, and only there."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.explaining.verdict import judge

ZOO = {
    "exp": (math.exp, math.exp, (-5, 5)),
    "log": (math.log, lambda x: 1 / x, (1e-3, 10)),
    "sin": (math.sin, math.cos, (-20, 20)),
    "tanh": (math.tanh, lambda x: 1 / math.cosh(x) ** 2, (-4, 4)),
    "reciprocal": (lambda x: 1 / x, lambda x: -1 / x**2, (0.01, 3)),
    "sqrt": (math.sqrt, lambda x: 0.5 / math.sqrt(x), (1e-6, 3)),
    "asin": (math.asin, lambda x: 1 / math.sqrt(1 - x * x), (-0.999, 0.999)),
    "cubic": (lambda x: x * x * x - x, lambda x: 3 * x * x - 1, (-2, 2)),
}


@pytest.mark.parametrize("name", ZOO)
@given(
    data=st.data(),
    argument=st.integers(-60, 60),
    value=st.integers(-200, 200),
    offset=st.sampled_from([0.0, 1.0, 100.0]),
)
def test_the_right_number_is_right_and_a_thousandth_more_is_not(
    name, data, argument, value, offset
):
    """At arguments and values of any scale, with an offset that hides some digits."""
    f, slope, (low, high) = ZOO[name]
    x = data.draw(st.floats(low, high)) / 10.0**argument
    exact = slope(x * 10.0**argument)
    assume(abs(exact * x * 10.0**argument) > 1e-3)
    claimed = exact * 10.0 ** (argument + value)

    def scaled(at):
        return (f(at * 10.0**argument) + offset) * 10.0**value

    assert judge(scaled, x, claimed, 1e-6).finding == "right"
    assert judge(scaled, x, claimed * 1.001, 1e-6).finding not in ("right", "unseen")
    assert judge(scaled, x, 0.0, 1e-6).finding not in ("right", "unseen")


@pytest.mark.parametrize(
    ("f", "x", "claimed", "finding"),
    [
        (abs, 0.0, 1.0, "kink"),
        (abs, 0.0, 0.0, "right"),  # the mean of both slopes
        (lambda x: max(x, 0.0), 0.0, 0.0, "kink"),
        (lambda x: max(x, 0.0), -1.0, 0.0, "right"),
        (lambda x: max(x, 0.0), 1e-9, 1.0, "right"),
        (lambda x: 1.0 if x > 2 else 0.0, 2.0, 0.0, "jump"),
        (lambda x: x + 1 if x > 2 else x, 2.0, 1.0, "jump"),
        (math.sqrt, 0.0, math.inf, "right"),
        (math.sqrt, 0.0, 5.0, "steep"),
        (math.sqrt, 0.0, -math.inf, "steep"),
        (math.asin, 1.0, math.inf, "right"),
        (lambda x: abs(x) ** 0.5, 0.0, 0.0, "steep"),
        (lambda x: abs(x) ** 1.5, 0.0, 0.0, "right"),
        (lambda x: 1 / x, 1e-300, -math.inf, "right"),
        (lambda x: 1 / x - 1, 1e-300, math.inf, "jump"),
        (math.exp, 0.0, math.nan, "wrong"),
        (math.exp, 0.0, math.inf, "wrong"),
        (lambda x: math.tanh(1e20 * x), 0.0, 1e20, "right"),
        (lambda x: math.tanh(1e20 * x), 0.0, 1.001e20, "wrong"),
        (lambda x: x * x + 1e17, 3.0, 0.0, "wrong"),
        (lambda x: x * x + 1e25, 3.0, 6.0, "unseen"),
        (math.sin, 1e16, math.cos(1e16), "unseen"),
        (lambda x: 7.0, 3.0, 0.0, "right"),
        (lambda x: 7.0, 0.0, 1e-3, "wrong"),
    ],
)
def test_what_has_no_slope_is_told_from_what_has_another(f, x, claimed, finding):
    assert judge(f, x, claimed, 1e-6).finding == finding


def test_a_kink_comes_with_its_slopes_and_a_derivative_with_its_doubt():
    assert judge(lambda x: 3 * x if x > 2 else 7 * x - 8, 2.0, 7.0, 1e-6).slopes == pytest.approx(
        (7, 3)
    )
    verdict = judge(math.exp, 1.0, 1.0, 1e-6)
    assert abs(verdict.expected - math.e) <= 3 * verdict.doubt < 1e-9


def test_an_ordinary_derivative_takes_seven_values():
    seen = []

    def f(x):
        seen.append(x)
        return math.exp(x)

    assert judge(f, 1.0, math.e, 1e-6).finding == "right"
    assert len(seen) == 7


@pytest.mark.parametrize(("f", "x"), [(math.log, -1.0), (math.exp, 1000.0)])
def test_where_the_function_has_no_value_there_is_nothing_to_judge(f, x):
    with pytest.raises(ValueError, match="f is not finite at"):
        judge(f, x, 1.0, 1e-6)


def test_where_the_function_has_no_neighbours_there_is_nothing_to_judge():
    with pytest.raises(ValueError, match=r"f is not defined on either side of 0\.0"):
        judge(lambda x: math.log(1 if x == 0 else -1), 0.0, 1.0, 1e-6)
