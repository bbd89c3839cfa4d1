"""How the demos print."""

from __future__ import annotations

import re

from engine import Value
from engine.base.numbers import shown
from engine.base.spelling import SPELLING, printable
from engine.explaining.wording import number
from engine.sheet.dialects import TEXT
from engine.sheet.formula import read
from engine.sheet.ops import OPERATIONS

__all__ = [
    "WIDTH",
    "columns",
    "factor",
    "filled",
    "fixed",
    "formulas",
    "heading",
    "introduction",
    "name_of",
    "remark",
    "shown",
]

# What a terminal shows in a line.
WIDTH = 80
# A word, or words that signs make a formula.
_WORD = re.compile(r"\S+(?: (?:[=≈<>+−→]|:=) \S+)*")


def introduction(text: str) -> None:
    """The docstring of a demo, before all else; lines with columns, such as formulas, stay."""
    paragraphs = text.strip().split("\n\n")
    print("\n\n".join(part if "  " in part else filled(part) for part in paragraphs))


def heading(text: str) -> None:
    """A line that starts a part of a demo."""
    text = printable(text)
    print(f"\n{text}\n{'─' * len(text)}")


def remark(text: str, rest: str = "  ") -> None:
    """A paragraph within a part; its lines after the first start with `rest`."""
    print(filled(text, "  ", rest))


def columns(text: str) -> None:
    """A line with columns, which stay below each other where signs are spelled in ASCII."""
    print(printable(text))


def filled(text: str, first: str = "", rest: str = "") -> str:
    """The words in lines of at most 80 characters, formulas whole; `first` starts the first line.

    They fit also where a stream lacks signs, which are then spelled in ASCII.

    >>> print(filled("To be or not to be. " * 5, first="- ", rest="  "))
    - To be or not to be. To be or not to be. To be or not to be. To be or not to
      be. To be or not to be.
    """
    lines: list[str] = []
    for word in _WORD.findall(" ".join(text.split())):
        if lines and _width(f"{lines[-1]} {word}") <= WIDTH:
            lines[-1] += f" {word}"
        else:
            lines.append(f"{rest if lines else first}{word}")
    return "\n".join(lines)


def _width(text: str) -> int:
    return len(text.encode("ascii", SPELLING))


def factor(value: float) -> str:
    """A number within a product: in parentheses if it is negative.

    >>> factor(2.0), factor(-2.0)
    ('2', '(−2)')
    """
    return number(value, beside=True)


def fixed(value: float, form: str) -> str:
    """A number in this format, with the sign for minus that `shown` writes.

    >>> fixed(-0.5, "8.3f")
    '  −0.500'
    """
    return f"{value:{form}}".replace("-", "−")


def name_of(node: Value | float) -> str:
    """The label of a node; a number without one stands for itself."""
    return (node.label or shown(node.data)) if isinstance(node, Value) else shown(node)


def formulas(name: str, out: str, *operands: str) -> list[str]:
    """A line of the sheet as equations, with these names: the value, then each local derivative.

    >>> formulas("tanh", "a", "z")
    ['a = tanh(z)', '∂a/∂z = 1 − a²']
    """
    op = OPERATIONS[name]
    names = {"out": out, **dict(zip(op.operands, operands, strict=True))}
    left = [out, *(f"∂{out}/∂{operand}" for operand in operands)]
    written = dict(zip(("out", *op.operands), (op.formula, *op.partials), strict=True))
    texts = {**written, **op.taught}.values()
    return [
        f"{side} = {TEXT.write(read(text, {*names, *op.constants}), names)}"
        for side, text in zip(left, texts)
    ]
