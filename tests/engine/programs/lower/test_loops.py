"""The loops, as Python runs them: mean gradients, shares of losses, where training ends."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Parameter, Value
from engine.programs.lower.loops import functions
from engine.programs.lower.lowering import lower
from engine.programs.lower.rules import UpdateRule
from engine.programs.recording import Recording
from engine.programs.write.python import PythonWriter
from engine.sheet.defining import compile_source

RULE = UpdateRule((("parameter", "parameter - rate * gradient"),), ["rate"])


def made(one_row=False):
    """The functions of (y − w·x)²."""
    x, y, w = Value(1.0, "x"), Value(1.0, "y"), Parameter(1.0, "w")
    kernel = lower(Recording([(y - w * x) ** 2], [x, y], [w]))
    imports, texts = PythonWriter().module(functions(kernel, RULE, one_row))
    return compile_source("\n\n\n".join([*imports, *texts]) + "\n", f"<loops {one_row}>", None)


LOOPS, ONE_ROW = made(), made(one_row=True)
numbers = st.floats(-10, 10)


@given(rows=st.lists(st.tuples(numbers, numbers), min_size=1, max_size=6), w=numbers)
def test_a_batch_is_the_mean_gradient_and_the_share_of_the_loss(rows, w):
    gradient, count = [math.nan], len(rows)
    found = LOOPS["batch"]([w], rows, range(count), 0, count, 0.5 / count, gradient, [0.0])
    losses = [(y - w * x) ** 2 for x, y in rows]
    slopes = [-2 * x * (y - w * x) for x, y in rows]
    size = sum(map(abs, slopes))
    assert found == pytest.approx(sum(losses) / count / 2, rel=1e-12, abs=1e-300)
    assert gradient == [pytest.approx(sum(slopes) / count, rel=1e-12, abs=1e-12 * size + 1e-300)]


def test_a_mean_whose_sum_overflows():
    gradient, rows = [0.0], [[1.0, -4e307], [1.0, -4e307], [1.0, -4e307]]
    LOOPS["batch"]([0.0], rows, range(3), 0, 3, 0.0, gradient, [0.0])
    assert gradient == [pytest.approx(8e307, rel=1e-15)]


def trained(loops, rows, order, size, epochs, rate=0.1, w=0.0):
    parameters, losses = [w], [math.nan] * epochs
    share, space = 1 / len(order), ([0.0], [0.0])
    made = loops["train"](
        parameters, [], [rate], rows, order, len(order), size, epochs, share, 7.0, losses, *space
    )
    return made, parameters[0], losses


@pytest.mark.parametrize("loops", [LOOPS, ONE_ROW])
def test_rows_in_their_order_one_by_one(loops):
    w, losses = 0.0, []
    rows = [[1.0, 2.0], [3.0, -1.0], [0.5, 0.25]]
    for _ in range(2):
        losses.append(0.0)
        for x, y in (rows[2], rows[0]):
            losses[-1] += (y - w * x) ** 2 / 2
            w += 0.2 * x * (y - w * x)
    assert trained(loops, rows, [2, 0], 1, 2) == (
        4.0,
        pytest.approx(w, rel=1e-13),
        pytest.approx(losses, rel=1e-13),
    )


def test_the_last_batch_of_an_epoch_may_be_smaller():
    made, w, _ = trained(LOOPS, [[1.0, 1.0], [1.0, 3.0], [1.0, 5.0]], [0, 1, 2], 2, 1)
    assert made == 2.0
    middle = 0.2 * 2.0
    assert w == pytest.approx(middle + 0.2 * (5.0 - middle), rel=1e-13)


def test_training_ends_before_an_update_by_a_loss_that_is_not_finite():
    rows = [[1.0, 1.0], [1.0, 1e200], [1.0, 1.0]]
    made, w, losses = trained(LOOPS, rows, [0, 1, 2], 1, 5)
    assert (made, w) == (1.0, 0.2)
    assert losses[0] == math.inf
    assert all(map(math.isnan, losses[1:]))


def test_training_ends_after_an_epoch_with_a_parameter_that_is_not_finite():
    made, w, losses = trained(LOOPS, [[1.0, 1e150]], [0], 1, 5, rate=1e200)
    assert (made, w) == (1.0, math.inf)
    assert losses[0] == pytest.approx(1e300)
    assert all(map(math.isnan, losses[1:]))
