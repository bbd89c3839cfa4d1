"""A session: numbers of its own, which go back to the nodes only when asked, and its loops."""

import math
from array import array

import pytest

import engine
from engine import Parameter, Value
from engine.programs.run.rows import Rows
from nn import SGD, Adam
from tests.engine.programs.models import over_backends

ROWS = [[1.0, 2.0], [2.0, 1.0], [0.5, 3.0]]


def line(backend="auto", optimizer=None):
    x, y, w = Value(1.0, "x"), Value(1.0, "y"), Parameter(0.5, "w")
    made = optimizer([w]) if optimizer else None
    return engine.compile((y - w * x) ** 2, [x, y], [w], made, backend), w


def test_numbers_go_back_to_the_nodes_only_when_saved():
    x, v, w = Value(1.0), Parameter(2.0), Parameter(3.0)
    optimizer = SGD([v, w], momentum=0.9)
    optimizer.state["velocity"][:] = 5.0, 6.0
    optimizer.steps = 7
    session = engine.compile(v * x + w, [x], [v, w], optimizer).session([[1.0]])
    assert (session.parameters.tolist(), session.state.tolist()) == ([2.0, 3.0], [5.0, 6.0])
    kept = session.copy()
    place = session.parameters.buffer_info()
    session.parameters[0], session.state[1], session.steps = 20.0, 60.0, 8
    assert (v.data, optimizer.state["velocity"][1], optimizer.steps) == (2.0, 6.0, 7)
    session.save()
    assert (v.data, w.data) == (20.0, 3.0)
    assert (optimizer.state["velocity"], optimizer.steps) == ([5.0, 60.0], 8)
    session.restore(kept)
    assert (session.parameters.tolist(), session.state.tolist()) == ([2.0, 3.0], [5.0, 6.0])
    assert session.steps == 7
    v.data, optimizer.steps = 9.0, 3
    session.load()
    assert (session.parameters.tolist(), session.state.tolist()) == ([9.0, 3.0], [5.0, 60.0])
    assert session.steps == 3
    assert session.parameters.buffer_info() == place


@over_backends
def test_parts_of_an_epoch_in_any_order_are_the_epoch(backend):
    program, _ = line(backend, lambda parameters: Adam(parameters, 0.1))
    whole, parts = program.session(ROWS), program.session(ROWS)
    outcome = whole.train([2, 0, 1, 0], batch_size=2, epochs=1)
    found = [parts.train(part, 2, total=4) for part in ([2, 0], array("q", [1, 0]))]
    assert sum(each.means[0] for each in found) == pytest.approx(outcome.means[0], rel=1e-14)
    assert (parts.parameters, parts.state, parts.steps) == (whole.parameters, whole.state, 2)


@over_backends
def test_a_loop_of_ones_own_is_the_training_of_the_program(backend):
    program, w = line(backend, lambda parameters: SGD(parameters, 0.1, momentum=0.5))
    session = program.session(ROWS, epochs=5)
    means = [mean for _ in range(5) for mean in session.train(batch_size=2).means]
    assert w.data == 0.5
    assert program.train(ROWS, epochs=5, batch_size=2) == pytest.approx(means, rel=1e-14)
    assert session.parameters[0] == pytest.approx(w.data, rel=1e-14)
    assert (session.steps, program.optimizer.steps) == (10, 10)


@over_backends
def test_a_rule_of_ones_own_on_the_gradients(backend):
    program, w = line(backend)
    session = program.session(Rows(ROWS, ["x", "y"]))
    assert session.outputs() == [2.25, 0.0, 7.5625]
    loss, gradients = session.gradients()
    assert [loss, *gradients] == pytest.approx([9.8125 / 3, -5.75 / 3])
    session.parameters[0] -= 0.1 * gradients[0]
    assert session.gradients()[0] == pytest.approx(sum(session.outputs()) / 3)
    assert w.data == 0.5


@over_backends
def test_what_fails_is_said_and_raised_only_when_asked(backend):
    program, _ = line(backend, lambda parameters: SGD(parameters, 1e200))
    session = program.session(ROWS)
    outcome = session.train(epochs=3)
    assert (outcome.failed, outcome.means, outcome.row, outcome.loss) == (True, [], 1, math.inf)
    with pytest.raises(FloatingPointError, match=r"epoch 1: the loss of rows\[1\] became inf"):
        session.check(outcome)
    assert not program.session(ROWS).train([1]).failed


@over_backends
def test_what_the_optimiser_remembers_may_overflow(backend):
    x, w = Value(1.0, "x"), Parameter(1.0, "w")
    program = engine.compile(w * x, [x], [w], Adam([w], 1.0), backend)
    outcome = program.session([[1e200]]).train(epochs=2)
    assert (outcome.failed, len(outcome.means), outcome.memory) == (True, 2, "square became inf")
    with pytest.raises(FloatingPointError, match="in the optimiser square became inf; max_norm"):
        program.session([[1.0]]).check(outcome)


@pytest.mark.parametrize("order", [[], [0, 3], [-1], array("i", [5])])
def test_an_order_of_rows_that_there_are_not(order):
    session = line(optimizer=SGD)[0].session(ROWS)
    with pytest.raises(ValueError, match="order must hold numbers of rows, from 0 to 2"):
        session.train(order)
    with pytest.raises(TypeError):
        session.train([0.5])


@pytest.mark.parametrize("count", [0, -1, True, 1.5])
def test_counts_are_whole_numbers_of_at_least_1(count):
    session = line(optimizer=SGD)[0].session(ROWS)
    for name in ("batch_size", "epochs"):
        with pytest.raises(ValueError, match=f"{name} must be a whole number of at least 1"):
            session.train(**{name: count})


def test_a_program_that_cannot_train_says_so():
    with pytest.raises(ValueError, match="this program has no optimiser"):
        line()[0].session(ROWS).train()
    x = Value(1.0, "x")
    with pytest.raises(ValueError, match="this program has no gradients: it was compiled without"):
        engine.compile(x * 2, [x]).session([[1.0]]).gradients()


@over_backends
def test_parameters_may_be_another_array(backend):
    x, w = Value(1.0), Parameter(0.0)
    session = engine.compile((w - x) ** 2, [x], [w], SGD([w], 0.25), backend).session([[8.0]])
    session.train()
    assert session.parameters[0] == 4.0
    session.parameters = array("d", [6.0])
    assert session.train().means == [4.0]
    assert session.parameters[0] == 7.0
