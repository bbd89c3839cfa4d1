"""Chooses the points of tests/engine/points.txt: few that tell all altered lines from the sheet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from engine.sheet.op import Op
from engine.sheet.ops import SHEET
from tests.engine.points import FILE, agree, written
from tests.mutation.everywhere import outcome
from tests.mutation.pool import pool
from tests.mutation.sheet import Alteration, altered_sheet

_HEAD = """\
# operation | operands, then constants | value | partial derivatives | distance from a kink
# The points that tell each line of the sheet from the altered ones: python -m tests.mutation
"""


def choose() -> int:
    """Writes the file anew; how many points there are."""
    lines = [line for op in SHEET for line in _lines(op)]
    FILE.write_text(_HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    return len(lines)


def _lines(op: Op) -> Iterator[str]:
    rows = pool(op)
    known = [outcome(op, row) for row in rows]
    # What raises an error instead has no line of numbers.
    usable = [i for i, cells in enumerate(known) if cells[0] == "undefined" or len(cells) > 1]
    telling = []
    for alteration in altered_sheet(f"{op.name}."):
        if alteration.op is op and not alteration.field.startswith("default"):
            altered = _altered(alteration)
            telling.append({i for i in usable if not agree(outcome(altered, rows[i]), known[i])})
    for place in sorted(_cover(telling)):
        yield written(op, rows[place], known[place])


def _altered(alteration: Alteration) -> Op:
    op = Op.__new__(Op)
    op.__setstate__(alteration.op.__getstate__())
    alteration._replace(op=op).apply()
    return op


def _cover(sets: list[set[int]]) -> set[int]:
    """Few numbers, among them one of each set that is not empty: the one in most sets, and so on;
    of equals the first."""
    chosen: set[int] = set()
    waiting = [each for each in sets if each]
    while waiting:
        counts = Counter(place for each in waiting for place in each)
        best = min(counts, key=lambda place: (-counts[place], place))
        chosen.add(best)
        waiting = [each for each in waiting if best not in each]
    return chosen
