"""The checker must find what is wrong, and only that: a check that cannot fail is none."""

import ast
import math
import random
import re

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import engine
from engine import Op, Value, check_gradients
from engine.check import GradientMismatch, RoundingWarning
from engine.evaluate import partials
from engine.ops import SHEET
from tests.engine.sampling import example_row

WRONG_TANH = Op("wrong_tanh", "tanh", "tanh(a)", ("2.001 * (1 - out * out)",))
WRONG_SUM = Op("wrong_sum", "Σ", "sum(a)", ("a",), operands="a*")
SCALAR = [op for op in SHEET if not op.sequences]


def wrong_tanh(x):
    return engine.apply(WRONG_TANH, x)


def mismatch(f, *at, **options):
    with pytest.raises(GradientMismatch) as caught:
        check_gradients(f, *at, **options)
    return str(caught.value)


def rows(message):
    """The table of a message: per derivative the cells beside its name."""
    lines = [line for line in message.splitlines() if line.startswith("  ")][1:]
    cells = [re.split(r"\s{2,}", line.strip()) for line in lines]
    return {name: rest for name, *rest in cells}


def planted(op, change):
    """The operation with every partial changed, called with the operation's own constants."""
    wrong = Op(
        f"wrong_{op.name}",
        op.symbol,
        op.formula,
        tuple(map(change, op.partials)),
        operands=" ".join(op.operands),
        constants=op.constants,
        undefined=op.undefined,
        kinks=op.kinks,
    )
    fixed = example_row(op)[len(op.operands) :]
    return lambda *xs: engine.apply(wrong, *xs, *fixed)


@given(a=st.floats(-1, 1), b=st.floats(0.5, 2))
def test_right_derivatives_pass(a, b):
    def f(x, y):
        return (x * y).tanh() / y + engine.softplus(x - y) ** 1.5

    assert check_gradients(f, a, b) is True
    assert check_gradients(f, a, b, order=2) is True


@pytest.mark.parametrize("factor", ["2.001", "1.001", "0.999", "-1", "0"])
@pytest.mark.parametrize("op", SCALAR, ids=lambda op: op.name)
def test_a_factor_in_any_partial_of_the_sheet_is_found_and_its_operation_named(op, factor):
    f = planted(op, lambda partial: f"{factor} * ({partial})")
    at = example_row(op)[: len(op.operands)]
    right = [p for p in partials(op)(*example_row(op), float(f(*at))) if p]
    if not right:
        assert check_gradients(f, *at)
        return
    message = mismatch(f, *at)
    assert len(rows(message)) == len(right)
    assert f"the first wrong operation is wrong_{op.name} with {op.operands[0]} = " in message


@pytest.mark.parametrize("op", SCALAR, ids=lambda op: op.name)
def test_a_partial_that_is_constant_but_right_at_every_point_is_found_in_the_second_order(op):
    """Each partial is written over constants that are given the operands' numbers."""
    frozen = {name: f"{name}_taken" for name in op.operands}

    class Freeze(ast.NodeTransformer):
        def visit_Name(self, node):
            if node.id == "out":
                return self.visit(ast.parse(op.formula, mode="eval").body)
            return ast.Name(frozen.get(node.id, node.id))

    wrong = Op(
        f"frozen_{op.name}",
        op.symbol,
        op.formula,
        tuple(ast.unparse(Freeze().visit(ast.parse(p, mode="eval").body)) for p in op.partials),
        operands=" ".join(op.operands),
        constants={**op.constants, **dict.fromkeys(frozen.values())},
        undefined=op.undefined,
        kinks=op.kinks,
    )
    row = example_row(op)
    at, fixed = row[: len(op.operands)], row[len(op.operands) :]

    def f(*xs):
        return engine.apply(wrong, *xs, *fixed, *map(float, xs))

    leaves = [Value(x) for x in at]
    y = engine.apply(op, *leaves, *fixed)
    second = [entry.data for line in engine.hessian(y, leaves) for entry in line]
    assert check_gradients(f, *at)
    if any(second):
        found = rows(mismatch(f, *at, order=2))
        assert len(found) == sum(map(bool, second))
        assert all(name.startswith("∂(∂f/∂") for name in found)
    else:
        assert check_gradients(f, *at, order=2)


@given(
    x=st.floats(0.5, 2),
    argument=st.integers(-90, 90),
    value=st.integers(-150, 150),
    factor=st.sampled_from([1.0, 1.001, 0.999, 0.0]),
)
def test_a_wrong_factor_is_found_and_a_right_one_passes_at_any_scale(x, argument, value, factor):
    op = Op(
        "scaled",
        "s",
        "c * sin(d * a)",
        (f"{factor} * c * d * cos(d * a)",),
        constants={"c": 1, "d": 1},
    )
    c, d = 10.0**value, 10.0**argument
    assume(abs(math.cos(x)) > 0.1)

    def f(a):
        return engine.apply(op, a, c, d)

    if factor == 1:
        assert check_gradients(f, x / d, order=2)
    else:
        assert list(rows(mismatch(f, x / d))) == ["∂f/∂a"]


