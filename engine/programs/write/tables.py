"""Data of a program as text: numbers and names in tables, with notes beside them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from engine.programs.write.text import INDENT, filled

# Of more entries than this a table has several in a line.
_MOST_LINES = 16
_WIDTH = 92
# The kinds of tables that are rows of numbers.
OF_ROWS = frozenset({"Rows", "State", "Outputs"})


@dataclass(frozen=True)
class Table:
    """Numbers or texts under a name.

    `kind`: a type of `ir.Function`, or "Texts". `about`: what it is, in words. `notes`: what stands
    beside each entry; of a state beside each row.
    """

    name: str
    kind: str
    entries: Sequence[Any]
    about: str = ""
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Style:
    """How a language spells data. `empty`: the entry of a table that has none."""

    opening: str
    closing: str
    end: str
    remark: str
    nan: str
    infinity: str
    empty: str = ""

    def number(self, number: float | str) -> str:
        if isinstance(number, str):
            return f'"{number}"'
        if isinstance(number, int) or math.isfinite(number):
            return repr(number)
        return self.nan if number != number else f"{'-' * (number < 0)}{self.infinity}"

    def table(self, table: Table, head: str) -> Iterator[str]:
        """The lines of a table that is declared by `head`."""
        margin = " " * self.remark.index("{")
        about = "\n".join(filled(table.about, 0, _WIDTH)).replace("\n", f"\n{margin}")
        if about:
            lines = about if "*/" in self.remark else about.replace(f"\n{margin}", "\n# ")
            yield from self.remark.format(lines).split("\n")
        head = f"{head} = "
        if table.kind == "float":
            (number,) = table.entries
            yield f"{head}{self.number(number)}{self.end}"
        elif table.kind in OF_ROWS:
            yield from self._rows(table, head)
        else:
            yield from self._row(f"{head}{self.opening}", table.entries, self.end, table.notes)

    def _rows(self, table: Table, head: str) -> Iterator[str]:
        rows = list(table.entries) or [[]] * bool(self.empty)
        if not rows:
            yield f"{head}{self.opening}{self.closing}{self.end}"
            return
        yield f"{head}{self.opening}"
        for number, row in enumerate(rows):
            notes = table.notes
            if table.kind == "State" and notes:
                yield INDENT + self.remark.format(notes[number])
                notes = ()
            inner = self._row(self.opening, row, ",", notes)
            yield from (INDENT + line for line in inner)
        yield f"{self.closing}{self.end}"

    def _row(
        self, head: str, entries: Iterable[Any], end: str, notes: Sequence[str]
    ) -> Iterator[str]:
        """All entries in one line if they fit; if few, with notes, each in its own."""
        texts = [self.number(entry) for entry in entries] or [self.empty] * bool(self.empty)
        whole, end = ", ".join(texts), f"{self.closing}{end}"
        if notes and len(texts) == len(notes) <= _MOST_LINES:
            yield head
            for text, note in zip(texts, notes):
                yield f"{INDENT}{text},  {self.remark.format(note)}"
            yield end
        elif len(head) + len(whole) + len(end) <= _WIDTH:
            yield f"{head}{whole}{end}"
        else:
            yield head
            yield from filled(f"{whole},", len(INDENT))
            yield end


PYTHON = Style("[", "]", "", "# {}", 'float("nan")', 'float("inf")')
C = Style("{", "}", ";", "/* {} */", "NAN", "INFINITY", "0.0")
JAVASCRIPT = Style("[", "]", ";", "/* {} */", "NaN", "Infinity")
