"""What lies behind a branch that is not taken adds nothing to a gradient, be it infinite."""

import math

import pytest

import engine
from engine import Value, gradient, hinge, maximum, minimum
from engine.graph.walks import adjoints, is_dead
from tests.engine.sampling import same

# A function, where it is evaluated, and its slope there: one factor of a path is infinite.
DEAD = [
    (lambda v: minimum([v.exp(), 5.0]), 1000.0, 0.0),
    (lambda v: minimum([(1 + v.exp()).log(), v]), 1000.0, 1.0),
    (lambda v: (-v.exp()).relu(), 1000.0, 0.0),
    (lambda v: hinge(1.0, v.exp()), 1000.0, 0.0),
    (lambda v: maximum([1.0, v.sqrt()]), 0.0, 0.0),
    (lambda v: 0 * v.sqrt(), 0.0, 0.0),
    (lambda v: v.sqrt() ** 0, 0.0, 0.0),
    (lambda v: (v.exp() * v.exp()).exp().relu() * 0.0 + v, 300.0, 1.0),
    (lambda v: engine.dot([0.0, 1.0], [v.sqrt(), v]), 0.0, 1.0),
    (lambda v: engine.dot([v.sqrt(), v], [0.0, Value(2.0)]), 0.0, 2.0),
    (lambda v: maximum([v.sqrt() * 3 - 1, v + 1]) * 2, 0.0, 2.0),
    # Two paths lead to the root, and both end.
    (lambda v: (lambda root: (root - 1).relu() + minimum([root - 2, -5.0]))(v.sqrt()), 0.0, 0.0),
    # One of the two goes on.
    (lambda v: (lambda root: (root - 1).relu() + root)(v.sqrt()), 0.0, math.inf),
    # Products overflow, which nothing but their numbers tells.
    (lambda v: minimum([(1e200 * v) * (1e200 * v) * (1e200 * v), 5.0]), 1.0, 0.0),
    (lambda v: (-(1e200 * v) * (1e200 * v) * v).relu() + v, 1.0, 1.0),
]
# A factor that just comes to 0 is a number like any other: 0 · ∞ is nan.
TRUE_ZEROS = [
    (lambda v: v.sqrt() ** 2, 0.0),
    (lambda v: v.sqrt() * v, 0.0),
    (lambda v: Value(0.0) * v.sqrt(), 0.0),
    (lambda v: (v * v).sqrt(), 0.0),
    (lambda v: (v.sqrt() - 1).relu() + Value(0.0) * v.sqrt(), 0.0),
]


def slope(f, at):
    v = Value(at, label="v")
    y = f(v)
    y.backward()
    assert same(v.grad, adjoints(y)[v])
    return v.grad


@pytest.mark.parametrize(("f", "at", "expected"), DEAD)
def test_a_path_ends_where_the_branch_is_not_taken(f, at, expected):
    assert slope(f, at) == expected


@pytest.mark.parametrize(("f", "at"), TRUE_ZEROS)
def test_a_factor_that_comes_to_zero_is_still_multiplied(f, at):
    assert math.isnan(slope(f, at))
    v = Value(at, label="v")
    assert math.isnan(gradient(f(v), v).data)
    y = f(v)
    with (
        pytest.raises(FloatingPointError, match="backward: the gradient"),
        engine.detect_anomaly(),
    ):
        y.backward()


def test_the_partial_of_a_dead_edge_is_the_int_0_and_can_be_set():
    node = Value(-1.0).relu() * 2.0
    inner = node.args[0]
    assert repr(inner.partials) == "(0,)"
    assert is_dead(inner.partials[0])
    assert not is_dead((Value(0.0) ** 2).partials[0])
    node.partials = (0, None)
    assert is_dead(node.partials[0])
    node.partials = (0.0, None)
    assert not is_dead(node.partials[0])


def test_inner_nodes_that_no_path_leads_to_have_the_gradient_of_the_latest_call():
    v = Value(4.0)
    root = v.sqrt()
    (root * 3).backward()
    assert root.grad == 3.0
    y = (root - 5).relu()
    y.backward()
    assert (root.grad, v.grad) == (0.0, 0.75)


def test_an_infinite_gradient_from_above_ends_there_too():
    v = Value(-1.0)
    (v.relu().sqrt()).backward()
    assert v.grad == 0.0


def test_one_answer_where_a_slope_is_infinite():
    for f, at in [
        (lambda v: v.sqrt(), 0.0),
        (lambda v: v**0.5, 0.0),
        (lambda v: v.asin(), 1.0),
        (lambda v: v.acos(), -1.0),
        (lambda v: v ** Value(0.5), 0.0),
        (lambda v: maximum([v, 1.0]), math.nan),
        (lambda v: minimum([1.0, v, v]), math.nan),
    ]:
        v = Value(at, label="v")
        y = f(v)
        y.backward()
        assert not math.isfinite(v.grad)
        assert same(gradient(y, v).data, v.grad)


def test_a_power_that_overflows_behind_a_dead_branch_adds_nothing():
    v = Value(1.0, label="v")
    y = minimum([(1e200 * v) ** 3, 5.0])
    y.backward()
    assert v.grad == engine.gradient(y, v).data == 0.0
    for backend in ("python", "llvm"):
        assert engine.compile(y, [], [v], backend=backend).gradients([[]])[1].tolist() == [0.0]


def test_only_a_plain_zero_ends_the_path_of_the_factor_beside_it():
    x, y, zero = Value(1.0), Value(2.0), Value(0.0)
    node = engine.dot([x, y, 3.0], [zero, 0.0, y])
    assert [(type(p), p) for p in node.partials[:2]] == [(float, 0.0), (int, 0)]
