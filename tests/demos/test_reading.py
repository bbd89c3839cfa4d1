"""What the demos say about a graph is true: every formula they print is computed again."""

import io
import math
import re
from contextlib import redirect_stdout

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from demos.reading import (
    chain,
    factor,
    heading,
    local_derivative,
    name_of,
    path,
    shown,
)
from engine import Value, dot, mean, squared_error
from engine.functions import GENERATED
from engine.ops import SHEET
from tests.engine.sampling import rows
from tests.nn.shared import INPUTS, network

SIGNS = {"·": "*", "−": "-", "^": "**", "√": "sqrt", "σ": "sigmoid", "Σ": "sum", "π": "pi"}
SIGNS |= {sign: f"**{power}" for power, sign in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")}
FUNCTIONS = {**vars(math), "abs": abs, "max": max, "min": min}
FUNCTIONS["sigmoid"] = lambda z: 1 / (1 + math.exp(-z))


def computed(text, **names):
    """The number that a printed formula stands for."""
    python = "".join(SIGNS.get(sign, sign) for sign in text)
    return eval(python, {**FUNCTIONS, **names})


def to_printed_digits(number):
    return pytest.approx(number, rel=2e-3, abs=1e-9)


# Local derivatives.


@st.composite
def nodes(draw, op):
    """A node of the operation on labelled leaves, with all names of its formulas."""
    row = draw(rows(op))
    count = len(row) - len(op.constants)
    leaves = [Value(number, label=f"x{i}") for i, number in enumerate(row[:count])]
    node = GENERATED[op.name](*op.group([*leaves, *row[count:]]))
    node.label = "y"
    names = {leaf.label: leaf.data for leaf in leaves}
    return node, {**names, "y": node.data, "n": count}


@pytest.mark.parametrize("op", SHEET, ids=lambda op: op.name)
@given(data=st.data())
def test_a_local_derivative_in_numbers_is_the_partial_of_the_node(op, data):
    node, _ = data.draw(nodes(op))
    for position, partial in enumerate(node.partials):
        if partial is not None:
            text = local_derivative(node, position, numbers=True)
            assert computed(text) == pytest.approx(partial, rel=1e-9, abs=1e-12), text


@pytest.mark.parametrize("op", SHEET, ids=lambda op: op.name)
@given(data=st.data())
def test_a_local_derivative_in_symbols_is_the_partial_of_the_node(op, data):
    node, names = data.draw(nodes(op))
    for position, partial in enumerate(node.partials):
        if partial is not None:
            text = local_derivative(node, position)
            assert computed(text, **names) == pytest.approx(partial, rel=1e-9, abs=1e-12), text


@pytest.mark.parametrize(
    ("make", "position", "symbols", "numbers"),
    [
        (lambda a, b: a * b, 0, "b", "−0.5"),
        (lambda a, b: a * b, 1, "a", "3"),
        (lambda a, b: a - b, 1, "−1", "−1"),
        (lambda a, b: a**2, 0, "2·a", "2·3"),
        (lambda a, b: a / b, 0, "1/b", "1/(−0.5)"),
        (squared_error, 1, "−2·(a − b)", "−2·(3 − (−0.5))"),
        (lambda a, b: dot([a, 2.0], [b, 4.0], 1.0), 0, "b", "−0.5"),
        (lambda a, b: dot([a, 2.0], [b, 4.0], 1.0), 2, "a", "3"),
        (lambda a, b: b.relu(), 0, "0", "0"),
        (lambda a, b: a.relu(), 0, "1", "1"),
        (lambda a, b: mean([a, b]), 0, "1/n", "1/2"),
    ],
)
def test_local_derivatives_read_like_those_of_a_textbook(make, position, symbols, numbers):
    node = make(Value(3.0, label="a"), Value(-0.5, label="b"))
    assert local_derivative(node, position) == symbols
    assert local_derivative(node, position, numbers=True) == numbers


# Chains.

STEPS = {
    "double": lambda z: 2 * z,
    "negative": lambda z: -1.5 * z,
    "minus": lambda z: 1 - z,
    "tanh": lambda z: z.tanh(),
    "sigmoid": lambda z: z.sigmoid(),
    "cube": lambda z: z**3,
    "quotient": lambda z: z / 4,
    "sine": lambda z: z.sin(),
    "neuron": lambda z: dot([z], [-0.5], 0.25),
    "loss": lambda z: squared_error(1.0, z),
}


@given(
    x=st.floats(0.3, 1.2), steps=st.lists(st.sampled_from(sorted(STEPS)), min_size=1, max_size=4)
)
def test_every_line_of_a_chain_is_the_gradient(x, steps):
    leaf = node = Value(x, label="x")
    names = {"x": x}
    for number, step in enumerate(steps, 1):
        node = STEPS[step](node)
        node.label = f"y{number}"
        names[node.label] = node.data
    node.backward()
    # Where a gradient is almost 0, the rounding of what is printed leaves nothing of it.
    assume(abs(leaf.grad) > 1e-3)
    first, *lines = chain(node, leaf).splitlines()
    edges = [
        f"∂y{number}/∂{f'y{number - 1}' if number > 1 else 'x'}"
        for number in range(1, len(steps) + 1)
    ]
    assert first == f"∂{node.label}/∂x = {' · '.join(reversed(edges))}"
    for line in lines:
        assert computed(line.strip(" ="), **names) == to_printed_digits(leaf.grad), line


def test_a_negative_factor_is_in_parentheses():
    x, w = Value(3.0, label="x"), Value(-2.0, label="w")
    y = w * x
    y.label = "y"
    loss = squared_error(Value(1.0, label="t"), y)
    loss.label = "L"
    assert chain(loss, x).splitlines() == [
        "∂L/∂x = ∂L/∂y · ∂y/∂x",
        "      = −2·(t − y) · w",
        "      = −2·(1 − (−6)) · (−2)",
        "      = (−14) · (−2)",
        "      = 28",
    ]


def test_a_sum_that_is_a_factor_is_in_parentheses():
    x = Value(0.5, label="x")
    z = 2 * x
    z.label = "z"
    y = z.expm1()
    y.label = "y"
    assert chain(y, x).splitlines()[1] == "      = (y + 1) · 2"


# Ways through the graph.


def test_the_way_back_is_the_nodes_and_the_positions_of_their_operands():
    prediction = network()(INPUTS)
    hidden = prediction.args[3]
    (_, second_weight) = hidden.args[:2]
    assert (hidden.label, second_weight.label) == ("o12", "w122")
    assert path(prediction, second_weight) == [(prediction, 3), (hidden, 1)]
    assert path(prediction, prediction) == []


@pytest.mark.parametrize(
    ("make", "ways"),
    [
        (lambda x, w: x * x, 2),
        (lambda x, w: (x * 2) * (x + 1) * x, 3),
        (lambda x, w: w * 2, 0),
    ],
)
def test_several_ways_or_none_are_refused_with_their_number(make, ways):
    y = make(Value(2.0, label="x"), Value(3.0, label="w"))
    y.label = "y"
    x = next((leaf for leaf in y.args if getattr(leaf, "label", "") == "x"), Value(0.0, label="x"))
    with pytest.raises(ValueError, match=f"^{ways} ways lead from y to x, not one$"):
        path(y, x)


# How numbers and names are shown.


@pytest.mark.parametrize(
    ("number", "text", "as_factor"),
    [
        (240.0, "240", "240"),
        (-2.0, "−2", "(−2)"),
        (0.0, "0", "0"),
        (-0.0, "0", "0"),
        (2 / 3, "0.6667", "0.6667"),
        (-1234567.0, "−1.235e+06", "(−1.235e+06)"),
        (-1e-5, "−1e−05", "(−1e−05)"),
    ],
)
def test_numbers_have_four_digits_and_a_true_minus(number, text, as_factor):
    assert (shown(number), factor(number)) == (text, as_factor)


def test_a_node_is_called_by_its_label_or_its_number():
    named, nameless = Value(2.0, label="w111"), Value(-2.0)
    assert [name_of(each) for each in (named, nameless, -2.5)] == ["w111", "−2", "−2.5"]


@given(st.text(st.characters(categories=["L", "N"]), min_size=1))
def test_a_heading_is_underlined_over_its_length(text):
    with redirect_stdout(io.StringIO()) as out:
        heading(text)
    assert re.fullmatch(rf"\n{re.escape(text)}\n─{{{len(text)}}}\n", out.getvalue())
