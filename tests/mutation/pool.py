"""Where a line and an altered one are compared: at every edge, far beyond them and at random."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import product

from engine.sheet.op import Op
from tests.accuracy.points import edges, rows, variants
from tests.engine.sampling import NOT_FINITE, SPECIAL
from tests.engine.sheet.test_known_points import KNOWN

_ORDINARY = (0.25, -0.75, 1.5, 3.0, -3.0, 5.0, 30.0, -50.0, 750.0, 1e-9, 1e17, 1e155, 1 + 2.0**-50)


@cache
def pool(op: Op) -> list[list[float]]:
    """Rows of operands and constants, the plain ones first; none twice."""
    found = {str(row): row for row in _pool(op)}
    return sorted(found.values(), key=lambda row: (len(str(row)), str(row)))


def _pool(op: Op) -> Iterator[list[float]]:
    chance = random.Random(op.name)
    for name, arguments, _, _ in KNOWN:
        if name == op.name:
            yield [
                float(x) for part in arguments for x in (part if isinstance(part, list) else [part])
            ]
    # By their text, as -0.0 is another number than 0.0 here.
    single = list({str(x): x for x in (*SPECIAL, *_ORDINARY, *edges(op), *NOT_FINITE)}.values())
    tails = _tails(op)
    for variant in variants(op):
        yield from chance.sample(rows(variant), min(len(rows(variant)), 1200 // len(variants(op))))
    for width in _widths(op):
        yield from ([8e307, *[-8e307] * (width - 1), *tail] for tail in tails if width)
        some = single if width < 3 else [0.0, -0.0, 1.0, -2.0, 0.5, 3.0, *NOT_FINITE][: 12 - width]
        combinations = list(product(some, repeat=width))
        chosen = chance.sample(combinations, min(len(combinations), 3000 // len(tails)))
        for tail in tails:
            yield from ([*row, *tail] for row in chosen)
            for _ in range(10):
                yield [round(chance.uniform(-3, 3), 2) for _ in range(width)] + list(tail)


def _widths(op: Op) -> Sequence[int]:
    scalars = len(op.operands) - len(op.sequences)
    return [
        scalars + length * len(op.sequences) for length in ((0, 1, 2, 3) if op.sequences else (0,))
    ]


def _tails(op: Op) -> list[tuple[float, ...]]:
    """Constants: the default, twice it, and others; of limits every order."""
    choices = [
        (-2.0, -1.0, 0.0, 0.5, 1.0, 2.0, 3.0, 1e17, *NOT_FINITE)
        if default is None
        else (default, 2.5, 1.0, 0.5)
        for default in op.constants.values()
    ]
    return list(product(*choices))
