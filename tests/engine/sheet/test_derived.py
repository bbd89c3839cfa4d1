"""Partial derivatives as operations: the same numbers, formulas to any order, copies that work."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

import engine
from engine import Value, gradient
from engine.sheet.derived import ADJOINT, partial_of, shape
from engine.sheet.op import Op
from engine.sheet.ops import OPERATIONS
from tests.copies import over_copies
from tests.engine.sampling import call, choices, ieee_partials, over_sheet, rows


@over_sheet
@given(data=st.data())
def test_partials_are_the_same_as_nodes_and_as_numbers(op, data):
    row = data.draw(rows(op))
    chosen = data.draw(st.sampled_from(choices(op, row)[1:]))
    mixed = [Value(x) if wanted else x for x, wanted in zip(row, [*chosen, *[False] * len(row)])]
    xs = [x for x in mixed if isinstance(x, Value)]
    if not xs:
        return
    found = gradient(call(op, mixed), xs)
    expected = [p for p, x in zip(ieee_partials(op, row), mixed) if isinstance(x, Value)]
    assert [derivative.data for derivative in found] == expected


def test_a_second_derivative_has_one_node_for_each_partial():
    x = Value(0.5)
    first = gradient(x.sin(), x)
    assert (first.op.formula, first.args) == ("cos(a)", (x,))
    second = gradient(first, x)
    assert (second.op.formula, second.args) == ("-sin(a)", (x,))


def test_what_is_an_operand_or_a_number_needs_no_node():
    a, b = Value(2.0), Value(3.0)
    assert gradient(a * b, [a, b]) == [b, a]
    y = a.exp()
    assert gradient(y, a) is y
    assert gradient(a + b, a).op is None


def test_partials_are_made_once():
    tanh = OPERATIONS["tanh"]
    assert partial_of(tanh, "a") is partial_of(tanh, "a")
    assert partial_of(tanh, "a").op.origin == (tanh, "a", "")


def test_a_partial_with_a_branch_of_zero_has_its_product_with_the_adjoint():
    relu = partial_of(OPERATIONS["relu"], "a")
    assert relu.weighted.op.formula == "0 if a <= 0 else adjoint"
    assert relu.weighted.arguments == ("a", ADJOINT)
    assert partial_of(OPERATIONS["tanh"], "a").weighted is None


def test_the_shape_of_a_partial_depends_on_the_constants():
    power = OPERATIONS["pow"]
    assert shape(power, "a", (1.0,)).number == 1.0
    assert shape(power, "a", (0.0,)).number == 0.0
    assert not shape(power, "a", (3.0,)).dead
    assert shape(OPERATIONS["mean"], "a", (), 4).number == 0.25


@pytest.mark.parametrize("name", ["value", "adjoint"])
def test_operands_may_have_the_names_that_derivatives_use(name):
    formula, partial = f"{name} ** 3 if {name} > 0 else 0", f"3 * out / {name} if {name} > 0 else 0"
    op = Op("f", "f", formula, (partial,), operands=name)
    x = Value(2.0)
    y = engine.apply(op, x) * x
    for expected in (32.0, 48.0, 48.0):
        y = gradient(y, x)
        assert y.data == pytest.approx(expected, rel=1e-12)


@over_copies
def test_derivatives_can_be_copied_and_go_on_being_differentiated(duplicate):
    cube = Op("cube", "³", "a ** 3", ("3 * a ** 2",))
    x = Value(2.0)
    y = engine.maximum([engine.apply(cube, x) * x.tanh(), x]) * x.relu()
    first, (again, at) = gradient(y, x), duplicate((gradient(y, x), x))
    assert again.data == first.data
    for _ in range(2):
        first, again = gradient(first, x), gradient(again, at)
        assert again.data == first.data
    first.backward()
    again.backward()
    assert x.grad == at.grad != 0.0


def test_an_operation_travels_without_what_was_made_of_it():
    cube = Op("cube", "³", "a ** 3", ("3 * a ** 2",))
    before = len(pickle.dumps(cube))
    partial_of(cube, "a")
    assert len(pickle.dumps(cube)) == before
    copy = pickle.loads(pickle.dumps(cube))
    assert (copy.formula, copy.derived) == ("a ** 3", {})
