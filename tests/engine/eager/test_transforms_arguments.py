"""What functions of functions take and give: structures, arrays, keywords, and what is refused."""

import inspect
import math
from collections import namedtuple

import numpy as np
import pytest

import engine
from engine import Value, grad, hvp, jvp, value_and_grad, vjp
from engine.explaining.check import check_gradients

Layer = namedtuple("Layer", "w b")


def test_structures_come_back_as_they_were_given():
    at = {"layers": [Layer([1.0, 2], 3), Layer([4.0, 5.0], 6)], "scale": (2,)}

    def f(p, x):
        return p["scale"][0] * engine.sum(
            [engine.dot(layer.w, x, layer.b) for layer in p["layers"]]
        )

    found = grad(f)(at, [7.0, 8.0])
    assert found == {
        "layers": [Layer([14.0, 16.0], 2.0)] * 2,
        "scale": (7 + 16 + 3 + 28 + 40 + 6.0,),
    }
    assert isinstance(found["layers"][0], Layer)
    assert jvp(f, (at, [7.0, 8.0]), (at, [0.0, 0.0]))[1] == 400.0
    assert hvp(f, (at, [7.0, 8.0]), (at, [1.0, 1.0]))[1] == [20.0, 28.0]
    output, back = vjp(lambda x: {"a": [x, x * x], "b": (3.0, x)}, 3.0)
    assert output == {"a": [3.0, 9.0], "b": (3.0, 3.0)}
    assert back({"a": [1.0, 1.0], "b": (5.0, 10.0)}) == (17.0,)


def test_arrays_come_back_as_arrays_of_their_shape():
    matrix = np.arange(6.0).reshape(2, 3)
    found = grad(lambda A: (A**2).sum())(matrix)
    assert found.dtype == float
    assert (found == 2 * matrix).all()
    assert (grad(lambda A: (A**2).sum())(np.arange(6).reshape(2, 3)) == 2 * matrix).all()
    found = grad(lambda A, v: (A @ v).sum(), argnums=1)(matrix, np.array([1.0, 2.0, 3.0]))
    assert (found == [3.0, 5.0, 7.0]).all()
    values, slopes = jvp(lambda A: A @ np.ones(3), (matrix,), (np.ones((2, 3)),))
    assert (values == [3.0, 12.0]).all()
    assert (slopes == 3).all()
    assert slopes.dtype == float
    objects = np.array([Value(1.0), Value(2.0)])
    found = grad(lambda v: v[0] * v[1])(objects)
    assert [x.data for x in found] == [2.0, 1.0]
    assert engine.gradient(found[0], objects[1]).data == 1.0
    assert grad(lambda x: x * x)(np.float64(3.0)) == 6.0


def test_argnums_and_keywords():
    def f(a, b, c=1.0, *, d=1.0):
        return a * b**2 * c * d

    assert grad(f)(2.0, 3.0, d=10) == 90.0
    assert grad(f, 1)(2.0, 3.0) == 12.0
    assert grad(f, -1)(2.0, 3.0, 5.0) == 18.0
    assert grad(f, (1, 0))(2.0, 3.0, c=2) == (24.0, 18.0)
    assert grad(f, argnums=(0,))(2.0, 3.0) == (9.0,)
    assert value_and_grad(f, argnums=(0, 2))(2.0, 3.0, 5.0) == (90.0, (45.0, 18.0))
    # What is not differentiated may be anything.
    assert grad(lambda x, name: {"square": x * x}[name])(3.0, "square") == 6.0


def test_auxiliary_results_are_handed_over():
    def f(x):
        y = x * x
        return y, {"y": y, "text": "kept", "rest": [x, 1]}

    assert grad(f, has_aux=True)(3.0) == (6.0, {"y": 9.0, "text": "kept", "rest": [3.0, 1]})
    (value, aux), slope = value_and_grad(f, has_aux=True)(3.0)
    assert (value, aux["y"], slope) == (9.0, 9.0, 6.0)
    assert isinstance(grad(f, has_aux=True)(Value(3.0))[1]["y"], Value)
    with pytest.raises(TypeError, match="with has_aux f must return a pair"):
        grad(lambda x: x * x, has_aux=True)(3.0)


def test_what_does_not_depend_on_an_argument_has_the_derivative_zero():
    assert grad(lambda x: 3.0)(2.0) == 0.0
    assert grad(lambda x: 3)([1.0, 2.0]) == [0.0, 0.0]
    assert grad(lambda a, b: a * a, (0, 1))(3.0, 4.0) == (6.0, 0.0)
    assert jvp(lambda a: [3.0, a], (1.0,), (5.0,)) == ([3.0, 1.0], [0.0, 5.0])
    assert vjp(lambda a: 3.0, 1.0)[1](5.0) == (0.0,)
    assert hvp(lambda a: 3 * a, (1.0,), (5.0,)) == 0.0
    assert hvp(lambda a: 3.0, (1.0,), (5.0,)) == 0.0
    assert grad(lambda x: x)(2.0) == 1.0
    assert grad(grad(lambda y: 3 * y))(2.0) == 0.0