@pytest.mark.parametrize(
    ("f", "x"),
    [
        (lambda x: x.sin(), 1e5),
        (lambda x: x.sin(), 1e8),
        (lambda x: x.exp(), 700.0),
        (lambda x: x.exp(), -700.0),
        (lambda x: (x * 10000).tanh(), 1e-4),
        (lambda x: (x * 1e10).tanh(), 0.0),
        (lambda x: (-(((x - 1) * 1e6) ** 2)).exp(), 1.000001),
        (lambda x: 1 / x, 1e-4),
        (lambda x: 1 / x, 1e-8),
        (lambda x: x * x, 1e150),
        (lambda x: x.log(), 1e-100),
        (lambda x: (1 - x).log(), 0.9995),
        (lambda x: x**2 + 1e12, 2.0),
        (lambda x: x**2 + 1e13, 2.0),
        (lambda x: x**2 + 1e15, 2.0),
        (lambda x: (x + 1e8) - 1e8, 2.0),
        (lambda x: x.sin() ** 2 + x.cos() ** 2, 0.7),
        (lambda x: x.sigmoid(), 40.0),
        (lambda x: x.cos(), 1e-30),
        (lambda x: x * 1e-300, 1.0),
        (lambda x: x * 1.0, 1.7e308),
        (lambda x: x * 1.0, 5e-324),
        (lambda x: x.relu(), -1.0),
        (lambda x: x.relu(), 1e-3),
        (lambda x: 0 * x, 3.0),
        (lambda x: x**3, 0.0),
        (abs, 0.0),
        (lambda x: x * x.relu(), 0.0),
    ],
)
def test_right_derivatives_pass_at_every_scale_steep_flat_and_under_an_offset(f, x):
    assert check_gradients(f, x) is True
    if x not in (1.7e308, 0.0):
        assert check_gradients(f, x, order=2) is True


@pytest.mark.parametrize("f", [lambda x: x**1.5, lambda x: x**2.5, lambda x: x.exp() * x**1.5])
def test_at_the_edge_of_the_domain_differences_keep_to_one_side(f):
    assert check_gradients(f, 0.0)
    message = mismatch(lambda x: f(x) + 2 * x - x.data * 3, 0.0)
    assert float(rows(message)["∂f/∂x"][1]) == pytest.approx(-1.0, rel=1e-6)


def test_a_function_of_a_thousand_arguments_is_checked():
    at = [math.sin(i) for i in range(300)]
    assert check_gradients(lambda *xs: engine.dot(xs, [x.exp() for x in xs]), *at)


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


def test_a_partial_with_a_number_where_an_operand_stands_is_found_in_the_second_order_only():
    op = Op("square", "²", "a ** 2", ("2 * taken",), constants={"taken": None})

    def f(x):
        return engine.apply(op, x, x.data)

    assert check_gradients(f, 3.0)
    assert rows(mismatch(f, 3.0, order=2))["∂(∂f/∂x)/∂x"][:2] == ["0.0", "2"]


def test_a_partial_that_is_right_at_the_point_only_is_found_in_the_second_order_only():
    cube = Op("cube", "³", "a ** 3", ("9 * a",))
    assert check_gradients(lambda x: engine.apply(cube, x), 3.0)
    assert next(iter(rows(mismatch(lambda x: engine.apply(cube, x), 3.0, order=2)))).startswith(
        "∂f/∂x at"
    )


def test_mixed_second_derivatives_are_checked():
    op = Op("product", "·", "a * b", ("b * taken / taken", "taken"), constants={"taken": None})

    def f(x, y):
        return engine.apply(op, x, y, x.data)

    assert check_gradients(f, 3.0, 2.0)
    assert list(rows(mismatch(f, 3.0, 2.0, order=2))) == ["∂(∂f/∂y)/∂x"]


@pytest.mark.parametrize("order", [0, 3, -1, "1", None, 1.5])
def test_another_order_is_refused(order):
    with pytest.raises(ValueError, match=re.escape(f"order must be 1 or 2, not {order!r}")):
        check_gradients(lambda x: x, 1.0, order=order)


@pytest.mark.parametrize("tolerance", [0, -1e-6, "1e-6", None, math.inf])
def test_a_tolerance_that_is_not_a_small_number_is_refused(tolerance):
    with pytest.raises((TypeError, ValueError), match="tolerance"):
        check_gradients(lambda x: x, 1.0, tolerance=tolerance)


def test_a_point_that_is_no_number_is_refused_by_its_name():
    with pytest.raises(TypeError, match="y must be a real number, not '2'"):
        check_gradients(lambda x, y: x * y, 1.0, "2")
    with pytest.raises(TypeError, match="needs the point"):
        check_gradients(lambda: Value(3.0))


def test_a_point_where_the_function_is_not_finite_is_refused():
    with pytest.raises(ValueError, match=r"f is inf at \(x = 800\.0\)"):
        check_gradients(lambda x: x.exp(), 800.0)
    with pytest.raises(ValueError, match="log is undefined where a <= 0"):
        check_gradients(lambda x: x.log(), -1.0)


def test_without_recording_nothing_can_be_checked():
    with engine.no_grad(), pytest.raises(RuntimeError, match=r"no_grad\(\) records none"):
        check_gradients(lambda x: x * x, 1.0)


def test_the_tolerance_is_relative_to_the_derivative_small_or_large():
    op = Op("close", "c", "a * size", ("1.000001 * size",), constants={"size": None})
    for size in (1e-12, 1.0, 1e12):
        assert check_gradients(lambda x, size=size: engine.apply(op, x, size), 1.0, tolerance=1e-5)
        mismatch(lambda x, size=size: engine.apply(op, x, size), 1.0, tolerance=1e-7)
