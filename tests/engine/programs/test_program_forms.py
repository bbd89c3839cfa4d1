"""Programs of unusual outputs and constants, and copies of programs."""

import pytest

import engine
from engine import Parameter, Value, hessian
from nn import Adam
from tests.copies import over_copies
from tests.engine.programs.models import over_backends
from tests.engine.programs.running import languages, printed

backends = pytest.mark.parametrize("backend", ["python", "llvm", "auto"])


@over_backends
def test_a_hessian_with_a_constant_entry(backend):
    a, b = Value(1.0, "a"), Value(2.0, "b")
    entries = [entry for row in hessian(a * a * b, [a, b]) for entry in row]
    assert engine.compile(entries, [a, b], backend=backend)([[3.0, 4.0], [1.0, 0.5]]) == [
        [8.0, 6.0, 6.0, 0.0],
        [1.0, 2.0, 2.0, 0.0],
    ]


@over_backends
@pytest.mark.parametrize("count", [1, 2, 5])
def test_leaves_and_constants_as_outputs(backend, count):
    x, c, w = Value(1.0, "x"), Value(2.0, "c"), Parameter(3.0, "w")
    rows = [[0.5 * i] for i in range(count)]
    program = engine.compile([x, c, w, c * 2, w * x, w], [x], [w], backend=backend)
    assert program(rows) == [[i, 2.0, 3.0, 4.0, 3 * i, 3.0] for (i,) in rows]
    assert engine.compile([c], backend=backend)([[]] * count) == [[2.0]] * count
    assert engine.compile(x, [x], backend=backend)(rows) == [i for (i,) in rows]


@languages
def test_leaves_and_constants_in_a_source(language, tmp_path):
    x, c, w = Value(1.5, "x"), Value(2.0, "c"), Parameter(3.0, "w")
    program = engine.compile([x, c, w, c * 2, w * x], [x], [w])
    found = printed(program, language, tmp_path)["output"]
    assert [number for _, number in found] == [1.5, 2.0, 3.0, 4.0, 4.5]


def test_a_derivative_that_is_constant_says_that_it_depends_on_nothing():
    x = Value(1.0, "x")
    with pytest.warns(UserWarning, match=r"the output does not depend on 1 \('x'\)"):
        program = engine.compile(engine.gradient(3 * x, x), [x])
    assert program([[5.0], [6.0]]) == [3.0, 3.0]


@over_backends
def test_a_leaf_that_was_changed_after_the_graph_was_recorded(backend):
    c, w, x = Value(2.0, "c"), Parameter(1.0, "w"), Value(1.0, "x")
    y = c * w * x + (c * 3) * w
    c.data = 5.0
    program = engine.compile(y, [x], [w], backend=backend)
    c.data = 7.0
    assert program([[1.0]]) == [20.0]
    assert program.gradients([[1.0]]) == (20.0, [20.0])


@over_backends
def test_an_error_in_a_row_is_of_the_constants_that_were_compiled(backend):
    c, x = Value(1.0, "c"), Value(3.0, "x")
    program = engine.compile((x - c).log(), [x], backend=backend)
    c.data = -100.0
    with pytest.raises(ValueError, match=r"rows\[1\]: log is undefined.*a = 0"):
        program([[2.0], [1.0]])


@over_copies
@backends
def test_copies_of_programs_go_on_from_where_they_are(duplicate, backend):
    x, w = Value(0.5, "x"), Parameter(1.0, "w")
    program = engine.compile((w * x - 2) ** 2, [x], [w], Adam([w], 0.1), backend)
    before = duplicate(program)
    rows = [[1.0], [2.0], [3.0]]
    losses = program.train(rows, epochs=2, batch_size=2), program(rows), program.gradients(rows)
    after = duplicate(program)
    again = before.train(rows, epochs=2, batch_size=2), before(rows), before.gradients(rows)
    assert again == losses
    assert after.gradients(rows) == program.gradients(rows)
    assert after.train(rows) == program.train(rows)
    assert after.recording.parameters[0] is after.optimizer.parameters[0]
    assert after.recording.parameters[0].data == w.data
    assert after.optimizer.state == program.optimizer.state
