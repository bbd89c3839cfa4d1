"""Nodes in words: names are unambiguous, formulas and derivatives come to the node's numbers."""

import ast

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine import Value, dot, huber, logsumexp, maximum, mean, squared_error
from engine import sum as total
from engine.base.numbers import shown
from engine.explaining.wording import LATEX, TEXT, expression, local_derivative, number
from engine.graph.naming import Naming
from engine.sheet.formula import is_reduction, read
from tests.engine.formulas import outcome
from tests.engine.latex import read_latex
from tests.engine.sampling import call, operand_count, over_sheet, rows

# Numbers.


@pytest.mark.parametrize(
    ("value", "text", "beside", "latex"),
    [
        (240.0, "240", "240", "240"),
        (-2.0, "−2", "(−2)", "-2"),
        (0.0, "0", "0", "0"),
        (-0.0, "0", "0", "0"),
        (2 / 3, "0.6667", "0.6667", "0.6667"),
        (-1234567.0, "−1.235e+06", "(−1.235e+06)", r"-1.235 \cdot 10^{6}"),
    ],
)
def test_numbers_have_four_digits_and_a_true_minus(value, text, beside, latex):
    assert (shown(value), number(value), number(value, beside=True)) == (text, text, beside)
    assert number(value, dialect=LATEX) == latex


@given(st.floats())
def test_a_number_is_spelled_in_one_way(value):
    assert number(value) == shown(value)


# Formulas.


@st.composite
def labelled_nodes(draw, op):
    """A node of the operation on leaves x0, x1 … of three digits each; and the leaves."""
    row = [float(f"{x:.3g}") for x in draw(rows(op))]
    count = operand_count(op, row)
    leaves = [Value(x, label=f"x{i}") for i, x in enumerate(row[:count])]
    node = call(op, [*leaves, *row[count:]])
    node.label = "y"
    return node, leaves


def named(node, leaves):
    return {part.label: part.data for part in (node, *leaves)}


@over_sheet
@given(data=st.data())
def test_the_expression_of_an_operation_in_numbers_is_its_value(op, data):
    node, leaves = data.draw(labelled_nodes(op))
    text = expression(node, Naming([]), numbers=True)
    assume("…" not in text)
    if op.symbol.isalpha() and op.name not in ("dot", "sum"):
        assert text == f"{op.symbol}({', '.join(number(leaf.data) for leaf in leaves)})"
    else:
        assert outcome(read(text), {}) == pytest.approx(node.data, rel=1e-9, abs=1e-12), text


@over_sheet
@given(data=st.data())
def test_the_expression_of_an_operation_in_symbols_has_its_operands_by_name(op, data):
    node, leaves = data.draw(labelled_nodes(op))
    text = expression(node, Naming(leaves))
    assume("…" not in text)
    assert all(leaf.label in text for leaf in leaves), text
    if not op.symbol.isalpha() or op.name in ("dot", "sum"):
        found = outcome(read(text), named(node, leaves))
        assert found == pytest.approx(node.data, rel=1e-9, abs=1e-12), text


@pytest.mark.parametrize(
    ("make", "symbols", "numbers"),
    [
        (lambda a, b: a * b, "a·b", "3·(−0.5)"),
        (lambda a, b: b - a, "b − a", "−0.5 − 3"),
        (lambda a, b: -b, "−b", "−(−0.5)"),
        (lambda a, b: b**2, "b²", "(−0.5)²"),
        (lambda a, b: a**b, "a^b", "3^(−0.5)"),
        (lambda a, b: a / b + 1, "t1 + 1", "−6 + 1"),
        (lambda a, b: a.sqrt(), "√(a)", "√(3)"),
        (lambda a, b: b.relu(), "ReLU(b)", "ReLU(−0.5)"),
        (lambda a, b: squared_error(2.0, b), "(2 − b)²", "(2 − (−0.5))²"),
        (huber, "Huber(a, b)", "Huber(3, −0.5)"),
        (lambda a, b: dot([a, b], [2.0, a]), "a·2 + b·a", "3·2 + (−0.5·3)"),
        (lambda a, b: dot([a], [b], 1.0), "a·b + 1", "3·(−0.5) + 1"),
        (lambda a, b: dot([a], [a], b), "a·a + b", "3·3 + (−0.5)"),
        (lambda a, b: total([a, b, 1.0]), "a + b + 1", "3 + (−0.5) + 1"),
        (lambda a, b: mean([a, b, -1.0]), "mean(a, b, −1)", "mean(3, −0.5, −1)"),
        (lambda a, b: total([a] * 8 + [b]), "a + a + a + a + … + b", "3 + 3 + 3 + 3 + … + (−0.5)"),
        (lambda a, b: b, "−0.5", "−0.5"),
    ],
)
def test_expressions_read_as_they_are_written_by_hand(make, symbols, numbers):
    a, b = Value(3.0, label="a"), Value(-0.5, label="b")
    node, naming = make(a, b), Naming([a, b])
    assert expression(node, naming) == symbols
    assert expression(node, naming, numbers=True) == numbers


