"""Formulas differentiated by the sheet's own lines."""

import ast
import math
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.explaining.verdict import judge
from engine.sheet.derived import partial_tree
from engine.sheet.differentiate import derivative
from engine.sheet.evaluate import forward
from engine.sheet.formula import FormulaError, read
from engine.sheet.inlining import replaced
from engine.sheet.op import Op
from engine.sheet.ops import OPERATIONS, SHEET
from tests.engine.sampling import call_arguments, ieee_partials, ieee_value, over_sheet, smooth_rows


def slope(text, name="a", operands=("a", "b"), sequences=()):
    return ast.unparse(derivative(read(text), name, operands, sequences))


def slope_of_power(exponent):
    """The partial derivative of `pow` on the sheet, with an exponent put in."""
    tree = replaced(read(OPERATIONS["pow"].partials[0]), {"k": read(exponent)})
    return ast.unparse(replaced(tree, {"out": read(f"a ** ({exponent})")}))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a + b", "1"),
        ("b", "0"),
        ("7", "0"),
        ("a * b", "b"),
        ("a * a", "a + a"),
        ("-a", "-1"),
        ("3 * a - b", "3"),
        ("a / b", "1 / b"),
        ("a ** 3", "3 * a ** 2"),
        ("a ** 1", "1"),
        ("a ** (2 * k)", slope_of_power("2 * k")),
        ("exp(2 * a)", "exp(2 * a) * 2"),
        ("cos(a)", "-sin(a)"),
        ("b if a > 0 else 5", "0"),
        ("0 if a <= 0 else a * b", "0 if a <= 0 else b"),
        ("max(a, 0)", "1 if a > 0 else 0 if 0 > a else 1 / 2"),
        ("min(a, b) * b", "b if a < b else 0 if b < a else b / 2"),
    ],
)
def test_derivatives_are_those_of_the_textbook_and_no_longer_than_needed(text, expected):
    assert slope(text) == expected


def test_a_zero_of_a_choice_stays_outermost_through_a_product():
    assert slope("(0 if a <= 0 else a) * b") == "0 if a <= 0 else b"
    assert slope("exp(0 if a <= 0 else a)").startswith("0 if a <= 0 else exp(")


@over_sheet
@given(data=st.data())
def test_the_sheet_proves_itself(op, data):
    """The derivative of each formula by the sheet's lines is the partial that stands beside it."""
    row = [*data.draw(smooth_rows(op))]
    # Beside the points where a formula has a branch of its own, which is then not differentiated.
    count = len(row) - len(op.constants)
    row[:count] = [0.99 * x + 0.0037 * place for place, x in enumerate(row[:count], 1)]
    assert ieee_partials(derived(op), row) == pytest.approx(
        ieee_partials(op, row), rel=1e-9, abs=1e-9
    )


@cache
def derived(op):
    """The line with its partials derived from its formula."""
    return Op(
        op.name,
        op.symbol,
        op.formula,
        tuple(slope(op.formula, name, op.operands, op.sequences) for name in op.operands),
        operands=" ".join(name + "*" * (name in op.sequences) for name in op.operands),
        constants=op.constants,
    )


@pytest.mark.parametrize(
    "formula",
    [
        "sum(a ** 2) ** 3",
        "log(sum(exp(a - max(a)))) + max(a)",
        "sum(a * sum(a))",
        "max(a) - min(a)",
        "sum((a - sum(a) / n) ** 2) / n",
        "sum(abs(a)) * n",
    ],
)
@given(numbers=st.lists(st.floats(-2, 2), min_size=1, max_size=4))
def test_reductions_are_differentiated_too_within_each_other_too(formula, numbers):
    # Apart from each other and from 0, where max, min and abs have kinks.
    numbers = [number + 5 * place + 3 for place, number in enumerate(numbers)]
    partial = slope(formula, "a", ["a"], ["a"])
    op = Op("f", "f", formula, (partial,), operands="a*")
    found = ieee_partials(op, numbers)
    for place, expected in enumerate(found):

        def along(x, place=place):
            row = [*numbers[:place], x, *numbers[place + 1 :]]
            return forward(op)(*call_arguments(op, row))[0]

        assert judge(along, numbers[place], expected, 1e-6).finding == "right"


@pytest.mark.parametrize("text", ["a > 0", "a > 0 or a < 2"])
def test_a_condition_has_no_derivative(text):
    with pytest.raises(FormulaError, match="is a condition; it has no derivative"):
        slope(text)


def test_every_partial_of_the_sheet_has_a_derivative():
    for op in SHEET:
        for operand in op.operands:
            tree = partial_tree(op, operand)
            if not op.sequences:
                for name in op.operands:
                    assert isinstance(derivative(tree, name, op.operands), ast.expr)


def test_the_value_of_an_example():
    text = slope("a * exp(-a ** 2) / b")
    op = Op("f", "f", text, ("0", "0"))
    assert ieee_value(op, [0.5, 2.0]) == pytest.approx(0.25 * math.exp(-0.25), rel=1e-15)