def test_a_direction_in_which_nothing_moves_adds_nothing():
    assert jvp(lambda x, y: x.sqrt() + y, (0.0, 1.0), (0.0, 2.0)) == (1.0, 2.0)
    assert vjp(lambda x: [x.sqrt(), x * 3], 0.0)[1]([0.0, 2.0]) == (6.0,)


def test_behind_a_branch_that_is_not_taken_nothing_moves():
    def f(x):
        return engine.minimum([(1000 * x).exp(), 5.0]) + x

    assert jvp(f, (1.0,), (1.0,)) == (6.0, 1.0)
    assert vjp(f, 1.0)[1](1.0) == (1.0,)
    assert grad(f)(1.0) == 1.0
    assert jvp(lambda x: engine.maximum([1.0, x.sqrt()]), (0.0,), (1.0,)) == (1.0, 0.0)
    # A true 0 · ∞ has no derivative.
    assert math.isnan(jvp(lambda x: x.sqrt() ** 2, (0.0,), (1.0,))[1])


def test_without_recording_derivatives_are_there_and_values_are_leaves():
    x = Value(3.0)
    with engine.no_grad():
        assert grad(lambda x: x**2)(3.0) == 6.0
        assert jvp(lambda x: x**2, (3.0,), (1.0,)) == (9.0, 6.0)
        assert vjp(lambda x: x**2, 3.0)[1](2.0) == (12.0,)
        assert hvp(lambda x: x**2, (3.0,), (1.0,)) == 2.0
        found = grad(lambda x: x**2)(x)
        assert (found.data, found.op) == (6.0, None)
        assert (x * x).op is None


def test_a_long_chain_needs_no_recursion():
    def f(x):
        for _ in range(50_000):
            x = x + 1e-6 * x
        return x

    slope = (1 + 1e-6) ** 50_000
    assert grad(f)(1.0) == pytest.approx(slope, rel=1e-9)
    assert jvp(f, (1.0,), (1.0,))[1] == pytest.approx(slope, rel=1e-9)


def test_functions_keep_their_signature_and_say_what_they_are():
    def area(width, height=2):
        """Of a rectangle."""
        return width * height

    assert grad(area).__name__ == "grad(area)"
    assert value_and_grad(area).__doc__ == "value_and_grad of: Of a rectangle."
    assert list(inspect.signature(grad(area)).parameters) == ["width", "height"]
    assert check_gradients(grad(lambda a, b: a**3 * b), 2.0, 3.0, order=2)


@pytest.mark.parametrize("result", [[1.0], "1", None, {}, (Value(1.0), 2.0)])
def test_grad_demands_one_number(result):
    for derivative in (grad, value_and_grad):
        with pytest.raises(
            TypeError, match=r"^f must return one number, a Value, not .*vjp and jvp"
        ):
            derivative(lambda x: result)(1.0)
    with pytest.raises(TypeError, match=r"^f must return one number"):
        hvp(lambda x: result, (1.0,), (1.0,))


@pytest.mark.parametrize("wrong", ["2", None, 1j, [1.0, "2"], {1.0}])
def test_what_is_not_a_number_is_refused_by_the_name_of_the_argument(wrong):
    with pytest.raises(TypeError, match=r"^weight(\[1\])? must be a real number, not "):
        grad(lambda weight: weight)(wrong)
    with pytest.raises(TypeError, match=r"^the result of f(\[1\])? must be a real number"):
        jvp(lambda x: wrong, (1.0,), (1.0,))


def test_wrong_uses_are_told():
    with pytest.raises(TypeError, match=r"grad takes a function, not Value\(.*gradient\(y, x\)"):
        grad(Value(1.0))
    for argnums in (None, 1.0, "0", (), (0, "1"), True):
        with pytest.raises(TypeError, match="argnums must be the position of an argument"):
            grad(lambda x: x, argnums)
    with pytest.raises(TypeError, match="argnums is 1, but 1 positional arguments were given"):
        grad(lambda x: x, 1)(2.0)
    with pytest.raises(
        TypeError, match=r"argnums is 0, but 0 positional .*keyword arguments are not"
    ):
        grad(lambda x: x)(x=2.0)
    with pytest.raises(ValueError, match="names an argument twice"):
        grad(lambda x, y: x, (0, -2))(1.0, 2.0)
    with pytest.raises(TypeError, match="jvp: primals must be a tuple"):
        jvp(lambda x: x, 1.0, (1.0,))
    with pytest.raises(TypeError, match="hvp: tangents must be a tuple"):
        hvp(lambda x: x, (1.0,), 1.0)
    with pytest.raises(ValueError, match="jvp: 1 primals but 2 tangents"):
        jvp(lambda x: x, (1.0,), (1.0, 2.0))
    with pytest.raises(
        ValueError, match=r"tangents\[0\] must have the structure of primals\[0\]: 2 "
    ):
        jvp(lambda x: x[0], ([1.0, 2.0],), ([1.0],))
    with pytest.raises(
        ValueError, match="the cotangents must have the structure of the result of f"
    ):
        vjp(lambda x: [x, x], 1.0)[1](1.0)
