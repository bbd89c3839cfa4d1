"""The factors that a local derivative is the product of, as the sheet writes it.

>>> from engine.sheet.ops import OPERATIONS
>>> [factor.text for factor in formula_of(OPERATIONS["squared_error"], "p").branches[0].factors]
['-1', '2', 'y - p']
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from engine.sheet import ieee
from engine.sheet.evaluate import IEEE
from engine.sheet.formula import is_reduction, names_in, read
from engine.sheet.inlining import inlined
from engine.sheet.op import Op
from engine.sheet.specialize import specialize

Computed = Callable[[Mapping[str, float]], float]
_SPACE = {**ieee.NAMESPACE, "inf": math.inf, "nan": math.nan}
# A power with a larger exponent stays one factor.
_POWER = 4


class Factor(NamedTuple):
    """One factor: its formula, and that as a function of what its names stand for."""

    tree: ast.expr
    text: str
    value: Computed

    @property
    def names(self) -> list[str]:
        """The operands and constants in it; `n`, the length of a sequence, is not an operand."""
        return [name for name in names_in(self.tree) if name != "n"]


class Branch(NamedTuple):
    """A partial derivative where its choices fall in one way."""

    holds: Computed
    whole: Factor
    factors: list[Factor]


class Formula(NamedTuple):
    """A partial derivative by its branches."""

    branches: list[Branch]

    def at(self, names: Mapping[str, float]) -> Branch | None:
        return next((branch for branch in self.branches if branch.holds(names)), None)


def formula_of(op: Op, operand: str, constants: tuple[float, ...] = ()) -> Formula:
    """The partial derivative in its textbook form, where it has one."""
    return _formula(op, operand, constants, operand in op.taught)


def branch_at(op: Op, operand: str, names: Mapping[str, float], partial: float) -> Branch | None:
    """The branch that holds, in the textbook form if that comes to the same number.

    None for what asks for all elements of a sequence at once.
    """
    constants = tuple(names[name] for name in op.constants)
    for taught in (True, False) if operand in op.taught else (False,):
        branch = _formula(op, operand, constants, taught).at(names)
        if branch is not None and math.isclose(branch.whole.value(names), partial, rel_tol=1e-9):
            return branch
    return None


@cache
def _formula(op: Op, operand: str, constants: tuple[float, ...], taught: bool) -> Formula:
    tree = read(op.taught[operand] if taught else op.partials[op.operands.index(operand)])
    if any(map(is_reduction, ast.walk(tree))):
        return Formula([])
    given = dict(zip(op.constants, constants))
    tree = specialize(tree, {}, given)
    return Formula([_branch(tests, body) for tests, body in _branches(tree, ())])


def _branches(
    tree: ast.expr, tests: tuple[tuple[ast.expr, bool], ...]
) -> Iterator[tuple[tuple[tuple[ast.expr, bool], ...], ast.expr]]:
    if isinstance(tree, ast.IfExp):
        yield from _branches(tree.body, (*tests, (tree.test, True)))
        yield from _branches(tree.orelse, (*tests, (tree.test, False)))
    else:
        yield tests, tree


def _branch(tests: tuple[tuple[ast.expr, bool], ...], tree: ast.expr) -> Branch:
    conditions = [(computed(test), wanted) for test, wanted in tests]

    def holds(names: Mapping[str, float]) -> bool:
        return all(bool(test(names)) == wanted for test, wanted in conditions)

    return Branch(holds, factor(tree), [factor(part) for part in _parts(tree)])


def factor(tree: ast.expr) -> Factor:
    """A formula as a factor."""
    return Factor(tree, ast.unparse(tree), computed(tree))


def _parts(tree: ast.expr) -> Iterator[ast.expr]:
    """What a product is made of; of a quotient, 1 over what is below."""
    match tree:
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            yield from _parts(left)
            yield from _parts(right)
        case ast.BinOp(left=ast.Constant(), op=ast.Div(), right=ast.Constant()):
            yield tree
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            if not (isinstance(left, ast.Constant) and left.value == 1):
                yield from _parts(left)
            for part in _parts(right):
                yield ast.BinOp(ast.Constant(1), ast.Div(), part)
        case ast.BinOp(left=base, op=ast.Pow(), right=ast.Constant(value=int(times))) if (
            1 < times <= _POWER
        ):
            for _ in range(times):
                yield from _parts(base)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            yield ast.UnaryOp(ast.USub(), ast.Constant(1))
            if not (isinstance(operand, ast.Constant) and operand.value == 1):
                yield from _parts(operand)
        case _:
            yield tree


def computed(tree: ast.expr) -> Computed:
    """A checked formula without reductions as a function of what its names stand for."""
    code = compile(IEEE.write(inlined(tree)), "<formula>", "eval")
    space: dict[str, Any] = dict(_SPACE)

    def value(names: Mapping[str, float]) -> float:
        return eval(code, space, names)  # type: ignore[no-any-return]

    return value
