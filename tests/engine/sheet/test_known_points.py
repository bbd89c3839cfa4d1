"""The lines of the sheet at points whose numbers are known without the engine."""

import math

import pytest

from engine import Value, gradient
from engine.eager.functions import EAGER
from engine.sheet.ops import OPERATIONS, SHEET
from tests.engine.sampling import as_values, call

# Points whose numbers are known without the engine: arguments, value, partial derivatives.
KNOWN = [
    ("add", (2, 3), 5, (1, 1)),
    ("sub", (2, 3), -1, (1, -1)),
    ("mul", (2, 3), 6, (3, 2)),
    ("div", (3, 4), 0.75, (0.25, -3 / 16)),
    ("neg", (2,), -2, (-1,)),
    ("abs", (-2,), 2, (-1,)),
    ("abs", (0,), 0, (0,)),
    ("pow", (-2, 3), -8, (12,)),
    ("pow", (0, 0), 1, (0,)),
    ("pow", (0, 1), 0, (1,)),
    ("pow", (9, 0.5), 3, (1 / 6,)),
    ("power", (2, 3), 8, (12, 8 * math.log(2))),
    ("power", (0, 2), 0, (0, 0)),
    ("power", (0, 0), 1, (0, -math.inf)),
    ("power", (0, 1), 0, (1, 0)),
    ("power", (0, 0.5), 0, (math.inf, 0)),
    ("mod", (-7, 3), 2, (1, 3)),
    ("mod", (7, -3), -2, (1, 3)),
    ("floordiv", (-7, 3), -3, (0, 0)),
    ("exp", (1,), math.e, (math.e,)),
    ("expm1", (math.log(3),), 2, (3,)),
    ("log", (2,), 0.6931471805599453, (0.5,)),
    ("log1p", (3,), 2 * math.log(2), (0.25,)),
    ("sqrt", (9,), 3, (1 / 6,)),
    ("sin", (math.pi / 6,), 0.5, (math.sqrt(3) / 2,)),
    ("cos", (math.pi / 3,), 0.5, (-math.sqrt(3) / 2,)),
    ("tan", (math.pi / 4,), 1, (2,)),
    ("asin", (0.6,), math.atan2(0.6, 0.8), (1.25,)),
    ("acos", (0.6,), math.atan2(0.8, 0.6), (-1.25,)),
    ("atan", (0.5,), math.atan2(1, 2), (0.8,)),
    ("sinh", (math.log(2),), 0.75, (1.25,)),
    ("cosh", (math.log(2),), 1.25, (0.75,)),
    ("erf", (0,), 0, (1.1283791670955126,)),
    ("erfc", (0,), 1, (-1.1283791670955126,)),
    ("exp2", (3,), 8, (8 * math.log(2),)),
    ("log2", (8,), 3, (1 / (8 * math.log(2)),)),
    ("log10", (1000,), 3, (0.001 / math.log(10),)),
    ("cbrt", (-27,), -3, (1 / 27,)),
    ("rsqrt", (4,), 0.5, (-1 / 16,)),
    ("asinh", (0.75,), math.log(2), (0.8,)),
    ("acosh", (1.25,), math.log(2), (4 / 3,)),
    ("atanh", (0.6,), math.log(2), (1.5625,)),
    ("atanh", (-0.25,), -math.log(5 / 3) / 2, (16 / 15,)),
    ("logit", (0.75,), math.log(3), (16 / 3,)),
    ("sinc", (0,), 1, (0,)),
    ("sinc", (0.5,), 2 / math.pi, (-4 / math.pi,)),
    ("sinc", (0.25,), math.sqrt(8) / math.pi, (math.sqrt(8) * (1 - 4 / math.pi),)),
    ("degrees", (math.pi,), 180, (180 / math.pi,)),
    ("radians", (180,), math.pi, (math.pi / 180,)),
    ("sign", (-2,), -1, (0,)),
    ("sign", (0,), 0, (0,)),
    ("floor", (-1.5,), -2, (0,)),
    ("ceil", (-1.5,), -1, (0,)),
    ("trunc", (-1.75,), -1, (0,)),
    ("round", (2.5,), 2, (0,)),
    ("atan2", (-3, -4), math.atan2(-3, -4), (-4 / 25, 3 / 25)),
    ("atan2", (4, -3), math.atan2(4, -3), (-3 / 25, -4 / 25)),
    ("hypot", (-3, 4), 5, (-0.6, 0.8)),
    ("hypot", (0, 0), 0, (0, 0)),
    ("copysign", (-3, 2), 3, (-1, 0)),
    ("fmod", (-7, 3), -1, (1, 2)),
    ("fmod", (7, -3), 1, (1, 2)),
    ("logaddexp", (0, math.log(3)), 2 * math.log(2), (0.25, 0.75)),
    ("logaddexp", (2, 2), 2 + math.log(2), (0.5, 0.5)),
    ("xlogy", (2, math.e), 2, (1, 2 / math.e)),
    ("xlogy", (0, 0.5), 0, (-math.log(2), 0)),
    ("clamp", (5, -1, 3), 3, (0,)),
    ("clamp", (-5, -1, 3), -1, (0,)),
    ("clamp", (3, -1, 3), 3, (1,)),
    ("where", (0.5, 2, 3), 2, (0, 1, 0)),
    ("where", (0, 2, 3), 3, (0, 0, 1)),
    ("tanh", (math.log(3),), 0.8, (0.36,)),
    ("sigmoid", (math.log(3),), 0.75, (0.1875,)),
    ("relu", (2,), 2, (1,)),
    ("relu", (-2,), 0, (0,)),
    ("relu", (0,), 0, (0,)),  # KhawajaAbaid/micrograd_c#4: the derivative at 0
    ("leaky_relu", (-2, 0.125), -0.25, (0.125,)),
    ("elu", (-math.log(2), 3), -1.5, (1.5,)),
    ("gelu", (1,), 0.8413447460685429, (1.0833154705876864,)),
    ("silu", (math.log(3),), 0.75 * math.log(3), (0.75 + 0.1875 * math.log(3),)),
    ("softplus", (0,), math.log(2), (0.5,)),
    ("log_sigmoid", (0,), -math.log(2), (0.5,)),
    ("softsign", (-3,), -0.75, (1 / 16,)),
    ("mish", (0,), 0, (0.6,)),
    ("mish", (1,), 0.8650983882673103, (1.0490362200997922,)),
    ("gelu_tanh", (1,), 0.8411919906082767, (1.0829640838457826,)),
    ("selu", (-math.log(2), 2, 3), -3, (3,)),
    ("selu", (2, 1.6732632423543772, 1.0507009873554805), 2.101401974710961, (1.0507009873554805,)),
    ("celu", (-2 * math.log(2), 2), -1, (0.5,)),
    ("relu6", (7,), 6, (0,)),
    ("relu6", (5,), 5, (1,)),
    ("relu6", (-1,), 0, (0,)),
    ("hardtanh", (-3,), -1, (0,)),
    ("hardtanh", (0.5,), 0.5, (1,)),
    ("hardsigmoid", (1.5,), 0.75, (1 / 6,)),
    ("hardsigmoid", (4,), 1, (0,)),
    ("hardswish", (1.5,), 1.125, (1,)),
    ("hardswish", (-4,), 0, (0,)),
    ("hardswish", (4,), 4, (1,)),
    ("tanhshrink", (math.log(3),), math.log(3) - 0.8, (0.64,)),
    ("tanhshrink", (1e-8,), 1e-24 / 3, (1e-16,)),
    ("squared_error", (3, 18), 225, (-30, 30)),
    ("absolute_error", (3, 18), 15, (-1, 1)),
    ("absolute_error", (18, 3), 15, (1, -1)),
    ("absolute_error", (3, 3), 0, (0, 0)),
    ("huber", (3, 18, 2), 28, (-2, 2)),
    ("huber", (3, 3.5, 2), 0.125, (-0.5, 0.5)),
    ("binary_cross_entropy", (1, 0.25), 2 * math.log(2), (math.log(3), -4)),
    ("binary_cross_entropy", (0, 0.75), 2 * math.log(2), (-math.log(3), 4)),
    ("binary_cross_entropy_with_logits", (1, -math.log(3)), 2 * math.log(2), (math.log(3), -0.75)),
    ("hinge", (1, 0.25), 0.75, (-0.25, -1)),
    ("hinge", (-1, -3), 0, (0, 0)),
    ("hinge", (1, 1), 0, (0, 0)),
    ("hinge", (-1, -1), 0, (0, 0)),
    ("log_cosh", (math.log(2), 0), math.log(1.25), (0.6, -0.6)),
    ("log_cosh", (1e-8, 0), 5e-17, (1e-8, -1e-8)),
    ("log_cosh", (0, 1000), 1000 - math.log(2), (-1, 1)),
    ("poisson_nll", (2, 0.5), 0.5 + 2 * math.log(2), (math.log(2), -3)),
    ("poisson_nll", (0, 0), 0, (math.inf, 1)),
    ("poisson_nll_with_log_rate", (2, math.log(0.5)), 0.5 + 2 * math.log(2), (math.log(2), -1.5)),
    ("gaussian_nll", (5, 2, 4), math.log(2) + 9 / 8, (0.75, -0.75, -5 / 32)),
    ("relative_entropy", (0.5, 0.25), math.log(2) / 2, (1 + math.log(2), -2)),
    ("relative_entropy", (0, 0.25), 0, (-math.inf, 0)),
    ("dot", ([2, 3], [5, 7], 11), 42, (5, 7, 2, 3, 1)),
    ("sum", ([1, 2, 4],), 7, (1, 1, 1)),
    ("mean", ([1, 2, 4, 5],), 3, (0.25,) * 4),
    ("maximum", ([1, 3, 2],), 3, (0, 1, 0)),
    ("minimum", ([1, 3, 2],), 1, (1, 0, 0)),
    ("norm", ([3, -4],), 5, (0.6, -0.8)),
    ("norm", ([0, 0],), 0, (0, 0)),
    ("norm", ([3e200, -4e200],), 5e200, (0.6, -0.8)),
    ("norm", ([3e-200, -4e-200],), 5e-200, (0.6, -0.8)),
    ("var", ([1, 2, 6], 0), 14 / 3, (-4 / 3, -2 / 3, 2)),
    ("var", ([1, 2, 6], 1), 7, (-2, -1, 3)),
    ("var", ([1e9 + 1, 1e9 + 2, 1e9 + 6], 1), 7, (-2, -1, 3)),
    ("std", ([1, 2, 6], 0), math.sqrt(14 / 3), tuple(d / math.sqrt(42) for d in (-2, -1, 3))),
    (
        "std",
        ([1e200, 2e200, 6e200], 1),
        math.sqrt(7) * 1e200,
        tuple(d / math.sqrt(28) for d in (-2, -1, 3)),
    ),
    ("std", ([0.1, 0.1, 0.1], 0), 0, (0, 0, 0)),
    ("logsumexp", ([0, math.log(3)],), 2 * math.log(2), (0.25, 0.75)),
]


