"""Formulas as written mathematics: `TEXT` in one line, `LATEX` for a notebook or a paper.

>>> from engine.sheet.formula import read
>>> tree = read("a - (b - c) ** 2 / 2")
>>> TEXT.write(tree)
'a − (b − c)²/2'
>>> TEXT.write(tree, {"a": "ŷ", "b": 3, "c": -18})
'ŷ − (3 − (−18))²/2'
>>> LATEX.write(tree)
'a - \\\\frac{\\\\left(b - c\\\\right)^{2}}{2}'
"""

from __future__ import annotations

import ast
import re
import unicodedata

from engine.sheet.dialect import ATOM, CHOICE, POWER, PRODUCT, SUM, Dialect, Names, Piece
from engine.sheet.latex_names import indexed, latex_name, typed_greek
from engine.sheet.ops import OPERATIONS
from engine.sheet.reductions import REDUCTIONS


class Text(Dialect):
    """Written mathematics in one line."""

    minus = "−"
    # A symbol that could not be read again gives way to the name.
    functions = {
        **{op.name: op.symbol for op in OPERATIONS.values() if op.symbol.isidentifier()},
        **{"sum": "Σ", "sqrt": "√", "cbrt": "∛"},
    }
    infix = {
        ast.Add: " + ",
        ast.Sub: " − ",
        ast.Mult: "·",
        ast.Div: "/",
        ast.FloorDiv: " // ",
        ast.Mod: " mod ",
        ast.Pow: "^",
        ast.Lt: " < ",
        ast.LtE: " ≤ ",
        ast.Gt: " > ",
        ast.GtE: " ≥ ",
        ast.Eq: " = ",
        ast.NotEq: " ≠ ",
        ast.And: " and ",
        ast.Or: " or ",
    }

    def name(self, name: str) -> str:
        return "π" if name == "pi" else name

    def power(self, base: ast.expr, exponent: ast.expr, names: Names) -> Piece:
        match exponent:
            case ast.Constant(value=2):
                return self.within(base, ATOM, names) + "²", POWER
            case ast.Constant(value=3):
                return self.within(base, ATOM, names) + "³", POWER
        return super().power(base, exponent, names)


TEXT = Text()


class Latex(Dialect):
    """LaTeX for a notebook or a paper: fractions, exponents and cases."""

    functions = {
        **{name: rf"\{name}" for name in "exp log sin cos tan sinh cosh tanh max min".split()},
        **{f"a{name}": rf"\arc{name}" for name in ("sin", "cos", "tan")},
        **{f"a{name}": rf"\operatorname{{ar{name}}}" for name in ("sinh", "cosh", "tanh")},
        "log2": r"\log_{2}",
        "log10": r"\log_{10}",
    }
    infix = {
        ast.Add: " + ",
        ast.Sub: " - ",
        ast.Mult: r" \cdot ",
        ast.Mod: r" \bmod ",
        ast.FloorDiv: " / ",
        ast.Lt: " < ",
        ast.LtE: r" \le ",
        ast.Gt: " > ",
        ast.GtE: r" \ge ",
        ast.Eq: " = ",
        ast.NotEq: r" \ne ",
        ast.And: r" \text{ and } ",
        ast.Or: r" \text{ or } ",
    }

    def name(self, name: str) -> str:
        apart = indexed(name)
        if apart is not None:
            word, places, number = apart
            below = ",".join(map(self._index, places)) + number.replace("#", r"\#")
            base = self.name(word)
            # A second index below the line is an error in LaTeX.
            return f"{base}[{below}]" if "_" in base else f"{base}_{{{below}}}"
        if letter := typed_greek(name):
            return letter
        if not name.isascii():
            spelled = latex_name(name)
            if spelled is not None:
                return spelled
        match = re.fullmatch(r"(\w*?[^\W_])_?([0-9][0-9_]*)?(#[0-9]+)?", name)
        if match is None:
            return _quoted(name)
        letters, indices, repeated = match.groups(default="")
        # Letters with a mark above, such as ŷ, are one character or a letter and the mark.
        marked = unicodedata.normalize("NFD", letters)
        if len(marked) == 2 and marked[1] == "\N{COMBINING CIRCUMFLEX ACCENT}":
            stem = rf"\hat{{{marked[0]}}}"
        else:
            word = letters.replace("_", r"\_")
            upright = word if len(letters) == 1 else rf"\mathrm{{{word}}}"
            stem = typed_greek(letters) or upright
        subscript = indices.replace("_", ",") + repeated.replace("#", r"\#")
        return f"{stem}_{{{subscript}}}" if subscript else stem

    def _index(self, index: str) -> str:
        """An index: one or two letters are each one, more are a word."""
        if index.isascii() and (index.isdigit() or len(index) < 3):
            return index
        return self.name(index)

    def signed(self, value: float) -> Piece:
        mantissa, _, exponent = self.number(abs(value)).partition("e")
        if not exponent:
            return super().signed(value)
        return rf"{'-' * (value < 0)}{mantissa} \cdot 10^{{{int(exponent)}}}", PRODUCT

    def quotient(self, left: ast.expr, right: ast.expr, names: Names) -> Piece:
        # A fraction needs no parentheses inside and none beside a product, but some under a power.
        return rf"\frac{{{self.write(left, names)}}}{{{self.write(right, names)}}}", POWER

    def binary(self, left: ast.expr, operator: ast.AST, right: ast.expr, names: Names) -> Piece:
        if isinstance(operator, ast.FloorDiv):
            # Not as a fraction, which is a quotient that is rounded before it is rounded down.
            return _BRACKETS["floor"].format(super().binary(left, operator, right, names)[0]), ATOM
        return super().binary(left, operator, right, names)

    def power(self, base: ast.expr, exponent: ast.expr, names: Names) -> Piece:
        return f"{self.within(base, ATOM, names)}^{{{self.write(exponent, names)}}}", POWER

    def choice(self, tree: ast.IfExp, names: Names) -> Piece:
        rows = []
        rest: ast.expr = tree
        while isinstance(rest, ast.IfExp):
            condition = self.write(rest.test, names)
            rows.append(rf"{self.write(rest.body, names)} & \text{{if }} {condition}")
            rest = rest.orelse
        rows.append(rf"{self.write(rest, names)} & \text{{otherwise}}")
        return r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}", CHOICE

    def reduction(self, name: str, body: ast.expr, names: Names) -> Piece:
        # As weak as a sum, so that a factor beside it is not read as part of it.
        return REDUCTIONS[name].latex + self.within(body, PRODUCT, names), SUM

    def call(self, name: str, arguments: list[str]) -> Piece:
        if name in _BRACKETS:
            return _BRACKETS[name].format(arguments[0]), ATOM
        function = self.functions.get(name) or _named(OPERATIONS[name].symbol)
        # Weaker than an atom, so that a power is not read as one of the argument.
        return function + self.parentheses(", ".join(arguments)), POWER

    def applied(self, function: str, arguments: str) -> str:
        return _named(function) + self.parentheses(arguments)

    def parentheses(self, text: str) -> str:
        return rf"\left({text}\right)"


