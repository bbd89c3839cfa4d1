"""Numbers and names as tables in a source of Python or of C."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from engine.programs.source_c_text import comment
from engine.programs.source_common import filled, printable
from engine.value import Value

# Of more numbers than this a table has several in a line.
_MOST_LINES = 16


def _named(leaf: Value, name: str) -> str:
    """The label, where it says more than the name that was made from it."""
    label = printable(leaf.label or "")
    return "" if label == name else label


def python_table(title: str, names: Sequence[str], leaves: Sequence[Value]) -> Iterator[str]:
    entries = [f'"{name}": {python_number(leaf.data)}' for name, leaf in zip(names, leaves)]
    if len(names) > _MOST_LINES:
        yield from block(f"{title} = {{", entries, "}")
        return
    yield f"{title} = {{"
    for name, leaf, entry in zip(names, leaves, entries):
        label = _named(leaf, name)
        yield f"    {entry},{f'  # {label}' if label else ''}"
    yield "}"


def c_table(head: str, names: Sequence[str], leaves: Sequence[Value]) -> Iterator[str]:
    if len(names) > _MOST_LINES:
        yield from block(head, [c_number(leaf.data) for leaf in leaves], "};")
        return
    yield head
    for name, leaf in zip(names, leaves):
        label = comment(_named(leaf, name))
        yield f"    {c_number(leaf.data)}, /* {name}{f': {label}' if label else ''} */"
    yield "};"


def block(head: str, entries: Sequence[str], end: str, indent: int = 4) -> Iterator[str]:
    """All entries in one line if they fit, and otherwise as many in each line as fit."""
    text = ", ".join(entries)
    if len(head) + len(text) + len(end) <= 92:
        yield f"{head}{text}{end}"
        return
    yield head
    yield from filled(text + ",", indent)
    yield " " * (indent - 4) + end


def python_number(number: float) -> str:
    return repr(number) if math.isfinite(number) else f'float("{number}")'


def c_number(number: float) -> str:
    if math.isfinite(number):
        return repr(float(number))
    return "NAN" if number != number else f"{'-' * (number < 0)}INFINITY"


def paragraphs(texts: Iterator[str], indent: int) -> Iterator[str]:
    for text in texts:
        yield from filled(text, indent) or [""]
