"""How the demos print."""

from __future__ import annotations

from engine import Value
from engine.numbers import shown
from engine.wording import number

__all__ = ["factor", "heading", "name_of", "shown"]


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
