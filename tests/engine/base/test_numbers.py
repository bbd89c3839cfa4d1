"""Plain numbers: what counts as one and how it is shown."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Value
from engine.base.numbers import as_number, count_of, never_a_number, short


@pytest.mark.parametrize(
    "number",
    [
        3,
        3.0,
        True + 2,
        Fraction(3),
        Decimal(3),
        Value(3.0),
        np.float64(3),
        np.float32(3),
        np.int8(3),
        np.array(3),
    ],
    ids=lambda number: type(number).__name__,
)
def test_real_numbers_of_every_type_become_floats(number):
    assert as_number(number) == 3.0
    assert type(as_number(number)) is float
    assert not never_a_number(number)


@pytest.mark.parametrize(
    "bad", ["3", b"3", bytearray(b"3"), 3j, None, [3], (3,), {3: 3}, {3}], ids=repr
)
def test_what_is_not_a_number_is_told_with_its_type_and_place(bad):
    assert never_a_number(bad)
    with pytest.raises(TypeError) as caught:
        as_number(bad, "the weight")
    assert str(caught.value) == (
        f"the weight must be a real number, not {bad!r} ({type(bad).__name__})"
    )


@pytest.mark.parametrize("bad", [np.array([3.0, 4.0]), np.complex128(3j), object(), float])
def test_objects_that_cannot_become_a_float_are_refused(bad):
    with pytest.raises(TypeError, match=r"^a Value must be a real number, not "):
        as_number(bad)


def test_what_is_long_is_shown_in_part():
    with pytest.raises(TypeError) as caught:
        as_number("x" * 1000)
    assert str(caught.value) == f"a Value must be a real number, not '{'x' * 56}... (str)"


def test_an_integer_too_large_for_a_float_says_so():
    with pytest.raises(
        OverflowError, match=r"^the bias: an integer of this size does not fit a float"
    ):
        as_number(10**400, "the bias")


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (18, "18"),
        (2 / 3, "0.6667"),
        (-0.0, "0"),
        (-1.5, "-1.5"),
        (12345678.0, "1.235e+07"),
        (1e-9, "1e-09"),
        (float("inf"), "inf"),
        (float("nan"), "nan"),
    ],
)
def test_numbers_are_shown_with_four_significant_digits(number, text):
    assert short(number) == text


@given(number=st.floats(-1e300, 1e300))
def test_a_shown_number_is_the_number_to_four_digits(number):
    assert float(short(number)) == pytest.approx(number, rel=5.001e-4, abs=0)


def test_a_count_is_a_whole_number_of_at_least_1():
    assert [count_of(number, "epochs") for number in (1, np.int64(7))] == [1, 7]
    for bad in (0, -1, True, 1.0, "1", None):
        with pytest.raises(ValueError, match="epochs must be a whole number of at least 1, not"):
            count_of(bad, "epochs")
