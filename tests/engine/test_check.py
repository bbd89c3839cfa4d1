"""The checker must find what is wrong: a check that cannot fail is none."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

import engine
from engine import Op, Value, check_gradients
from engine.check import GradientMismatch, numeric_derivative

WRONG_TANH = Op("wrong_tanh", "tanh", "tanh(a)", ("2.001 * (1 - out * out)",))
WRONG_SUM = Op("wrong_sum", "Σ", "sum(a)", ("a",), operands="a*")


def wrong_tanh(x):
    return engine.apply(WRONG_TANH, x)


@given(a=st.floats(-1, 1), b=st.floats(0.5, 2))
def test_right_derivatives_pass(a, b):
    def f(x, y):
        return (x * y).tanh() / y + engine.softplus(x - y) ** 1.5

    assert check_gradients(f, a, b) is True
    assert check_gradients(f, a, b, order=2) is True


@given(x=st.floats(-1.5, 1.5))
def test_a_factor_of_2001_thousandths_is_found(x):
    with pytest.raises(GradientMismatch):
        check_gradients(wrong_tanh, x)


def test_the_first_wrong_operation_is_named_with_its_operands_and_both_numbers():
    with pytest.raises(GradientMismatch) as caught:
        check_gradients(lambda x: wrong_tanh(x * 0.5).sin() ** 2 + x.exp(), 1.0)
    assert "the first wrong operation is wrong_tanh with a = 0.5 = mul(…)" in str(caught.value)
    numbers = re.search(
        r"with respect to a is (\S+) on the sheet, (\S+) by central", str(caught.value)
    )
    slope = 1 - math.tanh(0.5) ** 2
    assert float(numbers[1]) == pytest.approx(2.001 * slope, rel=1e-12)
    assert float(numbers[2]) == pytest.approx(slope, rel=1e-8)


def test_the_derivative_is_named_with_the_point_and_both_numbers():
    with pytest.raises(GradientMismatch) as caught:
        check_gradients(lambda a, b: a * wrong_tanh(b), 3.0, 0.0)
    numbers = re.match(
        r"∂f/∂x2 at \(3\.0, 0\.0\): the graph says (\S+), central differences say (\S+); ",
        str(caught.value),
    )
    assert float(numbers[1]) == pytest.approx(6.003, rel=1e-12)
    assert float(numbers[2]) == pytest.approx(3.0, rel=1e-8)


def test_of_two_wrong_operations_the_one_that_is_computed_first_is_named():
    wrong_sine = Op("wrong_sine", "sin", "sin(a)", ("-cos(a)",))
    with pytest.raises(GradientMismatch, match="the first wrong operation is wrong_sine with"):
        check_gradients(lambda x: wrong_tanh(engine.apply(wrong_sine, x)), 0.5)


def test_an_element_of_a_sequence_is_named_by_its_position():
    with pytest.raises(GradientMismatch, match=r"wrong_sum with .* with respect to operand 2 is 5"):
        check_gradients(lambda x, y: engine.apply(WRONG_SUM, [x, y]), 1.0, 5.0)


def test_a_mismatch_is_an_assertion_that_failed():
    assert issubclass(GradientMismatch, AssertionError)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x * x.data,
        lambda x: x * float(x),
        lambda x: x + math.sin(x),
        lambda x: x * x.detach(),
    ],
)
def test_a_function_that_leaves_the_graph_on_its_way_is_found(f):
    with pytest.raises(GradientMismatch, match="every operation agrees by itself, so f leaves the"):
        check_gradients(f, 3.0)


@pytest.mark.parametrize("result", [3.0, None, "3", [Value(3.0)]])
def test_a_function_that_returns_no_value_is_refused(result):
    with pytest.raises(TypeError, match=r"^f must return a Value, not .* leave the graph"):
        check_gradients(lambda x: result, 1.0)


@pytest.mark.parametrize(
    ("f", "at", "hint"),
    [
        (lambda x: x.relu(), 0.0, "it has no derivative where a == 0, check away from there"),
        (lambda x: engine.hinge(1.0, x), 1.0, r"it has no derivative where y \* p == 1"),
    ],
)
def test_next_to_a_kink_the_message_says_so(f, at, hint):
    with pytest.raises(GradientMismatch, match=hint):
        check_gradients(f, at)


def test_away_from_a_kink_the_message_says_nothing_of_it():
    op = Op("wrong_relu", "relu", "max(a, 0)", ("0.5",), kinks="a == 0")
    with pytest.raises(GradientMismatch) as caught:
        check_gradients(lambda x: engine.apply(op, x), 1.0)
    assert "no derivative" not in str(caught.value)


def test_a_partial_with_a_number_where_an_operand_stands_is_found_in_the_second_order_only():
    op = Op("square", "²", "a ** 2", ("2 * taken",), constants={"taken": None})

    def f(x):
        return engine.apply(op, x, x.data)

    assert check_gradients(f, 3.0)
    with pytest.raises(
        GradientMismatch, match=r"^∂\(∂f/∂x1\)/∂x1 at \(3\.0\): the graph says 0\.0"
    ):
        check_gradients(f, 3.0, order=2)


def test_a_partial_that_is_right_at_the_point_only_is_found_in_the_second_order_only():
    cube = Op("cube", "³", "a ** 3", ("9 * a",))
    assert check_gradients(lambda x: engine.apply(cube, x), 3.0)
    with pytest.raises(GradientMismatch):
        check_gradients(lambda x: engine.apply(cube, x), 3.0, order=2)


@pytest.mark.parametrize(
    ("f", "x"),
    [
        (lambda x: x.sin(), 1e5),
        (lambda x: x.exp(), 700.0),
        (lambda x: x.exp(), -700.0),
        (lambda x: (x * 10000).tanh(), 1e-4),
        (lambda x: 1 / x, 1e-4),
        (lambda x: x * x, 1e150),
        (lambda x: x.log(), 1e-100),
    ],
)
def test_right_derivatives_pass_where_numbers_are_large_or_functions_steep(f, x):
    assert check_gradients(f, x)


def test_mixed_second_derivatives_are_checked():
    op = Op("product", "·", "a * b", ("b * taken / taken", "taken"), constants={"taken": None})

    def f(x, y):
        return engine.apply(op, x, y, x.data)

    assert check_gradients(f, 3.0, 2.0)
    with pytest.raises(GradientMismatch, match=r"^∂\(∂f/∂x2\)/∂x1 at \(3\.0, 2\.0\)"):
        check_gradients(f, 3.0, 2.0, order=2)


@pytest.mark.parametrize("order", [0, 3, -1, "1", None, 1.5])
def test_another_order_is_refused(order):
    with pytest.raises(ValueError, match=re.escape(f"order must be 1 or 2, not {order!r}")):
        check_gradients(lambda x: x, 1.0, order=order)


def test_a_point_that_is_no_number_is_refused_by_position():
    with pytest.raises(TypeError, match="argument 2 of check_gradients must be a real number"):
        check_gradients(lambda x, y: x * y, 1.0, "2")


def test_the_tolerance_is_absolute_for_small_and_relative_for_large_numbers():
    def close(x):
        return engine.apply(Op("close", "c", "a * 1000000", ("1000001",)), x)

    assert check_gradients(close, 1.0, tolerance=1e-5)
    with pytest.raises(GradientMismatch):
        check_gradients(close, 1.0, tolerance=1e-7)
    tiny = Op("tiny", "t", "a / 1000000000", ("0",))
    assert check_gradients(lambda x: engine.apply(tiny, x), 1.0)


def test_a_function_of_no_argument_and_a_constant_one_pass():
    assert check_gradients(lambda: Value(3.0))
    assert check_gradients(lambda x: Value(3.0), 2.0, order=2)


@pytest.mark.parametrize(
    ("f", "x", "slope"),
    [
        (math.exp, 1.0, math.e),
        (math.exp, -30.0, math.exp(-30)),
        (lambda x: x**3, 2e5, 12e10),
        (math.sqrt, 1e-6, 500.0),
        (math.log, 1e-9, 1e9),
        (lambda x: 1 / x, 1e-3, -1e6),
        (abs, -1e-3, -1.0),
        (lambda x: 7.0, 1.0, 0.0),
    ],
)
def test_numeric_derivatives_are_good_to_eight_digits_next_to_poles_and_edges_too(f, x, slope):
    assert numeric_derivative(f, x) == pytest.approx(slope, rel=1e-8, abs=1e-11)


@pytest.mark.parametrize(("f", "x"), [(math.sqrt, 0.0), (math.log, -1.0), (math.asin, 1.0)])
def test_at_the_edge_of_a_domain_there_is_no_numeric_derivative(f, x):
    with pytest.raises(ValueError, match=re.escape(f"not defined on both sides of {x!r}")):
        numeric_derivative(f, x)
