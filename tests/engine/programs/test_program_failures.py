"""Where a program stops, and that it says why: bad rows, numbers that are lost, divergence."""

import math

import numpy as np
import pytest

import engine
from nn import SGD
from tests.engine.programs.models import chosen, over_backends, over_ways
from tests.engine.programs.shared import leaves, refuses

INF, NAN = math.inf, math.nan
BAD_ROWS = [
    ([], ValueError, "a program needs at least one row; there are none"),
    (np.zeros((0, 2)), ValueError, "a program needs at least one row; there are none"),
    ([[1, 2], [1]], ValueError, "rows[1] holds 1 numbers; 2 are needed: x, y"),
    ([[1, 2, 3]], ValueError, "rows[0] holds 3 numbers; 2 are needed: x, y"),
    (
        np.zeros((4, 3)),
        ValueError,
        "rows has the shape (4, 3); in every row 2 are needed: x, y",
    ),
    ([[1, 2], [1, NAN]], ValueError, "rows[1] has y = nan; it must be finite"),
    (np.array([[1, 2], [-INF, 1]]), ValueError, "rows[1] has x = -inf; it must be finite"),
    ([[INF, -INF]], ValueError, "rows[0] has x = inf; it must be finite"),
    ([[1, 2], [1, "2"]], TypeError, "rows[1], y must be a real number, not '2' (str)"),
    ([[1, None]], TypeError, "rows[0], y must be a real number, not None (NoneType)"),
    ([[1, 1j]], TypeError, "rows[0], y must be a real number, not 1j (complex)"),
    ([[1, 2], 3], TypeError, "rows[1] must be a row of numbers, not 3 (int)"),
    (["ab"], TypeError, "rows[0] must be a row of numbers, not 'ab' (str)"),
    ([{1: 0, 2: 0}], TypeError, "rows[0] must be a row of numbers, not {1: 0, 2: 0} (dict)"),
    (5, TypeError, "rows must be a table of numbers, not 5 (int)"),
    ("12", TypeError, "rows must be a table of numbers, not '12' (str)"),
    (
        [[1, 10**400]],
        OverflowError,
        "rows[0], y: an integer of this size does not fit a float",
    ),
]


@over_backends
@pytest.mark.parametrize(("rows", "error", "text"), BAD_ROWS)
def test_bad_rows_are_refused_before_anything_is_trained(rows, error, text, backend):
    x, y, w = leaves()
    program = engine.compile((y - w * x) ** 2, [x, y], [w], SGD([w]), backend)
    for run in (program, program.gradients, program.train):
        refuses(error, text, run, rows)
    assert w.data == 0.5


def test_numbers_whose_sum_overflows_are_fine():
    x, y, w = leaves()
    assert engine.compile(w * x - y * 0, [x, y], [w])([[1e308, 1e308]] * 2) == [5e307] * 2


@over_ways
def test_an_undefined_operation_is_named_with_its_row(way):
    x, _, w = leaves()
    inner = w * x
    inner.label = "z"
    with chosen(way) as backend:
        program = engine.compile(inner.log().tanh() ** 2, [x], [w], SGD([w]), backend)
        rows = [[1.0]] * 3 + [[-3.0]] + [[1.0]] * 20 + [[-5.0]]
        text = "rows[3]: log is undefined where a <= 0; given: a = -1.5 = mul(…) ('z')"
        for run in (program, program.gradients):
            refuses(ValueError, text, run, rows)
        refuses(ValueError, text, program.train, rows, batch_size=4)
        with pytest.raises(ValueError, match=r"^rows\[3\]: log is undefined where a <= 0"):
            program.train(rows)
    assert w.data == 0.5


@over_ways
def test_an_undefined_operation_is_found_where_its_number_is_lost(way):
    """x / 0 is infinite, and tanh of that is 1."""
    x, y, w = leaves()
    with chosen(way) as backend:
        program = engine.compile((w / x).tanh() + y, [x, y], [w], SGD([w]), backend)
        text = "rows[8]: div is undefined where b == 0; given: a = 0.5 ('w'), b = 0 ('x')"
        rows = [[1.0, 2.0]] * 8 + [[0.0, 1.0]]
        for run in (program, program.gradients):
            refuses(ZeroDivisionError, text, run, rows)
        with pytest.raises(ZeroDivisionError, match=r"rows\[8\]: div is undefined"):
            program.train(rows)
    assert w.data == 0.5


@over_backends
@pytest.mark.parametrize("batch_size", [1, 2, 20])
def test_divergence_leaves_everything_as_it_was(backend, batch_size):
    x, y, w = leaves()
    optimizer = SGD([w], 100.0, momentum=0.5)
    program = engine.compile((y - w * x) ** 2, [x, y], [w], optimizer, backend)
    rows = [[1.0, 2.0], [2.0, 1.0], [3.0, 5.0]]
    program.train(rows, batch_size=batch_size)
    before = w.data, list(optimizer.state["velocity"]), optimizer.steps
    text = r"epoch \d+: the loss of rows\[[012]\] became inf; smaller steps often help"
    with pytest.raises(FloatingPointError, match=f"^{text}$"):
        program.train(rows, epochs=1000, batch_size=batch_size)
    assert (w.data, list(optimizer.state["velocity"]), optimizer.steps) == before


@over_backends
def test_the_same_row_and_epoch_are_named_as_on_nodes(backend):
    x, y, w = leaves()
    program = engine.compile((y - w * x) ** 2, [x, y], [w], SGD([w], 1e100), backend)
    # w becomes 3e100 by the first row, and −1e301 or so by the second.
    refuses(
        FloatingPointError,
        "epoch 2: the loss of rows[0] became inf; smaller steps often help",
        *(program.train, [[1.0, 2.0], [1.0, 1.0]]),
        epochs=5,
    )
    assert w.data == 0.5


@over_backends
def test_a_parameter_that_is_lost_in_the_last_step_is_named(backend):
    x, _, w = leaves()
    program = engine.compile(w * x, [x], [w], SGD([w], 1e308), backend)
    text = "epoch 1: 0.5 ('w') became -inf; smaller steps often help"
    refuses(FloatingPointError, text, program.train, [[1.0], [1.5]], epochs=3)
    assert w.data == 0.5