@pytest.mark.parametrize(("name", "arguments", "value", "partials"), KNOWN)
def test_known_points_have_their_known_value_and_derivatives(name, arguments, value, partials):
    op = OPERATIONS[name]
    row = [x for part in arguments for x in (part if isinstance(part, list) else [part])]
    node = call(op, as_values(op, row, [True] * len(row)))
    assert node.data == pytest.approx(value, rel=1e-12, abs=1e-15)
    assert node.partials[: len(partials)] == pytest.approx(partials, rel=1e-12, abs=1e-15)
    assert node.partials[len(partials) :] == (None,) * len(op.constants)


# What is left out stands for the number in the paper or the library that the line follows.
DEFAULTS = [
    ("leaky_relu", (-2,), -0.02),
    ("elu", (-math.log(2),), -0.5),
    ("selu", (-math.log(2),), -0.5 * 1.6732632423543772 * 1.0507009873554805),
    ("celu", (-math.log(2),), -0.5),
    ("huber", (0, 3), 2.5),
    ("dot", ([2, 3], [5, 7]), 31),
    ("var", ([1, 2, 6],), 14 / 3),
    ("std", ([1, 2, 6],), math.sqrt(14 / 3)),
]


@pytest.mark.parametrize(("name", "arguments", "value"), DEFAULTS)
def test_defaults_are_those_of_the_papers(name, arguments, value):
    assert EAGER[name](*arguments) == pytest.approx(value, rel=1e-14)
    given = [
        [Value(x) for x in part] if isinstance(part, list) else Value(part) for part in arguments
    ]
    assert EAGER[name](*given).data == pytest.approx(value, rel=1e-14)


def test_every_default_is_among_them():
    found = {op.name for op in SHEET if op.defaults or set(op.constants.values()) - {None}}
    assert found == {name for name, _, _ in DEFAULTS}


# Where the partial derivative has few digits that still change.
SECOND = [("atanh", 1e-9, 2e-9), ("tanh", 1e-9, -2e-9), ("sinc", 1e-9, -(math.pi**2) / 3)]


@pytest.mark.parametrize(("name", "at", "expected"), SECOND)
def test_second_derivatives_keep_their_digits(name, at, expected):
    x = Value(at)
    second = gradient(gradient(EAGER[name](x), x), x)
    assert second.data == pytest.approx(expected, rel=1e-14, abs=0)
