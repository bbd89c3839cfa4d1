"""Derivatives hold on both sides of a kink, wherever a graph was recorded, and at edges."""

import math

import pytest

import engine
from engine import Parameter, Value, gradient, hessian

KINKED = [
    # Of each: a function of x, its first, second and third derivative.
    (lambda x: abs(x) * x, lambda x: 2 * abs(x), lambda x: math.copysign(2, x), lambda x: 0),
    (
        lambda x: x.relu() * x * x,
        lambda x: 3 * max(x, 0) ** 2,
        lambda x: 6 * max(x, 0),
        lambda x: 6 * (x > 0),
    ),
    (
        lambda x: x.leaky_relu() * x,
        lambda x: 2 * x * (1 if x > 0 else 0.01),
        lambda x: 2 * (1 if x > 0 else 0.01),
        lambda x: 0,
    ),
    (
        lambda x: x.elu() * x,
        lambda x: 2 * x if x > 0 else (x + 1) * math.exp(x) - 1,
        lambda x: 2 if x > 0 else (x + 2) * math.exp(x),
        lambda x: 0 if x > 0 else (x + 3) * math.exp(x),
    ),
    (
        lambda x: engine.maximum([x, -2 * x, x - 1]) * x,
        lambda x: 2 * x if x > 0 else -4 * x,
        lambda x: 2 if x > 0 else -4,
        lambda x: 0,
    ),
    (
        lambda x: engine.minimum([x * x, x]) * x,
        lambda x: 2 * x if x > 1 or x < 0 else 3 * x * x,
        lambda x: 2 if x > 1 or x < 0 else 6 * x,
        lambda x: 0 if x > 1 or x < 0 else 6,
    ),
    (
        lambda x: engine.huber(0.25, x, 0.5) * x,
        lambda x: math.copysign(x - 0.125, x) - 0.125 if x > 0 else 0.125 - x - 0.125,
        lambda x: math.copysign(1, x),
        lambda x: 0,
    ),
    (
        lambda x: engine.absolute_error(0.25, x) * x,
        lambda x: (2 * x - 0.25) * (1 if x > 0 else -1),
        lambda x: math.copysign(2, x),
        lambda x: 0,
    ),
    (
        lambda x: engine.hinge(1.0, x) * x,
        lambda x: 1 - 2 * x if x < 1 else 0,
        lambda x: -2 if x < 1 else 0,
        lambda x: 0,
    ),
]


@pytest.mark.parametrize(("f", "first", "second", "third"), KINKED)
@pytest.mark.parametrize("recorded", [2.0, -3.0])
def test_a_derivative_is_right_on_both_sides_of_a_kink_wherever_it_was_recorded(
    f, first, second, third, recorded
):
    x = Value(recorded, label="x")
    y = f(x)
    for expected in (first, second, third):
        y = gradient(y, x)
        if y.op is None:
            assert all(y.data == expected(at) for at in (2.0, -3.0))
            break
        program = engine.compile(y, [x], backend="python")
        for at in (2.0, -3.0, 1.5, -0.5):
            assert program([[at]])[0] == pytest.approx(expected(at), rel=1e-12, abs=1e-12)


def test_a_penalty_on_a_gradient_is_trained_on_both_sides_of_a_kink():
    x, w = Value(2.0), Parameter(1.0)
    program = engine.compile(gradient(abs(w * x) * (w * x), x), [x], [w], backend="python")
    assert program([[2.0], [-3.0]]) == [4.0, 6.0]
    assert program.gradients([[-3.0]])[1].tolist() == [12.0]


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (0.0, 1.0, [[0.0, -math.inf], [-math.inf, 0.0]]),  # the mixed one is 1 + log 0
        (0.0, 2.0, [[2.0, 0.0], [0.0, 0.0]]),
        (0.0, 1.5, [[math.inf, 0.0], [0.0, 0.0]]),
        (0.0, 0.0, [[0.0, 0.0], [0.0, math.inf]]),
        (2.0, 0.0, [[0.0, 0.5], [0.5, math.log(2) ** 2]]),
        (1.0, 1.0, [[0.0, 1.0], [1.0, 0.0]]),
    ],
)
def test_the_hessian_of_a_power_is_symmetric_at_its_edges_too(a, b, expected):
    x, y = Value(a), Value(b)
    found = [[entry.data for entry in row] for row in hessian(x**y, [x, y])]
    assert [pytest.approx(row, rel=1e-12) for row in expected] == found
    tripled = [[entry.data for entry in row] for row in hessian(3 * x**y, [x, y])]
    assert tripled == [[pytest.approx(3 * entry, rel=1e-12) for entry in row] for row in expected]


@pytest.mark.parametrize(
    "f",
    [
        lambda x: 0.0 * (x + 1).sqrt(),
        lambda x: x.relu() ** 0.5,
        lambda x: engine.clamp(x, 0.0, 2.0).sqrt() * 2,
        lambda x: (engine.maximum([x, 1.0]) - 1).sqrt() * 3,
    ],
)
def test_an_infinite_factor_behind_a_zero_that_ends_its_path_is_not_multiplied(f):
    x = Value(-1.0)
    assert gradient(f(x), x).data == 0.0
