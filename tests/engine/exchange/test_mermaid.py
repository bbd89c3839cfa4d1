"""Graphs as Mermaid: boxes, arrows, escapes, and the view that Mermaid can still draw."""

import re

import pytest

from engine import Value, parse, to_mermaid
from engine.exchange.mermaid import MOST_CHARACTERS, MOST_EDGES
from nn import MLP, squared_error

# A line of what a flowchart may hold here; quotes and brackets in labels are entities.
BOX = re.compile(r'    n\d+\["[^"\n`]*"\]:::(data|parameter|operation|output)')
ARROW = re.compile(r'    n\d+ -\.?->\|"(×[^"]+|\d+ edges)"\| n\d+')
CLASS = re.compile(
    r"    classDef (data|parameter|operation|output) fill:#\w{6},stroke:#\w{6},color:#\w{6}"
)


def counts(text):
    head, *lines = str(text).split("\n")
    assert head == "flowchart LR"
    boxes, arrows, classes = (
        [line for line in lines if form.fullmatch(line)] for form in (BOX, ARROW, CLASS)
    )
    assert len(boxes) + len(arrows) + len(classes) == len(lines)
    return len(boxes), len(arrows)


def loss_of(inputs, sizes):
    loss = squared_error(1, MLP(inputs, sizes, "tanh", seed=1)([0.1] * inputs))
    loss.backward()
    return loss


def test_boxes_arrows_and_gradients_of_a_formula():
    y = parse("relu(m1*x*m2)", m1=3, m2=0.5, x=2)
    assert "grad" not in to_mermaid(y)
    y.backward()
    text = to_mermaid(y)
    assert counts(text) == (6, 5)
    assert '    n1["<i>m1</i><br><b>3</b><br>grad 1"]:::data' in text.split("\n")
    assert '    n5 -->|"×1"| n6' in text.split("\n")
    assert text._repr_markdown_() == f"```mermaid\n{text}\n```"


def test_an_operand_that_is_used_twice_has_two_arrows_and_a_dead_one_is_dashed():
    x = Value(-1.0)
    text = to_mermaid((x + x).relu())
    assert counts(text) == (3, 3)
    assert text.count('n1 -->|"×1"| n2') == 2
    assert '    n2 -.->|"×0"| n3' in text.split("\n")


@pytest.mark.parametrize("label", ['"]', "#35;", "<b>x</b>", "`md`", "a\nb", "end", "\\n", "&lt;"])
def test_no_label_is_markup(label):
    text = to_mermaid(Value(1.0, label=label) * 2)
    assert counts(text) == (2, 1)
    shown = re.search("<i>(.*?)</i>", str(text))[1]
    assert not re.search(r'["<>`\\&]|#(?!\d+;)', shown)


def test_beyond_500_edges_neurons_are_drawn_and_then_layers():
    sizes = {}
    for name, loss in {
        "values": loss_of(3, [8, 1]),
        "neurons": loss_of(10, [30, 10, 1]),
        "layers": loss_of(10, [40, 20, 1]),
    }.items():
        text = to_mermaid(loss)
        assert text == to_mermaid(loss, view=name)
        assert len(text) <= MOST_CHARACTERS
        sizes[name] = counts(text)
        assert sizes[name][1] <= MOST_EDGES
    assert sizes == {"values": (59, 58), "neurons": (42, 311), "layers": (4, 3)}
    assert "820 parameters" in to_mermaid(loss_of(10, [40, 20, 1]))


def test_what_mermaid_cannot_draw_is_refused_with_its_size():
    loss = loss_of(10, [40, 20, 1])
    with pytest.raises(ValueError, match=r"in the view 'values': 2,\d+ edges"):
        to_mermaid(loss, view="values")
    y = Value(1.0)
    for _ in range(600):
        y = y.sin()
    with pytest.raises(ValueError, match="600 edges"):
        to_mermaid(y)
    with pytest.raises(ValueError, match="unknown view 'boxes'; known: values, neurons, layers"):
        to_mermaid(y, view="boxes")
