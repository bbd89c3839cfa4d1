"""Formulas as people type them: what they mean, and where they go wrong."""

import ast
import keyword

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.sheet.dialects import TEXT
from engine.sheet.formula import FormulaError, read
from engine.sheet.ops import SHEET
from engine.sheet.typed import read_typed
from engine.sheet.typed_tokens import as_name


def written(tree):
    return ast.unparse(ast.fix_missing_locations(tree))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("relu(m1*x*m2)", "relu(m1 * x * m2)"),
        ("−2·(y − ŷ)·w²", "-2 * (y - ŷ) * w ** 2"),
        ("2^-x^2", "2 ** (-x ** 2)"),
        ("2^3^2 × a ÷ b", "2 ** 3 ** 2 * a / b"),
        ("-x^2", "-x ** 2"),
        ("a*-b", "a * -b"),
        ("a - b - c", "a - b - c"),
        ("x⁻¹⁰ + x₁", "x ** (-10) + x₁"),
        ("σ(z') + ReLU(θ) + ln(π)", "sigmoid(z') + relu(θ) + log(pi)"),
        ("√(x) + √y² + |a − b| + [c]", "sqrt(x) + sqrt(y) ** 2 + abs(a - b) + c"),
        ("2(x + 1)z^2/3w", "2 * (x + 1) * z ** 2 / 3 * w"),
        ("sinh'(z)·Tanh(a)", "cosh(z) * tanh(a)"),
        ("leaky_relu'(x, 0.3)", "0.3 if x <= 0 else 1"),
        ("a if x > 0 and y ≥ 2 or z else b if x = 1 else c",
         "a if x > 0 and y >= 2 or z else b if x == 1 else c"),
        ("1e3*x + .5 + 2.", "1000.0 * x + 0.5 + 2.0"),
        ("max(a, -b) // leaky_relu(x, 0.2) mod c", "max(a, -b) // leaky_relu(x, 0.2) % c"),
        ("y\u0302 + x\u0302", "ŷ + x\u0302"),
    ],
)  # fmt: skip
def test_what_is_typed_is_read_as_it_is_meant(typed, meant):
    assert written(read_typed(typed)) == meant


def test_every_formula_of_the_sheet_is_read_as_it_is_written_and_as_it_is_shown():
    formulas = [
        formula
        for op in SHEET
        if not op.sequences
        for formula in (op.formula, *op.partials, *op.taught.values())
    ]
    assert len(formulas) > 200
    for formula in formulas:
        tree = read(formula)
        assert written(read_typed(formula)) == ast.unparse(tree)
        # The text rounds numbers to 15 digits, the largest one beyond the floats.
        shown = TEXT.write(tree)
        if "308" in shown:
            continue
        assert written(read_typed(shown)) == ast.unparse(read(shown))


@pytest.mark.parametrize(
    ("typed", "position", "said"),
    [
        ("relu(m1**)", 9, 'expected a number, a name or "(", not ")"'),
        ("", 0, 'expected a number, a name or "(", not the end'),
        ("1 +", 3, "not the end"),
        ("x 2", 2, "a product with a number behind needs its sign, as in x*2"),
        ("x(y+1)", 0, "unknown function x; a product needs its sign"),
        ("q(y+1)", 0, "unknown function q; a product needs its sign"),
        ("sin''(x)", 0, "only the first derivative of a function of one number"),
        ("hypot'(x, y)", 0, "only the first derivative of a function of one number"),
        ("sin x", 0, "sin needs parentheses, as in sin(x)"),
        ("relo(x)", 0, "unknown function relo; relu is meant?"),
        ("relu(x, y)", 0, "relu takes 1 argument, 2 are given"),
        ("max(a)", 0, "max takes 2 arguments, 1 is given"),
        ("(a", 2, 'expected an operator or ")", not the end'),
        ("a)", 1, "expected an operator such as +, or the end"),
        ("|x", 2, 'expected an operator or "|", not the end'),
        ("a < b < c", 6, 'expected "and" between two comparisons'),
        ("1 if x", 6, 'expected "else", not the end'),
        ("a⁻", 1, "expected a whole number as the exponent"),
        ("1e999", 0, "too large for a float"),
        ("sum(a)", 0, "unknown function sum"),
        ("(" * 200, 100, "nested too deep"),
        ("-" * 200 + "x", 100, "nested too deep"),
        ("+".join("a" * 5000), None, "nested too deep"),
        ("__import__('os')", 11, 'not "\'"'),
        ("a.b", 1, 'not "."'),
        ("lambda: 0", 6, 'not ":"'),
    ],
)
def test_what_is_wrong_is_said_with_its_place_and_what_was_expected(typed, position, said):
    with pytest.raises(FormulaError) as caught:
        read_typed(typed)
    assert said in str(caught.value)
    assert caught.value.position == position


def test_names_may_be_limited_and_typed_in_other_ways():
    assert written(read_typed("y_hat*θ", {"ŷ": "ŷ", "y_hat": "ŷ", "θ": "θ"})) == "ŷ * θ"
    names = {"ŷ": "ŷ", "w[0]": "w[0]", "w": "w"}
    assert (
        written(read_typed("-2w[0] ŷ(1 − ŷ)e^-w", names))
        == "-2 * w[0] * ŷ * (1 - ŷ) * exp(1) ** (-w)"
    )
    with pytest.raises(FormulaError, match="tanh needs parentheses"):
        read_typed("tanh w", names)
    with pytest.raises(FormulaError, match="unknown name z; known: w, ŷ") as caught:
        read_typed("w*z", {"ŷ": "ŷ", "y_hat": "ŷ", "w": "w"})
    assert caught.value.position == 2


def test_a_name():
    assert [as_name(text) for text in ("x₁", " ŷ", "w'", "2x", "if", "x=1", "")] == [
        "x₁", "ŷ", "w'", None, None, None, None,
    ]  # fmt: skip


@given(st.text(alphabet="ab2.+-*/^()<=,√²⁻ifels θ∂'", max_size=30))
def test_any_text_is_read_or_refused_and_what_is_read_holds_nothing_else(typed):
    try:
        tree = read_typed(typed)
    except FormulaError:
        return
    allowed = (
        ast.BinOp, ast.UnaryOp, ast.Name, ast.Constant, ast.Compare, ast.BoolOp, ast.IfExp, ast.Call
    )  # fmt: skip
    for part in ast.walk(tree):
        assert isinstance(part, allowed) or not isinstance(part, ast.expr)
        assert not (isinstance(part, ast.Name) and keyword.iskeyword(part.id))
