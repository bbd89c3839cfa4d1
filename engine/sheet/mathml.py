"""Formulas as MathML, which browsers draw without anything to load.

>>> from engine.sheet.formula import read
>>> MATHML.write(read("a / b2"))
'<mfrac><mrow><mi>a</mi></mrow><mrow><msub><mi>b</mi><mn>2</mn></msub></mrow></mfrac>'
"""

from __future__ import annotations

import ast
import re
from html import escape

from engine.sheet.dialect import ATOM, CHOICE, POWER, PRODUCT, SUM, Dialect, Names, Piece
from engine.sheet.ops import OPERATIONS


class MathML(Dialect):
    """Presentation markup, without the element `math` around it; names are text, whatever they
    hold."""

    # Said to be a sign, or it would stand apart from its number like an operator.
    minus = '<mo form="prefix">−</mo>'
    comma = "<mo>,</mo>"
    functions = {op.name: op.symbol for op in OPERATIONS.values()}
    infix = {
        ast.Add: "<mo>+</mo>",
        ast.Sub: "<mo>−</mo>",
        ast.Mult: "<mo>·</mo>",
        ast.FloorDiv: "<mo>/</mo>",
        ast.Mod: "<mo>mod</mo>",
        ast.Lt: "<mo>&lt;</mo>",
        ast.LtE: "<mo>≤</mo>",
        ast.Gt: "<mo>&gt;</mo>",
        ast.GtE: "<mo>≥</mo>",
        ast.Eq: "<mo>=</mo>",
        ast.NotEq: "<mo>≠</mo>",
        ast.And: "<mtext> and </mtext>",
        ast.Or: "<mtext> or </mtext>",
    }

    def name(self, name: str) -> str:
        if name == "pi":
            return "<mi>π</mi>"
        match = re.fullmatch(r"(\w*?[^\W_])_?([0-9][0-9_]*)?(#[0-9]+)?", name)
        if match is None:
            return f"<mtext>{escape(name)}</mtext>"
        letters, indices, repeated = match.groups(default="")
        subscript = indices.replace("_", ",") + repeated
        if not subscript:
            return f"<mi>{letters}</mi>"
        return f"<msub><mi>{letters}</mi><mn>{subscript}</mn></msub>"

    def signed(self, value: float) -> Piece:
        mantissa, _, exponent = self.number(abs(value)).partition("e")
        sign = self.minus if value < 0 else ""
        text = f"{sign}<mn>{mantissa}</mn>"
        if not exponent:
            return text, SUM if sign else ATOM
        power = int(exponent)
        raised = f"{self.minus if power < 0 else ''}<mn>{abs(power)}</mn>"
        ten = f"<msup><mn>10</mn><mrow>{raised}</mrow></msup>"
        return f"{text}<mo>·</mo>{ten}", PRODUCT

    def quotient(self, left: ast.expr, right: ast.expr, names: Names) -> Piece:
        sides = (f"<mrow>{self.write(side, names)}</mrow>" for side in (left, right))
        return f"<mfrac>{''.join(sides)}</mfrac>", POWER

    def binary(self, left: ast.expr, operator: ast.AST, right: ast.expr, names: Names) -> Piece:
        text, own = super().binary(left, operator, right, names)
        if isinstance(operator, ast.FloorDiv):
            # Not as a fraction, which is a quotient that is rounded before it is rounded down.
            return _around("⌊", text, "⌋"), ATOM
        return text, own

    def power(self, base: ast.expr, exponent: ast.expr, names: Names) -> Piece:
        sides = self.within(base, ATOM, names), self.write(exponent, names)
        return f"<msup><mrow>{sides[0]}</mrow><mrow>{sides[1]}</mrow></msup>", POWER

    def choice(self, tree: ast.IfExp, names: Names) -> Piece:
        rows = []
        rest: ast.expr = tree
        while isinstance(rest, ast.IfExp):
            rows.append((self.write(rest.body, names), "if ", self.write(rest.test, names)))
            rest = rest.orelse
        rows.append((self.write(rest, names), "otherwise", ""))
        table = "".join(
            f"<mtr><mtd>{value}</mtd><mtd><mtext>{word}</mtext>{condition}</mtd></mtr>"
            for value, word, condition in rows
        )
        return f"<mrow><mo>{{</mo><mtable>{table}</mtable></mrow>", CHOICE

    def reduction(self, name: str, body: ast.expr, names: Names) -> Piece:
        sign = f"<munder><mo>{'∑' if name == 'sum' else name}</mo><mi>i</mi></munder>"
        # As weak as a sum, so that a factor beside it is not read as part of it.
        return f"<mrow>{sign}{self.within(body, PRODUCT, names)}</mrow>", SUM

    def call(self, name: str, arguments: list[str]) -> Piece:
        if name in _AROUND:
            return _around(_AROUND[name][0], arguments[0], _AROUND[name][1]), ATOM
        if name in ("sqrt", "cbrt"):
            inside = f"<mrow>{arguments[0]}</mrow>"
            root = f"<msqrt>{inside}</msqrt>" if name == "sqrt" else f"<mroot>{inside}<mn>3</mn>"
            return root if name == "sqrt" else f"{root}</mroot>", ATOM
        # Weaker than an atom, so that a power is not read as one of the argument.
        return self.applied(self.functions.get(name, name), self.comma.join(arguments)), POWER

    def applied(self, function: str, arguments: str) -> str:
        return f"<mi>{escape(function)}</mi><mo>&#x2061;</mo>{self.parentheses(arguments)}"

    def parentheses(self, text: str) -> str:
        return _around("(", text, ")")


_AROUND = {"abs": "||", "floor": "⌊⌋", "ceil": "⌈⌉"}


def _around(left: str, text: str, right: str) -> str:
    return f"<mrow><mo>{left}</mo>{text}<mo>{right}</mo></mrow>"


MATHML = MathML()
