"""The sheet's formulas as a program computes them: constants put in, sigmoids written out."""

from __future__ import annotations

import ast
from functools import cache
from typing import NamedTuple

from engine.evaluate import hoist
from engine.formula import names_in, read
from engine.op import Op
from engine.ops import OPERATIONS
from engine.specialize import specialize

# What the derivative of the output by the operation's own value is called in a contribution.
ADJOINT = "grad"


class OpFormulas(NamedTuple):
    """An operation's formulas, its constants put in and its reductions taken out."""

    value: ast.expr
    partials: dict[str, ast.expr]
    # Of each reduction: its name, its kind, the tree over the elements.
    reductions: list[tuple[str, str, ast.expr]]
    # Those that need the value first.
    late: list[tuple[str, str, ast.expr]]
    undefined: ast.expr | None


@cache
def formulas_of(op: Op, constants: tuple[float, ...], length: int) -> OpFormulas:
    """Those of an operation with these constants, and so many operands in its sequences."""
    known = dict(zip(op.constants, constants))
    if op.sequences:
        known["n"] = float(length)
    names = [*op.operands, *known, "out"]
    texts = [op.formula, *op.partials]
    trees = [specialize(inlined(read(text, names)), {}, known) for text in texts]
    reductions, (value, *partials) = hoist(trees)
    late = [entry for entry in reductions if "out" in names_in(entry[2])]
    undefined: ast.expr | None = None
    if op.undefined:
        undefined = specialize(inlined(read(op.undefined, names)), {}, known)
        if isinstance(undefined, ast.Constant) and not undefined.value:
            undefined = None
    return OpFormulas(
        value,
        {operand: _product(tree) for operand, tree in zip(op.operands, partials)},
        [entry for entry in reductions if entry not in late],
        late,
        undefined,
    )


def inlined(tree: ast.expr) -> ast.expr:
    """The formula with the sigmoid written out, as the sheet defines it."""
    result: ast.expr = _Inlined().visit(tree)
    return result


class _Inlined(ast.NodeTransformer):
    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        match node:
            case ast.Call(func=ast.Name(id="sigmoid"), args=[argument]):
                sigmoid = read(OPERATIONS["sigmoid"].formula)
                written_out: ast.expr = Replaced("a", argument).visit(sigmoid)
                return written_out
        return node


class Replaced(ast.NodeTransformer):
    """Puts a formula in the place of a name."""

    def __init__(self, name: str, tree: ast.expr) -> None:
        self.name, self.tree = name, tree

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return self.tree if node.id == self.name else node


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
