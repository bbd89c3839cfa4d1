"""The sheet's formulas as a program computes them: with their constants put in."""

from __future__ import annotations

import ast
from functools import cache
from typing import NamedTuple

from engine.computation import Computation, computation_of, parameters
from engine.formula import names_in, read
from engine.inlining import inlined
from engine.op import Op
from engine.specialize import specialize

# What the derivative of the output by the operation's own value is called in a contribution.
ADJOINT = "grad"


class OpFormulas(NamedTuple):
    """What an operation computes, with its constants put in, and where it is undefined.

    The partials are those times the adjoint.
    """

    computation: Computation
    undefined: ast.expr | None


@cache
def formulas_of(op: Op, constants: tuple[float, ...], length: int) -> OpFormulas:
    """Those of an operation with these constants, and so many operands in its sequences."""
    known = dict(zip(op.constants, constants))
    if op.sequences:
        known["n"] = float(length)
    found = computation_of(op, lambda tree: specialize(tree, {}, known))
    found = found._replace(
        partials={operand: _product(tree) for operand, tree in found.partials.items()}
    )
    undefined: ast.expr | None = None
    if op.undefined:
        undefined = specialize(inlined(read(op.undefined, parameters(op))), {}, known)
        if isinstance(undefined, ast.Constant) and not undefined.value:
            undefined = None
    return OpFormulas(found, undefined)


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