# Functions that LaTeX writes around their argument.
_BRACKETS = {
    "abs": r"\left|{}\right|",
    "sqrt": r"\sqrt{{{}}}",
    "cbrt": r"\sqrt[3]{{{}}}",
    "floor": r"\left\lfloor {}\right\rfloor",
    "ceil": r"\left\lceil {}\right\rceil",
}


def _named(symbol: str) -> str:
    """The symbol of an operation: a Greek letter has a command, a word is set upright."""
    letter = latex_name(symbol) if len(symbol) == 1 and symbol.isalpha() else None
    # A command ends before the letters that follow it.
    word = re.sub("[^ -~]", lambda sign: f"{latex_name(sign[0]) or sign[0]} ", symbol).rstrip()
    return letter or rf"\operatorname{{{word}}}"


# What within \text would be a command or markup, as mathematics beside it. The space after < keeps
# it from opening a tag where MathJax reads HTML; \lt is a command of MathJax alone.
_OUTSIDE = {"\\": r"\backslash ", "^": r"\wedge ", "~": r"\sim ", "<": "< ", ">": "> "}
# These, and what pdfLaTeX has in mathematics only: Greek letters, signs, runs of indices.
_PIECES = re.compile(r"([\\^~<>]|[₀-₉₊₋]+|[⁰¹²³⁴-⁹⁺⁻]+|[^\x00-\x7f])")


def in_latex(words: str) -> str:
    r"""Words of our own within LaTeX; powers of ten in them are written as such.

    >>> in_latex("(about 10^24 more)")
    '\\text{(about }10^{24}\\text{ more)}'
    """
    return re.sub(r"10\^([0-9]+)", r"}10^{\1}\\text{", rf"\text{{{words}}}")


def _quoted(text: str) -> str:
    """Any text as LaTeX, on paper as in a browser; what has no command stays as it is."""
    parts = [""]
    for part in _PIECES.split(unicodedata.normalize("NFC", text).replace("\n", " ")):
        outside = _OUTSIDE.get(part)
        if (
            not outside
            and not part.isascii()
            and not unicodedata.name(part[0], "").startswith("LATIN")
        ):
            outside = latex_name(part)
        if outside:
            # Braces: two indices may follow each other.
            parts += [f"{{{outside}}}" if outside[0] in "_^" else outside, ""]
        else:
            parts[-1] += re.sub(r"([#$%&_{}])", r"\\\1", part)
    return "".join(part if i % 2 else rf"\text{{{part}}}" for i, part in enumerate(parts) if part)


LATEX = Latex()
