"""Functions of functions: numbers in, numbers out; Values in, Values out; nested as they come."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import engine
from engine import Parameter, Value, grad, hvp, jvp, value_and_grad, vjp
from engine.explaining.check import check_gradients
from engine.graph.walks import topological_order
from engine.testing import graphs

directions = st.lists(st.sampled_from([-2.0, -1.0, 0.0, 0.5, 1.0]), min_size=200, max_size=200)


def magnitude(outputs, leaves, weights, tangents):
    """The sum over all paths of the absolute products: what rounding is relative to."""
    found = {}
    for node, weight in zip(outputs, weights):
        found[node] = found.get(node, 0.0) + abs(weight)
    for node in reversed(topological_order(*outputs)):
        for operand, partial in zip(node.args, node.partials):
            if partial is not None:
                found[operand] = found.get(operand, 0.0) + abs(partial) * found.get(node, 0.0)
    return sum(found.get(leaf, 0.0) * abs(t) for leaf, t in zip(leaves, tangents))


@given(recipe=graphs(), weights=directions, tangents=directions)
def test_forward_and_reverse_mode_are_transposes_on_any_graph(recipe, weights, tangents):
    def f(leaves):
        return recipe.nodes(leaves)[recipe.leaves :]

    at = [*recipe.rows[0], *recipe.parameters]
    weights, tangents = weights[: len(recipe.steps)], tangents[: len(at)]
    ys, forward = jvp(f, (at,), (tangents,))
    same, back = vjp(f, at)
    (reverse,) = back(weights)
    leaves = [Value(x) for x in at]
    outputs = recipe.nodes(leaves)[recipe.leaves :]
    rounding = 1e-11 * magnitude(outputs, leaves, weights, tangents)
    assert ys == same == [y.data for y in outputs]
    assert sum(map(float.__mul__, weights, forward)) == pytest.approx(
        sum(map(float.__mul__, tangents, reverse)), rel=1e-11, abs=rounding + 1e-300
    )


@given(recipe=graphs(steps=8), tangents=directions)
def test_forward_mode_on_numbers_and_on_values_are_one(recipe, tangents):
    def f(*leaves):
        return recipe.nodes(leaves)[recipe.leaves :]

    at = [*recipe.rows[0], *recipe.parameters]
    tangents = tangents[: len(at)]
    numbers = jvp(f, at, tangents)
    leaves = [Value(x) for x in at]
    values = jvp(f, leaves, tangents)
    outputs = f(*leaves)
    assert all(isinstance(y, Value) for y in [*values[0], *values[1]])
    for found, expected, y in zip(values[1], numbers[1], outputs):
        rounding = 1e-11 * magnitude([y], leaves, [1.0], tangents)
        assert found.data == pytest.approx(expected, rel=1e-11, abs=rounding + 1e-300)


@given(recipe=graphs(steps=6), data=st.data())
def test_grad_is_what_backward_finds(recipe, data):
    at = [*recipe.rows[0], *recipe.parameters]
    inputs, parameters, output = recipe.build()
    output.backward()
    value, gradients = value_and_grad(lambda leaves: recipe.nodes(leaves)[-1])(at)
    assert value == output.data
    assert gradients == [leaf.grad for leaf in [*inputs, *parameters]]


@given(a=st.floats(-1, 1), b=st.floats(0.5, 2), u=st.floats(-2, 2), v=st.floats(-2, 2))
def test_jvp_and_hvp_agree_with_central_differences(a, b, u, v):
    def f(x, y):
        return (x * y).tanh() / y + engine.softplus(x - y) ** 1.5

    assert check_gradients(lambda t: jvp(f, (a + t * u, b + t * v), (u, v))[0], 0.0)
    _, slope = jvp(lambda t: f(a + t * u, b + t * v), (0.0,), (1.0,))
    assert jvp(f, (a, b), (u, v))[1] == pytest.approx(slope, rel=1e-12, abs=1e-14)
    h = engine.hessian(f(x := Value(a), y := Value(b)), [x, y])
    expected = [row[0].data * u + row[1].data * v for row in h]
    assert hvp(f, (a, b), (u, v)) == pytest.approx(tuple(expected), rel=1e-11, abs=1e-13)
    # Forward over reverse is the same.
    over = jvp(grad(f, (0, 1)), (a, b), (u, v))[1]
    assert over == pytest.approx(tuple(expected), rel=1e-11, abs=1e-13)


@pytest.mark.parametrize("core", [grad, lambda f: lambda x: jvp(f, (x,), (1.0,))[1]])
def test_derivatives_nest_to_any_order_in_either_mode(core):
    f = derivative = lambda x: x**5 + x.sin()
    for expected in (
        5 * 16 + math.cos(2),
        20 * 8 - math.sin(2),
        60 * 4 - math.cos(2),
        240 + math.sin(2),
    ):
        derivative = core(derivative)
        assert derivative(2.0) == pytest.approx(expected, rel=1e-12)
    assert type(derivative(2.0)) is float
    mixed = grad(lambda x: jvp(f, (x,), (1.0,))[1])
    assert mixed(2.0) == pytest.approx(160 - math.sin(2), rel=1e-12)
    mixed = grad(lambda x: vjp(f, x)[1](1.0)[0])
    assert mixed(2.0) == pytest.approx(160 - math.sin(2), rel=1e-12)
    mixed = grad(lambda x: hvp(f, (x,), (1.0,)))
    assert mixed(2.0) == pytest.approx(240 - math.cos(2), rel=1e-12)


INNER = {
    "grad": lambda f, x: grad(f)(x),
    "jvp": lambda f, x: jvp(f, (x,), (1.0,))[1],
    "vjp": lambda f, x: vjp(f, x)[1](1.0)[0],
    "value_and_grad": lambda f, x: value_and_grad(f)(x)[1],
}


@pytest.mark.parametrize("inner", INNER.values(), ids=INNER)
@pytest.mark.parametrize("outer", INNER.values(), ids=INNER)
def test_no_derivative_takes_the_variable_of_another_for_its_own(outer, inner):
    # Siskind and Pearlmutter 2005: d/dx [x · d/dy (x + y)] is 1, not 2.
    assert outer(lambda x: x * inner(lambda y: x + y, x), 1.0) == 1.0
    assert outer(lambda x: x * inner(lambda y: x + y, 1.0), 1.0) == 1.0
    # d/dx [x · d/dy (x·y)] = 2x, wherever y is.
    assert outer(lambda x: x * inner(lambda y: x * y, 2.0), 3.0) == 6.0
    assert outer(lambda x: x * inner(lambda y: x * y, x), 3.0) == 6.0
    # d/dx [d/dy (x²·y³)] = 6·x·y² at y = x² is 6·x⁵, by the rule for x alone 2x · 3x⁴ + x² · 12x³.
    assert outer(lambda x: inner(lambda y: x**2 * y**3, x**2), 1.5) == pytest.approx(18 * 1.5**5)


def test_numbers_come_out_as_numbers_though_the_function_holds_values():
    w = Parameter(3.0)
    assert grad(lambda x: w * x**2)(2) == 12.0
    assert type(grad(lambda x: w * x**2)(2)) is float
    assert type(value_and_grad(lambda x: w * x)(2)[0]) is float
    assert w.grad == 0.0


def test_values_come_out_as_values_that_go_on():
    x = Value(2.0, label="x")
    y = grad(lambda x: x**3)(x)
    y.backward()
    assert (y.data, x.grad) == (12.0, 12.0)
    # One Value among the arguments is enough, and among keyword arguments.
    w = Value(5.0)
    for found in (grad(lambda a, b: a * a * b)(3.0, w), grad(lambda a, b: a * a * b)(3.0, b=w)):
        assert engine.gradient(found, w).data == 6.0
    value, (slope,) = value_and_grad(lambda v: v[0] * w)([x])
    assert engine.gradient(slope, w).data == 1.0
    assert value.data == 10.0
    tangent = jvp(lambda a: a * a, (3.0,), (w,))[1]
    assert engine.gradient(tangent, w).data == 6.0
    back = vjp(lambda a: a * a, 3.0)[1]
    assert engine.gradient(back(w)[0], w).data == 6.0
    assert back(1.0) == (6.0,)
