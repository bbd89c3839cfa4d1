"""Training again with care: only where a sum overflows, and with the failure that was found."""

from array import array

import pytest

from engine import Parameter, Value
from engine.programs.program import Program
from engine.programs.recording import Recording
from engine.programs.run.machine_code import LlvmBackend
from engine.programs.run.python import PythonBackend
from nn import SGD

pytest.importorskip("llvmlite")


def trained(rows, rate, epochs, size, power=1):
    """What came out, the weight, and how many batches were computed with care."""
    x, w = Value(1.0, "x"), Parameter(1.0, "w")
    program = Program(Recording([(w * x) ** power], [x], [w]), SGD([w], rate))
    made = []

    class Fast(LlvmBackend):
        def checked(self):
            made.append(PythonBackend(self.recording, self.rule))
            return made[-1]

    session = program.session(rows)
    order, fast = array("q", range(len(rows))), Fast(program.recording, program.rule)
    outcome = fast.train(session, order, size, epochs, len(rows))
    return outcome, session.parameters[0], len(made), session.steps


def test_ordinary_epochs_are_done_once():
    outcome, weight, made, steps = trained([[1.0], [2.0], [3.0], [4.0]], 0.1, 3, 2)
    assert (len(outcome.means), made, steps) == (3, 0, 6)
    assert weight == pytest.approx(1 - 3 * 0.1 * (1.5 + 3.5))


def test_only_the_batch_that_overflows_is_done_with_care():
    outcome, weight, made, steps = trained([[1.0], [2.0], [1e308], [1e308]], 1e-309, 2, 2)
    assert (outcome.failed, len(outcome.means), made, steps) == (False, 2, 2, 4)
    assert weight == pytest.approx(1 - 2 * 0.1)


def test_the_means_of_epochs_before_a_failure_are_kept():
    # Each epoch multiplies the weight by −2e60, and the loss is its square.
    outcome, weight, _, steps = trained([[1.0]], 1e60, 9, 1, power=2)
    assert outcome.means == pytest.approx([1.0, 4e120, 1.6e241])
    assert (outcome.row, outcome.loss, steps) == (0, float("inf"), 3)
    assert weight == pytest.approx(-8e180)


def test_a_failure_is_the_one_of_the_fast_epochs():
    # No sum overflows, but the step.
    outcome, weight, made, steps = trained([[1e300], [1e300]], 1e10, 5, 2)
    assert (outcome.means, outcome.row, outcome.parameter, made) == ([], None, 0, 1)
    assert (weight, steps) == (float("-inf"), 1)
    # Not even the loss is finite, in the second batch.
    outcome, weight, made, steps = trained([[1.0], [2.0], [1e200], [-1e300]], 1e10, 5, 2)
    assert (outcome.means, outcome.row, outcome.loss, made) == ([], 3, float("inf"), 0)
    assert (weight, steps) == (1 - 1.5e10, 1)
