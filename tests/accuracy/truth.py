"""What an operation's value and derivatives are, by its value formula in exact arithmetic."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from mpmath import mp, mpf

from engine.sheet.formula import is_reduction, names_in, read
from engine.sheet.inlining import inlined
from engine.sheet.op import Op
from engine.sheet.reductions import REDUCTIONS
from tests.accuracy.hyper import Hyper, apply
from tests.exact import OPERATORS

# More digits than lie between 1 and the square of the smallest number: 1 + a² is not 1.
DIGITS = 700


def truth(op: Op, row: Sequence[Any], i: int, j: int) -> tuple[Any, Any, Any]:
    """The value, its derivative by the operand at place i, and that one's by the one at place j.

    ZeroDivisionError or ValueError where there is none.
    """
    with mp.workdps(DIGITS):
        numbers = [Hyper(x, mpf(k == i), mpf(k == j)) for k, x in enumerate(row)]
        grouped = op.bind(numbers)
        names: dict[str, Any] = dict(zip((*op.operands, *op.constants), grouped, strict=True))
        if op.sequences:
            names["n"] = Hyper(len(names[next(iter(op.sequences))]))
        found = _Evaluation(op, names).number(_formula(op), names)
        if not all(isinstance(part, (int, mpf)) for part in (found.v, found.i, found.ij)):
            raise ValueError("not a real number")
        return found.v, found.i, found.ij


@cache
def _formula(op: Op) -> ast.expr:
    # Of two forms the textbook's, which has no choices.
    return inlined(read(op.taught.get("out", op.formula)))


class _Evaluation:
    def __init__(self, op: Op, names: Mapping[str, Any]) -> None:
        self.sequences = {name: names[name] for name in op.sequences}

    def number(self, tree: ast.expr, names: Mapping[str, Any]) -> Hyper:
        match tree:
            case ast.Name(id="pi"):
                return Hyper(mp.pi)
            case ast.Name(id=name):
                found: Hyper = names[name]
                return found
            case ast.Constant(value=int() | float() as value):
                return Hyper(value)
            case ast.UnaryOp(operand=operand):
                return -self.number(operand, names)
            case ast.BinOp(left=left, op=sign, right=right):
                sides = self.number(left, names), self.number(right, names)
                result: Hyper = OPERATORS[type(sign)](*sides)
                return result
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self.number(body if self.holds(test, names) else orelse, names)
            case ast.Call(func=ast.Name(id=name), args=[body]) if is_reduction(tree):
                return self.reduced(name, body, names)
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return apply(name, [self.number(argument, names) for argument in arguments])
        raise TypeError(ast.dump(tree))

    def holds(self, tree: ast.expr, names: Mapping[str, Any]) -> bool:
        match tree:
            case ast.Compare(left=left, ops=[sign], comparators=[right]):
                sides = self.number(left, names).v, self.number(right, names).v
                return bool(OPERATORS[type(sign)](*sides))
            case ast.BoolOp(op=ast.And(), values=values):
                return all(self.holds(value, names) for value in values)
            case ast.BoolOp(values=values):
                return any(self.holds(value, names) for value in values)
        raise TypeError(ast.dump(tree))

    def reduced(self, name: str, body: ast.expr, names: Mapping[str, Any]) -> Hyper:
        used = [item for item in names_in(body) if item in self.sequences]
        rows = zip(*(self.sequences[item] for item in used), strict=True)
        terms = [self.number(body, {**names, **dict(zip(used, row))}) for row in rows]
        operator = REDUCTIONS[name].operator
        if operator is None:
            return apply(name, terms)
        total = Hyper(REDUCTIONS[name].identity)
        for term in terms:
            total = OPERATORS[type(operator)](total, term)
        return total
