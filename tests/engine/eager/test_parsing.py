"""`parse`: the graph of a typed formula, its numbers and derivatives."""

import math

import pytest

from engine import Parameter, Value, check_gradients, leaves, parse
from engine.eager.parsing import evaluated, read_formula
from engine.sheet.formula import FormulaError
from engine.sheet.ops import SHEET


def test_the_graph_has_the_leaves_and_the_gradients_of_the_formula():
    y = parse("relu(m1*x*m2)", m1=3, m2=0.5, x=2)
    y.backward()
    assert y.data == 3.0
    assert {leaf.label: leaf.grad for leaf in leaves(y)} == {"m1": 1.0, "m2": 6.0, "x": 1.5}


def test_every_operation_of_the_sheet_is_computed_as_by_its_function():
    checked = 0
    for op in SHEET:
        if op.sequences:
            continue
        names = [*op.operands, *(f"{0.5 + i}" for i in range(len(op.constants)))]
        where = {name: sum(op.domain.get(name, (0.3, 0.9))) / 2 for name in op.operands}
        tree = read_formula(f"{op.name}({', '.join(names)})")
        nodes = {name: Value(number, label=name) for name, number in where.items()}
        y = evaluated(tree, nodes)
        assert y.op is op
        assert [arg.label for arg in y.args if isinstance(arg, Value)] == list(op.operands)
        checked += 1
    assert checked > 90


@pytest.mark.parametrize(
    ("formula", "value", "slope"),
    [
        ("-x^2", -4.0, -4.0),
        ("2^x", 4.0, 4.0 * math.log(2)),
        ("x^x", 4.0, 4.0 * (math.log(2) + 1)),
        ("(-8)^3 + x", -510.0, 1.0),
        ("x² // 3 + x % 1.5", 1.5, 1.0),
        ("max(x, 1) + min(x, 1)*x", 4.0, 2.0),
        ("x if x > 1 and not_taken < 0 or x = 2 else 0*x", 2.0, 1.0),
        ("5*x if x < 1 else cos(π)*x", -2.0, -1.0),
        ("x if x - 2 else 7*x", 14.0, 7.0),
    ],
)
def test_numbers_and_slopes(formula, value, slope):
    x = Value(2.0, label="x")
    extra = {"not_taken": 1.0} if "not_taken" in formula else {}
    y = parse(formula, x=x, **extra)
    y.backward()
    assert (y.data, x.grad) == (value, pytest.approx(slope, rel=1e-15))


def test_derivatives_agree_with_differences():
    formula = "tanh(a*b)/(1 + exp(-c)) + hypot(a, c)^1.5"
    assert check_gradients(lambda a, b, c: parse(formula, a=a, b=b, c=c), 0.3, -1.2, 2.0, order=2)


def test_leaves_may_be_nodes_parameters_and_named_in_greek():
    w = Parameter(2.0, label="w")
    y = parse("w*θ + x₁", w=w, θ=3, **{"x₁": Value(1.0)})
    assert y.data == 7.0
    assert [leaf.role for leaf in leaves(y)] == ["parameter", "data", "data"]


def test_a_formula_without_names_is_a_leaf():
    assert (parse("2*3 + 1").data, parse("2").op) == (7.0, None)


@pytest.mark.parametrize(
    ("formula", "given", "error", "said"),
    [
        ("a*b + c", {"a": 1}, ValueError, r"b, c in 'a\*b \+ c' have no value"),
        ("a", {"a": 1, "k": 2}, ValueError, "'a' has no k"),
        ("a", {"a": "3"}, TypeError, "a must be a real number"),
        ("log(a)", {"a": -1}, ValueError, r"log is undefined where a <= 0; given: a = -1 \('a'\)"),
        ("leaky_relu(a, b)", {"a": 1, "b": 2}, TypeError, "slope is a constant"),
        ("a < 1", {"a": 1}, FormulaError, "condition"),
        ("(a < 1)*2", {"a": 1}, FormulaError, "condition"),
        ("a < (a < 1)", {"a": 1}, FormulaError, "condition"),
        (3, {}, TypeError, "a formula is a text, not 3"),
    ],
)
def test_what_cannot_be_computed_is_said(formula, given, error, said):
    with pytest.raises(error, match=said):
        parse(formula, **given)
