"""Infinities, nan and the ends of the number line: NumPy's results, and stable activations."""

import math
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import engine
from engine import Value
from engine.eager.functions import EAGER
from engine.sheet import ieee
from engine.sheet.ops import ACTIVATIONS, FUNCTIONS
from tests.engine.sampling import NOT_FINITE, SPECIAL, same

inf, nan = math.inf, math.nan
NUMBERS = (*SPECIAL, *NOT_FINITE, -2.0, 3.0, 709.0, 710.0, -745.0, -746.0, 1 / 3)
NUMPY = {
    **{name: getattr(np, name) for name in "exp expm1 log log1p sqrt sin cos tan".split()},
    **{name: getattr(np, name) for name in "sinh cosh tanh".split()},
    **{name: getattr(np, name) for name in "exp2 log2 log10 cbrt floor ceil trunc".split()},
    **{f"a{name}": getattr(np, f"arc{name}") for name in "sin cos tan sinh cosh tanh".split()},
    "round": np.rint,
}


@pytest.mark.parametrize("name", NUMPY)
def test_functions_of_one_number_are_those_of_numpy(name):
    with np.errstate(all="ignore"):
        for x in NUMBERS:
            found, expected = ieee.NAMESPACE[name](x), float(NUMPY[name](x))
            close = math.isfinite(expected) and math.isclose(found, expected, rel_tol=1e-14)
            assert close or same(found, expected), x


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (ieee.divide, np.divide),
        (ieee.pow_, np.float_power),
        (ieee.modulo, np.remainder),
        (ieee.floor_quotient, np.floor_divide),
        (math.atan2, np.arctan2),
        (ieee.NAMESPACE["hypot"], np.hypot),
        (math.copysign, np.copysign),
    ],
    ids="divide pow modulo floor_quotient atan2 hypot copysign".split(),
)
def test_functions_of_two_numbers_are_those_of_numpy(ours, theirs):
    with np.errstate(all="ignore"):
        for x in NUMBERS:
            for y in NUMBERS:
                found, expected = ours(x, y), float(theirs(x, y))
                close = math.isfinite(expected) and math.isclose(found, expected, rel_tol=1e-14)
                assert close or same(found, expected), (x, y)


def test_a_sum_goes_from_left_to_right():
    assert ieee.NAMESPACE["sum"]([1e16, 1.0, -1e16]) == 0.0
    assert ieee.NAMESPACE["sum"](0.5, 0.25) == 0.75


@given(numbers=st.lists(st.floats(allow_nan=False), min_size=1))
def test_the_largest_and_the_smallest_are_pythons_own_without_nan(numbers):
    assert ieee.NAMESPACE["max"](numbers) == max(numbers)
    assert ieee.NAMESPACE["min"](numbers) == min(numbers)


@pytest.mark.parametrize("numbers", [*permutations([nan, 1.0, inf, -inf])])
def test_the_largest_and_the_smallest_are_nan_where_one_number_is(numbers):
    for function in (ieee.NAMESPACE["max"], ieee.NAMESPACE["min"]):
        assert math.isnan(function(list(numbers)))
        assert math.isnan(function(*numbers))


# Value and derivative far to the left and far to the right.
LIMITS = {
    "tanh": ((-1, 0), (1, 0)),
    "sigmoid": ((0, 0), (1, 0)),
    "relu": ((0, 0), (1000, 1)),
    "leaky_relu": ((-10, 0.01), (1000, 1)),
    "elu": ((-1, 0), (1000, 1)),
    "gelu": ((0, 0), (1000, 1)),
    "silu": ((0, 0), (1000, 1)),
    "softplus": ((0, 0), (1000, 1)),
    "exp": ((0, 0), (inf, inf)),
    "expm1": ((-1, 0), (inf, inf)),
    "sinh": ((-inf, inf), (inf, inf)),
    "cosh": ((inf, -inf), (inf, inf)),
    "atan": ((-math.atan(1000), 1 / 1000001), (math.atan(1000), 1 / 1000001)),
    "erf": ((-1, 0), (1, 0)),
    "erfc": ((2, 0), (0, 0)),
}


@pytest.mark.parametrize(("name", "ends"), LIMITS.items())
def test_functions_reach_their_limits_at_a_thousand_without_overflow(name, ends):
    """karpathy/micrograd #29, #74, #88, #121, #126: tanh and sigmoid at 1000."""
    for x, (value, derivative) in zip((-1000.0, 1000.0), ends, strict=True):
        node = getattr(Value(x), name)()
        assert node.data == pytest.approx(value, rel=1e-15, abs=0)
        assert node.partials[0] == pytest.approx(derivative, rel=1e-12, abs=0)


@pytest.mark.parametrize("op", ACTIVATIONS, ids=lambda op: op.name)
@pytest.mark.parametrize(
    "x", [s * x for s in (-1, 1) for x in (0.0, 5e-324, 1e-12, 40, 709, 1e3, 1e300)]
)
def test_activations_are_finite_and_continuous_everywhere(op, x):
    node = EAGER[op.name](Value(x))
    assert math.isfinite(node.data)
    assert math.isfinite(node.partials[0])
    beside = EAGER[op.name](x * (1 + 1e-9) + 1e-300)
    assert node.data == pytest.approx(beside, rel=1e-7, abs=1e-290)


