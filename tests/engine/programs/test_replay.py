"""A row computed again on nodes: the same graph with other numbers."""

import math

import pytest

import engine
from engine import Parameter, Value
from engine.programs.recording import Recording
from engine.programs.replay import replay, without_dead_ends
from tests.engine.programs.models import over_backends


def test_the_graph_is_made_again_with_the_numbers_given():
    x, k, w = Value(1.0, label="x"), Value(10.0), Parameter(0.5, label="w")
    with engine.scope("neuron 1"):
        inner = engine.dot([w, 2.0], [x, k], w)
    inner.label = "z"
    recording = Recording([inner.leaky_relu(0.5), inner], [x], [w])
    (loss, again), (leaf,) = replay(recording, [-3.0], [20.0])
    assert again.data == -3 * 20 + 2 * 10 - 3
    assert loss.data == 0.5 * again.data
    assert (again.label, again.scope, again.op) == ("z", "neuron 1", inner.op)
    loss.backward()
    assert leaf.grad == 0.5 * (20 + 1)
    assert leaf.label == "w"
    # Nothing of the recorded graph has changed.
    assert (inner.data, w.data, w.grad, inner.grad) == (21.0, 0.5, 0.0, 0.0)


def test_errors_are_those_of_nodes():
    x = Value(1.0, label="x")
    with pytest.raises(ValueError, match=r"log is undefined where a <= 0; given: a = -1 \('x'\)"):
        replay(Recording([x.log()], [x], []), [], [-1.0])


# Recorded where nothing overflows, run where products do, behind a branch that is not taken.
BEHIND = {
    "product": lambda x: engine.minimum([x**200 * x**200, 5.0]),
    "weighted": lambda x: (5 - x**200 * x**200).relu() + x,
    "twice": lambda x: engine.minimum([engine.maximum([x**300 * x, -1.0]) * x**10, 5.0]),
    "sum": lambda x: engine.minimum([engine.sum([x**200 * x**200, x]), 5.0]),
}


@over_backends
@pytest.mark.parametrize("name", BEHIND)
def test_products_that_overflow_behind_a_branch_add_nothing_to_derivatives(name, backend):
    build = BEHIND[name]
    x = Value(1.0001, label="x")
    (first,) = engine.gradient(build(x), [x])
    (second,) = engine.gradient(first, [x])
    program = engine.compile([first, second], [x], backend=backend)
    for number in (100.0, 1.0001):
        own = Value(number)
        wanted = engine.gradient(build(own), [own])
        wanted += engine.gradient(wanted[0], [own])
        assert program([[number]])[0] == pytest.approx([slope.data for slope in wanted])


def test_a_true_product_of_0_and_infinity_stays_nan():
    x = Value(4.0, label="x")
    (slope,) = engine.gradient(x.sqrt() ** 2, [x])
    outputs, _ = replay(Recording([slope], [x], []), [], [0.0])
    assert math.isnan(without_dead_ends(outputs)[0])
