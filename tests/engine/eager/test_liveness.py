"""Which nodes paths may not reach, and which of them may be infinite."""

import math

import pytest
from hypothesis import assume, given

import engine
from engine import Value, gradient, hinge, maximum, minimum
from engine.eager.liveness import Liveness, edge_is_dead, edge_may_end
from engine.graph.walks import topological_order
from engine.sheet.ops import OPERATIONS
from tests.engine.graph.test_dead_branches import DEAD, TRUE_ZEROS, same
from tests.engine.sampling import graphs


def test_a_node_behind_an_edge_that_may_end_is_mortal_and_if_unbounded_guarded():
    x = Value(0.5)
    inner = x.tanh()
    unbounded = inner * x
    power = unbounded.exp()
    y = minimum([power, 5.0])
    found = Liveness([y])
    assert found.mortal == {inner, unbounded, power}
    assert found.guarded == {power}
    assert found.users[power] == [(y, 0)]


def test_where_another_way_cannot_end_a_node_is_immortal():
    x = Value(0.5)
    root = x.exp()
    assert Liveness([root.relu() + root]).mortal == set()
    # Through two edges that may end it can still be lost.
    assert Liveness([root.relu() + (1 - root).relu()]).guarded == {root}


@given(nodes=graphs())
def test_a_graph_without_branches_is_done_with_at_once(nodes):
    assume(not any(node.op is OPERATIONS["power"] for node in nodes))
    found = Liveness([nodes[-1]])
    assert (found.mortal, found.guarded, found.users) == (set(), set(), {})


def test_a_network_of_weighted_sums_and_relus_guards_nothing():
    w, x = [Value(0.5), Value(0.25)], [Value(1.0), Value(2.0)]
    h = [engine.dot(w, x).relu(), engine.dot(x, w, 1.0).tanh().relu()]
    assert Liveness([engine.squared_error(1.0, engine.dot(h, w))]).guarded == set()


def test_edges_that_end_at_any_number_are_told_from_those_that_may():
    x = Value(2.0)
    assert edge_is_dead(0 * x.sqrt(), 1)
    assert edge_is_dead(x**0, 0)
    assert edge_is_dead(engine.dot([0.0, 1.0], [x, x]), 2)
    assert not edge_is_dead(engine.dot([0.0, 1.0], [x, x]), 3)
    assert edge_may_end(x.relu(), 0)
    assert not edge_is_dead(x.relu(), 0)
    assert not edge_may_end(x**2, 0)


@pytest.mark.parametrize(("f", "at"), [*[case[:2] for case in DEAD], *TRUE_ZEROS])
def test_gradient_says_what_backward_says(f, at):
    v = Value(at)
    y = f(v)
    y.backward()
    assert same(gradient(y, v).data, v.grad)


GRAPHS = [
    (lambda v: minimum([(v * 1000).exp(), 5.0]), [0.001, 1.0]),
    (lambda v: minimum([(1 + v.exp()).log(), v]), [1.0, 1000.0]),
    (lambda v: (-v.exp()).relu(), [1.0, 1000.0]),
    (lambda v: hinge(1.0, v.exp()), [-1.0, 1000.0]),
    (lambda v: maximum([1.0, v.sqrt()]), [4.0, 0.0]),
    (lambda v: (v**1.5 - 1).relu(), [4.0, 0.0]),
    (lambda v: (v**2.5 - 1).relu() + maximum([v.sqrt(), 1.0]), [4.0, 0.0]),
    (lambda v: (lambda e: (1 - e).relu() * (2 - e).relu())(v.exp()), [-3.0, 1000.0]),
    (lambda v: abs(minimum([v.exp(), 1.0]) - 1.0), [-1.0, 1000.0]),
]


@pytest.mark.parametrize(("f", "numbers"), GRAPHS)
@pytest.mark.parametrize("recorded", [0, 1])
def test_a_graph_of_derivatives_holds_behind_a_branch_that_was_taken_when_it_was_made(
    f, numbers, recorded
):
    """Compiled, at both numbers: what eager computing gives there, to the third order."""
    x = Value(numbers[recorded])
    y = f(x)
    for order in (1, 2, 3):
        y = gradient(y, x)
        expected = []
        for number in numbers:
            v = Value(number)
            there = f(v)
            for _ in range(order):
                there = gradient(there, v)
            expected.append(there.data)
        assert all(map(math.isfinite, expected))
        if y.op is not None:
            program = engine.compile(y, [x], backend="python")
            assert program([[number] for number in numbers]) == pytest.approx(expected, rel=1e-9)


def test_a_long_chain_of_branches_is_no_matter():
    x = Value(1.0)
    y = x.exp()
    for _ in range(3000):
        y = (y - 0.0).relu()
    assert gradient(y.exp(), x).data == pytest.approx(math.exp(math.e) * math.e)
    assert len(topological_order(y)) > 3000
