"""A reader of the LaTeX dialect, so that what it writes can be computed again.

It reads as a mathematician would: a sum sign takes the whole product to its right, an exponent
belongs to what stands directly before it, and after a fraction or a function's argument none may
stand, since it would be unclear what it is the power of.
"""

import re
from collections.abc import Callable

from engine.sheet.ops_parts import PARTS
from engine.sheet.reductions import REDUCTIONS

_TOKEN = re.compile(r"\\text\{ ?(?:and|or|if|otherwise) ?\}|\\\\|\\[a-zA-Z]+|\d+(?:\.\d+)?|\S")
_COMPARISONS = {
    "<": "<",
    ">": ">",
    "=": "==",
    r"\le": "<=",
    r"\ge": ">=",
    r"\ne": "!=",
}
_FUNCTIONS = {
    **{rf"\{name}": name for name in "exp log sin cos tan sinh cosh tanh max min".split()},
    **{rf"\arc{name}": f"a{name}" for name in ("sin", "cos", "tan")},
    r"\sigma": "sigmoid",
}
_REDUCTIONS = {row.latex.partition("_")[0]: row.name for row in REDUCTIONS.values()}
_BRACKETS = {
    "(": ("", ")"),
    "|": ("abs", "|"),
    r"\lfloor": ("floor", r"\rfloor"),
    r"\lceil": ("ceil", r"\rceil"),
}
# What is called by its symbol; spaces are not tokens.
_SYMBOLS = {op.symbol.replace(" ", ""): op.name for op in PARTS}
_LETTERS = {r"\sigma": "σ", r"\phi": "φ", "'": "′", "-": "−"}
_GREEK = {rf"\{name}": name for name in "pi alpha beta delta".split()}


def read_latex(text: str) -> str:
    """The formula as fully parenthesised Python."""
    reader = _Reader(_TOKEN.findall(text))
    found = reader.either()
    if reader.tokens:
        raise ValueError(f"{text!r}: cannot read on from {reader.tokens[:5]}")
    return found


class _Reader:
    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens

    def next_is(self, *tokens: str) -> bool:
        return tuple(self.tokens[: len(tokens)]) == tokens

    def take(self, *expected: str) -> str:
        if expected and not self.next_is(*expected):
            raise ValueError(f"expected {expected}, found {self.tokens[:5]}")
        taken = self.tokens[: len(expected) or 1]
        del self.tokens[: len(taken)]
        return "".join(taken)

    def chain(self, part: Callable[[], str], signs: dict[str, str]) -> str:
        found = part()
        while self.tokens and self.tokens[0] in signs:
            found = f"({found} {signs[self.take()]} {part()})"
        return found

    def either(self) -> str:
        return self.chain(self.both, {r"\text{ or }": "or"})

    def both(self) -> str:
        return self.chain(self.comparison, {r"\text{ and }": "and"})

    def comparison(self) -> str:
        found = self.sum()
        if self.tokens and self.tokens[0] in _COMPARISONS:
            found = f"({found} {_COMPARISONS[self.take()]} {self.sum()})"
        return found

    def sum(self) -> str:
        return self.chain(self.product, {"+": "+", "-": "-"})

    def product(self) -> str:
        return self.chain(self.sign, {r"\cdot": "*", r"\times": "*", r"\bmod": "%", "/": "//"})

    def sign(self) -> str:
        if self.next_is("-"):
            self.take()
            return f"(-{self.sign()})"
        for sign, name in _REDUCTIONS.items():
            if self.next_is(sign, "_", "i"):
                self.take(sign, "_", "i")
                return f"{name}({self.product()})"
        return self.power()

    def power(self) -> str:
        complete = self.tokens[0] == r"\frac" or self.tokens[0] == r"\operatorname"
        complete = complete or self.tokens[0] in _FUNCTIONS
        base = self.atom()
        if not self.next_is("^"):
            return base
        if complete:
            raise ValueError(f"unclear what this is the power of: {self.tokens[:5]}")
        self.take("^")
        exponent = self.braces()
        if self.next_is("^"):
            raise ValueError("a power with two exponents")
        return f"({base} ** {exponent})"

    def atom(self) -> str:
        token = self.take()
        match token:
            case r"\frac":
                return f"({self.braces()} / {self.braces()})"
            case r"\sqrt":
                if self.next_is(*"[3]"):
                    self.take(*"[3]")
                    return f"cbrt({self.braces()})"
                return f"sqrt({self.braces()})"
            case r"\left":
                return self.bracketed()
            case r"\begin":
                return self.cases()
            case r"\operatorname":
                name = self.letters()
                name = _SYMBOLS.get(name, name)
                return (f"a{name[2:]}" if name.startswith("ar") else name) + self.arguments()
            case r"\mathrm":
                return self.subscripted(self.letters())
        if token in _FUNCTIONS:
            return self.subscripted(_FUNCTIONS[token]) + self.arguments()
        if token in _GREEK:
            return _GREEK[token]
        if token[0].isdigit():
            return token
        if token.isalpha():
            return self.subscripted(token)
        raise ValueError(f"{token!r} before {self.tokens[:5]}")

    def braces(self) -> str:
        self.take("{")
        found = self.either()
        self.take("}")
        return found

    def bracketed(self) -> str:
        function, end = _BRACKETS[self.take()]
        found = self.either()
        self.take(r"\right", end)
        return f"{function}({found})"

    def arguments(self) -> str:
        self.take(r"\left", "(")
        found = [self.either()]
        while self.next_is(","):
            self.take(",")
            found.append(self.either())
        self.take(r"\right", ")")
        return f"({', '.join(found)})"

    def letters(self) -> str:
        """A name in braces, whose digits are read one by one and whose `_` is escaped."""
        end = self.tokens.index("}")
        letters = [_LETTERS.get(token, token) for token in self.tokens[1:end]]
        found = "".join(letters).replace("\\", "")
        del self.tokens[: end + 1]
        return found

    def subscripted(self, name: str) -> str:
        if self.next_is("_"):
            self.take("_")
            return name + self.letters()
        return name

    def cases(self) -> str:
        self.take("{", *"cases", "}")
        rows: list[str] = []
        while True:
            value = self.either()
            self.take("&")
            if self.next_is(r"\text{otherwise}"):
                self.take(r"\text{otherwise}", r"\end", "{", *"cases", "}")
                return f"({' else '.join([*rows, value])})"
            self.take(r"\text{if }")
            rows.append(f"{value} if {self.either()}")
            self.take(r"\\")
