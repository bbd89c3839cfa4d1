"""Writers of formulas: whatever is written must be readable again and come to the same number."""

import ast
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.sheet.dialects import LATEX, TEXT
from engine.sheet.evaluate import VALUES
from engine.sheet.formula import read
from tests.engine.formulas import NAMES, formulas, many, outcome
from tests.engine.latex import read_latex
from tests.engine.sampling import over_sheet, same

# Each writer with what reads its work again.
READERS = {
    "text": (TEXT, lambda text: ast.unparse(read(text))),
    "latex": (LATEX, read_latex),
    "python": (VALUES, str),
}
in_every_dialect = pytest.mark.parametrize(("dialect", "again"), READERS.values(), ids=READERS)

POINTS = [
    {"a": 0.75, "b": 1.5},
    {"a": -2.0, "b": 0.5},
    {"a": 3.0, "b": -1.0},
    {"a": 0.0, "b": 0.0},
]
# Numbers in at most fifteen digits, which is what texts show.
REPLACEMENTS = st.sampled_from([0.75, -0.5, -3, 2, 0, 18, -1.25, 123456.789])


def comes_to_the_same(original, written, points):
    for point in points:
        expected, found = outcome(original, point), outcome(written, point)
        assert same(expected, found), f"{written} at {point} is {found!r}, not {expected!r}"


@in_every_dialect
@many
@given(text=formulas())
def test_a_written_formula_read_again_gives_the_same_number(dialect, again, text):
    tree = read(text, NAMES)
    comes_to_the_same(text, again(dialect.write(tree)), POINTS)


@pytest.mark.parametrize("dialect", ["text", "latex"])
@many
@given(text=formulas(reductions=True))
def test_a_formula_with_reductions_read_again_gives_the_same_number(dialect, text):
    writer, again = READERS[dialect]
    comes_to_the_same(text, again(writer.write(read(text, NAMES))), POINTS)


@in_every_dialect
@many
@given(text=formulas(), a=REPLACEMENTS, b=REPLACEMENTS)
def test_numbers_in_place_of_names_give_the_same_number(dialect, again, text, a, b):
    written = dialect.write(read(text, NAMES), {"a": a, "b": b})
    comes_to_the_same(text, again(written), [{"a": float(a), "b": float(b)}])


@pytest.mark.parametrize("dialect", ["text", "latex"])
@over_sheet
def test_every_formula_of_the_sheet_read_again_gives_the_same_number(op, dialect):
    writer, again = READERS[dialect]
    names = [*op.operands, *op.constants, "n", "out"]
    points = [dict(zip(names, numbers)) for numbers in SHEET_POINTS]
    for text in (op.formula, *op.partials, *filter(None, [op.undefined, op.kinks])):
        written = again(writer.write(read(text, names)))
        comes_to_the_same(text, written, points)


