"""Bounds of formulas hold for the numbers that the formulas give."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.programs.lower.bounds import (
    ORDINARY,
    UNKNOWN,
    Bounds,
    bounds_of,
    joined,
    of_number,
    with_steps,
)
from engine.sheet.computation import computation
from engine.sheet.evaluate import forward
from engine.sheet.formula import read
from engine.sheet.op import Op
from engine.sheet.ops import SHEET

FORMULAS = {
    "a * a + 1": (-math.inf, math.inf, True),
    "1 / (1 + a ** 2)": (0.0, 1.0, True),
    "exp(a)": (0.0, math.inf, False),
    "1 / (1 + exp(a))": (0.0, 1.0, True),
    "exp(a) / (1 + exp(a))": (0.0, math.inf, False),
    "exp(-abs(a))": (0.0, 1.0, True),
    "exp(-a ** 2 / 2)": (0.0, 1.0, True),
    "log1p(exp(-abs(a)))": (0.0, math.inf, True),
    "log1p(a)": (-math.inf, math.inf, False),
    "1 / a": (-math.inf, math.inf, False),
    "1 / sqrt(a)": (-math.inf, math.inf, False),
    "a ** -2": (-math.inf, math.inf, False),
    "tanh(a) - 3": (-4.0, -2.0, True),
    "max(min(a, 2), -2)": (-2.0, 2.0, True),
    "expm1(a)": (-1.0, math.inf, False),
    "exp(a) if a <= 0 else 1": (0.0, 1.0, True),
    "a if a > 1 else 1 / a": (-math.inf, math.inf, False),
    "1 / a if a >= 2 else 0.5": (0.0, 0.5, True),
    "2 - (sin(a) + cos(a))": (0.0, 4.0, True),
}


@pytest.mark.parametrize("text", FORMULAS)
def test_formulas(text):
    assert bounds_of(read(text), {"a": ORDINARY})[:3] == FORMULAS[text]


@given(st.sampled_from(list(FORMULAS)), st.floats(-50, 50))
def test_what_a_formula_gives_lies_within(text, a):
    low, high, finite, _ = bounds_of(read(text), {"a": ORDINARY})
    try:
        (value,) = forward(Op("f", "f", text, ("0",)))(a)
    except (ArithmeticError, ValueError):
        return
    if finite:
        assert math.isfinite(value)
        assert low <= value <= high


def test_which_operations_of_the_sheet_stay_finite():
    wild = set()
    for op in SHEET:
        names = dict.fromkeys((*op.operands, *op.constants, "n"), ORDINARY)
        own = computation(op)
        if not bounds_of(own.value, with_steps(own.before, names)).finite:
            wild.add(op.name)
    assert {"tanh", "sigmoid", "relu", "gelu", "softplus", "dot", "sum", "hinge"}.isdisjoint(wild)
    assert {"exp", "div", "sinh", "cosh", "log"} <= wild


def test_constants_and_choices_of_several():
    assert of_number(2.0) == Bounds(2.0, 2.0, True)
    assert of_number(math.inf) == of_number(math.nan) == UNKNOWN
    assert joined([of_number(2.0), of_number(-1.0)]) == Bounds(-1.0, 2.0, True)
    assert joined([ORDINARY, UNKNOWN]) == UNKNOWN
    assert joined([]) == Bounds(0.0, 0.0, True)
