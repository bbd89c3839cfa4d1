"""What a line of the sheet comes to at a point, as text: the columns of `points.txt`.

operation | operands, then constants | value | partial derivatives | distance from a kink

A derivative at which a path ends is the int 0, without a point. Where a line is undefined, that
word stands instead of the numbers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from engine.sheet.evaluate import kink_distance
from engine.sheet.op import Op
from tests.engine.sampling import call_arguments, ieee_partials, ieee_value, is_undefined

FILE = Path(__file__).with_name("points.txt")
# How far two ways of rounding the same may be apart, also on another system's mathematics.
ROUNDING = 1e-14

Cells = tuple[Any, ...]


def cells(op: Op, row: Sequence[float]) -> Cells:
    """The value, the partial derivatives, and the distance from a kink; or ("undefined",)."""
    if is_undefined(op, row):
        return ("undefined",)
    distance = [kink_distance(op)(*call_arguments(op, row))[0]] if op.kinks else []
    return (ieee_value(op, row), *ieee_partials(op, row), *distance)


def agree(found: Cells, expected: Cells) -> bool:
    """Whether nothing but rounding is different."""
    return len(found) == len(expected) and all(map(_agree, found, expected))


def _agree(a: Any, b: Any) -> bool:
    if isinstance(a, str) or isinstance(b, str):
        return bool(a == b)
    if type(a) is not type(b) or (a != a) != (b != b):
        return False
    if a != a or a == b:
        return a != a or math.copysign(1.0, a) == math.copysign(1.0, b)
    return math.isclose(a, b, rel_tol=ROUNDING)


def written(op: Op, row: Sequence[float], numbers: Cells) -> str:
    """A line of the file."""
    kink = [str(numbers[-1])] if op.kinks and numbers != ("undefined",) else []
    value, *partials = numbers[:-1] if kink else numbers
    parts = [op.name, " ".join(map(str, row)), str(value), " ".join(map(str, partials)), *kink]
    return " | ".join(parts).rstrip(" |")


@cache
def points() -> dict[str, list[tuple[list[float], Cells]]]:
    """The rows and cells of the file, by the name of the operation."""
    found: dict[str, list[tuple[list[float], Cells]]] = {}
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            name, row, *columns = (part.split() for part in line.split(" |"))
            numbers = tuple(_number(cell) for column in columns for cell in column)
            found.setdefault(name[0], []).append(([float(x) for x in row], numbers))
    return found


def _number(cell: str) -> Any:
    return cell if cell == "undefined" else 0 if cell == "0" else float(cell)
