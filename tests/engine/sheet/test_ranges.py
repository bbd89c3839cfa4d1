"""Intervals of formulas: never left, and finite where a formula is called smooth."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.eager.liveness import _range
from engine.sheet.computation import computation
from engine.sheet.evaluate import forward
from engine.sheet.formula import read
from engine.sheet.inlining import inlined
from engine.sheet.op import Op
from engine.sheet.ops import SHEET
from engine.sheet.ranges import (
    ANY,
    ENDS,
    EVERYTHING,
    LARGE,
    bounds,
    is_finite,
    is_smooth,
    rounded,
    with_steps,
)
from tests.engine.sampling import call_arguments, over_sheet, rows

inf = math.inf


@over_sheet
@given(data=st.data())
def test_no_operation_leaves_its_interval(op, data):
    row = data.draw(rows(op))
    constants = tuple(row[len(row) - len(op.constants) :])
    grouped = op.bind(row)[: len(op.operands)]
    arguments = tuple(
        rounded(min(part), max(part)) if isinstance(part, list) else rounded(part, part)
        for part in grouped
    )
    (value,) = forward(op)(*call_arguments(op, row))
    low, high = _range(op, constants, arguments)[0]
    assert low <= value <= high
    assert {low, high} <= set(ENDS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5", (1.0, LARGE)),
        ("a * a", (0.0, LARGE)),
        ("a ** 3", ANY),
        ("a ** 0.5", EVERYTHING),
        ("exp(a)", (0.0, inf)),
        ("exp(-abs(a))", (0.0, 1.0)),
        ("1 / (1 + exp(a))", (0.0, 1.0)),
        ("exp(a) if a <= 0 else 1 + a", (0.0, LARGE)),
        ("tanh(a) - 1", (-LARGE, 0.0)),
        ("max(a, 1)", (1.0, LARGE)),
        ("sin(a) / cosh(a)", (-1.0, 1.0)),
        ("1 / a", EVERYTHING),
        ("log(a)", (-inf, LARGE)),
    ],
)
def test_intervals_are_as_narrow_as_they_must_be(text, expected):
    low, high = bounds(inlined(read(text)), {"a": ANY})
    assert expected[0] <= low <= high <= expected[1] or (low, high) == expected


SMOOTH = (
    "a",
    "a ** 4",
    "tanh(a) * a",
    "sin(a)",
    "log1p(exp(-abs(a)))",
    "expm1(a) if a <= 0 else a",
    "1 / (1 + a ** 2)",
)
EDGED = "exp(a) 1/a sqrt(a) sqrt(abs(a)) a**1.5 a**-1 log(a) log1p(a) asin(sin(a)) tan(a) cosh(a)"


@pytest.mark.parametrize("text", SMOOTH)
def test_what_cannot_be_infinite_is_smooth(text):
    assert is_smooth(read(text), {"a": ANY})


@pytest.mark.parametrize("text", EDGED.split())
def test_what_may_be_infinite_or_have_an_infinite_derivative_is_not(text):
    assert not is_smooth(read(text), {"a": ANY})


STEPPED = {
    "a * a + 1": True,
    "exp(a)": False,
    "1 / (1 + exp(a))": True,
    "log1p(exp(-abs(a)))": True,
    "1 / sqrt(a)": False,
    "a ** -2": False,
    "expm1(a)": False,
    "a if a > 1 else 1 / a": False,
    "1 / a if a >= 2 else 0.5": True,
    "sum(exp(-abs(a)))": True,
    "1 / max(abs(a))": False,
}


@pytest.mark.parametrize("text", STEPPED)
def test_which_formulas_stay_finite_step_by_step(text):
    own = computation(Op("f", "f", text, ("0",), operands="a*" if "(abs" in text else "a"))
    known = with_steps(own.before, {"a": ANY})
    assert is_finite(bounds(own.value, known)) is STEPPED[text]


def test_which_operations_of_the_sheet_stay_finite():
    wild = set()
    for op in SHEET:
        names = dict.fromkeys((*op.operands, *op.constants, "n"), ANY)
        own = computation(op)
        if not is_finite(bounds(own.value, with_steps(own.before, names))):
            wild.add(op.name)
    assert {"tanh", "sigmoid", "relu", "gelu", "softplus", "dot", "sum", "hinge"}.isdisjoint(wild)
    assert {"exp", "div", "sinh", "cosh", "log"} <= wild
