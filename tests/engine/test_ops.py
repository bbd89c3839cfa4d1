"""The sheet: every line has the value and the derivatives that mathematics gives it."""

import math
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Value, check_gradients
from engine.functions import GENERATED
from engine.op import Op
from engine.ops import OPERATIONS, SHEET
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
    ("huber", (3, 18, 2), 28, (-2, 2)),
    ("huber", (3, 3.5, 2), 0.125, (-0.5, 0.5)),
    ("binary_cross_entropy", (1, 0.25), 2 * math.log(2), (math.log(3), -4)),
    ("binary_cross_entropy", (0, 0.75), 2 * math.log(2), (-math.log(3), 4)),
    ("binary_cross_entropy_with_logits", (1, -math.log(3)), 2 * math.log(2), (math.log(3), -0.75)),
    ("hinge", (1, 0.25), 0.75, (-0.25, -1)),
    ("hinge", (-1, -3), 0, (0, 0)),
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
    assert set(GENERATED) == set(OPERATIONS)


def test_an_operation_needs_one_partial_for_each_operand():
    with pytest.raises(ValueError, match=r"f: 2 operands \(y p\) but 1 partial derivatives"):
        Op("f", "f", "y * p", ("p",), operands="y p")


def test_a_row_is_grouped_by_operand_and_constants_come_last():
    assert OPERATIONS["dot"].group([1, 2, 3, 4, 5]) == [[1, 2], [3, 4], 5]
    assert OPERATIONS["dot"].group([7]) == [[], [], 7]
    assert OPERATIONS["sum"].group([]) == [[]]
    assert OPERATIONS["huber"].group([1, 2, 0.5]) == [1, 2, 0.5]


def test_an_operation_shows_its_formulas():
    assert repr(OPERATIONS["cosh"]) == "Op('cosh', 'cosh(a)', ('sinh(a)',))"
