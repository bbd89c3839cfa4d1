"""Names come from labels and variables, and no text of theirs can break a drawing."""

import xml.etree.ElementTree as ElementTree

import pytest

from engine import Parameter, Value, dot, scope
from engine.drawing.views import BODIES, draw
from tests.engine.drawings import below, box_of, boxes, needs_graphviz

HOSTILE = [
    "<b>bold</b>",
    "a < b & c > d",
    "&amp;",
    "&#92;N",
    'say "x"',
    "it's",
    r"\N \G \E \l",
    "\\",
    "\\\\",
    "</TD></TR></TABLE>>]",
    "]; evil -> [",
    "{|}",
    "<!-- -->",
    "]]>",
    "%d {0}",
    "🎉 party",
    "x",
]


def drawn(picture):
    """The texts and the tooltips of the drawing that Graphviz makes."""
    tree = ElementTree.fromstring(picture.pipe("svg"))
    texts = [element.text for element in tree.iter("{http://www.w3.org/2000/svg}text")]
    tips = [e.get("{http://www.w3.org/1999/xlink}title") for e in tree.iter()]
    return [text.replace("\xa0", " ") for text in texts if text], [tip for tip in tips if tip]


@needs_graphviz
@pytest.mark.parametrize("label", HOSTILE)
@pytest.mark.parametrize("view", ["values", "neurons"])
def test_a_label_is_drawn_as_given(label, view):
    w = Parameter(2.0, label=label)
    with scope(f"neuron {label}"):
        y = dot([w], [Value(3.0, label=label)], Parameter(1.0))
    y.label = label
    texts, tips = drawn(draw(y, view=view, path=w))
    assert label in texts or f"{label} = Σ" in texts
    assert any(f"neuron {label}" in text for text in texts)
    assert f"∂{label}/∂{label} = 3" in texts
    assert any(tip.startswith(f"∂{label}/∂{label} = ") for tip in tips)


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("two\nlines", "two↵lines"),
        ("a\tb", "a b"),
        ("nul \x00 bell \x07", "nul � bell �"),
        ("half \ud800", "half �"),
        ("turned \u202e round", "turned � round"),
        ("x" * 10_000, "x" * 23 + "…"),
        ("مرحبا", "\u200eمرحبا\u200e"),
    ],
)
def test_what_cannot_be_drawn_is_replaced(label, shown):
    assert boxes(draw(Value(1.0, label=label)))["n1"][0] == shown


@needs_graphviz
def test_what_cannot_be_drawn_still_makes_a_drawing():
    for label in ("\x00\x1b\ud800\uffff", "مرحبا", "x" * 10_000, "\u202e", "👨‍👩‍👧"):
        texts, _ = drawn(draw(Value(1.0, label=label) * 2))
        assert "× 2" in texts


def test_names_of_variables_are_taken_where_there_is_no_label():
    a, b, labelled = Value(1.0), Value(2.0), Value(3.0, label="own")
    total = a * b + labelled
    picture = draw(total)
    words = {texts[0] for texts in boxes(picture).values()}
    assert {"a", "b", "own"} <= words
    assert box_of(picture, "total")[1][0] == "+"
    assert "no gradients yet: total.backward()" in below(picture)


def test_a_blank_label_is_none():
    assert boxes(draw(Value(1.0, label=" ")))["n1"][0] == "t1"


def test_names_that_ipython_gives_to_echoes_are_not_taken():
    x = Value(1.0)
    assert boxes(draw(x, names={"_1": x, "__": x, "x": x, "z": x}))["n1"][0] == "x"
    assert boxes(draw(x, names={"_1": x, "In": ["x"]}))["n1"][0] == "t1"


def test_names_must_be_a_mapping():
    with pytest.raises(TypeError, match=r"names takes a mapping .* such as locals\(\), not a list"):
        draw(Value(1.0), names=["x"])


@pytest.mark.parametrize(
    ("number", "shown"),
    [(-2 / 3, "−0.6667"), (1234567.0, "1.235e+06"), (1e-9, "1e−09"), (-0.0, "0")],
)
def test_numbers_have_four_digits_and_a_true_minus(number, shown):
    assert boxes(draw(Value(number)))["n1"][1] == shown


@pytest.mark.parametrize("number", [float("inf"), float("-inf"), float("nan")])
def test_infinities_are_drawn(number):
    x = Value(number, label="x")
    for view in BODIES:
        assert str(number).replace("-", "−") in box_of(draw(x + 1, view=view, path=x), "x")[1]
