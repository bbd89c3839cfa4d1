"""Sums, products and choices of formulas, without what changes nothing.

>>> from engine.sheet.formula import read
>>> ast.unparse(plus(times(read("1"), read("a")), times(read("0"), read("exp(b)"))))
'a'

A choice one branch of which is 0 stays outermost in a product, where it can be seen:

>>> ast.unparse(times(read("0 if a <= 0 else 1"), read("b")))
'0 if a <= 0 else b'
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from engine.sheet.formula import is_reduction
from engine.sheet.formula_keys import Keys
from engine.sheet.inlining import over_parts
from engine.sheet.specialize import specialize

ZERO, ONE = ast.Constant(0), ast.Constant(1)


def is_number(tree: ast.expr, number: float) -> bool:
    """Whether the formula is this number."""
    return isinstance(tree, ast.Constant) and tree.value == number


def negative(tree: ast.expr) -> ast.expr:
    match tree:
        case ast.Constant(value=0):
            return ZERO
        case ast.UnaryOp(operand=operand):
            return operand
        case ast.IfExp() if ends_in_zero(tree):
            return each_branch(tree, negative)
    return ast.UnaryOp(ast.USub(), tree)


def plus(left: ast.expr, right: ast.expr) -> ast.expr:
    if is_number(left, 0):
        return right
    if is_number(right, 0):
        return left
    if isinstance(right, ast.UnaryOp):
        return ast.BinOp(left, ast.Sub(), right.operand)
    return ast.BinOp(left, ast.Add(), right)


def times(left: ast.expr, right: ast.expr) -> ast.expr:
    """left · right. A choice whose 0 ends a path stays outermost."""
    if is_number(left, 0) or is_number(right, 0):
        return ZERO
    if is_number(left, 1):
        return right
    if is_number(right, 1):
        return left
    if ends_in_zero(left):
        return each_branch(left, lambda tree: times(tree, right))
    if ends_in_zero(right):
        return each_branch(right, lambda tree: times(left, tree))
    if isinstance(left, ast.UnaryOp):
        return negative(times(left.operand, right))
    if isinstance(right, ast.UnaryOp):
        return negative(times(left, right.operand))
    match left, right:
        case _, ast.BinOp(left=ast.Constant(value=1), op=ast.Div(), right=divisor):
            return ast.BinOp(left, ast.Div(), divisor)
    return ast.BinOp(left, ast.Mult(), right)


def choice(test: ast.expr, body: ast.expr, other: ast.expr) -> ast.expr:
    """`body if test else other`, where neither asks again whether the test holds."""
    key_of = Keys()
    body, other = _within(body, test, True, key_of), _within(other, test, False, key_of)
    return body if key_of(body) == key_of(other) else ast.IfExp(test, body, other)


def _within(tree: ast.expr, test: ast.expr, holds: bool, key_of: Keys) -> ast.expr:
    """Makes the choices that hang on a test, but within reductions: they go over others."""
    asked = key_of(test)

    def new(part: ast.expr) -> ast.expr:
        match part:
            case ast.IfExp() if key_of(part.test) == asked:
                return new(part.body if holds else part.orelse)
            case ast.Call() if is_reduction(part):
                return part
        return over_parts(part, new)

    return new(tree)


def ends_in_zero(tree: ast.expr) -> bool:
    """Whether a branch of a choice, or of a choice within it, is the number 0."""
    while isinstance(tree, ast.IfExp):
        if is_number(tree.body, 0) or ends_in_zero(tree.body):
            return True
        tree = tree.orelse
        if is_number(tree, 0):
            return True
    return False


def each_branch(tree: ast.expr, change: Callable[[ast.expr], ast.expr]) -> ast.expr:
    """A choice, with each of its branches changed."""
    if not isinstance(tree, ast.IfExp):
        return change(tree)
    return choice(tree.test, each_branch(tree.body, change), each_branch(tree.orelse, change))


def folded(tree: ast.expr) -> ast.expr:
    """The formula with its numbers computed: a ** (3 - 1) is a ** 2."""
    return specialize(tree, {})
