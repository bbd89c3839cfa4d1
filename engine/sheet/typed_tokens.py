"""The words and signs of a formula that somebody typed, and what each of them means."""

from __future__ import annotations

import ast
import re
import unicodedata
from collections.abc import Collection, Iterator
from typing import NamedTuple

from engine.sheet.dialect import AND, COMPARISON, OR, POWER, PRODUCT, SUM

# By their spelling: how strongly an operator holds its sides together, and what it is.
OPERATORS: dict[str, tuple[int, ast.operator | ast.cmpop | ast.boolop]] = {
    **dict.fromkeys(("or",), (OR, ast.Or())),
    **dict.fromkeys(("and",), (AND, ast.And())),
    **dict.fromkeys("<", (COMPARISON, ast.Lt())),
    **dict.fromkeys(("<=", "≤"), (COMPARISON, ast.LtE())),
    **dict.fromkeys(">", (COMPARISON, ast.Gt())),
    **dict.fromkeys((">=", "≥"), (COMPARISON, ast.GtE())),
    **dict.fromkeys(("=", "=="), (COMPARISON, ast.Eq())),
    **dict.fromkeys(("!=", "≠"), (COMPARISON, ast.NotEq())),
    **dict.fromkeys("+", (SUM, ast.Add())),
    **dict.fromkeys("-−–", (SUM, ast.Sub())),
    **dict.fromkeys("*·×⋅∗∙", (PRODUCT, ast.Mult())),
    **dict.fromkeys("/÷∕⁄", (PRODUCT, ast.Div())),
    **dict.fromkeys(("//",), (PRODUCT, ast.FloorDiv())),
    **dict.fromkeys(("%", "mod"), (PRODUCT, ast.Mod())),
    **dict.fromkeys(("^", "**"), (POWER, ast.Pow())),
}
MINUS = "-−–"
ROOTS = ("√", "∛")
_WORDS = ("if", "else", "and", "or", "mod")
RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-"))
_TOKEN = re.compile(
    r"\s*(?:(?P<name>(?:[^\W\d⁰¹²³⁴-⁹]|[∂∇])(?:[^\W⁰¹²³⁴-⁹]|[\u0300-\u036f])*['′’″]*|[√∛])"
    r"|(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<raised>[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)"
    r"|(?P<sign>\*\*|//|<=|>=|==|!=|.)|(?P<end>$))",
    re.DOTALL,
)


class Token(NamedTuple):
    """A word or a sign of a formula, and where it begins."""

    kind: str
    text: str
    start: int

    def __str__(self) -> str:
        return "the end" if self.kind == "end" else f'"{self.text}"'


def as_name(text: str) -> str | None:
    """The text as a name in a formula; None if it is not one.

    >>> as_name("x₁"), as_name("2x"), as_name("if")
    ('x₁', None, None)
    """
    match = _TOKEN.fullmatch(text.strip())
    name = match and match["name"]
    return unicodedata.normalize("NFC", name) if name and name not in _WORDS else None


def tokens(text: str, names: Collection[str] = ()) -> Iterator[Token]:
    """The tokens in order; the last one is the end.

    `names`: of whatever characters, such as w[0], are one token each.
    """
    position = 0
    pattern = _with_names([name for name in names if as_name(name) != name and name.strip()])
    while True:
        match = pattern.match(text, position)
        assert match is not None
        assert match.lastgroup is not None
        kind = match.lastgroup
        token = Token(kind, match[kind], match.start(kind))
        yield token._replace(kind="sign") if token.text in _WORDS else token
        if kind == "end":
            return
        position = match.end()


def _with_names(names: Collection[str]) -> re.Pattern[str]:
    """What also finds these names, the longest first; none that a letter would go on."""
    if not names:
        return _TOKEN
    longest = sorted(names, key=len, reverse=True)
    either = "|".join(re.escape(n) + r"(?!\w)" * n[-1].isalnum() for n in longest)
    return re.compile(_TOKEN.pattern.replace("(?P<name>", f"(?P<name>{either}|", 1), re.DOTALL)


def joined(
    left: ast.expr, operator: ast.operator | ast.cmpop | ast.boolop, right: ast.expr
) -> ast.expr:
    """Two sides and the operator between them."""
    match operator:
        case ast.operator():
            return ast.BinOp(left, operator, right)
        case ast.cmpop():
            return ast.Compare(left, [operator], [right])
    return ast.BoolOp(operator, [left, right])
