"""What kind of operation a line of the sheet is, as its formulas say it.

Texts, pictures and initialisers ask here and know no operation by its name; so what a user adds to
the sheet, such as another weighted sum, is treated like the sheet's own.
"""

from __future__ import annotations

import ast
from functools import cache
from typing import NamedTuple

from engine.sheet.formula import is_reduction, names_in, read
from engine.sheet.op import Op
from engine.sheet.reductions import REDUCTIONS
from engine.sheet.specialize import value_at

# Where the slopes of a rectifier are looked at, and how far from 0 and 1 they may be: SELU's, which
# keeps the variance by itself, is 1.05.
_FAR, _CLOSE = 5.0, 0.03


class Total(NamedTuple):
    """A formula that adds up: a `term` for each element of its sequences, then single operands."""

    term: ast.expr
    others: tuple[str, ...]


@cache
def total(op: Op) -> Total | None:
    """What the operation adds up; None if it does anything else.

    >>> from engine.sheet.ops import OPERATIONS
    >>> found = total(OPERATIONS["dot"])
    >>> ast.unparse(found.term), found.others
    ('weights * inputs', ('bias',))
    >>> total(OPERATIONS["mean"]) is None
    True
    """
    tree = read(op.formula)
    others: list[str] = []
    while isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Add):
        if not isinstance(tree.right, ast.Name) or tree.right.id not in op.operands:
            return None
        others.insert(0, tree.right.id)
        tree = tree.left
    match tree:
        case ast.Call(func=ast.Name(id=name), args=[term]) if (
            is_reduction(tree)
            and isinstance(REDUCTIONS[name].operator, ast.Add)
            and op.sequences.issuperset(names_in(term))
            and not any(map(is_reduction, ast.walk(term)))
        ):
            return Total(term, tuple(others))
    return None


def is_weighted_sum(op: Op) -> bool:
    """Whether it adds up the products of two sequences.

    >>> from engine.sheet.ops import OPERATIONS
    >>> [op.name for op in OPERATIONS.values() if is_weighted_sum(op)]
    ['dot']
    """
    found = total(op)
    match found and found.term:
        case ast.BinOp(left=ast.Name(), op=ast.Mult(), right=ast.Name()):
            return True
    return False


@cache
def is_addition(op: Op) -> bool:
    """Whether it adds two operands.

    >>> from engine.sheet.ops import OPERATIONS
    >>> [op.name for op in OPERATIONS.values() if is_addition(op)]
    ['add']
    """
    match read(op.formula):
        case ast.BinOp(left=ast.Name(id=left), op=ast.Add(), right=ast.Name(id=right)):
            return op.operands == (left, right)
    return False


@cache
def is_power(op: Op) -> bool:
    """Whether it raises its operand to a constant of its line.

    >>> from engine.sheet.ops import OPERATIONS
    >>> [op.name for op in OPERATIONS.values() if is_power(op)]
    ['pow']
    """
    match read(op.formula):
        case ast.BinOp(left=ast.Name(), op=ast.Pow(), right=ast.Name(id=exponent)):
            return exponent in op.constants
    return False


@cache
def is_rectifier(op: Op) -> bool:
    """Whether it passes on large numbers, with the slope 1, and cuts off negative ones, with 0.

    >>> from engine.sheet.ops import ACTIVATIONS
    >>> " ".join(op.name for op in ACTIVATIONS if is_rectifier(op))
    'relu leaky_relu elu gelu silu softplus mish gelu_tanh celu relu6 hardswish'
    """
    if len(op.operands) > 1 or op.sequences or None in op.constants.values():
        return False
    slopes = []
    for number in (-_FAR, _FAR):
        numbers = {op.operands[0]: number, **op.constants}
        numbers["out"] = value_at(read(op.formula), numbers)
        slopes.append(value_at(read(op.partials[0]), numbers))
    return bool(abs(slopes[0]) <= _CLOSE and abs(slopes[1] - 1) <= _CLOSE)


def factor(op: Op, operand: str) -> str | None:
    """The operand that this one is multiplied by: its partial derivative, where it is just that.

    >>> from engine.sheet.ops import OPERATIONS
    >>> factor(OPERATIONS["mul"], "a"), factor(OPERATIONS["dot"], "inputs")
    ('b', 'weights')
    >>> factor(OPERATIONS["add"], "a") is factor(OPERATIONS["div"], "a") is None
    True
    """
    partial = op.partials[op.operands.index(operand)]
    return partial if partial in op.operands else None
