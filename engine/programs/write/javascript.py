"""Programs as JavaScript, for Node and browsers."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from engine.programs.lower.identifiers import JAVASCRIPT_WORDS
from engine.programs.lower.ir import Function
from engine.programs.write.braces import Braces, BracesWriter, noted, wrapped
from engine.programs.write.text import LINE
from engine.sheet.dialect import Names, Piece
from engine.sheet.dialect_c import OF_TWO, CSource
from engine.sheet.formula import FUNCTIONS

# What `Math` lacks, or takes otherwise than IEEE 754. The error function is its power series with
# all terms of one sign, and from 2 on, as its complement, a continued fraction.
HELPERS = """\
/* The larger and the smaller of two numbers; NaN where one of them is NaN. */
const maximum = (a, b) => b > a || b !== b ? b : a;
const minimum = (a, b) => b < a || b !== b ? b : a;

/* The first number with the sign of the second. */
const copysign = (a, b) => b < 0 || Object.is(b, -0) ? -Math.abs(a) : Math.abs(a);

/* The nearest whole number; of two that are as near, the even one. */
const rint = (a) =>
    copysign(Math.abs(a % 1) === 0.5 ? 2 * Math.round(a / 2) : Math.round(a), a);

/* A power of which no part is NaN where its base is 1. */
const pow = (a, b) => a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : Math.pow(a, b);

/* The remainder with the sign of the divisor, and the quotient to which it belongs. */
const modulo = (a, b) => a % b === 0 ? copysign(0, b) : (a % b < 0) !== (b < 0) ? a % b + b : a % b;
const floor_quotient = (a, b) => {
    const below = a % b !== 0 && (a % b < 0) !== (b < 0);
    const quotient = (a - a % b) / b - (below ? 1 : 0);
    const whole = quotient === 0 ? copysign(0, a / b) : Math.floor(quotient);
    return b === 0 ? a / b : quotient - whole > 0.5 ? whole + 1 : whole;
};

/* The error function and its complement. */
const erf = (a) => {
    if (!(Math.abs(a) < 2))
        return a < 0 ? erfc(-a) - 1 : 1 - erfc(a);
    let total = a;
    for (let n = 1, term = a; n < 60; n++)
        total += term *= 2 * a * a / (2 * n + 1);
    return 2 / Math.sqrt(Math.PI) * Math.exp(-a * a) * total;
};
const erfc = (a) => {
    if (a < 2)
        return 1 - erf(a);
    let fraction = a;
    for (let n = 120; n > 0; n--)
        fraction = a + n / 2 / fraction;
    return Math.exp(-a * a) / Math.sqrt(Math.PI) / fraction;
};
"""
_HELPED = frozenset("maximum minimum copysign rint pow modulo floor_quotient erf erfc".split())


class JavaScriptFormulas(Braces, CSource):
    """Numbers, and `Math`."""

    nan, inf = "NaN", "Infinity"
    functions = {"round": "rint", **OF_TWO}

    def comparison(self, left: ast.expr, operator: ast.AST, right: ast.expr, names: Names) -> Piece:
        text, own = super().comparison(left, operator, right, names)
        return re.sub(r" ([=!]=) ", r" \1= ", text), own

    def call(self, name: str, arguments: list[str]) -> Piece:
        if name == "exp2":
            name, arguments = "pow", ["2.0", *arguments]
        text, own = super().call(name, arguments)
        is_math = name in FUNCTIONS and self.functions.get(name, name) not in _HELPED
        return f"{'Math.' * is_math}{text}", own


class JavaScriptWriter(BracesWriter):
    """What is not changed is `const`."""

    taken = frozenset([*JAVASCRIPT_WORDS, *_HELPED])

    def __init__(self) -> None:
        super().__init__(JavaScriptFormulas())

    def head(self, function: Function) -> Iterator[str]:
        yield from noted(function.about)
        yield from wrapped(f"function {function.name}({', '.join(function.arguments)}) {{", LINE)

    def define(self, kind: str, name: str, constant: bool | None = None) -> str:
        constant = name not in self.changed if constant is None else constant
        return f"{'const' if constant and kind != 'index' else 'let'} {name}"

    def new_array(self, name: str, length: int) -> Iterable[str]:
        return [f"const {name} = new Array({length}).fill(0.0);"]

    def helpers(self) -> list[str]:
        """Those of the functions above that are called, by functions or by each other."""
        blocks = HELPERS.strip().split("\n\n")
        text = " ".join(f"{name}(" for name in self.dialect.used)  # type: ignore[attr-defined]
        kept: list[str] = []
        for block in reversed(blocks):
            if any(re.search(rf"\b{n}\(", text) for n in re.findall(r"const (\w+) = \(", block)):
                kept.insert(0, block)
                text += block
        return kept
