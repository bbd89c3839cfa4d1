"""Formulas as MathML: well formed, and the same parentheses as in one line of text."""

from xml.etree import ElementTree

import pytest

from engine.sheet.dialects import TEXT
from engine.sheet.formula import read
from engine.sheet.mathml import MATHML
from engine.sheet.ops import SHEET


def texts(markup):
    """What a reader sees, from left to right."""
    return "".join(ElementTree.fromstring(f"<math>{markup}</math>").itertext())


def test_every_formula_of_the_sheet_is_well_formed():
    for op in SHEET:
        for text in (op.formula, *op.partials, *op.taught.values()):
            assert texts(MATHML.write(read(text)))


@pytest.mark.parametrize(
    "formula", ["a - (b - c)", "a - b - c", "(a + b) * c", "-a * b", "a * -b", "(a * b) ** 2 + c"]
)
def test_parentheses_are_those_of_text(formula):
    found = texts(MATHML.write(read(formula))).replace("2", "²").replace("+", " + ")
    assert found.replace("−", "-").replace(" ", "") == TEXT.write(read(formula)).replace(
        "−", "-"
    ).replace(" ", "")


@pytest.mark.parametrize(
    ("name", "markup"),
    [
        ("w111", "<msub><mi>w</mi><mn>111</mn></msub>"),
        ("o11#2", "<msub><mi>o</mi><mn>11#2</mn></msub>"),
        ("ŷ", "<mi>ŷ</mi>"),
        ("CGPA", "<mi>CGPA</mi>"),
        ("pi", "<mi>π</mi>"),
        ("a<b", "<mtext>a&lt;b</mtext>"),
        ('"', "<mtext>&quot;</mtext>"),
    ],
)
def test_names(name, markup):
    assert MATHML.name(name) == markup


@pytest.mark.parametrize(
    ("formula", "names", "text"),
    [
        ("a * b", {"a": -2.0, "b": -3.0}, "(−2)·(−3)"),
        ("a + b", {"a": 1.0, "b": -3.0}, "1+(−3)"),
        ("a * b", {"a": 1.5e-7, "b": 2.0}, "1.5·10−7·2"),
        ("a if a > b else 0", {}, "{aif a>b0otherwise"),
        ("sum(a * b)", {}, "∑ia·b"),
        ("max(a, b)", {}, "max\N{FUNCTION APPLICATION}(a,b)"),
        ("abs(a - b)", {}, "|a−b|"),
        ("sqrt(a) * cbrt(b)", {}, "a·b3"),
        ("a // b % c", {}, "⌊a/b⌋modc"),
    ],
)
def test_what_is_written(formula, names, text):
    assert texts(MATHML.write(read(formula), names)) == text
