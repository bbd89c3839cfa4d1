"""Operations that are undefined or given what is not a number: they raise at once and say why."""

import ast
import math
import re
from itertools import product

import numpy as np
import pytest

import engine
from engine import Op, Value
from engine.base.numbers import short
from engine.eager.checked import apply
from engine.sheet.formula import read
from engine.sheet.inlining import inlined
from engine.sheet.ops import ARITHMETIC, OPERATIONS, SHEET
from tests.engine.formulas import NAMESPACE
from tests.engine.sampling import (
    as_values,
    call,
    choices,
    example_row,
    is_undefined,
    operand_count,
    over_sheet,
)

SCALAR = [op for op in SHEET if not op.sequences]
PARTLY_UNDEFINED = [op for op in SCALAR if op.undefined]

PYTHON = {**NAMESPACE, "max": max, "min": min}


def finite_rows(op):
    constants = [(-1.0, -2.0, 1 / 3, 2.5) if c is None else (c,) for c in op.constants.values()]
    numbers = (-8.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0)
    return [
        [*row, *tail]
        for row in product(numbers, repeat=len(op.operands))
        for tail in product(*constants)
    ]


def pythons_error(op, row):
    """The kind of error that Python itself raises for the formula, if it raises one."""
    try:
        eval(
            ast.unparse(inlined(read(op.formula))),
            PYTHON,
            dict(zip([*op.operands, *op.constants], row)),
        )
    except (ValueError, ZeroDivisionError) as error:
        return type(error)
    return None


@pytest.mark.parametrize("op", PARTLY_UNDEFINED, ids=lambda op: op.name)
def test_an_undefined_operation_raises_pythons_own_kind_of_error_and_names_everything(op):
    undefined = [row for row in finite_rows(op) if is_undefined(op, row)]
    assert undefined
    for row in undefined:
        kind = pythons_error(op, row) or ValueError
        for chosen in choices(op, row):
            mixed = as_values(op, row, chosen)
            for name, operand in zip(op.operands, mixed):
                if isinstance(operand, Value):
                    operand.label = f"the {name} of it"
            with pytest.raises(kind) as caught:
                call(op, mixed)
            message = str(caught.value)
            assert type(caught.value) is kind
            assert message.startswith(f"{op.name} is undefined where {op.undefined}; given: ")
            for name, number in zip([*op.operands, *op.constants], row):
                assert f"{name} = {short(number)}" in message
            for name, wanted in zip(op.operands, chosen):
                assert (f"('the {name} of it')" in message) == wanted
            assert message.endswith(op.advice)


@pytest.mark.parametrize("op", SCALAR, ids=lambda op: op.name)
def test_wherever_python_itself_refuses_the_operation_is_undefined(op):
    for row in finite_rows(op):
        assert is_undefined(op, row) or pythons_error(op, row) is None, row


@pytest.mark.parametrize(
    ("kind", "f"),
    [
        (ValueError, lambda: Value(-1.0).log()),
        (ValueError, lambda: engine.log(0)),
        (ValueError, lambda: Value(-1.0).log1p()),
        (ValueError, lambda: Value(-4.0).sqrt()),
        (ValueError, lambda: Value(1.5).asin()),
        (ValueError, lambda: Value(-8.0) ** (1 / 3)),
        (ValueError, lambda: Value(-8.0) ** Value(2.0)),
        (ValueError, lambda: (-2) ** Value(0.5)),
        (ValueError, lambda: engine.binary_cross_entropy(1.0, Value(0.0))),
        (ValueError, lambda: engine.binary_cross_entropy(0.5, Value(1.5))),
        (ValueError, lambda: engine.maximum([])),
        (ValueError, lambda: engine.minimum(())),
        (ValueError, lambda: engine.logsumexp([])),
        (ValueError, lambda: engine.softmax([])),
        (ZeroDivisionError, lambda: 1 / Value(0.0)),
        (ZeroDivisionError, lambda: Value(1.0) / 0),
        (ZeroDivisionError, lambda: Value(0.0) / Value(0.0)),
        (ZeroDivisionError, lambda: Value(0.0) ** -1),
        (ZeroDivisionError, lambda: 0 ** Value(-1.0)),
        (ZeroDivisionError, lambda: engine.mean([])),
    ],
)
def test_the_kind_of_error_is_the_one_known_from_python(kind, f):
    with pytest.raises(kind) as caught:
        f()
    assert type(caught.value) is kind


def test_the_message_names_the_operation_the_operands_and_their_labels():
    with pytest.raises(
        ValueError, match=re.escape("log is undefined where a <= 0; given: a = -1 ('x')")
    ):
        Value(-1.0, label="x").log()
    x, zero = Value(3.0, label="x"), Value(0.5, label="h") - 0.5
    with pytest.raises(ZeroDivisionError, match=re.escape("given: a = 3 ('x'), b = 0 = sub(…)")):
        x / zero


