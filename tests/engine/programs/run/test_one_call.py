"""One call after another: what is kept between them, and what is read again."""

import gc
import pickle
import sys
import threading
import weakref

import numpy as np
import pytest

import engine
from engine import Parameter, Value
from engine.programs.run import session as sessions
from engine.programs.run.rows import Rows
from nn import SGD, Adam, Optimizer
from tests.engine.programs.models import over_backends


def line(backend, optimizer=SGD, rate=0.25):
    x, y, w = Value(1.0, "x"), Value(1.0, "y"), Parameter(0.5, "w")
    return engine.compile((y - w * x) ** 2, [x, y], [w], optimizer([w], rate), backend), w


@over_backends
def test_every_call_sees_the_numbers_as_they_are(backend):
    program, w = line(backend)
    rows = [[1.0, 2.0]]
    assert program.gradients(rows) == (2.25, [-3.0])
    w.data = 1.0
    assert program(rows) == [1.0]
    assert program.gradients(rows) == (1.0, [-2.0])
    program.train(rows)
    assert (w.data, program(rows)) == (1.5, [0.25])
    program.optimizer.learning_rate = 0.5
    program.train(rows)
    assert w.data == 2.0
    w.data = 0.5
    other = engine.compile(w * 3, [], [w], SGD([w], 0.5), backend)
    other.train(np.zeros((1, 0)))
    assert (w.data, program(rows)) == (-1.0, [9.0])


@over_backends
def test_what_the_optimiser_remembers_is_that_of_the_moment(backend):
    program, w = line(backend, Adam, 0.1)
    for _ in range(2):
        w.data, program.optimizer.steps = 0.5, 0
        for column in program.optimizer.state.values():
            column[:] = [0.0]
        program.train([[1.0, 2.0]])
        assert w.data == pytest.approx(0.6)


@over_backends
def test_after_a_failure_the_numbers_are_the_leaves(backend):
    program, w = line(backend, rate=1e200)
    with pytest.raises(FloatingPointError):
        program.train([[1.0, 2.0]], epochs=3)
    assert (w.data, program([[1.0, 2.0]])) == (0.5, [2.25])


@over_backends
def test_a_later_call_may_fail_as_the_first(backend):
    program, w = line(backend, Adam, 0.25)
    program.train([[1.0, 2.0]])
    state = {name: list(column) for name, column in program.optimizer.state.items()}
    before = w.data
    program.optimizer.learning_rate = 1e200
    with pytest.raises(FloatingPointError):
        program.train([[1.0, 2.0]], epochs=3)
    assert (w.data, program.optimizer.steps, program.optimizer.state) == (before, 1, state)
    program.optimizer.learning_rate = 0.25
    other, v = line(backend, Adam, 0.25)
    assert other.train([[1.0, 2.0]] * 2)[0] != program.train([[1.0, 2.0]])[0]
    assert (w.data, program.optimizer.state) == (v.data, other.optimizer.state)


@over_backends
def test_a_later_call_may_overflow_as_the_first(backend):
    x, w = Value(1.0, "x"), Parameter(1.0, "w")
    program = engine.compile(w * x, [x], [w], SGD([w], 1e-309), backend)
    program.train([[1.0], [2.0]], batch_size=2)
    assert w.data == 1.0
    # Their sum is infinite, but not their mean.
    means = program.train([[1e308], [1e308]], epochs=2, batch_size=2)
    assert w.data == pytest.approx(1 - 2 * 0.1)
    assert means == pytest.approx([1e308, 0.9e308])


@over_backends
def test_an_array_that_is_changed_is_looked_at_again(backend):
    program, _ = line(backend)
    rows = np.array([[1.0, 2.0], [2.0, 1.0]])
    assert program(rows) == [2.25, 0.0]
    rows[1] = 3.0, 4.0
    assert program(rows) == [2.25, 6.25]
    assert program.gradients(rows) == (4.25, [-9.0])
    program.train(rows)
    rows[1, 0] = np.nan
    for use in (program, program.gradients, program.train):
        with pytest.raises(ValueError, match=r"rows\[1\] has x = nan; it must be finite"):
            use(rows)
    with pytest.raises(ValueError, match=r"shape \(2, 1\); in every row 2 are needed: x, y"):
        program(rows[:, :1].copy())


@over_backends
def test_settings_by_their_names_in_any_order(backend):
    x, w = Value(1.0, "x"), Parameter(0.0, "w")
    rule = (("parameter", "parameter - rate * gradient - shift"),)
    optimizer = Optimizer([w], rule, rate=0.5, shift=8.0)
    program = engine.compile(w * x, [x], [w], optimizer, backend)
    program.train([[2.0]])
    optimizer.settings = {"shift": 4.0, "rate": 0.25}
    program.train([[2.0]])
    assert w.data == -9.0 - 4.5
    for wrong in ({"shift": 4.0}, {"shift": 4.0, "speed": 1.0}, {"a": 1, "rate": 1, "shift": 1}):
        optimizer.settings = wrong
        with pytest.raises(ValueError, match=r"settings are .*; its rule uses rate, shift"):
            program.train([[2.0]])
    assert w.data == -13.5


@over_backends
def test_more_rows_and_fewer(backend):
    program, w = line(backend)
    for count in (3, 1, 2):
        w.data = 0.5
        assert program.train([[1.0, 2.0]] * count, batch_size=3) == [2.25]
        assert program.gradients([[1.0, w.data - 1.0]] * count) == (1.0, [2.0])
        assert (w.data, program.optimizer.steps) == (1.25, 1)
        program.optimizer.steps = 0


@over_backends
def test_checked_rows_of_another_width(backend):
    program, _ = line(backend)
    checked = Rows([[1.0, 2.0]], "xy")
    assert program(checked) == program(checked) == [2.25]
    with pytest.raises(ValueError, match="the rows hold 1 numbers each; the program has 2 inputs"):
        program(Rows([[1.0]], "x"))


def test_gradients_of_one_call_are_not_those_of_the_next():
    program, w = line("auto")
    _, first = program.gradients([[1.0, 2.0]])
    w.data = 2.0
    _, second = program.gradients([[1.0, 2.0]])
    assert (first.tolist(), second.tolist()) == ([-3.0], [0.0])


def test_only_what_was_assigned_is_read_again(monkeypatch):
    if engine.core == "python":
        pytest.skip("only the native core counts assignments")
    program, w = line("auto")
    calls = []
    read_all = sessions.read_all
    monkeypatch.setattr(sessions, "read_all", lambda *given: calls.append(read_all(*given)))
    for _ in range(3):
        program([[1.0, 2.0]])
        program.train([[1.0, 2.0]])
    assert len(calls) == 1
    w.data = 3.0
    program([[1.0, 2.0]])
    assert len(calls) == 2


def test_rows_are_given_back():
    program, _ = line("auto")
    rows = np.ones((3, 2))
    seen = weakref.ref(rows)
    program.train(rows)
    del rows
    gc.collect()
    assert seen() is None


def test_a_program_that_has_run_can_be_copied():
    program, _ = line("auto")
    losses = program([[1.0, 2.0]])
    assert pickle.loads(pickle.dumps(program))([[1.0, 2.0]]) == losses


def test_threads_do_not_share_what_is_kept():
    x, w = Value(1.0, "x"), Parameter(1.0, "w")
    program = engine.compile((w * x).sin(), [x], [w])
    wanted = [[program([[0.01 * i]] * 50) for i in range(40)]]
    found = []

    def run():
        found.append([program([[0.01 * i]] * 50) for i in range(40)])

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        threads = [threading.Thread(target=run) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    assert found == wanted * 4