# Local derivatives.


@over_sheet
@pytest.mark.parametrize("dialect", [TEXT, LATEX], ids=["text", "latex"])
@given(data=st.data())
def test_a_local_derivative_in_symbols_is_the_partial_of_the_node(op, dialect, data):
    node, leaves = data.draw(labelled_nodes(op))
    naming = Naming([node, *leaves])
    # A partial with a sum over all operands is told by its number, in four digits.
    told = any(is_reduction(part) for text in op.partials for part in ast.walk(read(text)))
    for position, partial in enumerate(node.partials):
        if partial is not None:
            text = local_derivative(node, position, naming, dialect=dialect)
            formula = read(text) if dialect is TEXT else read_latex(text)
            found = outcome(formula, named(node, leaves))
            close = 2.5e-3 if told else 1e-9
            assert found == pytest.approx(partial, rel=close, abs=1e-12), text


@over_sheet
@pytest.mark.parametrize("dialect", [TEXT, LATEX], ids=["text", "latex"])
@given(data=st.data())
def test_a_local_derivative_in_numbers_is_the_partial_of_the_node(op, dialect, data):
    node, _ = data.draw(labelled_nodes(op))
    for position, partial in enumerate(node.partials):
        if partial is not None:
            text = local_derivative(node, position, Naming([]), numbers=True, dialect=dialect)
            found = outcome(read(text) if dialect is TEXT else read_latex(text), {})
            assert found == pytest.approx(partial, rel=2.5e-3), text


def test_numbers_have_more_digits_where_four_would_make_the_line_untrue():
    node = Value(6.0).tanh()
    assert local_derivative(node, 0, Naming([]), numbers=True) == "(1 − 0.999987712²)"


@pytest.mark.parametrize(
    ("make", "position", "symbols", "numbers"),
    [
        (lambda a, b: a * b, 0, "b", "−0.5"),
        (lambda a, b: a * b, 1, "a", "3"),
        (lambda a, b: a - b, 1, "−1", "−1"),
        (lambda a, b: a**2, 0, "2·a", "2·3"),
        (lambda a, b: a**1, 0, "1", "1"),
        (lambda a, b: a / b, 0, "1/b", "1/(−0.5)"),
        (squared_error, 1, "−2·(a − b)", "−2·(3 − (−0.5))"),
        (lambda a, b: dot([a, 2.0], [b, 4.0], 1.0), 0, "b", "−0.5"),
        (lambda a, b: dot([a, 2.0], [b, 4.0], 1.0), 2, "a", "3"),
        (lambda a, b: b.relu(), 0, "0", "0"),
        (lambda a, b: a.relu(), 0, "1", "1"),
        (lambda a, b: mean([a, b]), 0, "1/2", "1/2"),
        (lambda a, b: maximum([a, b]), 0, "1", "1"),
        (lambda a, b: logsumexp([a, b]), 1, "exp(b − t1)", "exp(−0.5 − 3.03)"),
    ],
)
def test_local_derivatives_read_like_those_of_a_textbook(make, position, symbols, numbers):
    a, b = Value(3.0, label="a"), Value(-0.5, label="b")
    node, naming = make(a, b), Naming([a, b])
    assert local_derivative(node, position, naming) == symbols
    assert local_derivative(node, position, naming, numbers=True) == numbers


def test_a_factor_that_is_a_sum_or_negative_is_in_parentheses():
    a, b = Value(0.5, label="a"), Value(2.0, label="b")
    loss, negative = squared_error(a, b), a - b
    naming = Naming([a, b])
    assert local_derivative(a.tanh(), 0, naming) == "(1 − t1²)"
    assert local_derivative(loss, 1, naming, beside=True) == "(−2·(a − b))"
    assert local_derivative(negative, 1, naming, beside=True) == "(−1)"
    assert local_derivative(negative, 1, naming, dialect=LATEX, beside=True) == r"\left(-1\right)"


@pytest.mark.parametrize("special", [float("inf"), float("-inf"), float("nan")])
@pytest.mark.parametrize(
    "make", [lambda p, c: p**c, lambda p, c: huber(1.0, p, c), lambda p, c: p * c]
)
def test_constants_that_are_not_finite_are_shown_as_they_are(make, special):
    node = make(Value(2.0, label="p"), special)
    assert node.op.symbol == "Huber" or shown(special) in expression(node, Naming([]))
    position = next(i for i, partial in enumerate(node.partials) if partial is not None)
    assert local_derivative(node, position, Naming([]))
    assert local_derivative(node, position, Naming([]), numbers=True)
