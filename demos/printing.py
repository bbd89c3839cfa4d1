"""How the demos print."""

from __future__ import annotations

from engine import Value
from engine.dialects import TEXT
from engine.formula import read
from engine.numbers import shown
from engine.ops import OPERATIONS
from engine.wording import number

__all__ = ["factor", "formulas", "heading", "name_of", "shown"]


def heading(text: str) -> None:
    """A line that starts a part of a demo."""
    print(f"\n{text}\n{'─' * len(text)}")


def factor(value: float) -> str:
    """A number within a product: in parentheses if it is negative.

    >>> factor(2.0), factor(-2.0)
    ('2', '(−2)')
    """
    return number(value, beside=True)


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
