"""NumPy's functions on Values and on arrays of them, by NumPy's names."""

import math
import statistics

import numpy as np
import pytest

import engine
from engine import Value

NAMES = (
    "log2 log10 exp2 cbrt arcsinh arctanh degrees radians deg2rad rad2deg rint fabs square "
    "reciprocal negative sqrt"
).split()
OF_TWO = "arctan2 hypot mod floor_divide fmod maximum minimum power add".split()


@pytest.mark.parametrize("name", NAMES)
def test_functions_of_one_number(name):
    function, numbers = getattr(np, name), np.array([0.5, 0.25])
    for found, exact in [
        (function(np.array([Value(x) for x in numbers])), function(numbers)),
        ([function(Value(0.5))], [function(0.5)]),
    ]:
        assert all(type(node) is Value for node in found)
        assert [node.data for node in found] == pytest.approx(list(exact), rel=1e-14)


@pytest.mark.parametrize("name", [*OF_TWO, "logaddexp", "copysign", "float_power"])
def test_functions_of_two_numbers(name):
    function = getattr(np, name)
    a, b = np.array([1.5, 0.25]), np.array([-0.5, 2.0]) if name == "copysign" else [0.5, 2.0]
    objects = [np.array([Value(x) for x in row]) for row in (a, b)]
    pairs = [(objects[0], Value(b[0]), b[0]), (Value(a[0]), Value(b[0]), None)]
    if name in OF_TWO:
        pairs.append((objects[0], objects[1], b))
    for left, right, other in pairs:
        exact = function(a[0], b[0]) if other is None else function(a, other)
        found = np.ravel(function(left, right))
        assert all(type(node) is Value for node in found)
        assert [float(node) for node in found] == pytest.approx(list(np.ravel(exact)), rel=1e-14)
    assert float(function(1.5, Value(b[0]))) == pytest.approx(function(1.5, b[0]), rel=1e-14)


@pytest.mark.parametrize("correction", [0, 1])
def test_spread_is_that_of_numpy_with_its_gradients(correction):
    numbers = [1.0, 2.5, -4.0, 0.5]
    for numpys, ours in ((np.var, engine.var), (np.std, engine.std)):
        values, others = ([Value(x) for x in numbers] for _ in range(2))
        found, node = numpys(np.array(values), ddof=correction), ours(others, correction)
        assert found.data == pytest.approx(numpys(numbers, ddof=correction), rel=1e-14)
        assert node.data == pytest.approx(found.data, rel=1e-14)
        found.backward()
        node.backward()
        assert [x.grad for x in values] == pytest.approx([x.grad for x in others], rel=1e-13)
    length = np.linalg.norm(np.array([Value(3.0), Value(4.0)]))
    assert (length.data, engine.norm([3, Value(4.0)]).data) == (5.0, 5.0)


def test_choices_and_limits_keep_the_nodes():
    a, b = np.array([Value(0.5), Value(0.25)]), np.array([Value(1.5), Value(0.1)])
    chosen = np.where([True, False], a, b)
    assert list(chosen) == [a[0], b[1]]
    assert [float(x) for x in np.clip(a, 0.3, 0.4)] == [0.4, 0.3]
    assert list(np.maximum(a, b)) == [b[0], a[1]]


def test_whole_numbers_and_answers_are_those_of_the_number():
    x = Value(-2.5)
    assert [f(x) for f in (np.floor, np.ceil, np.trunc)] == [-3, -2, -2]
    assert [f(x) for f in (np.isfinite, np.isnan, np.isinf, np.signbit)] == [
        True,
        False,
        False,
        True,
    ]
    assert [n.data for n in np.divmod(x, 2)] == [-2.0, 1.5]
    assert (np.float64(2.0) * x).data == (np.float32(2.0) * x).data == -5.0


def test_arrays_and_values_side_by_side_give_arrays_of_values():
    x, row = Value(3.0), np.array([1.0, 2.0])
    assert [n.data for n in np.add.outer(np.array([x, x]), [x])[:, 0]] == [6.0, 6.0]
    assert list(row < x) == [True, True]
    with pytest.raises(TypeError, match="Cannot cast ufunc 'multiply'"):
        row *= x


def test_what_cannot_be_done_names_the_way_of_the_engine():
    with pytest.raises(TypeError, match=r"NumPy has no heaviside of Values; .* engine, and float"):
        np.heaviside(Value(1.0), 0.5)
    assert statistics.fmean([Value(1.0), Value(2.0)]) == 1.5  # a number, as of float(v)
    assert math.isfinite(Value(1.0))
