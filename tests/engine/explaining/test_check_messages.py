"""What the checker says of a derivative that is wrong: the table, the operation, the reason."""

import math
import random
import re

import numpy as np
import pytest

import engine
from engine import Op, Value, check_gradients
from engine.explaining.check import GradientMismatch, RoundingWarning
from tests.engine.mismatches import WRONG_SUM, mismatch, rows, wrong_tanh


def test_the_table_says_what_differs_by_how_much_and_how_well_that_is_known():
    message = mismatch(lambda a, b: a * wrong_tanh(b), 3.0, 0.0)
    assert message.startswith("1 of 2 derivatives of f at (a = 3.0, b = 0.0) is wrong:\n")
    graph, numeric, relative, doubt = rows(message)["∂f/∂b"]
    assert float(graph) == pytest.approx(6.003, rel=1e-12)
    assert float(numeric) == pytest.approx(3.0, rel=1e-8)
    assert float(relative) == pytest.approx(0.50025, rel=1e-3)
    assert 0 <= float(doubt) < 1e-6


def test_all_that_differs_is_in_one_table_both_orders():
    def f(a, b, c):
        return a * b.data + c * c.data * a

    found = rows(mismatch(f, 2.0, 3.0, 5.0, order=2))
    assert set(found) == {
        "∂f/∂b",
        "∂f/∂c",
        "∂(∂f/∂a)/∂b",
        "∂(∂f/∂a)/∂c",
        "∂(∂f/∂c)/∂c",
    }
    assert [float(number) for number in found["∂f/∂c"][:2]] == [10.0, pytest.approx(20.0)]
    assert [float(number) for number in found["∂(∂f/∂a)/∂c"][:2]] == [5.0, pytest.approx(10.0)]


def test_a_long_table_is_cut():
    message = mismatch(lambda *xs: engine.sum([x * x.data for x in xs]), *range(1, 31))
    assert message.startswith("30 of 30 derivatives of f at (x1 = 1.0, x2 = 2.0, ")
    assert "x8 = 8.0, … 22 more)" in message
    assert len(rows(message)) == 21
    assert "  … 10 more" in message


def test_lists_dicts_and_arrays_of_numbers_are_arguments_with_names():
    def f(w, p, m):
        return w[0] * w[1].data + p["b"] * p["b"].data + m[1, 0] * m[0, 1].data + m.sum()

    found = rows(mismatch(f, [2.0, 3], {"b": 4.0}, np.array([[1.0, 2.0], [3.0, 4.0]])))
    assert {name: [float(x) for x in cells[:2]] for name, cells in found.items()} == {
        "∂f/∂w[1]": [0.0, pytest.approx(2.0)],
        "∂f/∂p['b']": [4.0, pytest.approx(8.0)],
        "∂f/∂m[0, 1]": [1.0, pytest.approx(4.0)],
    }


def test_the_first_wrong_operation_is_named_with_its_operands_and_both_numbers():
    message = mismatch(lambda x: wrong_tanh(x * 0.5).sin() ** 2 + x.exp(), 1.0)
    assert "the first wrong operation is wrong_tanh with a = 0.5 = mul(…)" in message
    numbers = re.search(r"with respect to a is (\S+) on the sheet, (\S+) by central", message)
    slope = 1 - math.tanh(0.5) ** 2
    assert float(numbers[1]) == pytest.approx(2.001 * slope, rel=1e-12)
    assert float(numbers[2]) == pytest.approx(slope, rel=1e-8)


def test_of_two_wrong_operations_the_one_that_is_computed_first_is_named():
    wrong_sine = Op("wrong_sine", "sin", "sin(a)", ("-cos(a)",))
    message = mismatch(lambda x: wrong_tanh(engine.apply(wrong_sine, x)), 0.5)
    assert "the first wrong operation is wrong_sine with" in message


def test_a_right_operation_under_an_offset_or_a_steep_one_is_not_accused():
    message = mismatch(lambda x: wrong_tanh(x) + 1e9 + 1e-8 / (x * 1e-8), 0.5)
    assert "the first wrong operation is wrong_tanh with" in message


