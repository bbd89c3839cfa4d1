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
from nn import SGD, Adam
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
