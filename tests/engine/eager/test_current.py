"""A leaf that has changed since the graph was computed is found and named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import engine
from engine import Value, topological_order
from engine.eager.current import check_current
from tests.engine.sampling import call, graphs, over_sheet, rows


@over_sheet
@given(data=st.data())
def test_what_was_just_computed_is_current(op, data):
    row = data.draw(rows(op))
    mixed = [*map(Value, row[: len(row) - len(op.constants)]), *row[len(row) - len(op.constants) :]]
    check_current(topological_order(call(op, mixed)), derivatives=True)


@given(nodes=graphs(), place=st.integers(0, 2), new=st.floats(2, 3))
def test_a_change_is_found_wherever_a_number_would_be_another(nodes, place, new):
    order = topological_order(nodes[-1])
    check_current(order, derivatives=True)
    old = nodes[place].data
    nodes[place].data = new
    users = [node for node in order if nodes[place] in node.args]
    if users:
        with pytest.raises(ValueError, match="the graph is out of date"):
            check_current(order, derivatives=True)
    nodes[place].data = old
    check_current(order, derivatives=True)


def test_the_leaf_is_named_where_the_operation_tells_it_from_the_others():
    w = [Value(float(i), label=f"w{i}") for i in range(20)]
    x = [Value(float(i), label=f"x{i}") for i in range(20)]
    y = engine.dot(w, x)
    w[13].data = 5.0
    with pytest.raises(ValueError, match=r"now that w13 is 5, so the leaf's data has changed"):
        check_current(topological_order(y))


def test_otherwise_all_leaves_that_it_may_be_are_named():
    a, b = Value(1.0, label="a"), Value(2.0)
    y = a + b.exp() + b
    b.data = 3.0
    with pytest.raises(ValueError, match=r"exp gave 7.389, and is 20.09 now that 3 is 3"):
        check_current(topological_order(y))


def test_two_changes_that_cancel_out_are_found_by_the_derivatives():
    a, b = Value(2.0, label="a"), Value(3.0, label="b")
    y = a * b
    a.data, b.data = 3.0, 2.0
    check_current([y])
    with pytest.raises(
        ValueError, match=r"local derivative of 3, and it is 2 now that a is 3, b is"
    ):
        check_current([y], derivatives=True)


@pytest.mark.parametrize(
    ("factor", "old", "new"), [(2.0, 3.0, 3.001), (1e300, 1e300, 1.0), (2.0, 3.0, 3.0 + 1e-11)]
)
def test_a_small_change_and_one_from_infinity_are_found_too(factor, old, new):
    x = Value(old)
    y = x * factor
    x.data = new
    with pytest.raises(ValueError, match=r"^the graph is out of date: mul gave "):
        engine.gradient(y, x)
