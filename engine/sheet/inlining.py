"""Operations that a formula calls, written out by their own lines of the sheet.

A formula may call any operation on numbers, such as `sigmoid(a)`. Where one is computed only what
libraries of mathematics have remains; texts keep the call, and so do derivatives of derivatives.

>>> from engine.sheet.formula import read
>>> ast.unparse(inlined(read("a * leaky_relu(a + 1, 0.5)")))
'a * (0.5 * (a + 1) if a + 1 <= 0 else a + 1)'
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from functools import cache

from engine.sheet.formula import FUNCTIONS, read
from engine.sheet.op import Op
from engine.sheet.ops import OPERATIONS
from engine.sheet.reductions import REDUCTIONS


def inlined(tree: ast.expr) -> ast.expr:
    """The formula as a new tree, without calls of operations that are not `FUNCTIONS`."""
    return mapped(tree, _written_out)


def _written_out(node: ast.expr) -> ast.expr:
    match node:
        case ast.Call(func=ast.Name(id="abs"), args=[ast.UnaryOp(operand=operand)]):
            # |−a| is |a|; spelled alike, so that it is computed once.
            return ast.Call(node.func, [operand], [])
        case ast.Call(func=ast.Name(id=name), args=arguments) if (
            name not in FUNCTIONS and name not in REDUCTIONS
        ):
            op = OPERATIONS[name]
            given = dict(zip((*op.operands, *op.constants), arguments))
            defaults = {
                constant: ast.Constant(default) for constant, default in op.constants.items()
            }
            return inlined(replaced(_formula(op), {**defaults, **given}))
    return node


@cache
def _formula(op: Op) -> ast.expr:
    return read(op.formula, [*op.operands, *op.constants])


def replaced(tree: ast.expr, names: Mapping[str, ast.expr]) -> ast.expr:
    """The formula as a new tree, with formulas in the place of names."""
    return mapped(
        tree, lambda node: names.get(node.id, node) if isinstance(node, ast.Name) else node
    )


def copied(tree: ast.expr) -> ast.expr:
    """The formula as a new tree, whose nodes may be changed; `deepcopy` takes ten times as long."""
    return mapped(tree, lambda node: node)


def mapped(tree: ast.expr, change: Callable[[ast.expr], ast.expr]) -> ast.expr:
    """A new tree in which each part, the innermost first, is what `change` makes of it."""

    def new(part: ast.expr) -> ast.expr:
        return change(over_parts(part, new))

    return new(tree)


def over_parts(tree: ast.expr, new: Callable[[ast.expr], ast.expr]) -> ast.expr:
    """The same over what `new` makes of its parts; what has none as it is."""
    match tree:
        case ast.UnaryOp(op=sign, operand=operand):
            return ast.UnaryOp(sign, new(operand))
        case ast.BinOp(op=operator, left=left, right=right):
            return ast.BinOp(new(left), operator, new(right))
        case ast.Compare(ops=operators, left=left, comparators=[right]):
            return ast.Compare(new(left), operators, [new(right)])
        case ast.BoolOp(op=joined, values=values):
            return ast.BoolOp(joined, list(map(new, values)))
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return ast.IfExp(new(test), new(body), new(orelse))
        case ast.Call(func=function, args=arguments):
            return ast.Call(function, list(map(new, arguments)), [])
        case ast.Subscript(value=array, slice=index):
            return ast.Subscript(new(array), new(index))
    return tree
