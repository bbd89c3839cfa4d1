"""Structures of numbers go out as rows and come back as they were."""

from collections import namedtuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Parameter, Value
from engine.graph.structures import argument_names, flatten

numbers = st.integers(-5, 5) | st.floats(-5, 5)
structures = st.recursive(
    numbers,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.sampled_from(["a", "b", 3]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(structure=structures)
def test_a_structure_is_rebuilt_from_its_row(structure):
    row = flatten(structure, "p")
    assert len(row.names) == len(set(row.names)) == len(row.numbers)
    assert row.rebuild(row.numbers) == structure
    assert all(type(number) is float for number in row.numbers)
    # The names are expressions that lead to the numbers.
    assert [float(eval(name, {"p": structure})) for name in row.names] == row.numbers


def test_a_named_tuple_stays_one():
    Layer = namedtuple("Layer", "w b")
    assert flatten(Layer([1], 2), "p").rebuild([3, 4]) == Layer([3], 4)


def test_values_stay_themselves():
    x, w = Value(2.0), Parameter(3.0)
    row = flatten([x, {"w": w}, 1], "p")
    assert row.numbers[0] is x
    assert row.numbers[1] is w
    assert row.holds_values
    assert not flatten([1, 2], "p").holds_values


def test_arrays_keep_their_shape_and_are_objects_where_they_hold_values():
    row = flatten(np.array([[1, 2, 3], [4, 5, 6]]), "A")
    assert row.names[4] == "A[1, 1]"
    found = row.rebuild([0.5] * 6)
    assert found.shape == (2, 3)
    assert found.dtype == float
    values = [Value(i) for i in range(6)]
    found = row.rebuild(values)
    assert found.dtype == object
    assert found[1, 0] is values[3]
    assert flatten(np.float64(2.0), "x").numbers == flatten(np.array(2.0), "x").numbers == [2.0]


@pytest.mark.parametrize(
    "wrong", ["3", None, 1j, {1.0}, np.array([1j]), np.ma.masked_array([1.0], [True])]
)
def test_what_is_not_a_number_is_refused_by_its_place(wrong):
    with pytest.raises(TypeError, match=r"^p\[1\](\[0\])? must be a real number, not "):
        flatten([1.0, wrong], "p")


def test_arguments_are_named_by_the_signature():
    def f(a, b=2, *rest, c=3, **others):
        return a

    assert argument_names(f, 1) == ["a"]
    assert argument_names(f, 4) == ["a", "b", "x3", "x4"]
    assert argument_names(lambda **others: 0, 1) == ["x1"]
    assert argument_names(max, 2) == ["x1", "x2"]
