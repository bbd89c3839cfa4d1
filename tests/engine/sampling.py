"""Where operations are sampled, read from the sheet itself: a new line needs nothing here.

A *row* is what a node keeps in `args`: the operands in order, sequences laid flat, the constants
after them. `op.bind(row)` are the arguments of the operation's function.
"""

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import pytest
from hypothesis import is_hypothesis_test, settings
from hypothesis import strategies as st

from engine import Value
from engine.eager.functions import EAGER
from engine.sheet.evaluate import forward, kink_distance, partials, undefined
from engine.sheet.op import Op
from engine.sheet.ops import SHEET


def over_sheet(test: Callable[..., Any]) -> Callable[..., Any]:
    """The test for every line of the sheet, `op`.

    Of a property fewer examples than elsewhere, as each of a hundred lines has its own.
    """
    if is_hypothesis_test(test):
        test = settings(max_examples=settings().max_examples // 4)(test)
    of_each: Callable[..., Any]
    of_each = pytest.mark.parametrize("op", SHEET, ids=lambda op: op.name)(test)
    return of_each


_EXPONENTS = (-2.0, -1.0, 0.5, 1.0, 2.0, 3.0)
_GRID = 24


def constants(op: Op) -> st.SearchStrategy[list[float]]:
    """The constants of an operation: the default and twice it; where there is none, exponents."""
    factors = (1.0,) if None in op.constants.values() else (1.0, 2.0)
    return st.sampled_from([[f * c for c in tail] for f in factors for tail in _tails(op)])


def _tails(op: Op) -> list[list[float]]:
    """The constants by default; those without one in ascending order, as limits must be."""
    missing = list(op.constants.values()).count(None)
    found = []
    for start in range(len(_EXPONENTS) - missing + 1 if missing else 1):
        numbers = iter(_EXPONENTS[start:])
        found.append([next(numbers) if c is None else c for c in op.constants.values()])
    return found


@st.composite
def rows(draw: st.DrawFn, op: Op) -> list[float]:
    """Numbers of the operation's domain, away from its kinks."""
    numbers: list[float] = []
    length = draw(st.integers(1, 6)) if op.sequences else 0
    for name in op.operands:
        low, high = op.domain.get(name, (-2.0, 2.0))
        if name in op.sequences:
            # Apart from each other, because equal largest elements are a kink of `maximum`.
            cells = st.lists(_CELLS, min_size=length, max_size=length, unique_by=lambda c: c[0])
            numbers += [low + (high - low) * (i + part) / _GRID for i, part in draw(cells)]
        else:
            numbers.append(draw(st.floats(low, high)))
    numbers += draw(constants(op))
    return numbers


_CELLS = st.tuples(st.integers(0, _GRID - 1), st.floats(0.0, 0.5))


def example_row(op: Op) -> list[float]:
    """One row of the operation's domain, sequences of two, constants by default."""
    numbers: list[float] = []
    for name in op.operands:
        low, high = op.domain.get(name, (-2.0, 2.0))
        parts = (0.375, 0.75) if name in op.sequences else (0.625,)
        numbers += [low + (high - low) * part for part in parts]
    return numbers + _tails(op)[-1]


def smooth_rows(op: Op) -> st.SearchStrategy[list[float]]:
    """Rows where the operation has a derivative within reach of central differences."""
    found = rows(op)
    if op.kinks:
        found = found.filter(lambda row: kink_distance(op)(*call_arguments(op, row))[0] > 0.05)
    return found.filter(lambda row: not undefined(op)(*call_arguments(op, row))[0])


def call_arguments(op: Op, row: Sequence[Any]) -> list[Any]:
    """What the functions of `engine.sheet.evaluate` take: operands, constants, the length."""
    grouped = op.bind(row)
    return [*grouped, len(grouped[0])] if op.sequences else grouped


def ieee_value(op: Op, row: Sequence[float]) -> float:
    return forward(op)(*call_arguments(op, row))[0]


def ieee_partials(op: Op, row: Sequence[float]) -> list[float]:
    """The partial derivative with respect to each operand of the row."""
    found = partials(op)(*call_arguments(op, row), ieee_value(op, row))
    return [number for part in found for number in (part if isinstance(part, list) else [part])]


def is_undefined(op: Op, row: Sequence[float]) -> bool:
    return undefined(op)(*call_arguments(op, row))[0]


def call(op: Op, row: Sequence[Any]) -> Any:
    """The eager function, on `Value`s and numbers."""
    return EAGER[op.name](*op.bind(row))


def operand_count(op: Op, row: Sequence[Any]) -> int:
    return len(row) - len(op.constants)


def as_values(op: Op, row: Sequence[float], chosen: Sequence[bool]) -> list[Any]:
    """The row with a fresh `Value` for each operand that is chosen."""
    count = operand_count(op, row)
    chosen = [*chosen[:count], *[False] * len(op.constants)]
    return [Value(x) if wanted else x for x, wanted in zip(row, chosen, strict=True)]


def choices(op: Op, row: Sequence[Any]) -> list[tuple[bool, ...]]:
    """Every pattern of operands that may be `Value`s; for long sequences the telling ones."""
    count = operand_count(op, row)
    if count <= 3:
        return list(product((False, True), repeat=count))
    one = [tuple(i == j for j in range(count)) for i in range(count)]
    others = [tuple(not wanted for wanted in pattern) for pattern in one]
    halves = [tuple((j < count // 2) == first for j in range(count)) for first in (False, True)]
    return [(False,) * count, (True,) * count, *one, *others, *halves]


def same(x: Any, y: Any) -> bool:
    """Equal, where nan equals nan."""
    return bool(x == y or (x != x and y != y))


# Where floating point is at its edges; used on every operand of every line.
SPECIAL = (0.0, -0.0, 1e-300, -1e-12, 0.5, 1.0, -1.0, 2.0, 1000.0, -1000.0, 1e300, -1e300)
NOT_FINITE = (float("inf"), float("-inf"), float("nan"))


def special_rows(op: Op, numbers: Sequence[float]) -> list[list[float]]:
    """All combinations of the numbers as operands, sequences of two, constants by default."""
    width = sum(2 if name in op.sequences else 1 for name in op.operands)
    pool = numbers if width < 3 else numbers[::3]
    return [[*row, *tail] for row in product(pool, repeat=width) for tail in _tails(op)]


@st.composite
def graphs(draw: st.DrawFn, size: int = 12) -> list[Value]:
    """The nodes of a random graph in the order they were made: three leaves, then operations."""
    nodes = [Value(draw(st.floats(0.5, 1.5)), label=name) for name in "xyz"]
    for _ in range(draw(st.integers(1, size))):
        a, b = (nodes[draw(st.integers(0, len(nodes) - 1))] for _ in range(2))
        nodes.append(draw(st.sampled_from(_STEPS))(a, b))
    return nodes


# Each keeps numbers of moderate size moderate, so that graphs of any depth stay finite.
_STEPS = (
    lambda a, b: a + b * 0.5,
    lambda a, b: (a * b).tanh(),
    lambda a, b: 1 - a.sin() * b.cos(),
    lambda a, b: a / (b * b + 1),
    lambda a, b: EAGER["dot"]([a, 0.5, b], [b, a, 0.25], a),
    lambda a, b: EAGER["logsumexp"]([a, b, 0.0]) - a,
    lambda a, b: (a.sigmoid() + 1) ** b.sigmoid(),
)
