"""Formulas on numbers of other kinds: fractions, which round nothing, and floats."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Op
from engine.sheet import ieee
from engine.sheet.ops import OPERATIONS
from tests.differential.interpreter import Interpreter
from tests.engine.sampling import call_arguments, ieee_value, is_undefined, over_sheet, rows

FUNCTIONS = {"abs": abs, "max": max, "min": min, "floor": math.floor, "pi": Fraction(22, 7)}
EXACT = Interpreter(Fraction, FUNCTIONS)


def test_arithmetic_without_rounding():
    third = Fraction(1, 3)
    assert EXACT.operations()["div"](third, 0.5) == Fraction(2, 3)
    assert EXACT.operations()["huber"](third, Fraction(4, 3), 0.5) == Fraction(3, 8)
    assert EXACT.operations()["leaky_relu"](-third, 0.25) == Fraction(-1, 12)
    assert EXACT.operations()["floordiv"](-third, 0.25) == -2
    assert EXACT.operations()["dot"]([third, 2.0], [3.0, third], 1.0) == Fraction(8, 3)


def test_reductions_within_reductions_go_over_all_elements():
    spread = Op("spread", "spread", "sum((a - sum(a) / n) ** 2) + max(a)", ("0",), operands="a*")
    numbers = [Fraction(1), Fraction(2), Fraction(6)]
    assert EXACT.operation(spread, numbers) == 4 + 1 + 9 + 6


def test_constants_that_are_left_out_have_their_defaults_and_pi_is_the_librarys():
    turn = Op("turn", "turn", "a * pi + k", ("pi",), constants={"k": 2.0})
    assert EXACT.operation(turn, Fraction(7)) == 24
    assert EXACT.operation(turn, Fraction(7), 3.0) == 25


def test_conditions():
    inside = Op("inside", "in", "1 if a > 0 and a < 2 or a == 5 else 0", ("0",))
    found = [EXACT.operation(inside, Fraction(a)) for a in (-1, 0, 1, 2, 5)]
    assert found == [0, 0, 1, 0, 1]


@over_sheet
@given(data=st.data())
def test_on_floats_it_gives_the_value_of_the_operation(op, data):
    row = data.draw(rows(op))
    if is_undefined(op, row):
        return
    arguments = call_arguments(op, row)[: len(op.operands) + len(op.constants)]
    found = Interpreter(float, ieee.NAMESPACE).operation(OPERATIONS[op.name], *arguments)
    assert found == pytest.approx(ieee_value(op, row), rel=1e-12, abs=1e-12)
