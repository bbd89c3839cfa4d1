"""Every operator of `Value`, from both sides, with every kind of number and with none."""

import math
import operator
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import engine
from engine import Value
from engine.eager.functions import EAGER
from engine.sheet.ops import ACTIVATIONS, FUNCTIONS
from tests.engine.sampling import example_row

OPERATORS = {
    "add": (operator.add, "+"),
    "sub": (operator.sub, "-"),
    "mul": (operator.mul, "*"),
    "div": (operator.truediv, "/"),
    "pow": (operator.pow, "**"),
}
over_operators = pytest.mark.parametrize("name", OPERATORS)
KINDS = (int, float, Fraction, Decimal, np.float64, np.float32, np.int64, np.uint8, np.array, Value)
over_kinds = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)


@over_operators
@over_kinds
def test_operators_take_every_kind_of_number_on_either_side(name, kind):
    """karpathy/micrograd #17, #35, #36, #41, #76, #122; HIPS/autograd #482: an int is refused."""
    f, _ = OPERATORS[name]
    x, other = Value(3.0), kind(2)
    for node, expected, partial in [
        (f(x, other), f(3.0, 2.0), {"add": 1, "sub": 1, "mul": 2, "div": 0.5, "pow": 6}[name]),
        (
            f(other, x),
            f(2.0, 3.0),
            {"add": 1, "sub": -1, "mul": 2, "div": -2 / 9, "pow": 8 * math.log(2)}[name],
        ),
    ]:
        assert type(node) is Value
        assert node.data == expected
        assert all(type(arg) in (Value, float) for arg in node.args)
        x.grad = 0.0
        node.backward()
        assert x.grad == pytest.approx(partial, rel=1e-15)


@over_operators
@given(a=st.floats(0.5, 3), b=st.floats(-2, 2).filter(bool))
def test_operators_compute_what_python_computes(name, a, b):
    f, _ = OPERATORS[name]
    expected = f(a, b)
    assert f(Value(a), Value(b)).data == f(a, Value(b)).data == f(Value(a), b).data == expected


def test_signs_and_absolute_value():
    x = Value(-3.0)
    assert ((-x).data, (-x).partials) == (3.0, (-1.0,))
    assert (abs(x).data, abs(x).partials) == (3.0, (-1.0,))
    assert +x is x


@over_operators
@pytest.mark.parametrize("bad", ["3", b"3", None, 1j, [1.0], (1.0,), {}, {1.0}], ids=repr)
def test_what_is_not_a_number_is_refused_on_either_side_and_named(name, bad):
    f, _ = OPERATORS[name]
    for left, right in ((Value(2.0), bad), (bad, Value(2.0))):
        with pytest.raises(TypeError) as caught:
            f(left, right)
        assert str(caught.value).endswith(
            f" must be a real number, not {bad!r} ({type(bad).__name__})"
        )
        assert str(caught.value).startswith((f"{name}: ", "power: "))


@over_operators
def test_other_objects_are_refused_as_python_refuses_them(name):
    f, sign = OPERATORS[name]
    for left, right in ((Value(2.0), object()), (object(), Value(2.0))):
        with pytest.raises(TypeError, match=f"unsupported operand type.* for \\{sign[0]}"):
            f(left, right)


def test_an_object_that_knows_values_is_asked():
    class Unit:
        def __rmul__(self, other):
            return ("units", other)

    x = Value(2.0)
    assert x * Unit() == ("units", x)


@over_operators
def test_an_integer_too_large_for_a_float_is_refused_by_name(name):
    f, _ = OPERATORS[name]
    for left, right in ((Value(2.0), 10**400), (10**400, Value(2.0))):
        with pytest.raises(OverflowError, match="an integer of this size does not fit a float"):
            f(left, right)


@over_operators
def test_operators_work_element_by_element_with_numpy_arrays_on_either_side(name):
    f, _ = OPERATORS[name]
    x, row = Value(3.0), np.array([[1.0, 2.0, 4.0]])
    for found, expected in [(f(x, row), f(3.0, row)), (f(row, x), f(row, 3.0))]:
        assert found.shape == (1, 3)
        assert all(type(node) is Value for node in found.flat)
        assert [node.data for node in found.flat] == pytest.approx(list(expected.flat), rel=1e-15)
    objects = np.array([Value(1.0), Value(2.0)])
    assert [node.data for node in f(objects, x)] == [f(1.0, 3.0), f(2.0, 3.0)]
    assert [node.data for node in f(objects, objects)] == [f(1.0, 1.0), f(2.0, 2.0)]


def test_matrices_of_values_multiply_and_pass_gradients_back():
    w = np.array([[Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]])
    a = np.array([Value(5.0), Value(6.0)])
    z = w @ a
    assert [node.data for node in z] == [17.0, 39.0]
    (w @ np.array([7.0, 8.0]) @ z).backward()
    assert [node.grad for node in a] == [23 + 3 * 53, 2 * 23 + 4 * 53]
    assert np.sum(w).data == 10.0


@pytest.mark.parametrize(
    "name", "exp expm1 log log1p sqrt sin cos tan arcsin arccos arctan sinh cosh tanh abs".split()
)
def test_numpys_functions_work_on_values_and_on_arrays_of_values(name):
    """Seen in micrograd: `np.exp(v)` raises."""
    function = getattr(np, name)
    x = Value(0.5)
    node = function(x)
    assert type(node) is Value
    assert node.args == (x,)
    assert node.data == pytest.approx(float(function(0.5)), rel=1e-15)
    row = function(np.array([x, Value(0.25)]))
    assert [n.data for n in row] == pytest.approx([float(function(0.5)), float(function(0.25))])


