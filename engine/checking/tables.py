"""The table of gradients that differ, as an assertion shows it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from engine.base.numbers import short

# Rows of the table; the slips of more are not looked for.
_ROWS = 20


class Difference(NamedTuple):
    """A claimed gradient that is not the graph's; `line` finds out why."""

    name: str
    mine: float
    right: float
    line: Callable[[], str]


def table(differences: Sequence[Difference]) -> str:
    """Aligned columns: the name, both numbers, their ratio, and the slip."""
    rows = [("name", "mine", "the graph", "ratio", "diagnosis")]
    for name, mine, right, line in differences[:_ROWS]:
        ratio = short(mine / right) if right else "-"
        rows.append((name, *_told_apart(mine, right), ratio, line()))
    widths = [max(map(len, column)) for column in zip(*rows)]
    lines = [
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip()
        for row in rows
    ]
    more = len(differences) - _ROWS
    return "\n".join([*lines, *([f"  … {more} more"] if more > 0 else [])])


def _told_apart(one: float, other: float) -> tuple[str, str]:
    """In as many digits as it takes to see that they differ."""
    for digits in (6, 9, 17):
        texts = short(one, digits), short(other, digits)
        if texts[0] != texts[1]:
            break
    return texts
