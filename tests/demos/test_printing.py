"""What the demos print with."""

import io
import sys

from demos.printing import columns, factor, filled, fixed, heading, introduction, name_of
from engine import Value
from engine.base.spelling import SPELLING


def test_a_heading_is_underlined_over_its_length(capsys):
    heading("Forward")
    assert capsys.readouterr().out == "\nForward\n───────\n"


def test_in_ascii_the_underline_is_as_long_as_the_heading_and_columns_stay(monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(), "ascii", errors=SPELLING)
    monkeypatch.setattr(sys, "stdout", stream)
    heading("∂L/∂ŷ")
    columns("  δ ŷ      1")
    columns("  z        1")
    stream.flush()
    lines = stream.buffer.getvalue().decode().splitlines()
    assert lines == ["", "dL/dy_hat", "---------", "  delta y_hat  1", "  z        1"]


def test_prose_fills_80_columns_also_where_its_signs_are_spelled():
    assert filled("a" * 40 + " " + "b" * 39) == "a" * 40 + " " + "b" * 39
    assert filled("a" * 40 + " " + "b" * 40) == "a" * 40 + "\n" + "b" * 40
    # In ASCII ŷ is y_hat.
    assert filled("a" * 40 + " " + "b" * 34 + " ŷ") == "a" * 40 + " " + "b" * 34 + "\nŷ"
    assert filled("a" * 78 + " b", "  ", "    ") == "  " + "a" * 78 + "\n    b"


def test_a_formula_is_not_broken():
    assert filled("a" * 70 + " and ŷ = 1 − x, z := 2") == "a" * 70 + " and\nŷ = 1 − x, z := 2"


def test_an_introduction_is_filled_and_keeps_lines_with_columns(capsys):
    introduction("A\nline.\n\na:   1\nbcd: 2\n")
    assert capsys.readouterr().out == "A line.\n\na:   1\nbcd: 2\n"


def test_a_fixed_number_has_the_sign_for_minus():
    assert [fixed(-0.5, "8.3f"), fixed(0.25, "+.2f")] == ["  −0.500", "+0.25"]


def test_a_negative_factor_is_in_parentheses():
    assert [factor(2.5), factor(0.0), factor(-2.0)] == ["2.5", "0", "(−2)"]


def test_a_node_is_called_by_its_label_or_else_by_its_number():
    assert name_of(Value(3.0, label="x")) == "x"
    assert name_of(Value(-3.0)) == "−3"
    assert name_of(0.5) == "0.5"
