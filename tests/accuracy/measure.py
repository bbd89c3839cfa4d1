"""Errors in units in the last place, beyond what rounding the argument does to the result."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from mpmath import mp, mpf

import engine
from engine.sheet.evaluate import kink_distance, undefined
from engine.sheet.op import Op
from engine.sheet.ops import OPERATIONS
from tests.accuracy.backends import Numbers, Place, graph, places
from tests.accuracy.points import Variant, rows, variants
from tests.accuracy.truth import DIGITS, truth
from tests.engine.sampling import call_arguments

ORDERS = ("value", "first", "second")
LIMITS = (8.0, 8.0, 32.0)


@dataclass
class Worst:
    """The largest error of one operation, order and backend, and where it is."""

    error: float = 0.0
    where: str = ""


@dataclass
class Report:
    """`worst` by (operation, order, backend); how many points were measured and left out."""

    worst: dict[tuple[str, int, str], Worst] = field(default_factory=dict)
    measured: int = 0
    excluded: dict[str, int] = field(default_factory=dict)

    def beyond(self) -> list[str]:
        """What is beyond its limit, in words."""
        return [
            f"{name}, {ORDERS[order]}, {backend}: {worst.error:.3g} ulp at {worst.where}"
            for (name, order, backend), worst in self.worst.items()
            if worst.error > LIMITS[order]
        ]


def measure(
    ops: Sequence[Op],
    backends: dict[str, Callable[..., list[Numbers]]],
    most: int | None = None,
    report: Report | None = None,
    seed: int = 0,
) -> Report:
    """Compares operations on every backend with the truth; adds to the report.

    `most`: so many points of each operation are enough. `seed`: of the points drawn at random.
    """
    report = report or Report()
    for op in ops:
        for variant in variants(op, most):
            points = [row for row in rows(variant, seed) if _is_defined(op, row)]
            if most is not None:
                points = random.Random(seed).sample(points, min(len(points), most))
            for place in places(variant):
                known = [_truth(op, row, place) for row in points]
                usable = [(row, t) for row, t in zip(points, known) if t is not None]
                _count(report, "undefined", len(points) - len(usable))
                for backend, compute in backends.items():
                    if usable:
                        found = compute(variant, [row for row, _ in usable], place)
                        _judge(report, variant, backend, place, usable, found)
    return report


def _truth(op: Op, row: Sequence[float], place: Place) -> tuple[Any, Any, Any] | None:
    try:
        return truth(op, row, *place)
    except (ZeroDivisionError, ValueError, OverflowError):
        return None


def _is_defined(op: Op, row: Sequence[float]) -> bool:
    return all(map(math.isfinite, row)) and not undefined(op)(*call_arguments(op, row))[0]


def _is_kink(op: Op, row: Sequence[float]) -> bool:
    if op.formula in ("max(a)", "min(a)"):
        return len(set(row)) < len(row)
    return bool(op.kinks) and kink_distance(op)(*call_arguments(op, row))[0] == 0


def _count(report: Report, reason: str, number: int = 1) -> None:
    report.excluded[reason] = report.excluded.get(reason, 0) + number


def _judge(
    report: Report,
    variant: Variant,
    backend: str,
    place: Place,
    usable: Sequence[tuple[list[float], tuple[Any, Any, Any]]],
    found: Sequence[Numbers],
) -> None:
    op = variant.op
    for (row, known), numbers in zip(usable, found, strict=True):
        for order in range(3):
            if order and _is_kink(op, row):
                _count(report, "kink", 1)
                break
            if abs(known[order]) > (_LARGEST if order == 0 else _LARGEST / 16):
                _count(report, "overflow", 1)
                break
            error = _error(variant, row, place, order, known, numbers[order])
            if order == 2 and error > LIMITS[2] and _overflows(op, row):
                _count(report, "overflow", 1)
                break
            report.measured += 1
            worst = report.worst.setdefault((op.name, order, backend), Worst())
            if error > worst.error:
                shown = f"{tuple(row)} {place}: {numbers[order]!r}, not {float(known[order])!r}"
                report.worst[op.name, order, backend] = Worst(error, shown)


_LARGEST = mpf(1.7976931348623157e308)


# Below this the factors of a result may be subnormal, and so have fewer digits.
_SMALLEST = 1e-300


def _error(
    variant: Variant,
    row: Sequence[float],
    place: Place,
    order: int,
    truths: Sequence[Any],
    found: float,
) -> float:
    if not math.isfinite(found):
        return math.inf
    op, known = variant.op, truths[order]
    with mp.workdps(DIGITS):
        size = max(abs(float(known)), _SMALLEST)
        error = abs(mpf(found) - known)
        if op.sequences and order == 2 and error > LIMITS[order] * math.ulp(size):
            size = max(size, abs(float(truths[1])), _terms(variant, row, place))
        unit = mpf(math.ulp(size))
        if error <= unit * LIMITS[order]:
            return float(error / unit)
        allowed = 4 * max(_moved(op, row, place, order, known), default=mpf(0))
        return float(max(error - allowed, mpf(0)) / unit)


def _overflows(op: Op, row: Sequence[float]) -> bool:
    """Whether the derivative by any of the operands is larger than any float."""
    firsts = [_truth(op, row, (k, k)) for k in range(len(row) - len(op.constants))]
    return any(known is None or abs(known[1]) > _LARGEST / 16 for known in firsts)


def _terms(variant: Variant, row: Sequence[float], place: Place) -> float:
    """The size of what a second derivative adds up over paths: one term can undo another."""
    total, waiting = 0.0, [graph(engine, variant, row, place)[-1]]
    while waiting:
        node = waiting.pop()
        if node.op in (OPERATIONS["add"], OPERATIONS["sum"]):
            waiting += [operand for operand in node.args if isinstance(operand, engine.Value)]
        else:
            total += abs(node.data)
    return total if math.isfinite(total) else 0.0


def _moved(op: Op, row: Sequence[float], place: Place, order: int, known: Any) -> Iterator[Any]:
    """How far the result moves when an argument does by half a unit in the last place."""
    total = mpf(0)
    for k in range(len(row) - len(op.constants)):
        half = mpf(math.ulp(row[k])) / 2
        moves = [mpf(0)]
        for side in (half, -half):
            moved: list[Any] = [*row[:k], mpf(row[k]) + side, *row[k + 1 :]]
            there = _truth(op, moved, place)
            if there is not None:
                moves.append(abs(there[order] - known))
        total += max(moves)
    yield total
