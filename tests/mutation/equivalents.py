"""Altered formulas that come to the same numbers everywhere, and why.

What no point of `tests.mutation.pool` tells from the sheet is equivalent only if there is a reason:
one of two rules, which look at the formulas, or a line of the table.
"""

from __future__ import annotations

import ast

# Functions of an even number of signs: f(x) is f(−x).
_EVEN = ("abs", "cos", "cosh", "sigmoid_slope")


def reason(name: str, old: str, new: str) -> str | None:
    """Why the altered formula of `operation.field` is the same one; None if nothing says so."""
    if _symmetric(old) == _symmetric(new):
        return "a symmetric function"
    if _without_tests(old) == _without_tests(new):
        return "the branches of a choice agree where they meet"
    return next((why for key, part, why in TABLE if key == name and part in new), None)


def _symmetric(text: str) -> str:
    """The formula with what the order or the sign does not matter to in one form."""
    tree = ast.parse(text, mode="eval").body
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="hypot"), args=arguments):
                node.args = sorted(map(_positive, arguments), key=ast.unparse)
            case ast.Call(func=ast.Name(id=name), args=[argument]) if name in _EVEN:
                node.args = [_positive(argument)]
            case ast.Call(func=ast.Name(id="copysign"), args=[size, sign]):
                node.args = [_positive(size), sign]
            case ast.BinOp(left=left, op=ast.Pow(), right=ast.Constant(value=2)):
                node.left = _positive(left)
    return ast.unparse(tree)


def _positive(tree: ast.expr) -> ast.expr:
    """What has the same size: x for −x, and one of a − b and b − a; also as first factors."""
    match tree:
        case ast.UnaryOp(operand=operand):
            return _positive(operand)
        case ast.Constant(value=int() | float() as value):
            return ast.Constant(abs(value))
        case ast.BinOp(left=left, op=ast.Sub(), right=right):
            first, second = sorted((left, right), key=ast.unparse)
            return ast.BinOp(first, ast.Sub(), second)
        case ast.BinOp(left=left, op=ast.Mult() | ast.Div() as sign, right=right):
            return ast.BinOp(_positive(left), sign, _positive(right))
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return ast.IfExp(test, _positive(body), _positive(orelse))
        case ast.Call(func=ast.Name(id="sinh"), args=[argument]):
            return ast.Call(ast.Name("sinh"), [_positive(argument)], [])
    return tree


def _without_tests(text: str) -> str:
    """The formula with nothing for the test of any choice."""
    tree = ast.parse(text, mode="eval").body
    for node in ast.walk(tree):
        if isinstance(node, ast.IfExp):
            node.test = ast.Constant(True)
    return ast.unparse(tree)


_WHOLE = "every number from 2 ** 53 on is whole"
_SMALL = "so far down the series it is below what rounding does"
_VANISHED = "the other factor is 0 there already; only an infinite one must not be"
# operation.field, what the altered formula holds, and the reason.
TABLE = (
    ("pow.a", "else finite(k) * a ** (k - 1) if", "a finite number is itself"),
    ("pow.undefined", "abs(k) <= 1e+16", _WHOLE),
    ("pow.undefined", "abs(k) < 1.0009999999999998e+16", _WHOLE),
    ("pow.undefined", "k % -1 != 0", "a whole number has no remainder with either sign"),
    ("sinc.a", "/ 238 / (1 - (pi * a) ** 2 / 304)", _SMALL),
    ("sinc.a", "(1 + (pi * a) ** 2 / 304)", _SMALL),
    ("sinc.a", "/ 239 * (1 - (pi * a) ** 2 / 304)", _SMALL),
    ("sinc.a", "(1 - 2 ** (pi * a) / 304)", _SMALL),
    ("sinc.a", "(1 - (pi * a) ** 2 / 305)", _SMALL),
    ("sinc.a", "(1 - (pi * a) ** 2 / -304)", _SMALL),
    ("sinc.a", "(1 - (pi * a) ** 3 / 304)", _SMALL),
    ("copysign.a", "copysign(1, a) / copysign(1, b)", "both are 1 or -1"),
    ("tanh.a", "4 * sigmoid_slope(2 * a)", "both forms are exact; one takes less time near 0"),
    ("gelu.formula", "max(a, -41)", _VANISHED),
    ("silu.formula", "max(a, -801)", _VANISHED),
    ("gelu_tanh.formula", "0 if a < -30 else a * sigmoid", "the sigmoid is 1 there already"),
    ("tanhshrink.formula", "a ** 2 / 239", _SMALL),
)
