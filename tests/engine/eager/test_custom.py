"""Operations of the user's own, from a formula alone: everywhere as those of the sheet."""

import math
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

import engine
from engine import Op, Value, check_gradients, gradient, hessian, operation
from engine.sheet.formula import FormulaError
from tests.engine.programs.models import over_backends

cube = operation("cube", "a ** 3")
bump = operation("bump", "exp(-k * a ** 2) * sin(b)", constants={"k": 1.0})
step_cost = operation("step_cost", "0 if x <= limit else (x - limit) ** 2", operands="x",
                      constants={"limit": 0.5}, kinks="x == limit")  # fmt: skip
spread = operation("spread", "sqrt(sum((v - sum(v) / n) ** 2) / n)", operands="v*")
weighted = operation("weighted", "sum(w * log(v)) * scale", operands="w* v* scale")


@given(a=st.floats(-2, 2), b=st.floats(-2, 2))
def test_derivatives_to_the_second_order_come_from_the_formula(a, b):
    assert check_gradients(lambda x, y: bump(x, y) + cube(x) * y, a, b, order=2)
    assert check_gradients(lambda x, y: bump(x, y, 0.5), a, b, order=2)
    assert check_gradients(lambda x, y: bump(x, 0.25, k=0.5) * y, a, b)


def test_numbers_in_give_numbers_out():
    assert cube(2.0) == 8.0
    assert bump(0.0, math.pi / 2) == 1.0
    assert spread([1.0, 3.0]) == 1.0


def test_sequences_are_differentiated_too():
    xs = [Value(1.0), Value(2.0), Value(4.0)]
    assert check_gradients(lambda *v: spread(v), 1.0, 2.0, 4.0, order=2)
    assert check_gradients(
        lambda a, b, c: weighted([a, 0.5], [b, c], a * b), 1.0, 2.0, 3.0, order=2
    )
    y = spread(xs)
    y.backward()
    assert sum(x.grad for x in xs) == pytest.approx(0.0, abs=1e-15)


@over_backends
def test_programs_compute_them_and_their_derivatives(backend):
    x, w = Value(0.25), engine.Parameter(2.0)
    y = step_cost(w * x) + bump(x, w) + spread([x, w, x * w])
    program = engine.compile(y, [x], [w], backend=backend)
    slope = engine.compile(gradient(y, x), [x], [w], backend=backend)
    for at in (-1.0, 0.25, 3.0):
        v, u = Value(at), Value(2.0)
        there = step_cost(u * v) + bump(v, u) + spread([v, u, v * u])
        there.backward()
        assert program([[at]]) == [pytest.approx(there.data, rel=1e-12)]
        assert program.gradients([[at]])[1].tolist() == [pytest.approx(u.grad, rel=1e-12)]
        assert slope([[at]]) == [pytest.approx(v.grad, rel=1e-12)]


def test_they_are_explained_and_drawn_like_others():
    x = Value(2.0, label="x")
    y = cube(x) * 3
    assert "∂y/∂x" in str(engine.explain(y, x, names={"y": y}))
    assert "3·x²" in str(engine.explain(y, x))
    assert "cube" in engine.draw(y).source
    assert "cube(x)" in engine.steps(y).table()


def test_a_branch_that_is_not_taken_ends_a_path():
    x = Value(1000.0)
    y = step_cost(-x.exp())
    y.backward()
    assert x.grad == 0.0
    assert gradient(y, x).data == 0.0
    assert hessian(step_cost(x), [x])[0][0].data == 2.0


def test_functions_and_graphs_pickle_by_their_formula():
    assert pickle.loads(pickle.dumps(cube))(2.0) == 8.0
    x = Value(2.0)
    y, at = pickle.loads(pickle.dumps((cube(x) * x, x)))
    assert gradient(gradient(y, at), at).data == 48.0


def test_partials_that_are_right_are_taken():
    own = operation("own", "tanh(a) * b", partials=["b * (1 - tanh(a) ** 2)", "tanh(a)"])
    assert own.op.partials == ("b * (1 - tanh(a) ** 2)", "tanh(a)")
    x = Value(0.5)
    assert gradient(own(x, 2.0), x).data == pytest.approx(2 * (1 - math.tanh(0.5) ** 2))
    assert operation("root", "sqrt(a)", partials=["1 / (2 * out)"], undefined="a < 0")(4.0) == 2.0


def test_partials_that_differ_are_refused_with_the_place():
    with pytest.raises(ValueError, match=r"^own: the partial derivative by b is given as a, which"):
        operation("own", "tanh(a) * b", partials=["b * (1 - tanh(a) ** 2)", "a"])
    with pytest.raises(ValueError, match=r"by v is given as 1, .* the derivative of sum"):
        operation("own", "sum(v ** 2)", operands="v*", partials=["1"])
    with pytest.raises(ValueError, match=r"2 operands .* but 1 partial"):
        operation("own", "a * b", partials=["b"])
    with pytest.raises(ValueError, match="could not be compared"):
        operation("own", "sqrt(a - 9)", partials=["1 / (2 * out)"], undefined="a < 9")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"formula": "__import__('os')"}, "known functions"),
        ({"formula": "a.real"}, "not allowed in a formula"),
        ({"formula": "x ** 3"}, "unknown name 'x'"),
        ({"formula": "a", "undefined": "print(a)"}, "known functions"),
        ({"formula": "a", "kinks": "c == 0"}, "unknown name 'c'"),
        ({"formula": "a", "partials": ["open(a)"]}, "known functions"),
        ({"name": "f(): pass #"}, "not an identifier"),
        ({"name": "lambda"}, "not an identifier"),
        ({"operands": "x;y"}, "not an identifier"),
        ({"formula": "exp", "operands": "exp"}, "is taken"),
        ({"formula": "args", "operands": "args"}, "is taken"),
        ({"formula": "x", "operands": "x x"}, "is taken"),
        ({"constants": {"k": "__import__('os')"}}, "default of k must be a number"),
        ({"constants": {"k =": 1.0}}, "not an identifier"),
    ],
)
def test_names_and_formulas_are_checked_when_it_is_made(arguments, message):
    made = {"name": "own", "formula": "a ** 3", **arguments}
    with pytest.raises(ValueError, match=message):
        operation(made.pop("name"), made.pop("formula"), **made)


def test_a_line_of_ones_own_is_checked_as_well():
    for formula, partial in (("os.system('x')", "1"), ("a", "eval(a)"), ("a +", "1")):
        with pytest.raises(FormulaError):
            Op("own", "own", formula, (partial,))
    with pytest.raises(ValueError, match="not an identifier"):
        Op("own):\n  import os", "own", "a", ("1",))


def test_a_docstring_holds_whatever_it_says():
    about = '"""\nraise SystemExit\n"""\\'
    assert operation("own", "a ** 2", about=about)(Value(3.0)).data == 9.0


def test_what_is_missing_or_too_much_is_told():
    for call in (cube, lambda: cube(1.0, 2.0), lambda: bump(1.0), lambda: cube(1.0, z=2)):
        with pytest.raises(TypeError, match=r"^(cube|bump) takes a.*; given: "):
            call()


def test_a_formula_whose_own_numbers_overflow_is_told_when_it_is_made():
    with pytest.raises(FormulaError, match="too large for a float"):
        operation("huge", "9 ** 9 ** 9 ** 9 * a")
