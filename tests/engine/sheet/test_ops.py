"""The sheet: every line has the value and the derivatives that mathematics gives it."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Value, check_gradients
from engine.eager.functions import EAGER
from engine.sheet.op import Op
from engine.sheet.ops import OPERATIONS, SHEET
from tests.engine.sampling import (
    as_values,
    call,
    choices,
    ieee_partials,
    ieee_value,
    is_undefined,
    operand_count,
    over_sheet,
    rows,
    same,
    smooth_rows,
)


@over_sheet
@given(data=st.data())
def test_any_mix_of_values_and_floats_gives_the_same_number(op, data):
    row = data.draw(rows(op))
    expected = ieee_value(op, row)
    for chosen in choices(op, row):
        mixed = as_values(op, row, chosen)
        out = call(op, mixed)
        if any(chosen):
            assert type(out) is Value
            assert (out.op, out.data, out.args) == (op, expected, tuple(mixed))
        else:
            assert type(out) is float
            assert out == expected


@over_sheet
@given(data=st.data())
def test_a_node_keeps_one_partial_for_each_value_and_none_for_each_number(op, data):
    row = data.draw(rows(op))
    count = operand_count(op, row)
    expected = [*ieee_partials(op, row), *[None] * len(op.constants)]
    for chosen in choices(op, row):
        if any(chosen):
            node = call(op, as_values(op, row, chosen))
            wanted = [*chosen, *[False] * (len(row) - count)]
            assert node.partials == tuple(p if w else None for p, w in zip(expected, wanted))


@over_sheet
def test_integers_are_operands_like_the_floats_they_stand_for(op):
    width = sum(2 if name in op.sequences else 1 for name in op.operands) + len(op.constants)
    tried = 0
    for row in product((0, 1, 2, -1), repeat=width):
        if not is_undefined(op, [float(x) for x in row]):
            tried += 1
            for chosen in choices(op, row):
                found = call(op, as_values(op, row, chosen))
                expected = call(op, as_values(op, [float(x) for x in row], chosen))
                assert type(found) is type(expected)
                assert same(float(found), float(expected))
                if any(chosen):
                    assert all(map(same, found.partials, expected.partials))
                    assert all(isinstance(arg, (Value, float)) for arg in found.args)
    # Within its domain the inverse of the sigmoid has none; that of tanh, and a slope, only 0.
    assert tried >= {"logit": 0, "atanh": 1, "asin_slope": 1}.get(op.name, 2)


@over_sheet
@given(data=st.data())
def test_first_and_second_derivatives_agree_with_central_differences(op, data):
    row = data.draw(smooth_rows(op))
    count = operand_count(op, row)
    assert check_gradients(lambda *xs: call(op, [*xs, *row[count:]]), *row[:count], order=2)


@over_sheet
@given(data=st.data())
def test_derivatives_with_respect_to_some_operands_agree_with_central_differences(op, data):
    row = data.draw(smooth_rows(op))
    chosen = data.draw(st.sampled_from(choices(op, row)[1:]))
    free = [i for i, wanted in enumerate(chosen) if wanted]

    def f(*xs):
        mixed = list(row)
        for i, x in zip(free, xs):
            mixed[i] = x
        return call(op, mixed)

    assert check_gradients(f, *[row[i] for i in free], order=2)


@pytest.mark.parametrize(
    ("name", "at"),
    [
        ("power", (2.0, 0.0)),
        ("power", (1.0, 1.0)),
        ("binary_cross_entropy", (0.0, 0.25)),
        ("binary_cross_entropy", (1.0, 0.25)),
    ],
)
def test_a_special_case_of_a_formula_has_the_second_derivatives_of_its_neighbourhood(name, at):
    row = [*at, *OPERATIONS[name].constants.values()]
    assert check_gradients(lambda *xs: call(OPERATIONS[name], [*xs, *row[len(xs) :]]), *at, order=2)


def test_every_operation_has_a_name_of_its_own_and_a_function():
    assert list(OPERATIONS) == [op.name for op in SHEET]
    assert set(EAGER) == set(OPERATIONS)


def test_an_operation_needs_one_partial_for_each_operand():
    with pytest.raises(ValueError, match=r"f: 2 operands \(y p\) but 1 partial derivatives"):
        Op("f", "f", "y * p", ("p",), operands="y p")


def test_a_row_is_grouped_by_operand_and_constants_come_last():
    assert OPERATIONS["dot"].bind([1, 2, 3, 4, 5]) == [[1, 2], [3, 4], 5]
    assert OPERATIONS["dot"].bind([7]) == [[], [], 7]
    assert OPERATIONS["sum"].bind([]) == [[]]
    assert OPERATIONS["huber"].bind([1, 2, 0.5]) == [1, 2, 0.5]


def test_an_operation_shows_its_formulas():
    assert repr(OPERATIONS["cosh"]) == "Op('cosh', 'cosh(a)', ('sinh(a)',))"
