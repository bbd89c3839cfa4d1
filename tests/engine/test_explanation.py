"""A gradient, explained: the lesson's lines to the letter, and every line true of any graph."""

import re
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import engine
from engine import Parameter, Value, dot, explain, squared_error
from engine.formula import read
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
Path 1:
∂L/∂x1 = ∂L/∂ŷ · ∂ŷ/∂o11 · ∂o11/∂x1
       = −2·(y − ŷ) · w211 · w111
       = −2·(3 − 18) · 1 · 0.1
       = 30 · 1 · 0.1
       = 3

Path 2:
∂L/∂x1 = ∂L/∂ŷ · ∂ŷ/∂o12 · ∂o12/∂x1
       = −2·(y − ŷ) · w221 · w112
       = −2·(3 − 18) · 1 · 0.1
       = 30 · 1 · 0.1
       = 3

Sum: ∂L/∂x1 = 3 + 3 = 6"""
    )
    assert [path.product for path in explanation.paths] == [3.0, 3.0]
    assert r"\text{path 2:}" in explanation.latex
    assert explanation.latex.endswith("\\frac{\\partial L}{\\partial x_{1}} &= 6\n\\end{aligned}")


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
Sum: ∂t1/∂a = 2 + 2 + 4 = 8

where t1 = t2 − 3 = 5
      t2 = t3·a = 8
      t3 = a + a = 4""")


# None, one, many.


def test_of_what_does_not_matter_the_gradient_is_zero_and_it_says_so():
    y, x = Value(2.0, label="a") * 3, Value(1.0, label="x")
    y.label = "y"
    explanation = explain(y, x)
    assert explanation.text == "∂y/∂x = 0: y does not depend on x"
    assert explanation.latex == r"\frac{\partial y}{\partial x} = 0"
    assert (explanation.value, explanation.count, explanation.paths) == (0.0, 0, [])
    assert explain(y, Value(1.0), names={"y": y}).value == 0.0


def test_the_gradient_of_a_node_by_itself_is_one():
    for x in (Value(2.0, label="x"), Value(2.0) * 3):
        x.label = "x"
        explanation = explain(x, x)
        assert (explanation.text, explanation.value) == ("∂x/∂x = 1", 1.0)
        assert explanation.latex == r"\frac{\partial x}{\partial x} = 1"


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 10])
def test_of_many_paths_the_largest_are_listed_and_what_remains_is_stated(limit):
    x = Value(2.0, label="x")
    y = x * 8 + x * 4 + x * 2 + x
    explanation = explain(y, x, names={"y": y}, limit=limit)
    products = [8.0, 4.0, 2.0, 1.0][:limit]
    assert [path.product for path in explanation.paths] == products
    assert (explanation.count, explanation.value) == (4, 15.0)
    blocks = re.findall(r"Path (\d+):\n∂y/∂x = (?:.*\n +)*= (\d+)\n", explanation.text + "\n")
    assert [(int(i), float(last)) for i, last in blocks] == [*enumerate(products, 1)]
    if limit >= 4:
        assert "Sum: ∂y/∂x = 8 + 4 + 2 + 1 = 15" in explanation.text
        return
    assert explanation.text.startswith("4 paths; those with the largest products:\n")
    share = {1: "8, 0.533", 2: "12, 0.8", 3: "14, 0.933"}[limit]
    assert f"add up to {share} of the gradient; {4 - limit} path" in explanation.text
    assert "1 paths" not in explanation.text
    assert "Sum over all: ∂y/∂x = 15" in explanation.text
    assert f"({4 - limit} more path" in explanation.latex


def test_where_one_path_is_nan_it_is_listed_and_no_share_of_nan_is_stated():
    x = Value(0.0, label="x")
    explanation = explain(x.sqrt() ** 2 + x * 3 + x, x, limit=1)
    assert str(explanation.value) == str(explanation.paths[0].product) == "nan"
    assert "nan of" not in explanation.text


@pytest.mark.parametrize("depth", [30, 15_000])
def test_a_number_of_paths_of_any_size_is_stated_in_a_short_text(depth):
    x = y = Value(1.0, label="x")
    for _ in range(depth):
        y = y + y * 0.0001
    explanation = explain(y, x, limit=1)
    assert explanation.count == 2**depth
    assert explanation.value == pytest.approx(1.0001**depth)
    assert "paths" in explanation.text
    assert len(explanation.text) < 20_000
    assert len(explanation.latex) < 20_000
    assert "… " in explanation.text


def test_of_a_long_chain_the_middle_is_left_out_and_counted():
    x = y = Value(1.0, label="x")
    for _ in range(2000):
        y = -y
    text = explain(y, x).text
    factors = text.splitlines()[0].partition(" = ")[2].split(" · ")
    assert (len(factors), factors[12]) == (25, "… 1,976 more …")
    assert factors[11] != factors[13]
    assert factors[-1].endswith("/∂x")
    assert (len(text) < 5000, text.count("\n     ") < 30) == (True, True)


@pytest.mark.parametrize(("length", "hidden"), [(24, []), (25, ["… 1 more …"])])
def test_of_a_chain_of_24_every_factor_is_written(length, hidden):
    x = y = Value(1.0, label="x")
    for _ in range(length):
        y = -y
    factors = explain(y, x).text.splitlines()[0].partition(" = ")[2].split(" · ")
    assert (len(factors) - len(hidden), factors[12:13] if hidden else []) == (24, hidden)


def test_where_there_are_no_parameters_the_table_is_of_all_leaves():
    a, b, w = Value(2.0, label="a"), Value(3.0, label="b"), Parameter(4.0, label="w")
    y = (a + b) * a
    assert [row.split()[0] for row in explain(y).text.splitlines()[1:3]] == ["a", "b"]
    assert "2 paths" in explain(y).text
    assert explain(y).parameters == [a, b]
    assert explain(y * w).parameters == [w]
    assert explain(a).text.splitlines()[1].split() == ["a", "2", "1", "1"]


@pytest.mark.parametrize("x", [2.0, "x", [Value(1.0)], {}])
def test_an_x_that_is_no_value_is_refused(x):
    with pytest.raises(TypeError, match=r"^explain: x must be a Value, not "):
        explain(Value(1.0), x)


@pytest.mark.parametrize("limit", [0, -1, 1.5, None, "4", True])
def test_a_limit_that_is_no_whole_number_of_at_least_one_is_refused(limit):
    with pytest.raises(ValueError, match=r"^explain: limit must be a whole number of at least 1"):
        explain(Value(1.0), Value(1.0), limit=limit)


def test_a_path_that_ends_at_a_branch_not_taken_says_so_and_adds_nothing():
    x = Value(1000.0, label="x")
    y = engine.minimum([x.exp(), 5.0]) + x
    explanation = explain(y, x)
    assert explanation.value == 1.0
    assert [path.product for path in explanation.paths] == [0, 1.0]
    assert "= 0, for t2 does not change with t3 where t3 ≠ t2" in str(explanation)
    assert "Sum: ∂t1/∂x = 0 + 1 = 1" in str(explanation)


def test_a_graph_that_is_out_of_date_is_not_explained():
    x = Value(2.0, label="x")
    y = x + 3
    x.data = 7.0
    for refused in (lambda: explain(y, x), lambda: explain(y), lambda: engine.steps(y)):
        with pytest.raises(ValueError, match="out of date: add gave 5, and is 10 now that x is 7"):
            refused()
