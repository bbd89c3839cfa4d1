"""A formula at a point has the value of the formula there, and says less that does not matter."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.sheet.dialects import TEXT
from engine.sheet.formula import read
from engine.sheet.ops import SHEET
from engine.sheet.specialize import specialize
from tests.engine.formulas import NAMES, formulas, many, outcome
from tests.engine.sampling import ieee_value, rows

SCALAR = [op for op in SHEET if not op.sequences]


@many
@given(text=formulas(), a=st.floats(-3, 3), b=st.floats(-3, 3))
def test_a_formula_has_the_same_value_at_its_point_as_before(text, a, b):
    numbers = {"a": a, "b": b}
    expected = outcome(text, numbers)
    if isinstance(expected, float):
        found = specialize(decimal(read(text, NAMES)), numbers)
        assert outcome(found, numbers) == pytest.approx(expected, rel=1e-12, nan_ok=True)
        assert not any(isinstance(part, ast.IfExp) for part in ast.walk(found))


def decimal(tree):
    """Whole numbers as floats, so that a power of powers of them overflows instead of growing."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            node.value = float(node.value)
    return tree


@pytest.mark.parametrize("op", SCALAR, ids=lambda op: op.name)
@given(data=st.data())
def test_every_formula_of_the_sheet_has_the_same_value_with_its_constants_put_in(op, data):
    row = data.draw(rows(op))
    constants = dict(zip(op.constants, row[len(op.operands) :]))
    numbers = {**dict(zip(op.operands, row)), **constants, "out": ieee_value(op, row)}
    for text in (op.formula, *op.partials):
        expected = outcome(text, numbers)
        if isinstance(expected, float):
            found = specialize(read(text), numbers, constants)
            assert outcome(found, numbers) == pytest.approx(expected, rel=1e-12, abs=1e-15)
            names = {part.id for part in ast.walk(found) if isinstance(part, ast.Name)}
            assert not names & set(constants)


@pytest.mark.parametrize(
    ("formula", "numbers", "constants", "text"),
    [
        ("0 if a <= 0 else a", {"a": 3.0}, {}, "a"),
        ("0 if a <= 0 else a", {"a": 0.0}, {}, "0"),
        ("slope * a if a <= 0 else a", {"a": -1.0, "slope": 0.01}, {"slope": 0.01}, "0.01·a"),
        ("k * a ** (k - 1) if k != 0 else 0", {"a": 3.0, "k": 3.0}, {"k": 3.0}, "3·a²"),
        ("k * a ** (k - 1) if k != 0 else 0", {"a": 3.0, "k": -1.0}, {"k": -1.0}, "−1·a^(−2)"),
        ("k * a ** (k - 1)", {"a": 3.0, "k": 0.5}, {"k": 0.5}, "0.5·a^(−0.5)"),
        ("a * 2 if a > 1 and b < 2 else a * 3", {"a": 2.0, "b": 1.0}, {}, "a·2"),
        ("(1 if a > b else -1) * a", {"a": 2.0, "b": 1.0}, {}, "1·a"),
        ("a ** k / 3", {"a": 2.0, "k": 1.0}, {"k": 1.0}, "a/3"),
        ("a * (1 / 3)", {"a": 2.0}, {}, "a·(1/3)"),
    ],
)
def test_choices_are_made_and_what_is_constant_is_computed(formula, numbers, constants, text):
    assert TEXT.write(specialize(read(formula), numbers, constants)) == text


def test_a_choice_may_depend_on_every_function_of_the_language():
    tree = read("a if sigmoid(a) > 0.5 else b")
    assert TEXT.write(specialize(tree, {"a": 1.0, "b": 2.0})) == "a"


def test_the_formula_itself_stays_as_it_was():
    tree = read("k * a ** (k - 1) + (a if a > 0 else b) * k")
    before = ast.dump(tree)
    specialize(tree, {"a": 3.0, "k": 2.0}, {"k": 2.0})
    assert ast.dump(tree) == before


def test_a_choice_that_hangs_on_an_unknown_number_stays():
    left = specialize(read("k * 1 if a > b else 0 if k > 1 else 3"), {"a": 1.0}, {"k": 2.0})
    assert ast.unparse(left) == "2 if a > b else 0"
