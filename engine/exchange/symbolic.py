"""Graphs as expressions of sympy: the formulas of the sheet in one more dialect."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from engine.base.packages import optional
from engine.drawing.path import operands
from engine.graph.arguments import as_value
from engine.graph.naming import Naming
from engine.graph.value import Value
from engine.graph.walks import topological_order
from engine.sheet.defining import compile_source
from engine.sheet.dialect import ATOM, PRODUCT, Dialect, Names, Piece
from engine.sheet.evaluate import each, element, elements_of
from engine.sheet.formula import names_in, read
from engine.sheet.op import Op
from engine.sheet.ops import OPERATIONS
from engine.sheet.reductions import REDUCTIONS

# Sympy recurses, many calls a level.
_MOST_LEVELS = 100


def to_sympy(y: Value, names: Mapping[str, Any] | None = None) -> Any:
    """The expression of sympy that y is of its leaves: real symbols by their labels.

    A real symbol is another one than `sympy.Symbol("x")`: take those of its `free_symbols`.
    Nodes are named as in `explain`; what is shared is written again wherever it is used. Operations
    are in their textbook forms. Needs sympy. Raises ImportError where it is
    missing, TypeError where y is not a `Value`, ValueError for a graph that is too deep for sympy.

    >>> m1, x = Value(3.0, label="m1"), Value(2.0, label="x")
    >>> to_sympy((m1 * x).tanh())  # doctest: +SKIP
    tanh(m1*x)
    """
    as_value(y, "to_sympy: y")
    sympy = optional("sympy", "to_sympy")
    order = topological_order(y)
    naming = Naming(order, names)
    found: dict[Value, Any] = {}
    levels: dict[Value, int] = {}
    for node in order:
        if node.op is None:
            found[node] = sympy.Symbol(naming.text(node), real=True)
            continue
        levels[node] = 1 + max(levels.get(operand, 0) for operand, _ in operands(node))
        if levels[node] > _MOST_LEVELS:
            raise ValueError(
                f"to_sympy: more than {_MOST_LEVELS} operations on top of each other are too deep "
                "for sympy; sum, prod and dot take many terms in one"
            )
        args = [found[a] if isinstance(a, Value) else _constant(a) for a in node.args]
        found[node] = function_of(node.op)(*node.op.bind(args))
    return found[y]


def _constant(number: float) -> Any:
    sympy = optional("sympy", "to_sympy")
    # Beyond them a float is no longer the only whole number that it may have been.
    exact = number == int(number) if abs(number) < 2**53 else False
    return sympy.Integer(int(number)) if exact else sympy.Float(number)


# Operators of formulas that are functions of sympy.
_CALLS: dict[type[ast.AST], str] = {
    ast.Mod: "Mod",
    ast.FloorDiv: "quotient",
    ast.Eq: "Eq",
    ast.NotEq: "Ne",
}


class Sympy(Dialect):
    """Python that computes on expressions of sympy."""

    infix = {
        ast.Add: " + ",
        ast.Sub: " - ",
        ast.Mult: " * ",
        ast.Div: " / ",
        ast.Pow: " ** ",
        ast.Lt: " < ",
        ast.LtE: " <= ",
        ast.Gt: " > ",
        ast.GtE: " >= ",
    }

    def binary(self, left: ast.expr, operator: ast.AST, right: ast.expr, names: Names) -> Piece:
        function = _CALLS.get(type(operator))
        if function is None:
            return super().binary(left, operator, right, names)
        return self.call(function, [self.write(left, names), self.write(right, names)])

    def comparison(self, left: ast.expr, operator: ast.AST, right: ast.expr, names: Names) -> Piece:
        function = _CALLS.get(type(operator))
        if function is None:
            return super().comparison(left, operator, right, names)
        return self.call(function, [self.write(left, names), self.write(right, names)])

    def logical(self, operator: ast.AST, values: Sequence[ast.expr], names: Names) -> Piece:
        function = "And" if isinstance(operator, ast.And) else "Or"
        return self.call(function, [self.write(value, names) for value in values])

    def choice(self, tree: ast.IfExp, names: Names) -> Piece:
        then, test = self.write(tree.body, names), self.write(tree.test, names)
        return f"choice({then}, {test}, {self.write(tree.orelse, names)})", ATOM

    def reduction(self, name: str, body: ast.expr, names: Names) -> Piece:
        sequences = [used for used in names_in(body) if names.get(used) == element(used)]
        text = self.write(body, names)
        row = f"[{text} for {each(sequences)}]" if sequences else f"[{text}] * n"
        return f"{REDUCTIONS[name].of_many}({row})", PRODUCT

    def number(self, value: float) -> str:
        return f"Integer({int(value)})" if value == int(value) else f"Float({value!r})"


_SYMPY = Sympy()


@cache
def _namespace() -> dict[str, Any]:
    """What formulas call, on expressions of sympy."""
    sympy = optional("sympy", "to_sympy")
    half, two = sympy.Rational(1, 2), sympy.Integer(2)

    def choice(then: Any, test: Any, otherwise: Any) -> Any:
        return sympy.Piecewise((then, test), (otherwise, True))

    def sign_of(a: Any) -> Any:
        return choice(sympy.Integer(-1), a < 0, sympy.Integer(1))

    own = "exp sqrt sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh erf erfc "
    own += "log floor sign pi Mod Eq Ne And Or Integer Float"
    return {
        **{name: getattr(sympy, name) for name in own.split()},
        "abs": sympy.Abs,
        "ceil": sympy.ceiling,
        "trunc": lambda a: choice(sympy.ceiling(a), a < 0, sympy.floor(a)),
        # Of two whole numbers that are equally near the even one.
        "round": lambda a: sympy.floor(a + half) - choice(1, sympy.Eq(sympy.Mod(a, 2), half), 0),
        "exp2": lambda a: two**a,
        "expm1": lambda a: sympy.exp(a) - 1,
        "log1p": lambda a: sympy.log(1 + a),
        "log2": lambda a: sympy.log(a, 2),
        "log10": lambda a: sympy.log(a, 10),
        "cbrt": lambda a: choice(-((-a) ** (two / 6)), a < 0, a ** (two / 6)),
        "hypot": lambda a, b: sympy.sqrt(a**2 + b**2),
        "copysign": lambda a, b: sympy.Abs(a) * sign_of(b),
        "sinc": lambda a: sympy.sinc(sympy.pi * a),
        "quotient": lambda a, b: sympy.floor(a / b),
        "choice": choice,
        "max": sympy.Max,
        "min": sympy.Min,
        "sum": lambda row: sympy.Add(*row),
        "largest": lambda row: sympy.Max(*row),
        "smallest": lambda row: sympy.Min(*row),
    }


@cache
def function_of(op: Op) -> Callable[..., Any]:
    """The operation on expressions of sympy: its textbook form, on operands and constants."""
    namespace = dict(_namespace())
    if op.name in namespace and op is OPERATIONS.get(op.name):
        return namespace[op.name]  # type: ignore[no-any-return]
    tree = read(op.taught.get("out", op.formula))
    for part in ast.walk(tree):
        match part:
            case ast.Call(func=ast.Name(id=called)) if called not in namespace:
                namespace[called] = function_of(OPERATIONS[called])
    lines = [f"def {op.name}({', '.join([*op.operands, *op.constants])}):"]
    if op.sequences:
        lines.append(f"    n = len({min(op.sequences)})")
    lines.append(f"    return {_SYMPY.write(tree, elements_of(op))}\n")
    source = "\n".join(lines)
    return compile_source(source, f"<engine: {op.name} for sympy>", namespace)[op.name]  # type: ignore[no-any-return]
