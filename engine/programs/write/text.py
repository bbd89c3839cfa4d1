"""Lines of text in a source."""

from __future__ import annotations

import textwrap

LINE = 99
INDENT = "    "


def printable(text: str) -> str:
    """A label or a scope as it may stand in a comment: in one line, without invisible signs.

    >>> printable("one\\ntwo\\u202e")
    'one two'
    """
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def filled(text: str, indent: int, width: int = LINE) -> list[str]:
    """Lines of names or terms, as many in each as fit."""
    margin = " " * indent
    return textwrap.wrap(
        text,
        width,
        initial_indent=margin,
        subsequent_indent=margin,
        break_long_words=False,
        break_on_hyphens=False,
    )
