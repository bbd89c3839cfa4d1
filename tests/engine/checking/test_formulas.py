"""Derived formulas as people type them, right or diagnosed."""

import pytest

from engine import Value, check_formula
from engine.sheet.formula import FormulaError

SIGMOID = "−2·(y − ŷ)·σ'(z)·x"


@pytest.fixture(scope="module")
def neuron():
    leaves = {"w": 0.5, "x": 2.0, "b": -0.3, "y": 3.0}
    w, x, b, y = (Value(number, name) for name, number in leaves.items())
    z = w * x + b
    prediction = z.sigmoid()
    loss = (y - prediction) ** 2
    z.label, prediction.label, loss.label = "z", "ŷ", "L"
    return loss, w


@pytest.mark.parametrize(
    ("formula", "kind"),
    [
        (SIGMOID, "right"),
        ("-2*(y-yhat)*sigma'(z)*x", "right"),
        ("-2(y - y_hat) ŷ(1 - ŷ) x", "right"),
        ("2 × (ŷ − y) × e^(−z)/(1 + e^−z)² × x", "right"),
        ("-2*(y-y\u0302)*sigmoid(z)*(1-σ(z))*x if y > 0 else 0", "right"),
        ("-2*|y-ŷ|*√((ŷ*(1-ŷ))**2)*x", "right"),
        ("2·(y − ŷ)·σ'(z)·x", "sign"),
        ("−(y − ŷ)·σ'(z)·x", "constant"),
        ("−2·(y − ŷ)·x", "factor missing"),
        ("−2·(y − ŷ)·ŷ·x", "factor missing"),
        ("−2·(y − ŷ)·σ'(z)·x·x", "factor doubled"),
        ("−2·(y − ŷ)·σ'(z)·w", "other node"),
        ("−2·(y − ŷ)·σ'(ŷ)·x", "other node"),
        ("−2·(y − z)·σ'(z)·x", "unknown"),
        ("−2·(3 − ŷ)·σ'(z)·x", "unknown"),
    ],
)
def test_a_formula_is_right_or_diagnosed(neuron, formula, kind):
    assert check_formula(*neuron, formula).kind == kind


@pytest.mark.parametrize(
    ("formula", "slip"),
    [
        ("−2(y − ŷ)·x", "factor missing: the local derivative of the product, v = 1, is missing"),
        ("−2(y − ŷ)·v·v·x", "factor doubled: "),
        ("−2(y − ŷ)·v·w", "other node: w = 2 stands where x = 2 belongs"),
    ],
)
def test_what_is_wrong_only_at_other_numbers_is_named_as_well(formula, slip):
    v, w, x, y = (Value(number, name) for name, number in zip("vwxy", (1.0, 2.0, 2.0, 3.0)))
    hidden = w * x
    loss = (y - (prediction := v * hidden)) ** 2
    found = check_formula(loss, w, formula, names={"ŷ": prediction, "L": loss, "o": hidden})
    assert found.text.startswith(slip)
    assert "∂L/∂w = 4; the same only at these numbers" in found.text


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("", 'character 1: expected a number, a name or "\\(", not the end'),
        ("-2*(y - q)", "character 9: unknown name q; known: L, b, w, x, y, z, ŷ\n"),
        ("2*(y", r'character 5: expected an operator or "\)", not the end'),
        ("y $ 2", r'character 3: expected an operator .* not "\$"'),
        ("sigmiod(z)", "unknown function sigmiod; sigmoid"),
        ("tanh z", "tanh needs parentheses"),
        ("sin''(y)", "only the first derivative"),
        ("atan2(y)", "atan2 takes 2 arguments, 1 is given"),
        ("__import__('os')", "character 12: expected"),
        ("y.real", "character 2: expected an operator"),
        ("1e999", "too large for a float"),
        ("(" * 150 + "x" + ")" * 150, "nested too deep"),
        ("x > 1", "a condition stands where a number"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(neuron, formula, message):
    with pytest.raises(FormulaError, match=message):
        check_formula(*neuron, formula)


def test_a_caret_stands_under_the_place(neuron):
    with pytest.raises(FormulaError) as caught:
        check_formula(*neuron, "x*" * 60 + "q")
    _, line, caret = str(caught.value).splitlines()
    assert line[caret.index("^")] == "q"


def test_names_of_variables_and_labels_of_any_kind():
    first, second = Value(2.0, "w[0]"), Value(3.0)
    assert check_formula(first * second, first, "k", names={"k": second}).kind == "right"
    assert check_formula(first * second, second, "w[0]").kind == "right"
    assert check_formula(first * second, first, "second").kind == "right"


def test_what_is_not_a_formula(neuron):
    with pytest.raises(TypeError, match="the formula must be text, not 3"):
        check_formula(*neuron, 3)
    with pytest.raises(ValueError, match="the formula is inf"):
        check_formula(*neuron, "1/(x − 2)")