SHEET_POINTS = [
    [0.75, 0.5, 1.5, 2.0, 0.625, 0.25],
    [-0.5, 2.0, 3.0, 0.5, -1.5, 2.5],
    [0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    [1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
]

# formula: its text and its LaTeX.
SPELLINGS = {
    "a - (b - c)": ("a − (b − c)", r"a - \left(b - c\right)"),
    "a - b - c": ("a − b − c", "a - b - c"),
    "a + (b + c)": ("a + (b + c)", r"a + \left(b + c\right)"),
    "a / (b / c)": ("a/(b/c)", r"\frac{a}{\frac{b}{c}}"),
    "a / b / c": ("a/b/c", r"\frac{\frac{a}{b}}{c}"),
    "(a + b) / (a - b)": ("(a + b)/(a − b)", r"\frac{a + b}{a - b}"),
    "a * (b + c)": ("a·(b + c)", r"a \cdot \left(b + c\right)"),
    "-(a ** 2)": ("−a²", "-a^{2}"),
    "(-a) ** 2": ("(−a)²", r"\left(-a\right)^{2}"),
    "a ** 3": ("a³", "a^{3}"),
    "(a ** b) ** c": ("(a^b)^c", r"\left(a^{b}\right)^{c}"),
    "a ** (b ** c)": ("a^(b^c)", "a^{b^{c}}"),
    "a ** -b": ("a^(−b)", "a^{-b}"),
    "(a / b) ** 2": ("(a/b)²", r"\left(\frac{a}{b}\right)^{2}"),
    "exp(a) ** 2": ("exp(a)²", r"\left(\exp\left(a\right)\right)^{2}"),
    "a - -b": ("a − (−b)", r"a - \left(-b\right)"),
    "a * -b": ("a·(−b)", r"a \cdot \left(-b\right)"),
    "--a": ("−(−a)", r"-\left(-a\right)"),
    "sqrt(a + b)": ("√(a + b)", r"\sqrt{a + b}"),
    "abs(a - b)": ("abs(a − b)", r"\left|a - b\right|"),
    "sigmoid(a)": ("σ(a)", r"\sigma\left(a\right)"),
    "asin(a)": ("asin(a)", r"\arcsin\left(a\right)"),
    "log1p(a)": ("log1p(a)", r"\operatorname{log1p}\left(a\right)"),
    "log2(a)": ("log2(a)", r"\log_{2}\left(a\right)"),
    "asinh(a)": ("asinh(a)", r"\operatorname{arsinh}\left(a\right)"),
    "cbrt(a)": ("∛(a)", r"\sqrt[3]{a}"),
    "atan2(a, b)": ("atan2(a, b)", r"\operatorname{atan2}\left(a, b\right)"),
    "floor(a)": ("floor(a)", r"\left\lfloor a\right\rfloor"),
    "(a - b) // c": ("(a − b) // c", r"\left\lfloor \left(a - b\right) / c\right\rfloor"),
    "ceil(a)": ("ceil(a)", r"\left\lceil a\right\rceil"),
    "sum(a * b) + c": ("Σ(a·b) + c", r"\sum_i a \cdot b + c"),
    "sum(a + b)": ("Σ(a + b)", r"\sum_i \left(a + b\right)"),
    "max(a, b)": ("max(a, b)", r"\max\left(a, b\right)"),
    "2 * pi": ("2·π", r"2 \cdot \pi"),
    "w111 * out": ("w111·out", r"w_{111} \cdot \mathrm{out}"),
    "a if a > 0 else 0": (
        "a if a > 0 else 0",
        r"\begin{cases} a & \text{if } a > 0 \\ 0 & \text{otherwise} \end{cases}",
    ),
    "a if a != 0 else b if b <= 1 else c": (
        "a if a ≠ 0 else b if b ≤ 1 else c",
        r"\begin{cases} a & \text{if } a \ne 0 \\ b & \text{if } b \le 1 \\ "
        r"c & \text{otherwise} \end{cases}",
    ),
    "(a if a > 0 else b) * c": (
        "(a if a > 0 else b)·c",
        r"\left(\begin{cases} a & \text{if } a > 0 \\ b & \text{otherwise} \end{cases}\right)"
        r" \cdot c",
    ),
}


@pytest.mark.parametrize(
    ("formula", "text", "latex"), [(formula, *pair) for formula, pair in SPELLINGS.items()]
)
def test_formulas_are_spelled_as_written_mathematics(formula, text, latex):
    tree = read(formula)
    assert TEXT.write(tree) == text
    assert LATEX.write(tree) == latex


@pytest.mark.parametrize("dialect", ["text", "latex"])
@pytest.mark.parametrize("formula", ["sum(a) * b", "max(a) * b", "sum(a) % b", "max(a) * sum(b)"])
def test_a_factor_after_a_reduction_is_not_drawn_into_it(dialect, formula):
    writer, again = READERS[dialect]
    comes_to_the_same(formula, again(writer.write(read(formula))), POINTS)


def test_a_negative_number_in_place_of_a_name_stands_in_parentheses_where_it_must():
    tree = read("a - b ** 2 + b * a")
    numbers = {"a": -3, "b": -0.5}
    assert TEXT.write(tree, numbers) == "−3 − (−0.5)² + (−0.5·(−3))"
    assert LATEX.write(tree, numbers) == (
        r"-3 - \left(-0.5\right)^{2} + \left(-0.5 \cdot \left(-3\right)\right)"
    )


def test_a_name_in_place_of_a_name_may_be_any_label():
    assert TEXT.write(read("a - b"), {"a": "ŷ"}) == "ŷ − b"
    assert LATEX.write(read("a - b"), {"a": "o11", "b": "my_b"}) == r"o_{11} - \mathrm{my\_b}"


@pytest.mark.parametrize("number", [1e-7, -2.5e-12, 1e16, 6.02e23])
@pytest.mark.parametrize("dialect", READERS)
def test_very_small_and_very_large_numbers_are_written_so_that_they_are_read_again(dialect, number):
    writer, again = READERS[dialect]
    found = outcome(again(writer.write(read("b - a ** 2"), {"a": number})), {"b": 1.0})
    assert math.isclose(found, 1.0 - number**2, rel_tol=1e-14)


def test_a_tree_that_was_not_checked_is_refused():
    with pytest.raises(TypeError, match="not part of a checked formula"):
        TEXT.write(ast.parse("[a]", mode="eval").body)