def test_the_message_advises_what_to_do_instead():
    with pytest.raises(ValueError, match=re.escape("with a plain number as exponent, x ** 3,")):
        Value(-2.0) ** Value(3.0)
    assert (Value(-2.0) ** 3).data == -8
    with pytest.raises(ValueError, match="use binary_cross_entropy_with_logits"):
        engine.binary_cross_entropy(1.0, Value(-1000.0).sigmoid())


def test_an_undefined_operation_leaves_its_operands_as_they_were():
    x = Value(-1.0)
    with pytest.raises(ValueError, match="log"):
        x.log()
    assert (x.data, x.grad, x.op, x.args) == (-1.0, 0.0, None, ())


@over_sheet
@pytest.mark.parametrize(
    "bad", ["3", b"3", None, 1j, [1.0], {}, {1.0}, object()], ids=lambda bad: type(bad).__name__
)
def test_what_is_not_a_number_is_refused_by_every_operation_at_every_operand(op, bad):
    if op in ARITHMETIC and type(bad) is object:
        return  # Python itself words that refusal, after asking the other side
    good = [[0.5, 0.5] if name in op.sequences else 0.5 for name in op.operands]
    for position, name in enumerate(op.operands):
        for others in ([*good], [Value(0.5) if x == 0.5 else list(map(Value, x)) for x in good]):
            others[position] = [0.5, bad] if name in op.sequences else bad
            with pytest.raises(TypeError, match=rf"^{op.name}: {name} must be a real number, not "):
                apply(op, *others, *[0.5] * len(op.constants))


def test_arithmetic_leaves_foreign_operands_to_the_other_side():
    assert apply(OPERATIONS["add"], Value(1.0), np.array([1.0])) is NotImplemented
    assert apply(OPERATIONS["mul"], object(), Value(1.0)) is NotImplemented
    with pytest.raises(TypeError, match="exp: a must be a real number, not array"):
        engine.exp(np.array([1.0, 2.0]))


def test_a_constant_of_an_operation_is_not_differentiated_and_so_no_value():
    with pytest.raises(TypeError, match="leaky_relu: slope is a constant of the operation"):
        engine.leaky_relu(Value(1.0), Value(0.1))
    with pytest.raises(TypeError, match="huber: delta must be a real number, not 'wide'"):
        engine.huber(1.0, Value(1.0), "wide")


def test_the_number_of_operands_is_checked_and_named():
    with pytest.raises(TypeError, match="div takes a, b; 1 operands were given"):
        apply(OPERATIONS["div"], Value(1.0))


def test_an_operation_of_ones_own_is_applied_like_those_of_the_sheet():
    cube = Op("cube", "³", "a ** 3", ("3 * a ** 2",))
    x = Value(2.0)
    y = apply(cube, x)
    assert (y.op, y.data, y.args, y.partials) == (cube, 8.0, (x,), (12.0,))
    assert apply(cube, 2) == 8.0
    assert type(apply(cube, 2)) is float


def test_an_operation_of_ones_own_may_take_sequences_and_constants():
    weighted = Op(
        "w", "w", "k * sum(p * q)", ("k * q", "k * p"), operands="p* q*", constants={"k": None}
    )
    p, q = [Value(2.0), 3.0], [5.0, Value(7.0)]
    y = apply(weighted, p, q, 10)
    assert (y.data, y.args) == (310.0, (p[0], 3.0, 5.0, q[1], 10.0))
    assert y.partials == (50.0, None, None, 30.0, None)
    y.backward()
    assert (p[0].grad, q[1].grad) == (50.0, 30.0)


def test_an_operation_of_ones_own_is_undefined_where_it_says_so():
    arcosh = Op(
        "arcosh", "arcosh", "log(a + sqrt(a * a - 1))", ("1 / sqrt(a * a - 1)",), undefined="a < 1"
    )
    assert apply(arcosh, Value(2.0)).data == pytest.approx(math.acosh(2), rel=1e-14)
    with pytest.raises(ValueError, match="arcosh is undefined where a < 1; given: a = 0"):
        apply(arcosh, Value(0.0))


def test_an_operation_of_ones_own_may_use_every_function_of_the_language_where_it_is_undefined():
    odds = Op("odds", "odds", "sigmoid(a) / a", ("out - 1",), undefined="a == 0")
    with pytest.raises(ZeroDivisionError, match="odds is undefined where a == 0"):
        apply(odds, Value(0.0))


def test_a_long_row_of_operands_is_cut_short_in_messages():
    sum_all = Op("total", "Σ", "sum(a)", ("1",), operands="a*", undefined="n > 0")
    with pytest.raises(ValueError, match=r"given: operand 1 = 0, .* operand 6 = 5, … 2 more$"):
        apply(sum_all, [Value(float(i)) for i in range(8)])


@over_sheet
def test_checked_and_generated_code_make_the_same_node(op):
    row = example_row(op)
    mixed = as_values(op, row, [True] * operand_count(op, row))
    fast, checked = call(op, mixed), apply(op, *op.bind(mixed))
    assert (fast.data, fast.args, fast.partials) == (checked.data, checked.args, checked.partials)
