"""Graphs as TikZ: balanced LaTeX in which every box has room."""

import re

import pytest

from engine import Value, parse, to_tikz
from nn import MLP, squared_error

NODE = re.compile(r"  \\node\[(\w+)\] \((n\d+)\) at \(([-\d.]+), ([-\d.]+)\) \{(.*)\};")
ARROW = re.compile(r"  \\draw\[->(, dashed)?\] \((n\d+)\) (--|to\[bend left=-?\d+\]) "
                   r"node\[local\] \{\$\\times .+\$\} \((n\d+)\);")  # fmt: skip


def parts(text):
    lines = str(text).split("\n")
    assert (lines[0][:19], lines[-1]) == (r"\begin{tikzpicture}", r"\end{tikzpicture}")
    depth = 0
    for sign in re.sub(r"\\.", "", str(text)):
        depth += (sign == "{") - (sign == "}")
        assert depth >= 0
    assert depth == 0
    nodes = [match.groups() for line in lines if (match := NODE.fullmatch(line))]
    arrows = [match.groups() for line in lines if (match := ARROW.fullmatch(line))]
    assert len(nodes) + len(arrows) == sum(
        line.startswith(("  \\node", "  \\draw")) for line in lines
    )
    return nodes, arrows


def test_a_formula():
    y = parse("relu(m1*x*m2)", m1=3, m2=0.5, x=2)
    y.backward()
    nodes, arrows = parts(to_tikz(y))
    assert [(kind, label) for kind, _, _, _, label in nodes if kind == "output"] == [
        ("output", r"$t_{3} = \operatorname{ReLU}\left(t_{2}\right) = 3$\\\footnotesize grad $1$")
    ]
    assert len(nodes) == 6
    # The leaf m2 stands beside the product that it enters, not at the far left.
    across = {label.split()[0]: float(x) for _, _, x, _, label in nodes}
    assert across["$m_{1}"] == across["$x"] < across["$m_{2}"] == across["$t_{1}"]
    assert [arrow[2] for arrow in arrows] == ["--"] * 5


def test_boxes_of_a_network_stand_apart_and_arrows_lead_to_the_right():
    loss = squared_error(1, MLP(2, [2, 1], seed=1)([Value(0.1, label="x1"), 0.4]))
    nodes, arrows = parts(to_tikz(loss))
    place = {name: (float(x), float(y)) for _, name, x, y, _ in nodes}
    assert len({*place.values()}) == len(place) == 16
    for x, y in place.values():
        assert all(
            abs(y - other) >= 1.5 for left, other in place.values() if left == x and other != y
        )
    assert all(place[tail][0] < place[head][0] for _, tail, _, head in arrows)


def test_two_arrows_between_two_boxes_bend_apart_and_dead_ones_are_dashed():
    x = Value(-1.0, label="x")
    _, arrows = parts(to_tikz((x + x).relu()))
    assert arrows == [
        (None, "n1", "to[bend left=-20]", "n2"),
        (None, "n1", "to[bend left=20]", "n2"),
        (", dashed", "n2", "--", "n3"),
    ]


@pytest.mark.parametrize("label", ["θ₁", "a_b", "100%", "{", "}", "\\end{x}", "a<b>", "$", "~^&#"])
def test_no_label_is_a_command(label):
    nodes, _ = parts(to_tikz(Value(1.0, label=label).tanh()))
    assert r"\lt" not in nodes[0][4]
    assert nodes[0][4].isascii()


def test_a_negative_local_derivative_is_one_number():
    assert r"{$\times {-}0.5$}" in to_tikz(Value(2.0) * -0.5)


def test_a_large_graph_is_refused():
    y = Value(1.0)
    for _ in range(60):
        y = y.sin()
    with pytest.raises(ValueError, match="a graph of 61 nodes; at most 60 are drawn"):
        to_tikz(y)
