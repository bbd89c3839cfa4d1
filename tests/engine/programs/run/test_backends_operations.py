"""Every line of the sheet in every backend: values and partial derivatives, also at the edges."""

import math
from itertools import groupby

import pytest

import engine
from engine import Parameter, Value
from engine.sheet.ops import ACTIVATIONS
from tests.engine.programs.models import chosen, near, over_ways
from tests.engine.sampling import (
    SPECIAL,
    call,
    example_row,
    ieee_partials,
    ieee_value,
    is_undefined,
    operand_count,
    over_sheet,
    special_rows,
)


def program_of(op, constants, backend):
    """The operation on x + p for inputs x and parameters p.

    All p are −0, so that x + p is x itself, and the gradients are the partial derivatives.
    """
    row = example_row(op)
    count = operand_count(op, row)
    given = [Value(number, label=f"x{i}") for i, number in enumerate(row[:count])]
    parameters = [Parameter(-0.0, label=f"p{i}") for i in range(count)]
    operands = [x + p for x, p in zip(given, parameters)]
    loss = call(op, [*operands, *constants])
    return engine.compile(loss, given, parameters, backend=backend)


def operand_names(op, count):
    """The name of each operand in a row, those of sequences repeated."""
    width = {name: 2 if name in op.sequences else 1 for name in op.operands}
    names = [name for name in op.operands for _ in range(width[name])]
    assert len(names) == count
    return names


def within(op, name, part):
    """A number of an operand's domain; `part` is between −1 and 1."""
    low, high = op.domain.get(name, (-2.0, 2.0))
    return (low + high) / 2 + (high - low) / 2 * part


def rows_by_constants(op):
    """The rows at the edges and the example, as ((constants), rows) pairs."""
    rows = [example_row(op), *special_rows(op, SPECIAL)]
    count = operand_count(op, rows[0])
    ordered = sorted(rows, key=lambda row: row[count:])
    return [(tail, list(found)) for tail, found in groupby(ordered, lambda row: row[count:])]


def is_close(found, wanted, row):
    """To some units in the last place; of the operands, where they cancel."""
    if not math.isfinite(wanted):
        # The lanes that a batch leaves free make nan of an infinite gradient.
        return not math.isfinite(found)
    cancelled = max(1e-300, *(abs(x) for x in row)) if wanted == 0 else 0.0
    return near(found, wanted, cancelled, 1e-12)


@over_ways
@over_sheet
def test_values_and_partial_derivatives_also_at_the_edges(op, way):
    for constants, rows in rows_by_constants(op):
        with chosen(way) as backend:
            program = program_of(op, constants, backend)
            compute = program.backend_for(1)
            for row in rows:
                given = row[: len(row) - len(constants)]
                outcome, gradients = compute.gradients(program.session([given]))
                if is_undefined(op, row):
                    assert outcome.row == 0, f"{op.name}{row} is undefined and gave {outcome.means}"
                    continue
                value = ieee_value(op, row)
                found = outcome.loss if outcome.failed else outcome.means[0]
                assert outcome.failed == (not math.isfinite(value)), f"{op.name}{row}"
                assert is_close(found, value, row), f"{op.name}{row} gave {found}, not {value}"
                if outcome.failed:
                    continue
                for number, wanted in zip(gradients, ieee_partials(op, row), strict=True):
                    assert is_close(number, wanted, row), f"∂{op.name}{row}: {number}, not {wanted}"


@over_ways
@over_sheet
def test_rows_side_by_side_add_up_to_the_rows_alone(op, way):
    constants, rows = rows_by_constants(op)[-1]
    count = operand_count(op, rows[0])
    numbers = [math.sin(i) for i in range(17 * count)]
    table = [
        [within(op, name, numbers.pop()) for name in operand_names(op, count)] for _ in range(17)
    ]
    with chosen(way) as backend:
        program = program_of(op, constants, backend)
        alone = [program.gradients([row]) for row in table]
        mean, gradients = program.gradients(table)
        assert program(table) == pytest.approx([loss for loss, _ in alone], rel=1e-12)
    assert mean == pytest.approx(sum(loss for loss, _ in alone) / 17, rel=1e-12, abs=1e-12)
    for index, gradient in enumerate(gradients):
        wanted = sum(slopes[index] for _, slopes in alone) / 17
        assert gradient == pytest.approx(wanted, rel=1e-12, abs=1e-12)


@over_ways
@pytest.mark.parametrize("number", [1000.0, -1000.0, 0.0])
def test_nothing_that_is_not_used_makes_a_number_nan(way, number):
    """Both branches of a choice are computed in lanes, and exp(1000) is infinite."""

    def build(x, w):
        activations = [getattr(x * w, op.name)() for op in ACTIVATIONS]
        costs = [
            engine.binary_cross_entropy(1.0, (w * 1000).sigmoid()),
            engine.binary_cross_entropy_with_logits(0.0, x * w),
            engine.logsumexp([x, w, -1000.0]),
            engine.huber(x, w),
        ]
        return engine.sum([*activations, *costs])

    x, w = Value(number, label="x"), Parameter(1.0, label="w")
    loss = build(x, w)
    loss.backward()
    with chosen(way) as backend:
        program = engine.compile(loss, [x], [w], backend=backend)
        assert program([[number]]) == pytest.approx([loss.data], rel=1e-12)
        mean, (gradient,) = program.gradients([[number]])
    assert mean == pytest.approx(loss.data, rel=1e-12)
    assert gradient == pytest.approx(w.grad, rel=1e-12)
