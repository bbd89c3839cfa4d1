"""Derivatives of formulas, by the lines of the sheet.

A formula is made of sums, products, powers and functions, and each of these has a line of the sheet
with its partial derivatives. So the derivative of any formula is known without a rule written here:
the chain rule, over the partials that stand on the sheet.

>>> from engine.sheet.formula import read
>>> def slope(text, operand="a"):
...     return ast.unparse(derivative(read(text), operand, ["a", "b"]))
>>> slope("a ** 3"), slope("exp(-a)"), slope("a * b", "b")
('3 * a ** 2', '-exp(-a)', 'a')
>>> slope("0 if a <= 0 else a * b")
'0 if a <= 0 else b'

A 0 that a choice gives is kept outermost, so that it can be seen that nothing lies behind it.
"""

from __future__ import annotations

import ast
from collections.abc import Collection

from engine.sheet.formula import FormulaError, is_reduction, names_in, read
from engine.sheet.inlining import copied, replaced
from engine.sheet.op import Op
from engine.sheet.ops import OPERATIONS
from engine.sheet.reductions import REDUCTIONS
from engine.sheet.simplify import ONE, ZERO, choice, folded, is_number, plus, times

_LINES: dict[type[ast.AST], str] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "div",
    ast.FloorDiv: "floordiv",
    ast.Mod: "mod",
    ast.USub: "neg",
}
# The operation that is a reduction and nothing else, such as "max(a)".
_LINE_OF = {
    name: op for name in REDUCTIONS for op in OPERATIONS.values() if op.formula == f"{name}(a)"
}


def derivative(
    tree: ast.expr, name: str, operands: Collection[str], sequences: Collection[str] = ()
) -> ast.expr:
    """The derivative of a formula with respect to one of its names.

    `operands`: the names that vary; any other, such as the k of a ** k, is a constant. With respect
    to one of the `sequences` it is the derivative by any one of the elements, over the same element
    of every sequence. FormulaError where a part of the formula has no line on the sheet.
    """
    return folded(_Derivative(name, operands, sequences).of(tree))


class _Derivative:
    def __init__(self, name: str, operands: Collection[str], sequences: Collection[str]) -> None:
        self.name = name
        self.operands = frozenset(operands)
        self.sequences = frozenset(sequences)

    def of(self, tree: ast.expr) -> ast.expr:
        if self.name not in names_in(tree):
            return ZERO
        match tree:
            case ast.Name():
                return ONE
            case ast.IfExp(test=test, body=body, orelse=other):
                return choice(test, self.of(body), self.of(other))
            case ast.Call(func=ast.Name(id=kind), args=[body]) if is_reduction(tree):
                return self.of_reduction(tree, kind, body)
            case ast.Call(func=ast.Name(id=kind), args=[left, right]) if kind in REDUCTIONS:
                return self.of(_compared(kind, left, right))
        line, arguments = self.line(tree)
        named = {**dict(zip([*line.operands, *line.constants], arguments)), "out": tree}
        result: ast.expr = ZERO
        for operand, partial in zip(line.operands, line.partials):
            inner = self.of(named[operand])
            if not is_number(inner, 0):
                result = plus(result, times(replaced(read(partial), named), inner))
        return result

    def line(self, tree: ast.expr) -> tuple[Op, list[ast.expr]]:
        """The operation that the formula applies last, and what it applies it to."""
        match tree:
            case ast.BinOp(left=base, op=ast.Pow(), right=exponent):
                fixed = self.operands.isdisjoint(names_in(exponent))
                return OPERATIONS["pow" if fixed else "power"], [base, exponent]
            case ast.BinOp(left=left, op=operator, right=right):
                name, arguments = _LINES[type(operator)], [left, right]
            case ast.UnaryOp(op=operator, operand=operand):
                name, arguments = _LINES[type(operator)], [operand]
            case ast.Call(func=ast.Name(id=name), args=arguments):
                pass
            case _:
                raise FormulaError(f"{ast.unparse(tree)!r} is a condition; it has no derivative")
        if name not in OPERATIONS:
            raise FormulaError(f"{ast.unparse(tree)!r} has no derivative: no line for {name!r}")
        line = OPERATIONS[name]
        defaults = list(line.constants.values())[len(arguments) - len(line.operands) :]
        return line, [*arguments, *map(ast.Constant, defaults)]

    def of_reduction(self, tree: ast.expr, kind: str, body: ast.expr) -> ast.expr:
        line = _LINE_OF[kind]
        (a,) = line.operands
        weight = replaced(read(line.partials[0]), {a: body, "out": tree})
        if self.name not in self.sequences:
            return self.summed(times(weight, self.of(body)))
        # An element counts by itself, and in every element by the reductions within the body.
        inner: dict[str, ast.expr] = {}
        outside = _Inner(inner).visit(copied(body))
        result = times(weight, replaced(self.of(outside), inner))
        for name, reduction in inner.items():
            by_inner = _Derivative(name, {*self.operands, *inner}, self.sequences).of(outside)
            whole = self.summed(times(weight, replaced(by_inner, inner)))
            result = plus(result, times(whole, self.of(reduction)))
        return result

    def summed(self, tree: ast.expr) -> ast.expr:
        """The sum over all elements; of what is the same for each of them, n times that."""
        if is_number(tree, 0):
            return tree
        if self.sequences.isdisjoint(names_in(tree)):
            return times(ast.Name("n"), tree)
        return ast.Call(ast.Name("sum"), [tree], [])


class _Inner(ast.NodeTransformer):
    """Takes the reductions out of the body of one, each under a name of its own."""

    def __init__(self, found: dict[str, ast.expr]) -> None:
        self.found = found

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if not is_reduction(node):
            return self.generic_visit(node)
        name = f"inner_{len(self.found) + 1}_"
        self.found[name] = node
        return ast.Name(name)


def _compared(kind: str, left: ast.expr, right: ast.expr) -> ast.expr:
    """The larger or the smaller of two as a choice; equal ones share, as in `maximum`."""
    step = REDUCTIONS[kind].tree
    sign = next(part.ops[0] for part in ast.walk(step) if isinstance(part, ast.Compare))
    tree = read(
        f"a if {_sided('a', sign, 'b')} else b if {_sided('b', sign, 'a')} else (a + b) / 2"
    )
    return replaced(tree, {"a": left, "b": right})


def _sided(left: str, operator: ast.cmpop, right: str) -> str:
    return ast.unparse(ast.Compare(ast.Name(left), [operator], [ast.Name(right)]))
