"""`Value` behaves as the number it holds and remembers how it was made."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Parameter, Value

numbers = st.floats(allow_nan=False)


def test_a_leaf_holds_its_number_and_has_no_history():
    x = Value(3, label="x")
    assert (x.data, x.grad, x.label) == (3.0, 0.0, "x")
    assert (x.op, x.args, x.partials, x.scope) == (None, (), (), None)
    assert type(x.data) is float


def test_a_node_keeps_its_operands_and_the_local_derivative_for_each():
    """karpathy/micrograd #115: keep local derivatives on the node."""
    m1, x = Value(3.0), 2.0
    a1 = m1 * x
    assert (a1.op.name, a1.args, a1.partials) == ("mul", (m1, 2.0), (2.0, None))
    z2 = a1 * Value(0.5)
    assert z2.partials == (0.5, 6.0)


@pytest.mark.parametrize("bad", ["3", b"3", None, 3j, [3], (3,), {}, {3}, object], ids=repr)
def test_a_value_is_made_from_a_number_only(bad):
    """Seen in micrograd: `Value("3")` is accepted, and fails somewhere else."""
    with pytest.raises(TypeError, match=r"^Value must be a real number, not "):
        Value(bad)


def test_the_error_of_a_subclass_names_the_subclass():
    with pytest.raises(TypeError, match=r"^Parameter must be a real number, not 'much'"):
        Parameter("much")
    with pytest.raises(
        OverflowError, match=r"^Value: an integer of this size does not fit a float"
    ):
        Value(10**400)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Value(18.0), "Value(18, grad=0)"),
        (Value(2 / 3, label="ŷ"), "Value(0.6667, grad=0, label='ŷ')"),
        (Value(-1234567.0), "Value(-1.235e+06, grad=0)"),
        (Value(-0.0), "Value(0, grad=0)"),
        (Parameter(1e-9, label="w111"), "Parameter(1e-09, grad=0, label='w111')"),
    ],
)
def test_a_value_shows_four_significant_digits_and_its_label(value, text):
    assert repr(value) == str(value) == f"{value}" == text


def test_a_value_shows_its_gradient():
    x = Value(2.0)
    (x * x * 10 / 3).backward()
    assert repr(x) == "Value(2, grad=13.33)"


def test_a_format_is_that_of_the_number():
    x = Value(1234.5678)
    assert f"{x:.2f} {x:10.1e} {x:,.0f}" == "1234.57    1.2e+03 1,235"
    with pytest.raises(ValueError, match="format"):
        format(x, "no format")


@given(number=st.floats(-1e6, 1e6))
def test_a_value_converts_like_its_number(number):
    """HIPS/autograd #559, #58, #283: `float()` fails."""
    x = Value(number)
    assert float(x) == number
    assert int(x) == int(number)
    assert bool(x) == bool(number)
    assert round(x) == round(number)
    assert round(x, 2) == round(number, 2)
    assert type(round(x)) is int
    assert abs(x).data == abs(number)
    assert math.floor(float(x)) == math.floor(number)


@given(a=numbers, b=numbers)
def test_values_compare_like_their_numbers(a, b):
    for left, right in [(Value(a), Value(b)), (Value(a), b), (a, Value(b))]:
        assert (left < right) == (a < b)
        assert (left <= right) == (a <= b)
        assert (left > right) == (a > b)
        assert (left >= right) == (a >= b)


def test_values_compare_with_integers_and_numpys_numbers():
    assert Value(2.0) < 3
    assert Value(2.0) >= np.float64(2)
    assert np.float32(1) < Value(2.0)
    assert not Value(math.nan) < 1
    assert not Value(math.nan) >= 1


@pytest.mark.parametrize("bad", ["3", None, 1j, [1]], ids=repr)
def test_values_do_not_compare_with_what_is_not_a_number(bad):
    with pytest.raises(TypeError, match="not supported between instances of"):
        _ = Value(1.0) < bad
    with pytest.raises(TypeError, match="not supported between instances of"):
        _ = bad >= Value(1.0)


@given(data=st.lists(st.integers(-5, 5), min_size=1))
def test_values_are_sorted_like_their_numbers(data):
    values = [Value(x) for x in data]
    assert [value.data for value in sorted(values)] == sorted(data)
    assert max(values) is next(value for value in values if value.data == max(data))
    assert min(values).data == min(data)


def test_a_value_is_equal_to_itself_only_and_so_a_key():
    a, b = Value(1.0), Value(1.0)
    assert a == a
    assert a != b
    assert a != 1.0
    assert len({a, b, a}) == 2
    assert {a: "first", b: "second"}[a] == "first"
    a.data = 5.0
    assert a in {a}
    assert [b, a].index(a) == 1


def test_detach_gives_a_leaf_with_the_same_number_and_label():
    """karpathy/micrograd #12: what needs no gradient."""
    x = Value(3.0)
    y = x * 2
    y.label = "y"
    cut = y.detach()
    (cut * x).backward()
    assert (cut.data, cut.label, cut.op, cut.args) == (6.0, "y", None, ())
    assert x.grad == 6.0
    assert cut is not y
    assert type(Parameter(1.0).detach()) is Value


def test_a_parameter_is_a_leaf_with_a_role_and_its_results_are_plain_values():
    w = Parameter(0.5, label="w111")
    assert (w.role, Value(0.5).role) == ("parameter", "data")
    for node in (w * 8, 8 * w, -w, w.tanh(), w**2, w - w):
        assert type(node) is Value
    assert isinstance(w, Value)


def test_a_subclass_takes_part_in_everything_and_keeps_attributes_of_its_own():
    class Weight(Value):
        def __init__(self, data, layer):
            super().__init__(data)
            self.layer = layer

    w = Weight(2.0, layer=3)
    y = w * w + 1
    y.backward()
    assert (type(y), w.grad, w.layer) == (Value, 4.0, 3)
    assert repr(w) == "Weight(2, grad=4)"


def test_an_augmented_assignment_makes_a_new_node_and_never_a_cycle():
    """karpathy/micrograd #67: cycles."""
    x = first = Value(2.0)
    x += 3
    x *= x
    x -= 1
    x /= 2
    x **= 2
    assert (first.data, x.data) == (2.0, 144.0)
    x.backward()
    assert first.grad == 120.0  # 2·12·(2·5/2)
