"""What a live page says of nodes and edges."""

import pytest

from engine import Value, logsumexp, relu, sigmoid, softmax
from engine.graph.naming import Naming
from engine.graph.paths import Edge
from engine.graph.walks import topological_order
from engine.page.notation import Notation, local_form


def said(output):
    """The description of the output, and of its edges."""
    order = topological_order(output)
    naming = Naming(order)
    for node in order:
        naming(node)
    notation = Notation(naming, {node: i for i, node in enumerate(order)}, 4)
    edges = [
        notation.edge(local_form(*Edge(output, i)))
        for i in range(len(output.args))
        if output.partials[i] is not None
    ]
    return notation.node(output), edges


A, B = Value(2.0, label="a"), Value(3.0, label="b")


@pytest.mark.parametrize(
    ("output", "symbols", "words"),
    [
        (A * B, "a·b", ["", 0, "·", 1, ""]),
        (A - 2 * B, "a − t1", ["", 0, " − ", 2, ""]),
        (A**2, "a²", ["", 0, "²"]),
        (sigmoid(A), "σ(a)", ["σ(", 0, ")"]),
        (logsumexp([A, B]), "LSE(a, b)", ["LSE(", 0, ", ", 1, ")"]),
    ],
)
def test_the_right_side_in_symbols_and_with_places_for_numbers(output, symbols, words):
    node, _ = said(output)
    assert (node["symbols"], node["words"]) == (symbols, words)


def test_local_derivatives_are_those_of_textbooks_in_every_branch():
    def symbols(output):
        return [[branch["symbols"] for branch in edge] for edge in said(output)[1]]

    assert symbols(sigmoid(A)) == [["t1·(1 − t1)"]]
    assert symbols(A**3) == [["3·a²"]]
    assert symbols(relu(A)) == [["0", "1"]]
    assert symbols(A / B) == [["1/b"], ["−t1/b"]]
    assert symbols(A + 1) == [["1"]]


def test_a_sum_over_all_operands_is_left_to_the_number():
    (edge, *_) = said(softmax([A, B])[0])[1]
    assert all(branch["symbols"] for branch in edge)


def test_where_an_operation_is_undefined_is_said_with_the_names_of_the_graph():
    assert said(A.log())[0]["undefined"] == "a ≤ 0"
    assert "undefined" not in said(A**2)[0]
    assert said(A**-1.0)[0]["undefined"] == "a = 0"


def test_names_are_text_in_the_markup():
    node, _ = said(Value(2.0, label="<b>&x") * 2)
    assert node["equation"] == "<mtext>&lt;b&gt;&amp;x</mtext><mo>·</mo><mn>2</mn>"
