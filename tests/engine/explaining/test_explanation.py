"""A gradient, explained: the lesson's lines to the letter, and every line true of any graph."""

import re
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine import Value, dot, explain, squared_error
from engine.sheet.formula import read
from tests.engine.formulas import outcome
from tests.engine.sampling import graphs
from tests.nn.shared import GRADIENTS, network


def lesson():
    """The lesson's graph by name: the loss L, ŷ, x1, x2, y and the nine parameters."""
    x1, x2, y = Value(8.0, label="x1"), Value(80.0, label="x2"), Value(3.0, label="y")
    model = network()
    prediction = model([x1, x2])
    loss = squared_error(y, prediction)
    loss.label = "L"
    named = {"L": loss, "ŷ": prediction, "x1": x1, "x2": x2, "y": y}
    return {**named, **dict(model.named_parameters())}


# The lesson's network.


CHAINS = {
    "w111": ("∂L/∂ŷ · ∂ŷ/∂o11 · ∂o11/∂w111", "w211 · x1", "1 · 8", "240"),
    "w121": ("∂L/∂ŷ · ∂ŷ/∂o11 · ∂o11/∂w121", "w211 · x2", "1 · 80", "2400"),
    "b11": ("∂L/∂ŷ · ∂ŷ/∂o11 · ∂o11/∂b11", "w211 · 1", "1 · 1", "30"),
    "w112": ("∂L/∂ŷ · ∂ŷ/∂o12 · ∂o12/∂w112", "w221 · x1", "1 · 8", "240"),
    "w122": ("∂L/∂ŷ · ∂ŷ/∂o12 · ∂o12/∂w122", "w221 · x2", "1 · 80", "2400"),
    "b12": ("∂L/∂ŷ · ∂ŷ/∂o12 · ∂o12/∂b12", "w221 · 1", "1 · 1", "30"),
    "w211": ("∂L/∂ŷ · ∂ŷ/∂w211", "o11", "8.8", "264"),
    "w221": ("∂L/∂ŷ · ∂ŷ/∂w221", "o12", "8.8", "264"),
    "b21": ("∂L/∂ŷ · ∂ŷ/∂b21", "1", "1", "30"),
}


@pytest.mark.parametrize(("name", "chain"), CHAINS.items(), ids=CHAINS)
def test_the_nine_gradients_of_the_lesson_are_explained_to_the_letter(name, chain):
    graph = lesson()
    symbols, inner, numbers, product = chain
    explanation = explain(graph["L"], graph[name])
    indent = " " * len(f"∂L/∂{name}")
    expected = f"""\
∂L/∂{name} = {symbols}
{indent} = −2·(y − ŷ) · {inner}
{indent} = −2·(3 − 18) · {numbers}
{indent} = 30 · {numbers}
{indent} = {product}"""
    assert explanation.text == repr(explanation) == str(explanation) == expected
    assert (explanation.value, explanation.count) == (pytest.approx(GRADIENTS[name]), 1)


def test_the_lesson_s_chain_in_latex_and_markdown():
    graph = lesson()
    explanation = explain(graph["L"], graph["w111"])
    first, *lines = explanation.latex.splitlines()[1:-1]
    edges = [("L", r"\hat{y}"), (r"\hat{y}", "o_{11}"), ("o_{11}", "w_{111}")]
    factors = [rf"\frac{{\partial {above}}}{{\partial {below}}}" for above, below in edges]
    chain = r" \cdot ".join(factors)
    assert first == rf"\frac{{\partial L}}{{\partial w_{{111}}}} &= {chain} \\"
    assert lines == [
        r" &= -2 \cdot \left(y - \hat{y}\right) \cdot w_{211} \cdot x_{1} \\",
        r" &= -2 \cdot \left(3 - 18\right) \cdot 1 \cdot 8 \\",
        r" &= 30 \cdot 1 \cdot 8 \\",
        r" &= 240",
    ]
    assert re.fullmatch(r"\\begin\{aligned\}\n(.*\n)*\\end\{aligned\}", explanation.latex)
    assert explanation.markdown == f"$$\n{explanation.latex}\n$$"
    assert explanation._repr_latex_() == rf"$\displaystyle {explanation.latex}$"


