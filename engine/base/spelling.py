"""Texts that every stream can print: signs that it lacks are spelled in ASCII.

Texts of the engine are written with the signs of mathematics. A terminal of code page 1252, a file
of a Windows script or LANG=C lacks most of them, and `print` raises. Here is the one place where a
text meets its stream: what `repr` and `print` ask an object of the engine for goes through
`printable`, which looks at what `sys.stdout` can encode.

>>> spelled("∂L/∂ŷ = −2·(y − ŷ)", "ascii")
'dL/dy_hat = -2*(y - y_hat)'
>>> spelled("∂L/∂ŷ = −2·(y − ŷ)", "cp1252")
'dL/dy_hat = -2·(y - y_hat)'
"""

from __future__ import annotations

import codecs
import re
import sys
import unicodedata
from itertools import accumulate

# The name of the error handler, for streams whose every text is to be spelled:
# sys.stdout.reconfigure(errors=SPELLING).
SPELLING = "engine.base.spelling"

_SIGNS = {
    "∂": "d",
    "·": "*",
    "×": "x",
    "−": "-",
    "±": "+-",
    "√": "sqrt",
    "∛": "cbrt",
    "Σ": "sum",
    "∘": " o ",
    "⊙": "(*)",
    "′": "'",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "≈": "~",
    "∞": "inf",
    "→": "->",
    "←": "<-",
    "…": "...",
    "⋮": ":",
    "–": "-",
    "—": "-",
    "─": "-",
    "━": "=",
    "│": "|",
    "├": "|",
    "└": "`",
    "◆": "*",
    "ı": "i",
    "⁄": "/",
    **dict(zip("▁▂▃▄▅▆▇█", "_.-=+*%#")),
    # Over the letter before them.
    "\u0302": "_hat",
    "\u0303": "_tilde",
    "\u0304": "_bar",
    "\u0307": "_dot",
}

# Characters that stand for others, such as ², ₂ and ½: what is written before those.
_KINDS = {"<super>": "^", "<sub>": "_", "<fraction>": "", "<compat>": ""}


def printable(text: str) -> str:
    """The text as `sys.stdout` can print it."""
    encoding = getattr(sys.stdout, "encoding", None)
    return text if text.isascii() or not encoding else spelled(text, encoding)


def spelled(text: str, encoding: str) -> str:
    """The text with ASCII for what the encoding lacks; columns and indents stay below each other.

    Letters with another mark lose it, Greek ones are named, all else is escaped as in Python.
    """
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        pass
    except LookupError:  # an encoding that only its stream knows
        return text
    else:
        return text
    lines: list[str] = []
    # How much longer each beginning of the line above has become.
    growth = [0]
    for line in text.split("\n"):
        indent = len(line) - len(line.lstrip(" "))
        widened = growth[min(indent, len(growth) - 1)] if indent else 0
        written, spans = _line(line[indent:], encoding)
        lines.append(" " * (indent + widened) + written if line.strip() else line)
        if line.strip():
            within = [*growth[:indent], *[widened] * (indent - len(growth[:indent]))]
            growth = [*within, *(widened + grown for grown in spans)]
    return "\n".join(lines)


def _line(line: str, encoding: str) -> tuple[str, list[int]]:
    """A line spelled, and how much each beginning of it has grown.

    What a cell grows by is taken from the spaces before the next column, of which two stay.
    """
    parts: list[str] = []
    lengths: list[int] = []
    surplus = 0
    for part in re.split(r"( {3,})", line):
        if part.startswith("   "):
            kept = max(2, len(part) - surplus)
            surplus -= len(part) - kept
            parts.append(" " * kept)
            lengths += [0] * (len(part) - 1) + [kept - len(part)]
            continue
        for character in part:
            written = character.encode(encoding, SPELLING).decode(encoding)
            parts.append(written)
            lengths.append(len(written) - 1)
            surplus += len(written) - 1
    return "".join(parts), list(accumulate(lengths, initial=0))


def ascii_of(character: str) -> str:
    """One character in ASCII.

    >>> [ascii_of(sign) for sign in "ŷ²ᵀ₁δΩé中"]
    ['y_hat', '^2', '^T', '_1', 'delta', 'Omega', 'e', '\\\\u4e2d']
    """
    if character in _SIGNS or character.isascii():
        return _SIGNS.get(character, character)
    name = unicodedata.name(character, "").split()
    if name[:1] == ["GREEK"] and name[2:3] == ["LETTER"] and len(name) == 4:
        letter = "lambda" if name[3] == "LAMDA" else name[3].lower()
        return letter.capitalize() if name[1] == "CAPITAL" else letter
    kind, *decomposed = unicodedata.decomposition(character).split() or [""]
    if kind in _KINDS:
        return _KINDS[kind] + "".join(ascii_of(chr(int(code, 16))) for code in decomposed)
    if kind and not kind.startswith("<"):
        letter, *marks = (chr(int(code, 16)) for code in (kind, *decomposed))
        return ascii_of(letter) + "".join(_SIGNS.get(mark, "") for mark in marks)
    return character.encode("ascii", "backslashreplace").decode()


def _handle(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(ascii_of, error.object[error.start : error.end])), error.end


codecs.register_error(SPELLING, _handle)


class Text(str):
    """Text that prints on any stream, and echoes in the REPL as it prints."""

    __slots__ = ()

    def __str__(self) -> str:
        return printable(str.__str__(self))

    __repr__ = __str__

    def __format__(self, specification: str) -> str:
        return format(str(self), specification)

    def __rich__(self) -> object:
        """For `rich`, which would read square brackets in names as its markup."""
        from importlib import import_module

        return import_module("rich.text").Text(str(self))