@pytest.mark.parametrize("x", [1e-12, -1e-12, 1e-9, -3e-10, 1e-300])
def test_functions_are_exact_next_to_zero(x):
    """The first two terms of each power series, beyond which nothing is left in a float."""
    cases = {
        "expm1": x + x * x / 2,
        "log1p": x - x * x / 2,
        "sin": x,
        "tan": x,
        "asin": x,
        "atan": x,
        "sinh": x,
        "tanh": x,
        "erf": 2 / math.sqrt(math.pi) * x,
        "elu": x if x > 0 else x + x * x / 2,
        "silu": x / 2 + x * x / 4,
        "gelu": x / 2 + x * x / math.sqrt(2 * math.pi),
    }
    for name, expected in cases.items():
        assert getattr(Value(x), name)().data == pytest.approx(expected, rel=1e-12, abs=0), name


@pytest.mark.parametrize("gap", [1e-3, 1e-8, 1e-12])
def test_derivatives_next_to_the_end_of_a_domain_keep_their_digits(gap):
    gap = 1 - (1 - gap)  # the distance of 1 − gap from 1 after rounding
    slope = 1 / math.sqrt(gap * (2 - gap))
    assert Value(1 - gap).asin().partials[0] == pytest.approx(slope, rel=1e-14)
    assert Value(gap - 1).acos().partials[0] == pytest.approx(-slope, rel=1e-14)
    assert Value(gap).sqrt().partials[0] == pytest.approx(0.5 / math.sqrt(gap), rel=1e-14)
    assert Value(gap - 1).log1p().partials[0] == pytest.approx(1 / gap, rel=1e-14)


@pytest.mark.parametrize("x", [-30.0, -300.0, -700.0])
def test_tails_that_are_tiny_are_not_rounded_to_zero(x):
    for name in ("sigmoid", "softplus"):
        node = getattr(Value(x), name)()
        assert node.data == pytest.approx(math.exp(x), rel=1e-9, abs=0)
        assert node.partials[0] == pytest.approx(math.exp(x), rel=1e-9, abs=0)
    assert Value(-x / 40).erfc().data == pytest.approx(math.erfc(-x / 40), rel=1e-12, abs=0)
    assert Value(-10.0).gelu().data == pytest.approx(-7.619853024160527e-23, rel=1e-9, abs=0)


@pytest.mark.parametrize(
    "logits", [(1000, 1001), (-1000, -999), (-1000, 1000), (0, 1e-12), (1e300, 0)]
)
def test_logsumexp_and_softmax_are_stable_for_logits_of_any_size(logits):
    """karpathy/micrograd #93."""
    low, high = map(Value, logits)
    expected = 1 / (1 + math.exp(min(logits[0] - logits[1], 700.0)))
    total = engine.logsumexp([low, high])
    exact = max(logits) + math.log1p(math.exp(-abs(logits[0] - logits[1])))
    assert total.data == pytest.approx(exact, rel=1e-12)
    assert total.partials == pytest.approx((1 - expected, expected), rel=1e-12, abs=1e-300)
    found = [p.data for p in engine.softmax([low, high])]
    assert found == pytest.approx([1 - expected, expected], rel=1e-12, abs=1e-300)
    assert sum(found) == pytest.approx(1, rel=1e-12)


@pytest.mark.parametrize("target", [0.0, 1.0])
@pytest.mark.parametrize("logit", [-1000.0, -30.0, 0.0, 1e-12, 30.0, 1000.0])
def test_cross_entropy_of_logits_is_stable_for_logits_of_any_size(target, logit):
    z = Value(logit)
    node = engine.binary_cross_entropy_with_logits(target, z)
    wrong = logit if target == 0 else -logit  # the loss is softplus of this
    expected = max(wrong, 0) + math.log1p(math.exp(-abs(wrong)))
    assert node.data == pytest.approx(expected, rel=1e-12)
    slope = (1 if target == 0 else -1) / (1 + math.exp(min(-wrong, 700)))
    assert node.partials[1] == pytest.approx(slope, rel=1e-12, abs=2e-16)


@pytest.mark.parametrize(
    ("target", "p", "value", "slope"),
    [
        (0.0, 0.0, 0.0, 1.0),
        (1.0, 1.0, 0.0, -1.0),
        (1.0, 1e-300, 300 * math.log(10), -1e300),
        (0.0, 1e-12, 1e-12, 1.0),
        (0.5, 1e-300, 150 * math.log(10), -0.5e300),
    ],
)
def test_cross_entropy_of_a_probability_is_exact_at_and_next_to_certainty(target, p, value, slope):
    node = engine.binary_cross_entropy(target, Value(p))
    assert node.data == pytest.approx(value, rel=1e-11, abs=0)
    assert node.partials[1] == pytest.approx(slope, rel=1e-11)


@pytest.mark.parametrize("op", FUNCTIONS + ACTIVATIONS, ids=lambda op: op.name)
def test_nan_goes_in_and_nan_comes_out(op):
    node = EAGER[op.name](Value(nan))
    assert math.isnan(node.data)


def test_overflow_is_infinite_and_keeps_its_sign():
    big = Value(1e200)
    assert [(big * 1e200).data, (big * -1e200).data] == [inf, -inf]
    assert (big**2).data == inf
    assert ((-big) ** 3).data == -inf
    assert (10 ** Value(400.0)).data == inf
    assert Value(1000.0).exp().partials == (inf,)
