"""Sheets as text and as Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.base.spelling import Text
from engine.exercising.layout import Content, Notation
from engine.explaining.wording import RoundingText

GAP = "______"


def text_notation(digits: int) -> Notation:
    return Notation(
        dialect=RoundingText(digits),
        derivative=lambda node, operand: f"∂{node}/∂{operand}",
        direct=lambda derivative: f"{derivative} (direct)",
        updated=lambda name: f"{name} new",
        name=lambda name: name,
        times=" · ",
        minus=" − ",
        rate="η",
    )


def write_text(content: Content) -> Text:
    lines = [content.title, "", *content.notes, "", "Given"]
    given = [f"{name} = {value}" for name, value in content.given]
    lines += [f"  {line}" for line in _in_lines(given)]
    for i, section in enumerate(content.sections, 1):
        lines += ["", f"{i} {section.title}"]
        for row in section.rows:
            answer = [row.working, row.answer] if content.filled else [GAP]
            lines.append(f"  {row.number:3}  {' = '.join([row.left, *filter(None, answer)])}")
    return Text("\n".join(lines) + "\n")


def write_markdown(content: Content) -> str:
    lines = [
        f"# {_markdown(content.title)}",
        "",
        *map(_markdown, content.notes),
        "",
        "## Given",
        "",
    ]
    lines.append(_markdown(",  ".join(f"{name} = {value}" for name, value in content.given)))
    for i, section in enumerate(content.sections, 1):
        head = ["", "", "working", "answer"] if content.filled else ["", "", "answer"]
        lines += ["", f"## {i} {_markdown(section.title)}", "", _cells(head)]
        lines.append("|---" * len(head) + "|")
        for row in section.rows:
            more = [_markdown(row.working), _markdown(row.answer)] if content.filled else [""]
            lines.append(_cells([str(row.number), _markdown(row.left), *more]))
    return "\n".join(lines) + "\n"


def _cells(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _markdown(words: str) -> str:
    r"""Words without any markup in them, also within a table.

    >>> _markdown("w_1*x | <b>")
    'w\\_1\\*x &#124; &lt;b>'
    """
    escaped = re.sub(r"([\\`*_\[\]#~$])", r"\\\1", words)
    return escaped.replace("&", "&amp;").replace("<", "&lt;").replace("|", "&#124;")


def _in_lines(words: Sequence[str], width: int = 76) -> list[str]:
    """The words in columns of one width, so many to a line as fit."""
    column = max(map(len, words), default=1) + 3
    count = max(1, width // column)
    rows = [words[i : i + count] for i in range(0, len(words), count)]
    return ["".join(word.ljust(column) for word in row).rstrip() for row in rows]
