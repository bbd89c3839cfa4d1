"""How large a drawing may become: the view that is chosen, and refusals."""

import re

import pytest

from engine import Parameter, Value, dot, scope
from engine.drawing.views import BODIES, draw
from tests.engine.drawings import arrows, boxes, lesson


def chain(length):
    """A graph of that many nodes, half of them parameters."""
    node = Value(1.0, label="x") if length % 2 else Parameter(1.0) ** 2
    for _ in range((length - 1) // 2):
        node = node * Parameter(1.001)
    return node


def network(*sizes):
    """The output of a network of neurons without one of `nn`."""
    values = [Value(1.0) for _ in range(sizes[0])]
    for layer, size in enumerate(sizes[1:], 1):
        results = []
        for number in range(1, size + 1):
            with scope(f"layer {layer} / neuron {number}"):
                weights = [Parameter(0.1) for _ in values]
                results.append(dot(weights, values, Parameter(0.0)).tanh())
        values = results
    return values[0]


def titles(picture):
    return sorted(texts[0] for texts in boxes(picture).values())


def test_plain_graphs_are_drawn_by_values():
    assert len(boxes(draw(chain(201)))) == 201


def test_networks_are_drawn_by_neurons():
    assert "layer 1 · neuron 1" in titles(draw(lesson()["L"]))


def test_large_networks_are_drawn_by_layers():
    picture = draw(network(2, 16, 16, 1))
    assert titles(picture) == ["layer 1", "layer 2", "layer 3", "t35", "t36"]


def test_what_is_asked_for_is_drawn():
    output = network(2, 16, 16, 1)
    assert len(boxes(draw(output, view="neurons"))) == 33 + 2
    assert len(boxes(draw(output, view="values"))) == 33 * 2 + 2 + 48 + 272 + 17


def test_a_wide_neuron_shows_the_first_and_the_last_rows():
    picture = draw(network(40, 1), view="neurons")
    (rows,) = [texts for texts in boxes(picture).values() if "layer 1 · neuron 1" in texts]
    assert "⋮ 29 more" in rows
    assert rows.count("×1") == 11 + 1  # the weights and the bias
    assert sum(":more:" in head for _, head, _, _ in arrows(picture)) == 29


@pytest.mark.parametrize(
    ("make", "options", "message"),
    [
        (
            lambda: chain(301),
            {},
            "the graph of 301 nodes needs 301 boxes in the view 'values', 250 at most are drawn: "
            "draw a part of it, or allow more with max_nodes=301",
        ),
        (
            lambda: network(30, 30, 1),
            {"view": "values"},
            "needs 1,053 boxes in the view 'values', 1,000 at most are drawn: "
            "draw it with view='neurons' (61 boxes) or 'layers' (3 boxes)",
        ),
        (lambda: chain(11), {"max_nodes": 10}, "the graph of 11 nodes needs 11 boxes"),
        (lambda: chain(3), {"view": "tree"}, f"unknown view 'tree'; known: {', '.join(BODIES)}"),
        (lambda: chain(3), {"direction": "up"}, "unknown direction 'up'; known: LR, RL, TB, BT"),
    ],
)
def test_what_is_not_drawn(make, options, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        draw(make(), **options)


@pytest.mark.parametrize("view", BODIES)
def test_every_view_counts_its_boxes(view):
    output = network(2, 2, 1)
    count = len(boxes(draw(output, view=view)))
    with pytest.raises(ValueError, match=f"needs {count} boxes in the view '{view}', 1 at most"):
        draw(output, view=view, max_nodes=1)


def test_max_nodes_allows_more():
    assert len(boxes(draw(chain(1001), max_nodes=1001))) == 1001


@pytest.mark.parametrize("given", [3.0, None, [Value(1.0)]])
def test_only_a_value_is_drawn(given):
    with pytest.raises(TypeError, match="draw: y must be a Value, not"):
        draw(given)


def test_a_graph_of_any_depth_is_refused_without_recursion():
    with pytest.raises(ValueError, match="needs 20,001 boxes"):
        draw(chain(20_001))
