"""`compile` and `Program`: what a program gives, from which rows, and what it leaves in step."""

import re

import numpy as np
import pytest

import engine
from engine import Parameter, Value, no_grad
from engine.programs.run.rows import Rows
from nn import SGD, Adam, AdamW, RMSprop
from tests.engine.programs.models import (
    compiled,
    network,
    over_backends,
    table,
    trained_on_nodes,
    weights,
)

ROWS = [[1.0, 1.0], [2.0, 3.0], [-1.0, 0.5], [1.0, 0.5]]
FORMS = {
    "lists": lambda: ROWS,
    "tuples": lambda: tuple(map(tuple, ROWS)),
    "generators": lambda: (iter(row) for row in ROWS),
    "whole numbers and numbers": lambda: [
        [1, True],
        [np.float32(2), Value(3.0)],
        (-1, 0.5),
        [1, 0.5],
    ],
    "double precision": lambda: np.array(ROWS),
    "single precision": lambda: np.array(ROWS, dtype=np.float32),
    "whole numbers": lambda: np.array([[2, 2], [4, 6], [-2, 1], [2, 1]]) / 2,
    "the other byte order": lambda: np.array(ROWS, dtype=">f8"),
    "columns together": lambda: np.asfortranarray(ROWS),
    "every other row": lambda: np.repeat(np.array(ROWS), 2, axis=0)[::2],
    "a list of arrays": lambda: list(np.array(ROWS)),
    "a buffer": lambda: memoryview(np.array(ROWS)),
}


def line(backend="auto", **options):
    """(y − w·x)², at w = 0.5."""
    x, y, w = Value(1.0, label="x"), Value(1.0, label="y"), Parameter(0.5, label="w")
    optimizer = options.pop("optimizer", None)
    if optimizer is not None:
        optimizer = optimizer([w])
    program = engine.compile((y - w * x) ** 2, [x, y], [w], optimizer, backend, **options)
    return program, w


def read_only():
    rows = np.array(ROWS)
    rows.flags.writeable = False
    return rows


@over_backends
@pytest.mark.parametrize("form", [*FORMS.values(), read_only], ids=[*FORMS, "read-only"])
def test_rows_of_every_form_give_the_same_numbers(form, backend):
    program, w = line(backend, optimizer=SGD)
    assert program(form()) == [0.25, 4.0, 1.0, 0.0]
    # ∂L/∂w = −2·x·(y − w·x): −1, −8, 2 and 0.
    assert program.gradients(form()) == (1.3125, [-1.75])
    (mean,) = program.train(form(), batch_size=4)
    assert mean == 1.3125
    assert w.data == pytest.approx(0.675, rel=1e-15)


@over_backends
def test_arrays_of_doubles_are_read_where_they_lie(backend):
    program, _ = line(backend)
    array = np.array(ROWS)
    rows = Rows(array, ["x", "y"])
    assert np.asarray(rows.numbers).ctypes.data == array.ctypes.data
    assert program(rows) == [0.25, 4.0, 1.0, 0.0]
    array[2] = 0.0, 3.0
    assert program(rows) == [0.25, 4.0, 9.0, 0.0]


@over_backends
def test_rows_that_were_checked_for_another_program_are_refused(backend):
    program, _ = line(backend)
    rows = Rows([[1.0]], ["x"])
    with pytest.raises(ValueError, match="rows hold 1 numbers each; the program has 2 inputs"):
        program(rows)


@over_backends
def test_predictions_are_lists_of_outputs_with_the_parameters_as_they_are(backend):
    x, y = Value(1.0, label="x"), Value(2.0, label="y")
    w, k = Parameter(0.5, label="w"), Value(10.0, label="k")
    outputs = [w * x, k * 2 + y, k * w, k * 3]
    program = engine.compile(outputs, [x, y], [w], backend=backend)
    rows = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]
    assert program(rows) == [[0.5, 22.0, 5.0, 30.0], [1.5, 24.0, 5.0, 30.0], [2.5, 26.0, 5.0, 30.0]]
    w.data = 2.0
    k.data = 99.0  # a constant was compiled in
    assert program([[1.0, 2.0]]) == [[2.0, 22.0, 20.0, 30.0]]
    assert engine.compile([w * x], [x], [w], backend=backend)([[3.0]] * 9) == [[6.0]] * 9
    with pytest.raises(ValueError, match="no gradients: it was compiled for several outputs"):
        program.gradients(rows)
    with pytest.raises(ValueError, match="for prediction trains nothing; leave out `optimizer`"):
        engine.compile([w * x], [x], [w], SGD([w]))


@over_backends
def test_gradients_are_those_at_the_parameters_as_they_are(backend):
    program, w = line(backend)
    assert program.gradients([[1.0, 1.0]]) == (0.25, [-1.0])
    w.data = 3.0
    assert program.gradients([[1.0, 1.0]]) == (4.0, [4.0])
    assert w.data == 3.0
    assert w.grad == 0.0


