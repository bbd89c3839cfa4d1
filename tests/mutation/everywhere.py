"""What a line of the sheet comes to at many points, second derivatives too."""

from __future__ import annotations

import math

from engine.sheet.derived import partial_of
from engine.sheet.op import Op
from tests.engine.points import Cells, agree, cells
from tests.engine.sampling import ieee_partials

Everywhere = list[tuple[Cells, list[float]]]


def everywhere(op: Op, rows: list[list[float]]) -> Everywhere:
    """What the line comes to at each row, and its second derivatives."""
    return [(outcome(op, row), _second(op, row)) for row in rows]


def differing(op: Op, rows: list[list[float]], known: Everywhere) -> list[list[float]]:
    """The rows at which the line, as it is now, comes to something else."""
    return [
        row
        for row, (first, second) in zip(rows, known)
        if not agree(outcome(op, row), first)
        or not all(map(_about_equal, _second(op, row), second))
    ]


def outcome(op: Op, row: list[float]) -> Cells:
    """The cells of the row, or the name of the error that it raises."""
    try:
        return cells(op, row)
    except (ArithmeticError, ValueError, TypeError) as error:
        return (type(error).__name__,)


def _second(op: Op, row: list[float]) -> list[float]:
    """Every second derivative of an operation on numbers, beside its kinks; else none."""
    known = outcome(op, row)
    if op.sequences or isinstance(known[0], str) or (op.kinks and known[-1] == 0):
        return []
    names = dict(zip((*op.operands, *op.constants, "out"), (*row, known[0])))
    slopes = dict(zip(op.operands, known[1:]))
    found = []
    for operand in op.operands:
        own = partial_of(op, operand)
        given = own.arguments[: len(own.op.operands)]
        inner = ieee_partials(own.op, [names[each] for each in own.arguments]) if given else []
        for name, slope in slopes.items():
            parts = zip(given, inner)
            found.append(sum(x * (slope if by == "out" else by == name) for by, x in parts))
    return found


def _about_equal(a: float, b: float) -> bool:
    return a != a or b != b or math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-300)
