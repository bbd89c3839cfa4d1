"""The formulas of the sheet on numbers of any kind: of another library, or of many digits.

Values only: what is compared with it finds its derivatives in a way of its own.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any

from engine.sheet.formula import is_reduction, names_in, read
from engine.sheet.op import Op
from engine.sheet.ops import OPERATIONS
from tests.exact import OPERATORS

Names = Mapping[str, Any]


@cache
def _formulas(op: Op, exact: bool) -> list[ast.expr]:
    # In exact arithmetic the textbook's, which has no power series that ends somewhere.
    taught = [op.taught["out"]] if exact and "out" in op.taught else []
    return [read(text) for text in (*taught, op.formula)]


class Interpreter:
    """Computes operations by their formulas.

    `number` makes a number of the kind of a float; `functions` are those of the language that are
    not operators, `max` and `min` of a list, and `pi`. `exact`: whether numbers have so many digits
    that the textbook's form of a formula loses none.
    """

    def __init__(
        self, number: Callable[[float], Any], functions: Names, exact: bool = False
    ) -> None:
        self.make = number
        self.functions = functions
        self.exact = exact

    def operations(self) -> dict[str, Callable[..., Any]]:
        """Every operation of the sheet as a function of numbers, of lists for sequences."""
        return {name: partial(self.operation, op) for name, op in OPERATIONS.items()}

    def operation(self, op: Op, *arguments: Any) -> Any:
        """The value of one operation; constants that have a default may be left out."""
        names: dict[str, Any] = {name: c for name, c in op.constants.items() if c is not None}
        names.update(zip((*op.operands, *op.constants), arguments))
        for name, argument in names.items():
            if isinstance(argument, list):
                names[name] = [self.as_number(element) for element in argument]
            else:
                names[name] = self.as_number(argument)
        if op.sequences:
            names["n"] = self.make(len(names[next(iter(op.sequences))]))
        *taught, formula = _formulas(op, self.exact)
        for textbook in taught:
            try:
                found = self.value(textbook, names)
            except (ArithmeticError, ValueError):
                continue
            if found == found:
                return found
        return self.value(formula, names)

    def as_number(self, number: Any) -> Any:
        return self.make(number) if isinstance(number, (int, float)) else number

    def value(self, tree: ast.expr, names: Names) -> Any:
        """The value of a part of a formula."""
        match tree:
            case ast.Name(id="pi"):
                return self.functions["pi"]
            case ast.Name(id=name):
                return names[name]
            case ast.Constant(value=int() | float() as value):
                return self.make(value)
            case ast.UnaryOp(operand=operand):
                return -self.value(operand, names)
            case ast.BinOp(left=left, op=ast.FloorDiv(), right=right):
                # Not all kinds of numbers have the operator.
                return self.functions["floor"](self.value(left, names) / self.value(right, names))
            case ast.BinOp(left=left, op=sign, right=right):
                return OPERATORS[type(sign)](self.value(left, names), self.value(right, names))
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self.value(body if self.holds(test, names) else orelse, names)
            case ast.Call(func=ast.Name(id=name), args=[body]) if is_reduction(tree):
                return self.reduced(name, body, names)
            case ast.Call(func=ast.Name(id=name), args=arguments):
                numbers = [self.value(argument, names) for argument in arguments]
                return self.called(name, numbers)
        raise TypeError(f"not part of a formula: {ast.dump(tree)}")

    def called(self, name: str, numbers: list[Any]) -> Any:
        if name in ("max", "min"):
            return self.functions[name](numbers)
        if name in self.functions:
            return self.functions[name](*numbers)
        return self.operation(OPERATIONS[name], *numbers)

    def holds(self, tree: ast.expr, names: Names) -> bool:
        """Whether a condition is true."""
        match tree:
            case ast.Compare(left=left, ops=[sign], comparators=[right]):
                sides = self.value(left, names), self.value(right, names)
                return bool(OPERATORS[type(sign)](*sides))
            case ast.BoolOp(op=ast.And(), values=values):
                return all(self.holds(value, names) for value in values)
            case ast.BoolOp(values=values):
                return any(self.holds(value, names) for value in values)
        raise TypeError(f"not a condition: {ast.dump(tree)}")

    def reduced(self, name: str, body: ast.expr, names: Names) -> Any:
        """Over the elements of sequences; reductions within go over all of them, once."""
        within = _Within()
        body = within.visit(ast.parse(ast.unparse(body), mode="eval").body)
        names = {**names, **{key: self.value(each, names) for key, each in within.found.items()}}
        used = [item for item in names_in(body) if isinstance(names[item], list)]
        rows = zip(*(names[item] for item in used), strict=True)
        terms = [self.value(body, {**names, **dict(zip(used, row))}) for row in rows]
        if name != "sum":
            return self.functions[name](terms)
        total = self.make(0.0)
        for term in terms:
            total = total + term
        return total


class _Within(ast.NodeTransformer):
    """Replaces reductions by names, and keeps them."""

    def __init__(self) -> None:
        self.found: dict[str, ast.expr] = {}

    def visit_Call(self, node: ast.Call) -> ast.expr:
        if not is_reduction(node):
            self.generic_visit(node)
            return node
        name = f"reduction_{len(self.found)}"
        self.found[name] = node
        return ast.Name(name)
