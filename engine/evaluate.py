"""The sheet as Python: its formulas written as source and compiled, on floats and on `Value`s.

Three spellings are needed. `FAST` is what eager methods inline: `math` functions that raise where a
result is not finite. `IEEE` computes what raised again with infinities. `VALUES` uses operators
that `Value` overloads, so that a derivative can be differentiated again.
"""

from __future__ import annotations

import ast
import builtins
import linecache
import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from engine import ieee
from engine.dialects import Dialect, Names, Piece
from engine.formula import is_reduction, names_in, read
from engine.op import Op
from engine.ops import OPERATIONS

_INFIX: dict[type[ast.AST], str] = {
    ast.Add: " + ",
    ast.Sub: " - ",
    ast.Mult: " * ",
    ast.Div: " / ",
    ast.Mod: " % ",
    ast.Pow: " ** ",
    ast.Lt: " < ",
    ast.LtE: " <= ",
    ast.Gt: " > ",
    ast.GtE: " >= ",
    ast.Eq: " == ",
    ast.NotEq: " != ",
    ast.And: " and ",
    ast.Or: " or ",
}


class Python(Dialect):
    """Python that works on anything with Python's operators, `Value`s included."""

    infix = _INFIX

    def number(self, value: float) -> str:
        return repr(float(value))

    def comparison(self, left: ast.expr, operator: ast.AST, right: ast.expr, names: Names) -> Piece:
        text, strength = super().comparison(left, operator, right, names)
        if not isinstance(operator, (ast.Eq, ast.NotEq)):
            return text, strength
        # A Value is equal only to itself; what counts here is its number.
        sides = [self.call("float", [self.write(side, names)])[0] for side in (left, right)]
        return self.infix[type(operator)].join(sides), strength


class FloatPython(Python):
    """Python on floats. A power is `math.pow`: (-8) ** (1/3) would silently become complex."""

    def power(self, base: ast.expr, exponent: ast.expr, names: Names) -> Piece:
        match base, exponent:
            case ast.Name(), ast.Constant(value=2):
                # The square of a name as a product: faster, and exact to the last bit.
                return self.binary(base, ast.Mult(), base, names)
        return self.call("pow", [self.write(base, names), self.write(exponent, names)])

    def comparison(self, left: ast.expr, operator: ast.AST, right: ast.expr, names: Names) -> Piece:
        return Dialect.comparison(self, left, operator, right, names)


class IeeePython(FloatPython):
    """With the functions of `engine.ieee`."""

    def quotient(self, left: ast.expr, right: ast.expr, names: Names) -> Piece:
        return self.call("divide", [self.write(left, names), self.write(right, names)])


VALUES, FAST, IEEE = Python(), FloatPython(), IeeePython()


def element(sequence: str) -> str:
    """The name of one element of a sequence in generated code."""
    return f"{sequence}_i"


def each(sequences: Sequence[str]) -> str:
    """The head of a loop over the elements of the sequences together, after its `for`."""
    if len(sequences) == 1:
        return f"{element(sequences[0])} in {sequences[0]}"
    return f"{', '.join(map(element, sequences))} in zip({', '.join(sequences)})"


def parameters(op: Op) -> list[str]:
    """The names that a formula of the operation may use, but for its value `out`."""
    return [*op.operands, *op.constants, *(["n"] if op.sequences else [])]


class _Hoist(ast.NodeTransformer):
    """Replaces reductions by names, so that each is computed once and outside every loop."""

    def __init__(self) -> None:
        self.reductions: dict[str, tuple[str, ast.expr]] = {}

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if not is_reduction(node):
            return node
        # Named by kind, and numbered by the text, so that equal reductions share one name.
        text = ast.unparse(node)
        name = f"{ast.unparse(node.func)}_{len(self.reductions) + 1}"
        name, _ = self.reductions.setdefault(text, (name, node))
        return ast.Name(name)


def hoist(trees: Sequence[ast.expr]) -> tuple[list[tuple[str, str, ast.expr]], list[ast.expr]]:
    """Splits formulas into reductions, as (name, kind, body) innermost first, and what remains."""
    hoister = _Hoist()
    remaining: list[ast.expr] = [hoister.visit(tree) for tree in trees]
    reductions = []
    for name, tree in hoister.reductions.values():
        assert isinstance(tree, ast.Call)
        reductions.append((name, ast.unparse(tree.func), tree.args[0]))
    return reductions, remaining


def elements_of(op: Op) -> dict[str, str]:
    """How the sequences of an operation are spelled where one element of them is meant."""
    return {sequence: element(sequence) for sequence in op.operands if sequence in op.sequences}


