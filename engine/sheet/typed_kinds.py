"""What in a typed formula is a number, and what is a condition."""

from __future__ import annotations

import ast

from engine.sheet.formula import children


def is_condition(tree: ast.expr) -> bool:
    """Whether a formula is true or false, not a number."""
    if isinstance(tree, ast.IfExp):
        return any(map(is_condition, children(tree)[1:]))
    return isinstance(tree, (ast.Compare, ast.BoolOp))


def misplaced_condition(tree: ast.expr) -> bool:
    """Whether a condition stands anywhere but after "if", so where a number is asked for.

    >>> def misplaced(text):
    ...     return misplaced_condition(ast.parse(text, mode="eval").body)
    >>> misplaced("(a < b) * 2"), misplaced("a if a < b and b else 2"), misplaced("a < b")
    (True, False, True)
    """
    # What is compared, computed with, or chosen is a number.
    numbers = [tree]
    for part in ast.walk(tree):
        if isinstance(part, ast.expr) and not isinstance(part, ast.BoolOp):
            numbers += children(part)[isinstance(part, ast.IfExp) :]
    return any(map(is_condition, numbers))
