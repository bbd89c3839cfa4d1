"""The sheet as Python functions: all spellings of a formula agree, and with the eager path."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.sheet import ieee
from engine.sheet.defining import compile_source
from engine.sheet.evaluate import (
    FAST,
    IEEE,
    VALUES,
    forward,
    kink_distance,
    partials,
    plain,
    undefined,
)
from engine.sheet.formula import read
from engine.sheet.op import Op
from engine.sheet.ops import OPERATIONS
from tests.engine.formulas import NAMES, NAMESPACE, formulas, many, outcome
from tests.engine.sampling import (
    NOT_FINITE,
    SPECIAL,
    as_values,
    call,
    call_arguments,
    choices,
    ieee_partials,
    ieee_value,
    is_undefined,
    over_sheet,
    rows,
    same,
    special_rows,
)


@over_sheet
@pytest.mark.parametrize("numbers", [SPECIAL, (*NOT_FINITE, 0.0, 2.0, -0.5)], ids=["edge", "inf"])
def test_the_eager_path_agrees_with_ieee_754_at_the_edges_of_floating_point(op, numbers):
    for row in special_rows(op, numbers):
        if is_undefined(op, row):
            continue
        value, local = ieee_value(op, row), ieee_partials(op, row)
        for chosen in choices(op, row):
            out = call(op, as_values(op, row, chosen))
            assert same(float(out), value), (row, chosen)
            if any(chosen):
                for found, expected, wanted in zip(out.partials, local, chosen):
                    assert same(found, expected) if wanted else found is None, (row, chosen)


@over_sheet
@given(data=st.data())
def test_pythons_own_operators_and_functions_give_the_same_value(op, data):
    row = data.draw(rows(op))
    found = plain(op)(*call_arguments(op, row))[0]
    assert found == pytest.approx(ieee_value(op, row), rel=1e-13, abs=1e-14)


def test_pythons_own_operators_and_functions_raise_pythons_own_errors():
    with pytest.raises(ZeroDivisionError):
        plain(OPERATIONS["div"])(1.0, 0.0)
    with pytest.raises(ValueError, match=r"math domain error|expected a positive input"):
        plain(OPERATIONS["log"])(-1.0)
    with pytest.raises(OverflowError):
        plain(OPERATIONS["exp"])(1000.0)


@many
@given(text=formulas(), a=st.floats(-3, 3), b=st.floats(-3, 3))
def test_where_python_gives_a_real_number_every_spelling_gives_that_number(text, a, b):
    expected = outcome(text, {"a": a, "b": b})
    if isinstance(expected, float) and not math.isnan(expected):
        tree = read(text, NAMES)
        assert eval(FAST.write(tree), NAMESPACE, {"a": a, "b": b}) == expected
        assert outcome(VALUES.write(tree), {"a": a, "b": b}) == expected
        assert eval(IEEE.write(tree), ieee.NAMESPACE, {"a": a, "b": b}) == expected


@given(number=st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_are_written_as_python_with_all_their_digits(number):
    for dialect in (VALUES, FAST, IEEE):
        assert eval(dialect.write(read("a"), {"a": number})) == number


def test_a_power_in_the_fast_spelling_never_becomes_complex():
    with pytest.raises(ValueError, match="math domain error"):
        eval(FAST.write(read("a ** b")), NAMESPACE, {"a": -8.0, "b": 1 / 3})


def test_sequences_are_given_as_lists_with_their_length():
    dot, mean = OPERATIONS["dot"], OPERATIONS["mean"]
    assert forward(dot)([2.0, 3.0], [5.0, 7.0], 11.0, 2) == (42.0,)
    assert partials(dot)([2.0, 3.0], [5.0, 7.0], 11.0, 2, 42.0) == ([5.0, 7.0], [2.0, 3.0], 1.0)
    assert partials(mean)([1.0, 2.0], 2, 1.5) == ([0.5, 0.5],)


def test_an_operation_that_declares_nothing_is_defined_everywhere():
    assert undefined(OPERATIONS["exp"])(float("nan")) == (False,)
    assert undefined(OPERATIONS["log"])(0.0) == (True,)
    assert undefined(OPERATIONS["mean"])([], 0) == (True,)


def test_the_distance_to_a_kink_is_measured_between_the_sides_of_its_equation():
    assert kink_distance(OPERATIONS["relu"])(-0.25) == (0.25,)
    assert kink_distance(OPERATIONS["hinge"])(-1.0, 2.0) == (3.0,)
    assert kink_distance(OPERATIONS["huber"])(1.0, 4.0, 2.5) == (0.5,)


def test_kinks_that_are_not_an_equation_are_refused():
    op = Op("step", "step", "1 if a > 0 else 0", ("0",), kinks="a < 0")
    with pytest.raises(ValueError, match=r"step: kinks must be an equation .* not 'a < 0'"):
        kink_distance(op)


def test_a_generated_function_does_not_hide_the_function_of_its_own_name():
    source = "def exp(a):\n    return exp(a)\n"
    assert compile_source(source, "<test>", {"exp": math.exp})["exp"](0.0) == 1.0


def test_the_functions_of_an_operation_are_made_once():
    assert forward(OPERATIONS["tanh"]) is forward(OPERATIONS["tanh"])