def test_an_input_that_is_used_twice_has_two_paths_and_their_sum():
    graph = lesson()
    explanation = explain(graph["L"], graph["x1"])
    assert (
        explanation.text
        == """\
Path 1, L ← ŷ ← o11 ← x1, contributes
    ∂L/∂ŷ · ∂ŷ/∂o11 · ∂o11/∂x1
  = −2·(y − ŷ) · w211 · w111
  = −2·(3 − 18) · 1 · 0.1
  = 30 · 1 · 0.1
  = 3

Path 2, L ← ŷ ← o12 ← x1, contributes
    ∂L/∂ŷ · ∂ŷ/∂o12 · ∂o12/∂x1
  = −2·(y − ŷ) · w221 · w112
  = −2·(3 − 18) · 1 · 0.1
  = 30 · 1 · 0.1
  = 3

Sum: ∂L/∂x1 = 3 + 3 = 6"""
    )
    assert [path.product for path in explanation.paths] == [3.0, 3.0]
    assert r"\text{path 2 contributes}" in explanation.latex
    assert explanation.latex.endswith(
        "\\frac{\\partial L}{\\partial x_{1}} &= 3 + 3 = 6\n\\end{aligned}"
    )


def test_without_an_x_there_is_a_table_of_all_parameters():
    graph = lesson()
    table = explain(graph["L"])
    assert repr(table) == table.text
    assert (
        table.text
        == """\
      value  ∂L/∂·  chain
w211      1    264  −2·(y − ŷ) · o11
w221      1    264  −2·(y − ŷ) · o12
w111    0.1    240  −2·(y − ŷ) · w211 · x1
w121    0.1   2400  −2·(y − ŷ) · w211 · x2
b11       0     30  −2·(y − ŷ) · w211 · 1
w112    0.1    240  −2·(y − ŷ) · w221 · x1
w122    0.1   2400  −2·(y − ŷ) · w221 · x2
b12       0     30  −2·(y − ŷ) · w221 · 1
b21     0.4     30  −2·(y − ŷ) · 1"""
    )
    assert table.markdown.splitlines()[:3] == [
        "|  | value | ∂L/∂· | chain |",
        "|---|---|---|---|",
        "| w211 | 1 | 264 | −2·(y − ŷ) · o11 |",
    ]
    assert table._repr_markdown_() == table.markdown


# Any graph.


STEPS = (
    *(lambda z: 2 * z, lambda z: -1.5 * z, lambda z: 1 - z, lambda z: z / 4, lambda z: z**3),
    *(Value.tanh, Value.sigmoid, Value.sin),
    *(lambda z: dot([z], [-0.5], 0.25), lambda z: squared_error(1.0, z)),
)


@given(x=st.floats(0.3, 1.2), steps=st.lists(st.sampled_from(STEPS), min_size=1, max_size=4))
def test_every_line_of_a_chain_is_the_gradient(x, steps):
    leaf = node = Value(x, label="x")
    names = {"x": x}
    for number, step in enumerate(steps, 1):
        node = step(node)
        node.label = f"y{number}"
        names[node.label] = node.data
    explanation = explain(node, leaf)
    assume(explanation.value != 0)
    first, *lines = explanation.text.splitlines()
    labels, left = [*reversed(names)], f"∂{node.label}/∂x = "
    if len(steps) == 1:
        lines.append(first.removeprefix(left))
    else:
        assert first == left + " · ".join(f"∂{above}/∂{below}" for above, below in pairwise(labels))
    assert lines
    for line in lines:
        found = outcome(read(line.strip(" =")), names)
        assert found == pytest.approx(explanation.value, rel=0.01), line


def test_a_negative_factor_is_in_parentheses():
    x, w, t = Value(3.0, label="x"), Value(-2.0, label="w"), Value(1.0, label="t")
    y = w * x
    loss = squared_error(t, y)
    assert (
        explain(loss, x, names={"y": y, "L": loss}).text
        == """\
∂L/∂x = ∂L/∂y · ∂y/∂x
      = −2·(t − y) · w
      = −2·(1 − (−6)) · (−2)
      = −14 · (−2)
      = 28"""
    )


@given(nodes=graphs(), data=st.data())
def test_the_value_is_that_of_backward_to_the_last_bit(nodes, data):
    x = data.draw(st.sampled_from(nodes))
    found = explain(nodes[-1], x).value
    assert all(node.grad == 0.0 for node in nodes)
    nodes[-1].backward()
    assert found == x.grad


def test_nodes_without_a_name_are_explained_below():
    a = Value(2.0, label="a")
    assert explain((a + a) * a - 3, a).text.endswith("""
Sum: ∂t3/∂a = 2 + 2 + 4 = 8

where t1 = a + a = 4
      t2 = t1·a = 8
      t3 = t2 − 3 = 5""")
