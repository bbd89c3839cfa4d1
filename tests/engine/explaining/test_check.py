"""The checker must find what is wrong, and only that: what cannot fail is not a check."""

import ast
import math
import re
from itertools import cycle

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import engine
from engine import Op, Value, check_gradients
from engine.sheet.evaluate import partials
from engine.sheet.ops import SHEET
from tests.engine.mismatches import mismatch, rows
from tests.engine.sampling import example_row

SCALAR = [op for op in SHEET if not op.sequences]


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


@pytest.mark.parametrize(
    ("op", "factor"),
    # Every line by a thousandth too much, and in one more way.
    [*((op, "1.001") for op in SCALAR), *zip(SCALAR, cycle(["2.001", "0.999", "-1", "0"]))],
    ids=lambda item: getattr(item, "name", item),
)
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
    second = [item.data for line in engine.hessian(y, leaves) for item in line]
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


def test_a_point_that_is_not_a_number_is_refused_by_its_name():
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