def test_an_element_of_a_sequence_is_named_by_its_position():
    message = mismatch(lambda x, y: engine.apply(WRONG_SUM, [x, y]), 1.0, 5.0)
    assert re.search(r"wrong_sum with .* with respect to operand 2 is 5", message)


def test_a_mismatch_is_an_assertion_that_failed():
    assert issubclass(GradientMismatch, AssertionError)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x * x.data,
        lambda x: x * float(x),
        lambda x: x + math.sin(x),
        lambda x: x * x.detach(),
        lambda x: 1e-7 * x * x.data,
        lambda x: 1e-150 * x * x.data,
        lambda x: 1 + 1e-10 * x * x.data,
        lambda x: x.data**2 + 1e15 + 0 * x,
    ],
)
def test_a_function_that_leaves_the_graph_on_its_way_is_found(f):
    message = mismatch(f, 3.0)
    assert "every operation agrees by itself, so f leaves the graph" in message


@pytest.mark.parametrize(
    "f", [lambda x: Value(3.0), lambda x: Value(float(x)), lambda x: Value(2.0) * Value(1.0).exp()]
)
def test_a_function_that_uses_none_of_its_arguments_does_not_pass(f):
    message = mismatch(f, 2.0, order=2)
    assert message.startswith("f uses none of its arguments (x): its output Value(")


def test_an_argument_that_is_not_used_beside_one_that_is_passes():
    assert check_gradients(lambda a, b: a * a, 2.0, 3.0, order=2)


def test_a_function_that_is_not_deterministic_is_told():
    generator = random.Random(1)
    message = mismatch(lambda x: x * generator.random(), 2.0)
    assert re.match(r"f is not deterministic: at \(x = 2\.0\) it gave \S+ and then \S+;", message)


@pytest.mark.parametrize("result", [3.0, None, "3", [Value(3.0)], np.float64(3.0)])
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
def test_at_a_kink_the_operation_that_has_it_is_named(f, at, hint):
    message = mismatch(f, at)
    assert re.search(hint, message)
    assert rows(message) == {"∂f/∂x": ["0.0", "none (kink)"]}
    assert "leaves the graph" not in message


@pytest.mark.parametrize(
    ("f", "order", "text"),
    [
        (lambda v: v * v if v > 1 else 2 * v, 1, "f has a jump at v = 1.0"),
        (
            lambda v: v * v if v > 1 else 3 * v - 2,
            1,
            "f has a kink at v = 1.0: its slope is 3 below it and 2 above",
        ),
        (
            lambda v: v * v if v > 1 else 2 * v - 1,
            2,
            "∂f/∂v has a kink at v = 1.0: its slope is 0 below it and 2 above",
        ),
    ],
)
def test_a_branch_of_the_function_is_told_from_leaving_the_graph(f, order, text):
    message = mismatch(f, 1.0, order=order)
    assert text in message
    assert "leaves the graph" not in message
    assert "wrong operation" not in message
    assert check_gradients(f, 1.001, order=order)
    assert check_gradients(f, 0.999, order=order)


def test_a_branch_that_takes_other_operations_is_told():
    message = mismatch(lambda v: v.exp() if v > 1 else v.sin(), 1.0)
    assert "other operations on its two sides" in message


def test_away_from_a_kink_the_message_says_nothing_of_it():
    op = Op("wrong_relu", "relu", "max(a, 0)", ("0.5",), kinks="a == 0")
    message = mismatch(lambda x: engine.apply(op, x), 1.0)
    assert "no derivative" not in message
    assert "the first wrong operation is wrong_relu" in message


def test_what_rounding_hides_is_said():
    with pytest.warns(
        RoundingWarning, match=r"rounding is too coarse at \(x = 2\.0\) to check 1 of 1"
    ):
        assert check_gradients(lambda x: x**2 + 1e25, 2.0)
    with pytest.warns(RoundingWarning):
        assert check_gradients(lambda x: x.sin(), 1e16)
