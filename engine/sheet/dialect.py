"""Writers of formulas: one dialect each, from one syntax tree.

A dialect says how it spells names, numbers, operators, functions and choices; precedence, and so
every parenthesis, is decided once, in `Dialect.visit`.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from engine.sheet.formula import is_reduction
from engine.sheet.reductions import Reduction

# How strongly a piece of text holds together; a piece weaker than its place gets parentheses.
CHOICE, OR, AND, COMPARISON, SUM, PRODUCT, SIGN, POWER, ATOM = range(9)

Piece = tuple[str, int]
Names = Mapping[str, "str | float | Piece"]

_PRECEDENCE: dict[type[ast.AST], int] = {
    ast.Add: SUM,
    ast.Sub: SUM,
    ast.Mult: PRODUCT,
    ast.Div: PRODUCT,
    ast.FloorDiv: PRODUCT,
    ast.Mod: PRODUCT,
    ast.Pow: POWER,
    ast.And: AND,
    ast.Or: OR,
}


class Dialect:
    """The common grammar; subclasses override the spelling."""

    infix: Mapping[type[ast.AST], str] = {}
    functions: Mapping[str, str] = {}
    minus = "-"
    comma = ", "

    def write(self, tree: ast.expr, names: Names | None = None) -> str:
        """The formula in this dialect.

        `names` replaces names: by another name, by a number, or by a piece that is written already.
        """
        return self.visit(tree, names or {})[0]

    def visit(self, tree: ast.expr, names: Names) -> Piece:
        """The text of a part of a formula, and how strongly it holds together."""
        match tree:
            case ast.Name(id=name):
                replacement = names.get(name, name)
                if isinstance(replacement, str):
                    return self.name(replacement), ATOM
                return replacement if isinstance(replacement, tuple) else self.signed(replacement)
            case ast.Constant(value=int() | float() as value):
                return self.signed(value)
            case ast.UnaryOp(operand=operand):
                return self.negation(operand, names)
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                return self.power(left, right, names)
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                return self.quotient(left, right, names)
            case ast.BinOp(left=left, op=operator, right=right):
                return self.binary(left, operator, right, names)
            case ast.Compare(left=left, ops=[operator], comparators=[right]):
                return self.comparison(left, operator, right, names)
            case ast.BoolOp(op=operator, values=values):
                return self.logical(operator, values, names)
            case ast.IfExp():
                return self.choice(tree, names)
            case ast.Constant(value=str() as text):
                return f'"{text}"', ATOM
            case ast.Subscript(value=array, slice=index):
                return f"{self.write(array, names)}[{self.write(index, names)}]", ATOM
            case ast.Call(func=ast.Name(id=name), args=[body]) if is_reduction(tree):
                return self.reduction(name, body, names)
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return self.call(name, [self.write(argument, names) for argument in arguments])
        raise TypeError(f"not part of a checked formula: {ast.dump(tree)}")

    def within(self, tree: ast.expr, precedence: int, names: Names) -> str:
        """A part in a place that asks for `precedence`, in parentheses where it is weaker."""
        text, own = self.visit(tree, names)
        return text if own >= precedence else self.parentheses(text)

    def after(self, tree: ast.expr, precedence: int, names: Names) -> str:
        """A part to the right of an operator, where a leading minus gets parentheses as well."""
        text, own = self.visit(tree, names)
        strong = own >= precedence and not text.startswith(self.minus)
        return text if strong else self.parentheses(text)

    def negation(self, operand: ast.expr, names: Names) -> Piece:
        return self.minus + self.after(operand, SIGN, names), SIGN

    def binary(self, left: ast.expr, operator: ast.AST, right: ast.expr, names: Names) -> Piece:
        precedence = _PRECEDENCE[type(operator)]
        # The right side must hold more strongly: a - (b - c), and a + (b + c) keeps its order.
        sides = self.within(left, precedence, names), self.after(right, precedence + 1, names)
        return self.infix[type(operator)].join(sides), precedence

    def comparison(self, left: ast.expr, operator: ast.AST, right: ast.expr, names: Names) -> Piece:
        sides = self.within(left, SUM, names), self.within(right, SUM, names)
        return self.infix[type(operator)].join(sides), COMPARISON

    def logical(self, operator: ast.AST, values: Sequence[ast.expr], names: Names) -> Piece:
        precedence = _PRECEDENCE[type(operator)]
        parts = [self.within(value, precedence + 1, names) for value in values]
        return self.infix[type(operator)].join(parts), precedence

    def quotient(self, left: ast.expr, right: ast.expr, names: Names) -> Piece:
        return self.binary(left, ast.Div(), right, names)

    def power(self, base: ast.expr, exponent: ast.expr, names: Names) -> Piece:
        sides = self.within(base, ATOM, names), self.within(exponent, ATOM, names)
        return self.infix[ast.Pow].join(sides), POWER

    def choice(self, tree: ast.IfExp, names: Names) -> Piece:
        then = self.within(tree.body, OR, names)
        test = self.within(tree.test, OR, names)
        return f"{then} if {test} else {self.within(tree.orelse, CHOICE, names)}", CHOICE

    def reduction(self, name: str, body: ast.expr, names: Names) -> Piece:
        return self.call(name, [self.write(body, names)])

    def further(self, reduction: Reduction, so_far: str, element: Piece) -> str:
        """The statement by which one more element joins a reduction, without its end."""
        if reduction.operator is not None:
            return f"{so_far} {self.infix[type(reduction.operator)].strip()}= {element[0]}"
        return f"{so_far} = {self.joined(reduction, so_far, element)[0]}"

    def joined(self, reduction: Reduction, so_far: str | Piece, element: Piece) -> Piece:
        """What a reduction comes to with one more element."""
        return self.visit(reduction.tree, {"a": so_far, "b": element})

    def call(self, name: str, arguments: list[str]) -> Piece:
        return f"{self.functions.get(name, name)}({', '.join(arguments)})", ATOM

    def applied(self, function: str, arguments: str) -> str:
        """A function by its name, and what it is applied to."""
        return function + self.parentheses(arguments)

    def name(self, name: str) -> str:
        return name

    def signed(self, value: float) -> Piece:
        text = self.number(abs(value))
        return (self.minus + text, SIGN) if value < 0 else (text, ATOM)

    def number(self, value: float) -> str:
        return f"{value:.15g}"

    def parentheses(self, text: str) -> str:
        return f"({text})"
