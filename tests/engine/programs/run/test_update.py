"""A rule over nodes: what it computes, in which order it takes what it needs."""

import math

import pytest

from engine import Parameter
from engine.programs import remembered, update_function

RULE = (
    ("norm", "sqrt(sum(gradient * gradient))"),
    ("velocity", "momentum * velocity + gradient / norm"),
    ("parameter", "parameter - rate * step * velocity"),
)


def test_a_rule_over_nodes():
    first, second = Parameter(1.0), Parameter(2.0)
    first.grad, second.grad = 3.0, 4.0
    velocity = [1.0, -1.0]
    assert remembered(RULE) == ["velocity"]
    update_function(RULE, ("rate", "momentum"))([first, second], 2.0, 0.25, 0.5, velocity)
    assert velocity == pytest.approx([1.1, 0.3])
    assert (first.data, second.data) == pytest.approx((1 - 0.55, 2 - 0.15))


def test_nan_stays_in_a_reduction_of_a_rule():
    rule = (("parameter", "parameter - max(gradient)"),)
    first, second = Parameter(1.0), Parameter(1.0)
    first.grad, second.grad = 1.0, math.nan
    update_function(rule, ())([first, second], 1.0)
    assert math.isnan(first.data)


def test_equal_rules_share_their_function():
    assert update_function(RULE, ("rate", "momentum")) is update_function(
        RULE, ("rate", "momentum")
    )
