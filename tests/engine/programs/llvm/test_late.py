"""One row a step: updates made while the next row is computed come to the numbers of nodes."""

import math
from array import array

import pytest

import engine
from engine import Parameter, Value
from engine.programs.run.machine_code import LlvmBackend
from nn import SGD, Adam, Optimizer
from tests.engine.programs.models import (
    assert_trains,
    chosen,
    leaves,
    network,
    table,
    trained_on_nodes,
    weights,
)

BUILD, COUNT = network([19, 10, 8, 2])
INPUTS = 19 + 2
NUMBERS = [number / 3 for number in weights(COUNT)]


SIGNED = (("parameter", "parameter - learning_rate * gradient / abs(gradient)"),)


RULES = {
    "SGD": lambda p: SGD(p, 0.02),
    "momentum": lambda p: SGD(p, 0.02, momentum=0.5, weight_decay=0.1),
    "Adam": lambda p: Adam(p, 0.01),
    "a limit for all gradients": lambda p: SGD(p, 0.05, max_norm=0.1),
    # By the sign of the gradient, which has none where it is 0.
    "signed": lambda p: Optimizer(p, SIGNED, learning_rate=0.001),
}


@pytest.mark.parametrize("chunk", [None, 3])
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(("count", "epochs"), [(1, 3), (2, 2), (5, 3)])
def test_training_row_by_row(rule, count, epochs, chunk, monkeypatch):
    # What comes to no number would be computed again by another backend.
    monkeypatch.setattr(LlvmBackend, "checked", lambda backend: pytest.fail("no number"))
    rows = table(5, INPUTS, -1.0, 1.0)[:count]
    own = assert_trains(BUILD, rows, NUMBERS, RULES[rule], epochs, 1, "single", chunk)
    assert own.steps == count * epochs


@pytest.mark.parametrize("order", [[3, 3, 1], [4, 0, 2, 1, 3, 0]])
def test_rows_in_another_order(order):
    rows = table(5, INPUTS, -1.0, 1.0)
    repeated = [rows[place] for place in order]
    _, trained, _ = trained_on_nodes(BUILD, repeated, NUMBERS, RULES["Adam"], 2, 1)
    with chosen("single") as backend:
        given, parameters = leaves(INPUTS, NUMBERS)
        own = RULES["Adam"](parameters)
        program = engine.compile(BUILD(given, parameters), given, parameters, own, backend)
        session = program.session(rows)
        session.train(order, epochs=2)
        assert [p.data for p in parameters] == NUMBERS
        session.save()
    assert [p.data for p in parameters] == pytest.approx(trained, rel=1e-11, abs=1e-14)


@pytest.mark.parametrize("rule", ["SGD", "Adam", "a limit for all gradients"])
@pytest.mark.parametrize("batch_size", [1, 2, 5])
def test_what_is_left_in_working_memory_counts_for_nothing(rule, batch_size, monkeypatch):
    # Where training stops too soon, the outputs are asked for the reason.
    monkeypatch.setattr(LlvmBackend, "outputs", lambda *given: pytest.fail("it stopped"))
    rows = table(5, INPUTS, -1.0, 1.0)
    _, trained, _ = trained_on_nodes(BUILD, rows, NUMBERS, RULES[rule], 4, batch_size)
    with chosen("single") as backend:
        given, parameters = leaves(INPUTS, NUMBERS)
        own = RULES[rule](parameters)
        program = engine.compile(BUILD(given, parameters), given, parameters, own, backend)
        session = program.session(rows)
        for _ in range(2):
            session.train(batch_size=batch_size, epochs=2)
            session._space[:] = array("d", [math.nan]) * len(session._space)
    assert [*session.parameters] == pytest.approx(trained, rel=1e-11, abs=1e-14)


@pytest.mark.parametrize("bad", range(3))
def test_training_ends_before_the_update_of_a_row_without_a_loss(bad):
    def build(inputs, parameters):
        return BUILD(inputs[:INPUTS], parameters) + inputs[INPUTS].log()

    rows = [[*row, 1.0] for row in table(3, INPUTS, -1.0, 1.0)]
    rule = RULES["momentum"]
    expected = NUMBERS
    if bad:
        _, expected, _ = trained_on_nodes(build, rows[:bad], NUMBERS, rule, 1, 1)
    rows[bad][-1] = -1.0
    with chosen("single") as backend:
        given, parameters = leaves(INPUTS + 1, NUMBERS)
        program = engine.compile(
            build(given, parameters), given, parameters, rule(parameters), backend
        )
        session = program.session(rows)
        outcome = session.train()
    assert (outcome.row, session.steps, outcome.failed) == (bad, bad, True)
    assert [*session.parameters] == pytest.approx(expected, rel=1e-12, abs=1e-15)


def test_the_last_update_of_an_epoch_is_looked_at():
    x, w = [Value(1.0) for _ in range(80)], [Parameter(0.0) for _ in range(80)]
    loss = engine.dot(w, x)
    with chosen("single") as backend:
        program = engine.compile(loss, x, w, SGD(w, 1e200), backend)
        session = program.session([[1e100] * 79 + [1e109], [1.0] * 80])
        first = session.train([0], epochs=2)
        assert first.means == []
        assert first.parameter == 79
        assert session.parameters[79] == -math.inf