@pytest.mark.parametrize("op", FUNCTIONS + ACTIVATIONS, ids=lambda op: op.name)
def test_functions_are_methods_and_take_their_constants(op):
    """karpathy/micrograd #10, #15: exp."""
    number = example_row(op)[0]
    assert getattr(Value(number), op.name)().data == EAGER[op.name](number)
    for name, default in op.constants.items():
        doubled = getattr(Value(-number), op.name)(**{name: 2 * default})
        assert doubled.data == EAGER[op.name](-number, **{name: 2 * default})
        assert doubled.data != EAGER[op.name](-number)


def test_a_power_is_the_same_from_all_sides():
    for node in (Value(2.0) ** Value(3.0), Value(2.0) ** 3, 2 ** Value(3.0), pow(Value(2.0), 3)):
        assert node.data == 8.0


def test_a_power_that_would_be_complex_is_refused():
    """Seen in micrograd: `(-8) ** (1/3)` becomes complex."""
    for f in (lambda: Value(-8.0) ** (1 / 3), lambda: (-8) ** Value(1 / 3)):
        with pytest.raises(ValueError, match=r"a = -8, . = 0.3333"):
            f()


@pytest.mark.parametrize("f", [operator.matmul, operator.and_, operator.lshift])
def test_operators_without_a_derivative_are_not_there(f):
    with pytest.raises(TypeError, match="unsupported operand type"):
        f(Value(3.0), 2)


@pytest.mark.parametrize("b", [2.0, -2.0, 0.75, -0.1, math.inf])
@pytest.mark.parametrize("a", [5.0, -5.0, 0.25, -1e-20, -0.0])
def test_remainders_and_whole_quotients_are_those_of_python(a, b):
    """Of negative numbers too; the quotient is constant but for its jumps."""
    for left, right in ((Value(a), Value(b)), (Value(a), b), (a, Value(b))):
        quotient, remainder = divmod(left, right)
        assert (quotient.data, remainder.data) == divmod(a, b)
        assert math.copysign(1, remainder.data) == math.copysign(1, a % b)
        assert ((left // right).data, (left % right).data) == (a // b, a % b)
        assert (quotient.op.name, remainder.op.name) == ("floordiv", "mod")
    x, y = Value(7.5), Value(-2.0)
    (x % y).backward()
    assert (x.grad, y.grad) == (1.0, 4.0)


@pytest.mark.parametrize("f", [operator.mod, operator.floordiv, divmod])
def test_remainders_refuse_what_other_operators_refuse(f):
    with pytest.raises(ZeroDivisionError, match=r"is undefined where b == 0; given: a = 3 \('x'\)"):
        f(Value(3.0, "x"), 0)
    with pytest.raises(TypeError, match="b must be a real number, not '3'"):
        f(Value(3.0), "3")
    with pytest.raises(TypeError, match="unsupported operand type"):
        f(Value(3.0), object())
    assert [x.data for x in np.array([7.0, -7.0]) % Value(3.0)] == [1.0, 2.0]


@pytest.mark.parametrize("x", [2.5, -2.5, 0.0])
def test_python_rounds_values_to_its_own_integers(x):
    for function in (math.trunc, math.floor, math.ceil, round):
        found = function(Value(x))
        assert (type(found), found) == (int, function(x))
    for function in (engine.trunc, engine.floor, engine.ceil, engine.round):
        node = function(Value(x))
        assert (node.data, node.partials) == (function(x), (0.0,))


@pytest.mark.parametrize("name", ["atan2", "hypot", "copysign", "fmod", "logaddexp", "xlogy"])
def test_functions_of_two_numbers_are_methods_of_the_first(name):
    a, b = Value(0.75), Value(0.5)
    node = getattr(a, name)(b)
    assert (node.op.name, node.args) == (name, (a, b))
    assert getattr(a, name)(0.5).data == node.data == getattr(engine, name)(0.75, 0.5)


def test_limits_must_be_in_order_and_may_be_infinite():
    x = Value(5.0)
    assert x.clamp(0, 3).data == x.clip(0.0, 3.0).data == engine.clip(5.0, 0.0, 3.0) == 3.0
    assert x.clamp(-math.inf, math.inf).partials == (1.0, None, None)
    assert engine.clamp(x, low=0, high=math.inf).data == 5.0
    with pytest.raises(ValueError, match="clamp is undefined where low > high"):
        x.clamp(3, 0)


@pytest.mark.parametrize("condition", [True, np.True_, 1, Value(2.0), Value(2.0) > 1, Value(-1e-9)])
def test_a_selection_takes_any_truth_value_and_only_the_branch_taken_gets_a_gradient(condition):
    a, b = Value(3.0), Value(4.0)
    node = engine.where(condition, a, b)
    node.backward()
    assert (node.data, a.grad, b.grad) == (3.0, 1.0, 0.0)
    assert engine.where(condition, 3.0, b).data == engine.where(condition, a, 4).data == 3.0
    assert engine.where(0, a, b).data == engine.where(False, 1, 4.0 * b).data / 4 == 4.0
    with pytest.raises(TypeError, match="where: b must be a real number, not None"):
        engine.where(condition, a, None)
