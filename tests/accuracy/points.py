"""Where accuracy is measured: all read from the sheet, so that a new line needs nothing here."""

from __future__ import annotations

import ast
import math
import random
from collections.abc import Iterator, Sequence
from itertools import product
from typing import NamedTuple

from engine.sheet.formula import read
from engine.sheet.inlining import inlined
from engine.sheet.op import Op

EXPONENTS = (-2.0, -1.0, -0.5, 1 / 3, 0.5, 1.0, 2.0, 3.0, 7.5)
LENGTHS = (1, 2, 3, 20)


class Variant(NamedTuple):
    """An operation with its constants, and so many operands in its sequences."""

    op: Op
    constants: tuple[float, ...]
    length: int


def variants(op: Op, most: int | None = None) -> list[Variant]:
    """The operation with each choice of constants, at each length; one, if points are few."""
    thorough = most is None
    choices = [
        (EXPONENTS if default is None else (default, 2.5 * default))[: None if thorough else 1]
        for default in op.constants.values()
    ]
    lengths = (LENGTHS if thorough else LENGTHS[2:3]) if op.sequences else (0,)
    return [Variant(op, chosen, length) for chosen in product(*choices) for length in lengths]


def rows(variant: Variant, seed: int = 0) -> list[list[float]]:
    """Operands, the same ones for the same seed."""
    op, constants, length = variant
    chance = random.Random(f"{op.name} {constants} {length} {seed}")
    if op.sequences:
        found = list(_sequences(op, length, chance, 15))
    elif len(op.operands) == 1:
        found = [[x] for x in numbers(op, op.operands[0], chance, 20)]
    else:
        found = list(_pairs(op, constants, chance, 40))
    return [[*row, *constants] for row in found]


def numbers(op: Op, operand: str, chance: random.Random, step: int = 10) -> list[float]:
    """±10^k over the whole range, close to every edge, and at random; none twice."""
    low, high = op.domain.get(operand, (-2.0, 2.0))
    found = [0.0, 5e-324, 1e-310, 2.2250738585072014e-308, 1.7976931348623157e308]
    found += [float(f"{digit}e{k}") for k in range(-305, 309, step) for digit in (1, 1.7)]
    found += [chance.uniform(1, 10) * 10.0**k for k in range(-307, 308, step)]
    found += [10.0**k for k in range(-20, 21)]
    found += [k / 4 for k in range(1, 41)] + [5.0 * k for k in range(1, 160, 3)]
    found = [sign * x for x in found for sign in (1, -1)]
    for edge in sorted(edges(op)):
        found += list(_around(edge))
    found += [chance.uniform(low, high) for _ in range(30)]
    found += [chance.uniform(-50, 50) for _ in range(30)]
    found += [chance.choice((-1, 1)) * 10 ** chance.uniform(-307, 308) for _ in range(30)]
    return list(dict.fromkeys(found))


def edges(op: Op) -> set[float]:
    """The numbers that the formulas of the line compare with, and ±1."""
    found = {0.0, 1.0, -1.0}
    for text in (op.formula, *op.partials, op.undefined, op.kinks):
        for node in ast.walk(inlined(read(text)) if text else ast.Constant(0)):
            if isinstance(node, ast.Compare):
                for part in ast.walk(node):
                    if isinstance(part, ast.Constant):
                        found |= {float(part.value), -float(part.value)}  # type: ignore[arg-type]
    return found


def _around(x: float) -> Iterator[float]:
    yield x
    yield from (math.nextafter(x, math.inf), math.nextafter(x, -math.inf))
    for k in (1, 2, 4, 8, 12, 15):
        yield from (x + 10.0**-k, x - 10.0**-k)


def _pairs(
    op: Op, constants: Sequence[float], chance: random.Random, count: int
) -> Iterator[list[float]]:
    pools = [numbers(op, operand, chance) for operand in op.operands]
    domains = [op.domain.get(operand, (-2.0, 2.0)) for operand in op.operands]
    for _ in range(count):
        ordinary = [chance.uniform(*domain) for domain in domains]
        yield ordinary
        yield [chance.choice(pool) for pool in pools]
        for place, pool in enumerate(pools):
            yield [*ordinary[:place], chance.choice(pool), *ordinary[place + 1 :]]
        x, *others = (chance.choice(pool) for pool in pools)
        yield [chance.choice((0.0, 1.0, -1.0, 1 - 2.0**-53)), *others]
        # Where the operands are close to each other, their product to 1, their distance to a
        # constant.
        for y in (x, 1 / x if x else 0.0, *(x + c for c in constants), *(x - c for c in constants)):
            yield [x, y * (1 + chance.choice((0, 1, -1, 3e4, -7e9)) * 2.0**-52), *others[1:]]


def _sequences(op: Op, length: int, chance: random.Random, count: int) -> Iterator[list[float]]:
    scalars = [name for name in op.operands if name not in op.sequences]
    width = length * len(op.sequences)
    for _ in range(count):
        scale = 10 ** chance.uniform(-3, 3)
        offset = chance.choice((0.0, 0.0, 1e8, -1e17, 10 ** chance.uniform(-5, 305)))
        tail = [chance.uniform(-2, 2) for _ in scalars]
        yield [offset + scale * chance.uniform(-1, 1) for _ in range(width)] + tail
        yield [offset] * width + tail
        yield [chance.choice((-1, 1)) * 10 ** chance.uniform(-9, 9) for _ in range(width)] + tail
        huge = [chance.choice((-1, 1)) * 10 ** chance.uniform(-300, 300) for _ in range(width)]
        yield huge + tail
