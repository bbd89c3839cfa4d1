"""Formulas as C on doubles.

>>> from engine.sheet.formula import read
>>> C.write(read("k * a ** (k - 1) if k != 0 else 0"))
'k != 0.0 ? k * pow(a, k - 1.0) : 0.0'
>>> C.write(read("1 if abs(a) > 2 and a % 1 == 0 else max(a, pi)"))
'fabs(a) > 2.0 && modulo(a, 1.0) == 0.0 ? 1.0 : maximum(a, 3.141592653589793)'

Where C has no function of Python's meaning, a formula calls one of `HELPERS`. The results are those
of `engine.sheet.ieee` as long as the compiler may neither reorder sums nor contract a product and a
sum into one operation.
"""

from __future__ import annotations

import ast
import math

from engine.sheet.computation import DEAD
from engine.sheet.dialect import AND, CHOICE, OR, Names, Piece
from engine.sheet.evaluate import FloatPython
from engine.sheet.reductions import REDUCTIONS, Reduction

OF_TWO = {each.name: each.of_two for each in REDUCTIONS.values() if each.of_two}
_HELPERS = """\
/* The remainder with the sign of the divisor. */
static inline double modulo(double a, double b)
{
    const double remainder = fmod(a, b);
    if (remainder == 0.0)
        return copysign(0.0, b);
    return (remainder < 0.0) != (b < 0.0) ? remainder + b : remainder;
}

/* The quotient rounded down, to which the remainder above belongs. */
static inline double floor_quotient(double a, double b)
{
    const double remainder = fmod(a, b);
    const int below = remainder != 0.0 && (remainder < 0.0) != (b < 0.0);
    const double quotient = (a - remainder) / b - (below ? 1.0 : 0.0);
    const double whole = quotient == 0.0 ? copysign(0.0, a / b) : floor(quotient);
    return b == 0.0 ? a / b : quotient - whole > 0.5 ? whole + 1.0 : whole;
}
"""


class CSource(FloatPython):
    """C99 with `math.h`. Powers are `pow`, as on the fast path of Python, but squares of names."""

    functions = {"abs": "fabs", "round": "rint", **OF_TWO}
    infix = {**FloatPython.infix, ast.And: " && ", ast.Or: " || "}

    def name(self, name: str) -> str:
        return {"pi": repr(math.pi), DEAD: "DEAD"}.get(name, name)

    def binary(self, left: ast.expr, operator: ast.AST, right: ast.expr, names: Names) -> Piece:
        return self.remainder(left, operator, right, names)

    def visit(self, tree: ast.expr, names: Names) -> Piece:
        text, precedence = super().visit(tree, names)
        # Compilers warn of && beside || without parentheses.
        return text, OR if precedence == AND else precedence

    def choice(self, tree: ast.IfExp, names: Names) -> Piece:
        test, then = self.within(tree.test, OR, names), self.within(tree.body, OR, names)
        return f"{test} ? {then} : {self.within(tree.orelse, CHOICE, names)}", CHOICE

    def joined(self, reduction: Reduction, so_far: str | Piece, element: Piece) -> Piece:
        # By a call where there is one, which computes the element once.
        if reduction.of_two:
            text = so_far if isinstance(so_far, str) else so_far[0]
            return self.call(reduction.name, [text, element[0]])
        return super().joined(reduction, so_far, element)


C = CSource()
_FUNCTION = "static inline double {}(double a, double b) {{ return {}; }}"
HELPERS = "\n".join(
    [
        "/* The larger and the smaller of two numbers; nan where one of them is nan. */",
        *(_FUNCTION.format(OF_TWO[name], C.write(REDUCTIONS[name].tree)) for name in OF_TWO),
        "",
        _HELPERS,
    ]
)