@over_backends
def test_what_was_recorded_does_not_depend_on_the_rows(backend):
    x, w = Value(2.0, label="x"), Parameter(1.0, label="w")
    loss = w * x if x > 0 else -w
    assert engine.compile(loss, [x], [w], backend=backend)([[-3.0]]) == [-3.0]


@over_backends
def test_no_inputs_at_all(backend):
    w = Parameter(3.0, label="w")
    program = engine.compile(w * w, [], [w], SGD([w], 0.25), backend)
    assert program([[], []]) == [9.0, 9.0]
    assert program.gradients(np.zeros((2, 0))) == (9.0, [6.0])
    assert program.train([[]], epochs=2) == [9.0, 2.25]
    assert w.data == 0.75


@over_backends
def test_leaves_without_influence_are_reported_and_have_the_gradient_0(backend):
    x, unused = Value(1.0, label="x"), Value(2.0, label="spare")
    w, idle = Parameter(0.5, label="w"), Parameter(7.0)
    text = "compile: the output does not depend on 2 ('spare'), 7"
    with pytest.warns(UserWarning, match=f"^{re.escape(text)}$"):
        program = engine.compile(w * x, [x, unused], [idle, w], SGD([idle, w], 0.5), backend)
    assert program.gradients([[3.0, 5.0], [1.0, 1.0]]) == (1.0, [0.0, 2.0])
    assert program.train([[3.0, 5.0]]) == [1.5]
    assert (idle.data, w.data) == (7.0, -1.0)
    assert repr(program) == (
        f"Program(2 inputs, 2 parameters, 1 operation, backend={backend!r}; "
        "the output does not depend on 2 ('spare'), 7)"
    )


def test_only_the_first_five_leaves_without_influence_are_named():
    w, idle = Parameter(1.0), [Parameter(float(i)) for i in range(7)]
    text = "the output does not depend on 0, 1, 2, 3, 4 and 2 more"
    with pytest.warns(UserWarning, match=text):
        program = engine.compile(w * 2, [], [w, *idle])
    assert f"{text})" in repr(program)


RULES = {
    "SGD": lambda parameters: SGD(parameters, 0.1),
    "momentum": lambda parameters: SGD(parameters, 0.05, momentum=0.9, weight_decay=0.01),
    "Nesterov": lambda parameters: SGD(parameters, 0.05, momentum=0.9, nesterov=True),
    "RMSprop": lambda parameters: RMSprop(parameters, 0.01, weight_decay=0.1),
    "Adam": lambda parameters: Adam(parameters, 0.02),
    "AdamW": lambda parameters: AdamW(parameters, 0.02),
}


@over_backends
@pytest.mark.parametrize("batch_size", [1, 5, 17])
@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_training_is_that_on_nodes_and_leaves_the_optimiser_in_step(rule, batch_size, backend):
    build, count = network((2, 3, 1))
    rows = table(17, 3)
    numbers = weights(count)
    expected = trained_on_nodes(build, rows, numbers, rule, 4, batch_size)
    model = compiled(build, 3, numbers, backend)
    given, parameters = model.recording.inputs, model.recording.parameters
    optimizer = rule(parameters)
    program = engine.compile(model.recording.outputs[0], given, parameters, optimizer, backend)
    # In two parts, so that the second goes on from the state of the first.
    means = program.train(rows, epochs=3, batch_size=batch_size)
    means += program.train(np.array(rows), epochs=1, batch_size=batch_size)
    assert means == pytest.approx(expected[0], rel=1e-9)
    assert [p.data for p in parameters] == pytest.approx(expected[1], rel=1e-9, abs=1e-12)
    assert optimizer.steps == expected[2].steps
    for name, numbers in expected[2].state.items():
        assert optimizer.state[name] == pytest.approx(numbers, rel=1e-9, abs=1e-12)


@over_backends
def test_settings_may_change_between_trainings(backend):
    program, w = line(backend, optimizer=lambda parameters: SGD(parameters, 0.1))
    program.train([[1.0, 1.0]])
    assert w.data == pytest.approx(0.6)
    program.optimizer.learning_rate = 1.0
    program.train([[1.0, 1.0]])
    assert w.data == pytest.approx(0.6 + 0.8)


def test_constants_are_every_other_leaf_and_what_is_computed_from_them():
    x, w, k = Value(1.0, label="x"), Parameter(2.0, label="w"), Value(3.0, label="k")
    with no_grad():
        frozen = (w * 10).exp()
    program = engine.compile(w * x * (k * k) + frozen * 0, [x], [w])
    assert program([[1.0]]) == [18.0]
    assert len(program.recording.nodes) == 3
    assert [leaf.data for leaf in program.constants] == [3.0, frozen.data]


def test_what_the_loss_does_not_depend_on_may_be_meant():
    x, w, spare = Value(1.0, "x"), Parameter(2.0, "w"), Parameter(3.0, "spare")
    with pytest.warns(UserWarning, match="does not depend on 3"):
        engine.compile(w * x, [x], [w, spare])
    # A warning would be an error here.
    program = engine.compile(w * x, [x], [w, spare], allow_unused=True)
    assert program.gradients([[5.0]]) == (10.0, [5.0, 0.0])
    assert "does not depend on" in repr(program)
