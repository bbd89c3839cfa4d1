"""Graphs as expressions of sympy and back: values and derivatives on both sides."""

import math

import pytest

from engine import Parameter, Value, leaves
from engine.eager.functions import EAGER
from engine.exchange.from_symbolic import from_sympy
from engine.exchange.symbolic import to_sympy
from engine.sheet.ops import SHEET

sympy = pytest.importorskip("sympy", reason="the exchange with sympy needs sympy")

# Their derivatives sympy leaves as they are.
STEPS = {"mod", "floordiv", "fmod", "floor", "ceil", "trunc", "round"}
CONSTANTS = {"k": 2.5, "low": -0.5, "high": 0.6}


def sample(op):
    """The operation on leaves within its domain, two or three for a sequence."""
    operands = []
    for i, name in enumerate(op.operands):
        low, high = op.domain.get(name, (-2, 2))
        row = [
            Value(low + (high - low) * ((0.37 + 0.23 * i + 0.31 * k) % 1), label=f"{name}{k}")
            for k in range(3)
        ]
        operands.append(row if name in op.sequences else row[0])
    constants = [CONSTANTS.get(name, value) for name, value in op.constants.items()]
    return EAGER[op.name](*operands, *constants)


def number(expression, graph):
    at = {sympy.Symbol(x.label, real=True): sympy.Float(x.data, 25) for x in leaves(graph)}
    return float(expression.subs(at).evalf(20))


def test_every_operation_has_the_values_and_the_derivatives_that_sympy_finds():
    compared = 0
    for op in SHEET:
        y = sample(op)
        y.backward()
        expression = to_sympy(y)
        assert math.isclose(number(expression, y), y.data, rel_tol=1e-13, abs_tol=1e-15), op
        for x in leaves(y) if op.name not in STEPS else []:
            slope = expression.diff(sympy.Symbol(x.label, real=True))
            assert math.isclose(number(slope, y), x.grad, rel_tol=1e-12, abs_tol=1e-13), op
            compared += 1
    assert compared > 150


def test_what_comes_back_is_the_same_function():
    for op in SHEET:
        y = sample(op)
        y.backward()
        again = [Value(x.data, label=x.label) for x in leaves(y)]
        z = from_sympy(to_sympy(y), **{x.label: x for x in again})
        assert math.isclose(z.data, y.data, rel_tol=1e-13, abs_tol=1e-15), op
        z.backward()
        for x, x_again in zip(leaves(y), again):
            assert math.isclose(x_again.grad, x.grad, rel_tol=1e-11, abs_tol=1e-13), op


def test_an_expression_is_written_as_mathematics():
    m1, x, w = Value(3.0, label="m1"), Value(2.0, label="x"), Parameter(0.5, label="θ₁")
    assert str(to_sympy((m1 * x).tanh() + 2 * w)) == "2*θ₁ + tanh(m1*x)"
    assert str(to_sympy((x * 0.5).sigmoid())) == "1/(1 + exp(-0.5*x))"
    assert str(to_sympy(x.relu())) == "Piecewise((0, x <= 0), (x, True))"
    t = x * x
    assert str(to_sympy(t / w, names={"u": w, "t": t})) == "x**2/θ₁"


def test_expressions_that_sympy_made_come_in():
    x, y = sympy.symbols("x y")
    expression = sympy.sympify("cot(x)*exp(-y**2/3)/sqrt(x) - 2*E**x + Max(x, y, 1/2)") + sympy.pi
    z = from_sympy(expression, x=1.25, y=0.5)
    z.backward()
    at = {x: 1.25, y: 0.5}
    assert z.data == pytest.approx(float(expression.subs(at)), rel=1e-14)
    slope = {leaf.label: leaf.grad for leaf in leaves(z)}
    assert slope["x"] == pytest.approx(float(expression.diff(x).subs(at)), rel=1e-14)
    parts = sympy.Piecewise((x**2, sympy.And(x > 1, y < 1)), (y, sympy.Eq(x, 0)), (x, True))
    assert from_sympy(parts, x=3, y=0).data == 9.0
    assert from_sympy(parts, x=0, y=7).data == 7.0


def test_what_the_sheet_lacks_is_named_and_nothing_is_made():
    x = sympy.Symbol("x")
    with pytest.raises(ValueError, match=r"the formula sheet has no Integral, besselj$"):
        from_sympy(sympy.besselj(0, x) + sympy.Integral(sympy.sin(x**x), (x, 0, 1)), x=1)
    with pytest.raises(ValueError, match="Piecewise without a last branch"):
        from_sympy(sympy.Piecewise((x, x > 0)), x=1)
    with pytest.raises(ValueError, match="x without a number"):
        from_sympy(x + 1)
    with pytest.raises(TypeError, match=r"takes an expression of sympy, not 'x' \(str\)"):
        from_sympy("x", x=1)


def test_a_deep_graph_is_refused_in_words():
    y = x = Value(0.5, label="x")
    for _ in range(50):
        y = y.sin() + x
    assert str(to_sympy(y)).startswith("x + sin(x + sin(")
    with pytest.raises(ValueError, match="more than 100 operations on top of each other"):
        to_sympy(y + 1)