def partial_source(op: Op, operand: str, tree: ast.expr, dialect: Dialect) -> str:
    """The expression of one partial derivative; for a sequence operand, of the list of them."""
    elements = elements_of(op)
    text = dialect.write(tree, elements)
    if operand not in op.sequences:
        return text
    sequences = [name for name in names_in(tree) if name in elements]
    if not sequences:
        return f"[{text}] * n"
    if isinstance(tree, ast.Name):
        return tree.id
    return f"[{text} for {each(sequences)}]"


def compile_source(
    source: str, filename: str, namespace: Mapping[str, Any] | None
) -> dict[str, Any]:
    """The functions that generated source defines, on the names of `namespace`.

    They are bound apart from it, so that a function named `exp` does not hide the one it calls.
    Without a namespace the source is a module that imports what it needs. A traceback or a debugger
    shows the lines of the source like those of a file.
    """
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    defined: dict[str, Any] = {}
    code = compile(source, filename, "exec")
    if namespace is None:
        exec(code, defined)
    else:
        exec(code, dict(namespace), defined)
    return defined


def _function(
    op: Op, formulas: Mapping[str, str], dialect: Dialect, namespace: Mapping[str, Any], out: bool
) -> Callable[..., Any]:
    """A function of the operation's parameters that returns the formulas' values as a tuple."""
    names = [*parameters(op), *(["out"] if out else [])]
    trees = [read(text, {*names, "out"}) for text in formulas.values()]
    reductions, trees = hoist(trees)
    elements = elements_of(op)
    lines = [f"def {op.name}({', '.join(names)}):"]
    for name, kind, body in reductions:
        used = [sequence for sequence in names_in(body) if sequence in elements]
        lines.append(f"    {name} = {kind}([{dialect.write(body, elements)} for {each(used)}])")
    results = [
        partial_source(op, operand, tree, dialect)
        for operand, tree in zip(formulas, trees, strict=True)
    ]
    lines.append(f"    return {', '.join(results)},\n")
    filename = f"<engine: {op.name}, {type(dialect).__name__}, {', '.join(formulas)}>"
    return compile_source("\n".join(lines), filename, namespace)[op.name]  # type: ignore[no-any-return]


def _sigmoid(a: float) -> float:
    value: float = forward(OPERATIONS["sigmoid"])(a)[0]
    return value


# The sigmoid is a function of the language, but one that the sheet itself defines.
IEEE_FUNCTIONS: dict[str, Any] = {**ieee.NAMESPACE, "sigmoid": _sigmoid}


@cache
def forward(op: Op) -> Callable[..., tuple[float]]:
    """The operation's value on floats, by IEEE 754, as a tuple of one."""
    return _function(op, {"out": op.formula}, IEEE, IEEE_FUNCTIONS, out=False)


@cache
def partials(op: Op) -> Callable[..., tuple[float | list[float], ...]]:
    """All partial derivatives on floats, by IEEE 754: per operand a number, or a list of them."""
    formulas = dict(zip(op.operands, op.partials, strict=True))
    return _function(op, formulas, IEEE, IEEE_FUNCTIONS, out=True)


@cache
def undefined(op: Op) -> Callable[..., tuple[bool]]:
    """Whether the operation has no value at these numbers, as a tuple of one."""
    return _function(op, {"undefined": op.undefined or "0 > 1"}, IEEE, IEEE_FUNCTIONS, out=False)


@cache
def kink_distance(op: Op) -> Callable[..., tuple[float]]:
    """How far the two sides of the operation's `kinks` are apart, as a tuple of one."""
    match read(op.kinks, parameters(op)):
        case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
            distance = f"abs({ast.unparse(left)} - ({ast.unparse(right)}))"
            return _function(op, {"kinks": distance}, IEEE, IEEE_FUNCTIONS, out=False)
    raise ValueError(f"{op.name}: kinks must be an equation such as 'a == 0', not {op.kinks!r}")


@cache
def plain(op: Op) -> Callable[..., tuple[float]]:
    """The operation's value by Python's own operators and `math`, with Python's own exceptions."""
    namespace = {**vars(math), "sum": builtins.sum, "max": max, "min": min, "abs": abs}
    namespace["sigmoid"] = lambda a: plain(OPERATIONS["sigmoid"])(a)[0]
    return _function(op, {"out": op.formula}, VALUES, namespace, out=False)


@cache
def value_partials(op: Op) -> dict[str, Callable[..., Any]]:
    """Per operand its partial derivative as a function on `Value`s and floats."""
    from engine import functions

    namespace = {**vars(functions), "pi": math.pi, "max": max, "min": min}
    return {
        operand: _function(op, {operand: formula}, VALUES, namespace, out=True)
        for operand, formula in zip(op.operands, op.partials, strict=True)
    }
