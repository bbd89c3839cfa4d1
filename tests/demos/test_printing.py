"""What the demos print with."""

from demos.printing import factor, heading, name_of
from engine import Value


def test_a_heading_is_underlined_over_its_length(capsys):
    heading("Forward")
    assert capsys.readouterr().out == "\nForward\n───────\n"


def test_a_negative_factor_is_in_parentheses():
    assert [factor(2.5), factor(0.0), factor(-2.0)] == ["2.5", "0", "(−2)"]


def test_a_node_is_called_by_its_label_or_else_by_its_number():
    assert name_of(Value(3.0, label="x")) == "x"
    assert name_of(Value(-3.0)) == "−3"
    assert name_of(0.5) == "0.5"
