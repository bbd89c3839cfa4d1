"""Every formula with one thing altered: a sign, a factor, an order, a comparison, a constant."""

from __future__ import annotations

import ast
import copy
import math
from collections.abc import Iterator

_INSTEAD: dict[type[ast.AST], tuple[type[ast.AST], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Div,),
    ast.Mod: (ast.FloorDiv,),
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
}
_NOT_SYMMETRIC = (ast.Sub, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow)
_OTHER_NAME = {"max": "min", "min": "max"}


def alterations(text: str, is_condition: bool = False) -> Iterator[str]:
    """Each altered formula once; of a number also its double and its negative, of all of it."""
    tree = ast.parse(text, mode="eval").body
    seen = {ast.unparse(tree)}
    altered = [] if is_condition else [f"-({text})", f"1.001 * ({text})"]
    altered += [ast.unparse(other) for other in _altered(tree)]
    for other in altered:
        if other not in seen:
            seen.add(other)
            yield other


def _altered(tree: ast.expr) -> Iterator[ast.expr]:
    """The tree with one of its nodes replaced by another one, in every way."""
    for place, node in enumerate(ast.walk(tree)):
        for count in range(len(list(_instead(node)))):
            other = copy.deepcopy(tree)
            target = list(ast.walk(other))[place]
            replacement = list(_instead(target))[count]
            yield _replaced(other, target, replacement)


def _replaced(tree: ast.expr, target: ast.AST, replacement: ast.expr) -> ast.expr:
    if tree is target:
        return replacement
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if value is target:
                setattr(parent, name, replacement)
            elif isinstance(value, list):
                value[:] = [replacement if part is target else part for part in value]
    return tree


def _instead(node: ast.AST) -> Iterator[ast.expr]:
    match node:
        case ast.Constant(value=int() | float() as value):
            yield ast.Constant(value + 1)
            if value:
                yield ast.UnaryOp(ast.USub(), ast.Constant(value))
            # So little that only a number beside the edge can tell.
            if isinstance(value, float) and math.isfinite(value * 1.001):
                yield ast.Constant(value * 1.001)
        case ast.UnaryOp(operand=operand):
            yield operand
        case ast.BinOp(left=left, op=sign, right=right):
            for other in _INSTEAD.get(type(sign), ()):
                yield ast.BinOp(left, other(), right)  # type: ignore[arg-type]
            if isinstance(sign, _NOT_SYMMETRIC):
                yield ast.BinOp(right, sign, left)
        case ast.Compare(left=left, ops=[sign], comparators=comparators):
            for other in _INSTEAD[type(sign)]:
                yield ast.Compare(left, [other()], comparators)  # type: ignore[list-item]
        case ast.BoolOp(op=sign, values=values):
            for other in _INSTEAD[type(sign)]:
                yield ast.BoolOp(other(), values)  # type: ignore[arg-type]
            for place in range(len(values)):
                kept = [*values[:place], *values[place + 1 :]]
                yield kept[0] if len(kept) == 1 else ast.BoolOp(sign, kept)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            yield ast.IfExp(test, orelse, body)
            yield body
            yield orelse
        case ast.Call(func=ast.Name(id=name) as function, args=arguments):
            if len(arguments) == 2 and name not in _OTHER_NAME:
                yield ast.Call(function, arguments[::-1], [])
            if name in _OTHER_NAME:
                yield ast.Call(ast.Name(_OTHER_NAME[name]), arguments, [])
