"""`max_norm`: no step follows a gradient that is longer."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Parameter
from nn import SGD, Optimizer
from tests.nn.shared import over_kinds, to_12_digits, walk

gradients = st.lists(st.lists(st.floats(-100, 100), min_size=3, max_size=3), min_size=1, max_size=5)


@over_kinds
@given(rows=gradients, max_norm=st.floats(0.01, 200))
def test_steps_are_those_of_the_gradients_clipped_by_hand(kind, rows, max_norm):
    """Pascanu, Mikolov and Bengio 2013: if ‖g‖ > threshold, g := threshold·g/‖g‖."""
    clipped = [
        [g * max_norm / math.hypot(*row) for g in row] if math.hypot(*row) > max_norm else row
        for row in rows
    ]
    first, second = (
        kind([Parameter(w) for w in (0.5, -1.0, 3.0)], 0.01, weight_decay=0.1, **more)
        for more in ({"max_norm": max_norm}, {})
    )
    close = pytest.approx
    # Adam divides a gradient by itself: one that is nearly 0 shows the last digit.
    expected = [close(row, rel=1e-9, abs=1e-9) for row in walk(second, clipped)]
    assert walk(first, rows) == expected


@over_kinds
def test_short_gradients_and_none_at_all_stay_as_they_are(kind):
    rows = [[3.0, 4.0], [0.0, 0.0], [-1.0, 0.5]]
    plain, clipped = (
        kind([Parameter(1.0), Parameter(2.0)], **more) for more in ({}, {"max_norm": 5.0})
    )
    assert walk(clipped, rows) == walk(plain, rows)


def test_the_norm_is_that_of_all_parameters_together():
    optimizer = SGD([Parameter(0.0), Parameter(0.0)], 1.0, max_norm=1.0)
    assert walk(optimizer, [[30.0, 40.0]]) == [[to_12_digits(-0.6), to_12_digits(-0.8)]]
    optimizer.settings["max_norm"] = 50.0
    assert walk(optimizer, [[30.0, 40.0]])[0] == to_12_digits([-30.6, -40.8])


def test_a_rule_of_ones_own_is_clipped_too():
    rule = (("parameter", "parameter - gradient"),)
    assert walk(Optimizer([Parameter(0.0)], rule, max_norm=2.0), [[-8.0]]) == [[2.0]]


@over_kinds
def test_a_norm_must_be_above_0(kind):
    for bad in (0, -1, math.nan, math.inf):
        message = f"{kind.__name__}: max_norm must be above 0, not {bad!r}"
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            kind([Parameter(1.0)], max_norm=bad)
    assert "max_norm=2" in repr(kind([Parameter(1.0)], max_norm=2))
    assert "max_norm" not in repr(kind([Parameter(1.0)]))
