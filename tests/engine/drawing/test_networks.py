"""Pictures of networks: neurons in order, inputs as boxes, labels at their arrows, sizes."""

import builtins
import re

import pytest

import engine
from engine import Parameter, Value, draw, mean, squared_error
from nn import MLP
from nn import squared_error as loss_of
from tests.engine.drawings import arrows, below, box_of, boxes, lesson, needs_graphviz


def two_outputs():
    """A 2-3-2 network on plain numbers."""
    model = MLP(2, [3, 2], activation="tanh", output="sigmoid", seed=4)
    loss = loss_of([1.0, 0.0], model([0.5, -1.0]))
    loss.backward()
    return loss


def batch(rows, add):
    model = MLP(2, [2, 1], "linear", init="ones")
    return add([squared_error(3.0, model([8 - row, 80 - row])) for row in range(rows)])


def size(picture):
    width, height = re.search(r'width="(\d+)pt" height="(\d+)pt"', picture._repr_svg_()).groups()
    return int(width), int(height)


def heights(picture, pattern):
    """How far down each text that fits the pattern is, in the order of the texts."""
    svg = picture.pipe("svg", encoding="utf-8")
    found = re.findall(rf'<text [^>]* y="([-\d.]+)"[^>]*>({pattern})</text>', svg)
    return [float(y) for y, _ in sorted(found, key=lambda pair: pair[1])]


@needs_graphviz
@pytest.mark.parametrize("make", [two_outputs, lambda: lesson()["L"]])
@pytest.mark.parametrize("view", ["values", "neurons"])
def test_neuron_1_stands_above_neuron_2(view, make):
    picture = draw(make(), view=view)
    for pattern in ("layer 1 · neuron .", "layer 2 · neuron .", "x.", "w11.", "w1.1"):
        found = heights(picture, pattern)
        assert found
        assert found == sorted(found)


@pytest.mark.parametrize("view", ["values", "neurons"])
def test_inputs_that_are_plain_numbers_are_boxes_and_no_notes(view):
    picture = draw(two_outputs(), view=view)
    first, second = box_of(picture, "x1"), box_of(picture, "x2")
    assert (first[1], second[1]) == (["x1", "0.5"], ["x2", "−1"])
    assert "inputs" not in picture.source
    labels = [label for tail, _, label, _ in arrows(picture) if tail.split(":")[0] == first[0]]
    assert labels == [""] * 3
    assert "data" in below(picture)


def test_inputs_of_several_samples_are_boxes_for_each_and_one_among_layers():
    loss = batch(3, mean)
    texts = [runs for runs in boxes(draw(loss, view="neurons")).values() if runs[0] == "x2"]
    assert [value for _, value in texts] == ["80", "79", "78"]
    assert box_of(draw(loss, view="layers"), "3 × 2 inputs")[1] == ["3 × 2 inputs", "6 … 80"]


def test_many_inputs_are_one_box():
    picture = draw(MLP(12, [2, 1], seed=1)([0.5] * 11 + [2.0]), view="neurons")
    identity, texts = box_of(picture, "12 inputs")
    assert texts == ["12 inputs", "0.5 … 2"]
    labels = [label for tail, _, label, _ in arrows(picture) if tail.startswith(f"{identity}:")]
    assert labels == ["12 edges"] * 2


def test_an_arrow_has_its_label_at_the_row_that_it_leads_to():
    nodes = lesson()
    lines = [line for line in draw(nodes["L"]).body if ":w [" in line]
    assert [re.search(r'headlabel="(.*?)"', line)[1] for line in lines] == ["×0.1"] * 4 + ["×1"] * 2
    # Above the arrow: 7 points up and 11 before its end, and half the label's width.
    assert "labeldistance=2.37, labelangle=-17.2, " in lines[0]
    mirrored = [line for line in draw(nodes["L"], direction="RL").body if ":e [" in line]
    assert "labeldistance=2.37, labelangle=17.2, " in mirrored[0]
    downwards = draw(nodes["L"], direction="TB")
    assert "headlabel" not in downwards.source


@needs_graphviz
@pytest.mark.parametrize("add", [builtins.sum, engine.sum, mean])
def test_a_batch_of_samples_is_as_wide_as_a_page(add):
    picture = draw(batch(24, add))
    assert len(boxes(picture)) == 5
    assert size(picture)[0] < 900
    assert ("24 terms" in picture.source) == (add is builtins.sum)


@needs_graphviz
@pytest.mark.parametrize(
    ("inputs", "sizes", "title", "width"),
    [
        (2, [8, 8, 1], "layer 2", 900),
        (3, [4, 4, 1], "layer 2", 900),
        (2, [4, 1], "layer 1 · neuron 4", 850),
        (3, [6, 1], "layer 1 · neuron 6", 900),
    ],
)
def test_neurons_are_drawn_where_they_can_be_read(inputs, sizes, title, width):
    loss = squared_error(1.0, MLP(inputs, sizes, "tanh", seed=1)([0.1] * inputs))
    loss.backward()
    picture = draw(loss)
    assert box_of_title(picture, title)
    assert size(picture)[0] < width


def box_of_title(picture, title):
    return [runs for runs in boxes(picture).values() if runs[0] == title]


def test_a_sum_of_many_terms_is_one_box_among_layers():
    w, b = Parameter(0.5, label="w"), Parameter(0.1, label="b")
    total = Value(0.0)
    for row in range(20):
        total = total + (w * row + b - 2 * row) ** 2
    total.backward()
    picture = draw(total)
    assert [runs[0] for runs in boxes(picture).values()] == [
        "t1", "w", "20 × ·", "b", "20 × +", "20 × −", "20 × ^", "+",
    ]  # fmt: skip
    assert box_of(picture, "21 terms")[1][1:4] == ["total", "5501", "grad 1"]
