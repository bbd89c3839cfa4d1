"""Expressions of sympy as graphs: first as formulas of the sheet's language, then evaluated."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

from engine.base.numbers import as_number, given
from engine.base.packages import optional
from engine.eager.parsing import evaluated
from engine.graph.value import Value
from engine.sheet.formula import check

# By sympy's names; the others are called the same here.
_CALLED = {
    "Abs": "abs", "ceiling": "ceil", "Max": "max", "Min": "min",
}  # fmt: skip
_SAME = frozenset(
    "exp log sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh erf erfc floor "
    "sign".split()
)
_RELATIONS: dict[str, type[ast.cmpop]] = {
    "StrictLessThan": ast.Lt,
    "LessThan": ast.LtE,
    "StrictGreaterThan": ast.Gt,
    "GreaterThan": ast.GtE,
    "Equality": ast.Eq,
    "Unequality": ast.NotEq,
}
# Of one over them sympy has names.
_INVERSES = {
    "sec": "cos", "csc": "sin", "cot": "tan", "sech": "cosh", "csch": "sinh", "coth": "tanh",
}  # fmt: skip


def from_sympy(expression: Any, /, **leaves: Any) -> Value:
    """The graph of an expression of sympy: sums, products, powers, Piecewise, and its functions
    that are on the sheet.

    `leaves`: what its symbols stand for, by their names, as in `parse`. A Piecewise is chosen from
    by the numbers as they are. Needs sympy.

    Raises TypeError for what is not an expression, ValueError for a symbol without a number and for
    parts that the sheet has no counterpart of, naming all of them; ImportError without sympy.

    >>> import sympy  # doctest: +SKIP
    >>> from_sympy(sympy.sympify("sin(x)**2/y"), x=1.0, y=2.0)  # doctest: +SKIP
    Value(0.354, grad=0)
    """
    sympy = optional("sympy", "from_sympy")
    if not isinstance(expression, sympy.Expr):
        raise TypeError(f"from_sympy takes an expression of sympy, not {given(expression)}")
    unknown = sorted({*map(str, expression.free_symbols)} - leaves.keys())
    if unknown:
        raise ValueError(f"from_sympy: {', '.join(unknown)} without a number")
    reader = _Reader(sympy)
    try:
        tree = reader.tree(expression)
        if reader.foreign:
            raise ValueError(
                f"from_sympy: the formula sheet has no {', '.join(sorted(reader.foreign))}"
            )
        check(tree, "the expression")
    except RecursionError:
        raise ValueError("from_sympy: the expression is nested too deep") from None
    nodes = {
        name: leaf if isinstance(leaf, Value) else Value(as_number(leaf, name), label=name)
        for name, leaf in leaves.items()
    }
    return evaluated(tree, nodes)


class _Reader:
    """Parts of an expression as formulas; `foreign`: the names of what is not a formula."""

    def __init__(self, sympy: Any) -> None:
        self.sympy = sympy
        self.foreign: set[str] = set()

    def tree(self, part: Any) -> ast.expr:
        if part.is_Symbol:
            return ast.Name(str(part))
        if part.is_number and (part.is_Rational or part.is_Float or part.is_NumberSymbol):
            return self.number(part)
        if part.is_Add:
            return self.added(part.as_ordered_terms())
        if part.is_Mul:
            return self.multiplied(part)
        if part.is_Pow:
            return self.power(*part.as_base_exp())
        return self.called(part, type(part).__name__)

    def number(self, part: Any) -> ast.expr:
        if part == self.sympy.pi:
            return ast.Name("pi")
        if part.is_Rational and not part.is_Integer:
            numerator = self.number(self.sympy.Integer(part.p))
            return ast.BinOp(numerator, ast.Div(), ast.Constant(part.q))
        number = float(part)
        constant = ast.Constant(abs(number))
        return ast.UnaryOp(ast.USub(), constant) if number < 0 else constant

    def added(self, terms: Sequence[Any]) -> ast.expr:
        total = self.tree(terms[0])
        for term in terms[1:]:
            negative = term.could_extract_minus_sign()
            operator = ast.Sub() if negative else ast.Add()
            total = ast.BinOp(total, operator, self.tree(-term if negative else term))
        return total

    def multiplied(self, part: Any) -> ast.expr:
        """Factors with negative exponents stand below the line."""
        if part.as_coeff_Mul()[0].is_negative:
            return ast.UnaryOp(ast.USub(), self.tree(-part))
        above: list[Any] = []
        below: list[Any] = []
        for factor in part.as_ordered_factors():
            exponent = factor.as_base_exp()[1]
            under = factor.is_Pow and exponent.is_Number and exponent.is_negative
            (below if under else above).append(1 / factor if under else factor)
        product = self.product(above)
        return ast.BinOp(product, ast.Div(), self.product(below)) if below else product

    def product(self, factors: Sequence[Any]) -> ast.expr:
        if not factors:
            return ast.Constant(1)
        product = self.tree(factors[0])
        for factor in factors[1:]:
            product = ast.BinOp(product, ast.Mult(), self.tree(factor))
        return product

    def power(self, base: Any, exponent: Any) -> ast.expr:
        half = self.sympy.Rational(1, 2)
        if exponent == half:
            return self.call("sqrt", [base])
        if exponent.is_Number and exponent.is_negative:
            return ast.BinOp(ast.Constant(1), ast.Div(), self.power(base, -exponent))
        if exponent == 1:
            return self.tree(base)
        return ast.BinOp(self.tree(base), ast.Pow(), self.tree(exponent))

    def call(self, name: str, arguments: Sequence[Any]) -> ast.Call:
        return ast.Call(ast.Name(name), [self.tree(argument) for argument in arguments], [])

    def called(self, part: Any, name: str) -> ast.expr:
        arguments = part.args
        if name == "Exp1":
            return ast.Call(ast.Name("exp"), [ast.Constant(1)], [])
        if name in _INVERSES:
            return ast.BinOp(ast.Constant(1), ast.Div(), self.call(_INVERSES[name], arguments))
        if name == "sinc":
            return self.call("sinc", [arguments[0] / self.sympy.pi])
        if name == "Mod":
            return ast.BinOp(self.tree(arguments[0]), ast.Mod(), self.tree(arguments[1]))
        if name in ("Max", "Min"):
            first, *rest = map(self.tree, arguments)
            for other in rest:
                first = ast.Call(ast.Name(_CALLED[name]), [first, other], [])
            return first
        if name == "Piecewise":
            return self.chosen(arguments)
        if name in _RELATIONS:
            left, right = map(self.tree, arguments)
            return ast.Compare(left, [_RELATIONS[name]()], [right])
        if name in ("And", "Or"):
            operator = ast.And() if name == "And" else ast.Or()
            return ast.BoolOp(operator, [self.tree(argument) for argument in arguments])
        if name in _SAME or name in _CALLED:
            return self.call(_CALLED.get(name, name), arguments)
        self.foreign.add(name)
        return ast.Constant(0)

    def chosen(self, branches: Sequence[Any]) -> ast.expr:
        value, condition = branches[0]
        if condition == self.sympy.true:
            return self.tree(value)
        if len(branches) == 1:
            self.foreign.add("Piecewise without a last branch for all other cases")
            return ast.Constant(0)
        return ast.IfExp(self.tree(condition), self.tree(value), self.chosen(branches[1:]))
