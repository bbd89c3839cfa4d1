"""A row computed again on nodes: the same graph with other numbers."""

import pytest

import engine
from engine import Parameter, Value
from engine.programs.recording import Recording
from engine.programs.replay import replay


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
