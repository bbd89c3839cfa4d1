"""The sheet's formulas as a program computes them: with their constants put in."""

from __future__ import annotations

import ast
from functools import cache
from typing import Any, NamedTuple

from engine.graph.value import Value
from engine.sheet.computation import DEAD, Computation, computation_of, parameters, with_dead_ends
from engine.sheet.formula import names_in, read
from engine.sheet.inlining import inlined
from engine.sheet.op import Op
from engine.sheet.simplify import each_branch
from engine.sheet.specialize import specialize

# In a contribution: the derivative of the output by the operation's own value, and a number that
# is 0 where every path to the operation has ended.
ADJOINT, LIVE = "grad", "live"
_NOTHING = ast.Constant(0.0)


class Contribution(NamedTuple):
    """What an operation adds to the adjoint of an operand; 0 where the partial derivative ends.

    `partial`: where the adjoint is 1. `product`: adjoint · partial. `guarded`: that, or 0 where no
    path leads to the operation. `live`: what becomes of `LIVE`; None if nothing can end here.
    `factor`: the name that the partial is, if it is just that. `is_nothing`: if it always ends.
    """

    partial: ast.expr
    product: ast.expr
    guarded: ast.expr
    live: ast.expr | None
    factor: str
    is_nothing: bool


class OpFormulas(NamedTuple):
    """What an operation computes, with its constants put in, and where it is undefined."""

    computation: Computation
    contributions: dict[str, Contribution]
    undefined: ast.expr | None


class Operation(NamedTuple):
    """A node, read: its operation, the formulas of that, and its operands by their names.

    The operand of a sequence is a list.
    """

    op: Op
    formulas: OpFormulas
    operands: dict[str, Any]


def operation_of(node: Value) -> Operation:
    """That of a node that is not a leaf."""
    op, args = node.op, node.args
    assert op is not None
    bound = op.bind(args)
    operands, constants = bound[: len(op.operands)], bound[len(op.operands) :]
    length = 0
    if op.sequences:
        scalars = len(bound) - len(op.sequences)
        length = (len(args) - scalars) // len(op.sequences)
    formulas = formulas_of(op, tuple(map(float, constants)), length)
    return Operation(op, formulas, dict(zip(op.operands, operands)))


@cache
def formulas_of(op: Op, constants: tuple[float, ...], length: int) -> OpFormulas:
    """Those of an operation with these constants, and so many operands in its sequences."""
    known = dict(zip(op.constants, constants))
    if op.sequences:
        known["n"] = float(length)
    found = computation_of(op, lambda tree: specialize(tree, {}, known), with_dead_ends)
    contributions = {operand: _contribution(tree) for operand, tree in found.partials.items()}
    undefined: ast.expr | None = None
    if op.undefined:
        undefined = specialize(inlined(read(op.undefined, parameters(op))), {}, known)
        if isinstance(undefined, ast.Constant) and not undefined.value:
            undefined = None
    return OpFormulas(found, contributions, undefined)


def _contribution(partial: ast.expr) -> Contribution:
    is_live = ast.Compare(ast.Name(LIVE), [ast.NotEq()], [_NOTHING])
    product, live = _product(partial), None
    factor = partial.id if isinstance(partial, ast.Name) else ""
    if DEAD in names_in(partial):
        product = each_branch(partial, lambda tree: _NOTHING if _ends(tree) else _product(tree))
        live = each_branch(partial, lambda tree: _NOTHING if _ends(tree) else ast.Name(LIVE))
        partial = each_branch(partial, lambda tree: _NOTHING if _ends(tree) else tree)
    guarded = ast.IfExp(is_live, product, _NOTHING)
    return Contribution(partial, product, guarded, live, factor, factor == DEAD)


def _ends(tree: ast.expr) -> bool:
    return isinstance(tree, ast.Name) and tree.id == DEAD


def _product(partial: ast.expr) -> ast.expr:
    """adjoint · partial, without factors of 1."""
    adjoint = ast.Name(ADJOINT)
    match partial:
        case ast.Constant(value=1):
            return adjoint
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=1)):
            return ast.UnaryOp(ast.USub(), adjoint)
    return ast.BinOp(adjoint, ast.Mult(), partial)


@cache
def names_of(tree: ast.expr) -> tuple[str, ...]:
    """Of the few formulas there are, for the many nodes that they are asked for."""
    return tuple(names_in(tree))
