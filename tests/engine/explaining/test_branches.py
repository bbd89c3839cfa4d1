"""Why a local derivative is what it is: the conditions of the sheet, as they fall."""

import pytest

import engine
from engine import Value, explain
from engine.explaining.branches import condition, opposite
from engine.graph.naming import Naming
from engine.sheet.evaluate import undefined
from engine.sheet.formula import read
from engine.sheet.specialize import value_at
from tests.engine.sampling import as_values, call, example_row, over_sheet


@pytest.mark.parametrize(
    ("function", "x", "why"),
    [
        (Value.relu, -2.0, "where x ≤ 0"),
        (Value.relu, 0.0, "where x ≤ 0; y has a kink here"),
        (abs, 0.0, "where x = 0; y has a kink here"),
        (lambda x: engine.clamp(x, 0.0, 1.0), 4.0, "where x < 0 or x > 1"),
        (lambda x: engine.hinge(1.0, x), 4.0, "where 1·x ≥ 1"),
        (lambda x: engine.maximum([x, 5.0]), 4.0, "where x ≠ y"),
    ],
)
def test_a_derivative_of_0_says_which_branch_it_is_of(function, x, why):
    x = Value(x, label="x")
    y = function(x)
    text = explain(y, x, names={"y": y}).text
    assert text == f"∂y/∂x = 0, for y does not change with x {why}"


@over_sheet
def test_every_operation_can_be_asked(op):
    row = example_row(op)
    if undefined(op)(*op.bind(row), *([2] if op.sequences else []))[0]:
        return
    node = call(op, as_values(op, row, [True] * len(row)))
    for position in range(len(row) - len(op.constants)):
        assert isinstance(condition(node, position, Naming([])), str)


@pytest.mark.parametrize("text", ["a < b", "a <= b or a == 1", "a > 0 and b != 2 or a >= b"])
def test_the_opposite_holds_where_a_condition_does_not(text):
    test = read(text)
    for a in (-1.0, 0.0, 1.0, 2.0):
        for b in (0.0, 1.0, 2.0):
            numbers = {"a": a, "b": b}
            assert value_at(opposite(test), numbers) == (not value_at(test, numbers))
