"""How far training came: epochs, the row of a loss, a parameter that is not finite."""

import math

import pytest

from engine import Parameter, Value
from engine.programs.program import Program
from engine.programs.recording import Recording
from engine.programs.run.outcomes import outcome_of
from nn import SGD

NAN = math.nan


def came_to(made, losses, parameters=(1.0, 2.0), found=(0.0, math.inf, 3.0), size=1):
    """The outcome after so many updates on three rows in the order 2, 0, 1."""
    x, w, v = Value(1.0), Parameter(1.0), Parameter(2.0)
    program = Program(Recording([w * x + v], [x], [w, v]), SGD([w, v]))
    session = program.session([[1.0], [2.0], [3.0]])
    session.parameters[:] = type(session.parameters)("d", parameters)
    session.steps = 10
    outcome = outcome_of(session, [2, 0, 1], size, losses, made, lambda _: list(found))
    return outcome.means, outcome.row, outcome.loss, outcome.parameter, session.steps


def test_all_epochs():
    assert came_to(6, [0.5, 0.25]) == ([0.5, 0.25], None, 0.0, None, 16)
    assert came_to(4, [0.5, 0.25], size=2) == ([0.5, 0.25], None, 0.0, None, 14)


@pytest.mark.parametrize(("made", "means"), [(5, [0.5]), (2, [])])
def test_a_loss_is_looked_up_in_its_batch(made, means):
    assert came_to(made, [0.5, NAN, NAN]) == (means, 1, math.inf, None, 10 + made)


def test_the_first_row_of_a_batch_whose_loss_is_not_finite():
    found = (NAN, math.inf, 3.0)
    assert came_to(0, [NAN], found=found, size=3)[1] == 0
    assert came_to(1, [NAN], found=found, size=2)[1:3] == (1, math.inf)


def test_a_parameter_is_looked_at_when_an_epoch_is_over():
    bad = (1.0, -math.inf)
    assert came_to(3, [0.5, NAN], bad) == ([], None, 0.0, 1, 13)
    assert came_to(6, [0.5, 0.25], bad) == ([0.5], None, 0.0, 1, 16)
    # In the middle of one, and before the first update, it is a loss that failed.
    assert came_to(5, [0.5, NAN], bad)[:2] == ([0.5], 1)
    assert came_to(0, [NAN], bad, found=(0.0, 0.0, NAN))[:2] == ([], 2)


def test_parameters_whose_sum_overflows_are_finite():
    assert came_to(3, [0.5], (1e308, 1e308)) == ([0.5], None, 0.0, None, 13)
