"""`approx` compares numbers wherever they stand, and says which of them differ."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Value
from engine.testing import approx

NAN = math.nan


class Array:
    """What has `tolist`, and compares element by element as arrays do."""

    def __init__(self, numbers):
        self.numbers = numbers

    def tolist(self):
        return self.numbers


@given(number=st.floats(-1e6, 1e6), part=st.floats(-2, 2))
def test_the_larger_of_both_tolerances_counts(number, part):
    found = number + part * 0.5
    wanted = abs(found - number) <= max(0.25, 0.1 * abs(number))
    assert (found == approx(number, rel=0.1, abs=0.25)) is wanted
    assert (found != approx(number, rel=0.1, abs=0.25)) is not wanted
    assert (Value(found) == approx(Value(number), rel=0.1, abs=0.25)) is wanted


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (Value(1.0), 1),
        (1, Value(1.0)),
        ([Value(1.0), 2.0], (1.0, Value(2.0))),
        ({"a": [Value(1.0)], "b": NAN}, {"b": NAN, "a": [1 + 1e-12]}),
        ([math.inf, -math.inf], [math.inf, -math.inf]),
        (Array([1.0, NAN]), [1.0, NAN]),
        ([[1.0], [2.0]], Array([[1.0], [2.0]])),
        ([], ()),
        (("loss", 1.0, None, True), ["loss", 1.0, None, True]),
        (0.0, -0.0),
        (1e-13, 0.0),
    ],
)
def test_equal(found, expected):
    assert found == approx(expected)
    assert approx(expected) == found
    assert (found != approx(expected)) is False


@pytest.mark.parametrize(
    ("found", "expected", "line"),
    [
        (1.0, 2.0, "the number: 1.0, expected 2.0, differs by 1 (relative 0.5)"),
        (0.5, 0.0, "the number: 0.5, expected 0.0, differs by 0.5"),
        (Value(1.0), Value(2.0), "the number: 1.0, expected 2.0, differs by 1 (relative 0.5)"),
        (NAN, 1.0, "the number: nan, expected 1.0"),
        (1e300, math.inf, "the number: 1e+300, expected inf"),
        (-math.inf, math.inf, "the number: -inf, expected inf"),
        ([1.0, [2.0]], [1.0, [4.0]], "[1][0]: 2.0, expected 4.0, differs by 2 (relative 0.5)"),
        ({"a": Value(1.0)}, {"a": 1.0, "b": 2.0}, "['b']: missing, expected 2.0"),
        ({"a": 1.0, "b": 2.0}, {"a": 1.0}, "['b']: 2.0, expected no such item"),
        ([1.0, 2.0], [1.0], "all: 2 items, expected 1"),
        ([[1.0], []], [[1.0], [2.0]], "[1]: 0 items, expected 1"),
        (1.0, [1.0], "all: 1.0, expected [1.0]"),
        ([1.0], 1.0, "the number: [1.0], expected 1.0"),
        ([1.0], {"a": 1.0}, "all: [1.0], expected {'a': 1.0}"),
        ("12", ["1", "2"], "all: '12', expected ['1', '2']"),
        (1.0, True, "the number: 1.0, expected True"),
        (None, 0.0, "the number: None, expected 0.0"),
        (1j, 1.0, "the number: 1j, expected 1.0"),
    ],
)
def test_different_and_which_item(found, expected, line):
    comparison = approx(expected)
    assert found != comparison
    assert repr(comparison).splitlines()[-1] == line


def test_all_that_differ_are_counted_and_the_first_ten_shown():
    comparison = approx([0.0] * 30)
    assert [float(i) for i in range(30)] != comparison
    lines = repr(comparison).splitlines()
    assert lines[1] == "29 of 30 items differ:"
    assert len(lines) == 13
    assert lines[-1] == "… 19 more"


def test_numpy_arrays_on_either_side():
    numpy = pytest.importorskip("numpy")
    array = numpy.array([[1.0, 2.0], [3.0, 4.0]])
    rows = [[Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]]
    assert rows == approx(array)
    assert (array == approx(rows)) is True
    assert (array == approx([[1.0, 2.0], [3.0, 5.0]])) is False
    assert numpy.array(rows, dtype=object) == approx(array)
    assert numpy.float64(0.5) == approx(Value(0.5))


@pytest.mark.parametrize("tolerance", [-1.0, NAN])
@pytest.mark.parametrize("name", ["rel", "abs"])
def test_a_tolerance_is_not_negative(name, tolerance):
    with pytest.raises(
        ValueError, match=f"approx: {name} must be a number of at least 0, not {tolerance!r}"
    ):
        approx(1.0, **{name: tolerance})


def test_it_is_not_a_key():
    with pytest.raises(TypeError, match="unhashable"):
        hash(approx(1.0))
