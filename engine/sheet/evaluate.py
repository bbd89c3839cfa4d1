"""The sheet as Python: its formulas written as source and compiled, on floats.

Three spellings are needed. `FAST` is what eager methods inline: `math` functions that raise where a
result is not finite. `IEEE` computes what raised again with infinities. `VALUES` uses Python's own
operators and raises Python's own exceptions.
"""

from __future__ import annotations

import ast
import builtins
import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from engine.sheet import ieee
from engine.sheet.computation import DEAD, Step, computation, hoist, needed, parameters
from engine.sheet.defining import compile_source
from engine.sheet.dialect import SIGN, Dialect, Names, Piece
from engine.sheet.formula import names_in, read
from engine.sheet.inlining import inlined
from engine.sheet.op import Op
from engine.sheet.reductions import REDUCTIONS

_INFIX: dict[type[ast.AST], str] = {
    ast.Add: " + ",
    ast.Sub: " - ",
    ast.Mult: " * ",
    ast.Div: " / ",
    ast.FloorDiv: " // ",
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

    def signed(self, value: float) -> Piece:
        if value == 0 and math.copysign(1.0, value) < 0:
            return "-0.0", SIGN
        return super().signed(value)

    def comparison(self, left: ast.expr, operator: ast.AST, right: ast.expr, names: Names) -> Piece:
        text, precedence = super().comparison(left, operator, right, names)
        if not isinstance(operator, (ast.Eq, ast.NotEq)):
            return text, precedence
        # A Value is equal only to itself; what counts here is its number.
        sides = [self.call("float", [self.write(side, names)])[0] for side in (left, right)]
        return self.infix[type(operator)].join(sides), precedence


class FloatPython(Python):
    """Python on floats. A power is `math.pow`: (-8) ** (1/3) would silently become complex."""

    def name(self, name: str) -> str:
        # An int, by which it is told from a number 0.
        return "0" if name == DEAD else name

    def power(self, base: ast.expr, exponent: ast.expr, names: Names) -> Piece:
        match base, exponent:
            case ast.Name(), ast.Constant(value=2):
                # The square of a name as a product: faster, and exact to the last bit.
                return self.binary(base, ast.Mult(), base, names)
        return self.call("pow", [self.write(base, names), self.write(exponent, names)])

    def comparison(self, left: ast.expr, operator: ast.AST, right: ast.expr, names: Names) -> Piece:
        return Dialect.comparison(self, left, operator, right, names)

    def remainder(self, left: ast.expr, operator: ast.AST, right: ast.expr, names: Names) -> Piece:
        """A binary operation, remainders and whole quotients by functions that never raise."""
        match operator:
            case ast.Mod() | ast.FloorDiv():
                function = "modulo" if isinstance(operator, ast.Mod) else "floor_quotient"
                return self.call(function, [self.write(left, names), self.write(right, names)])
        return super().binary(left, operator, right, names)


class FastPython(FloatPython):
    """With built-in functions. Of two numbers `max` and `min` lose a nan that comes second."""

    def visit(self, tree: ast.expr, names: Names) -> Piece:
        match tree:
            case ast.Call(func=ast.Name(id=name), args=[_, second]) if (
                name in REDUCTIONS and not isinstance(second, (ast.Constant, ast.UnaryOp))
            ):
                both = ", ".join(self.write(part, names) for part in tree.args)
                return self.call(REDUCTIONS[name].of_many, [f"[{both}]"])
        return super().visit(tree, names)


class IeeePython(FloatPython):
    """With the functions of `engine.sheet.ieee`."""

    def binary(self, left: ast.expr, operator: ast.AST, right: ast.expr, names: Names) -> Piece:
        return self.remainder(left, operator, right, names)

    def quotient(self, left: ast.expr, right: ast.expr, names: Names) -> Piece:
        return self.call("divide", [self.write(left, names), self.write(right, names)])


VALUES, FAST, IEEE = Python(), FastPython(), IeeePython()


def element(sequence: str) -> str:
    """The name of one element of a sequence in generated code."""
    return f"{sequence}_i"


def each(sequences: Sequence[str]) -> str:
    """The head of a loop over the elements of the sequences together, after its `for`."""
    if len(sequences) == 1:
        return f"{element(sequences[0])} in {sequences[0]}"
    return f"{', '.join(map(element, sequences))} in zip({', '.join(sequences)})"


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


def _function(
    op: Op,
    steps: Sequence[Step],
    trees: Mapping[str, ast.expr],
    dialect: Dialect,
    namespace: Mapping[str, Any],
    out: bool = False,
) -> Callable[..., Any]:
    """A function of the operation's parameters, and `out`, that returns the formulas' values.

    They come as a tuple. Before them it computes the steps that they need.
    """
    names = [*parameters(op), *(["out"] if out else [])]
    elements = elements_of(op)
    lines = [f"def {op.name}({', '.join(names)}):"]
    for name, kind, tree in needed(steps, list(trees.values())):
        text = dialect.write(tree, elements)
        if kind:
            used = [sequence for sequence in names_in(tree) if sequence in elements]
            # Of what is the same for every element there are as many.
            text = f"{kind}([{text} for {each(used)}])" if used else f"{kind}([{text}] * n)"
        lines.append(f"    {name} = {text}")
    results = [partial_source(op, operand, tree, dialect) for operand, tree in trees.items()]
    lines.append(f"    return {', '.join(results)},\n")
    filename = f"<engine: {op.name}, {type(dialect).__name__}, {', '.join(trees)}>"
    return compile_source("\n".join(lines), filename, namespace)[op.name]  # type: ignore[no-any-return]


@cache
def forward(op: Op) -> Callable[..., tuple[float]]:
    """The operation's value on floats, by IEEE 754, as a tuple of one."""
    own = computation(op)
    return _function(op, own.before, {"out": own.value}, IEEE, ieee.NAMESPACE)


@cache
def partials(op: Op) -> Callable[..., tuple[float | list[float], ...]]:
    """All partial derivatives on floats, by IEEE 754: per operand a number, or a list of them."""
    own = computation(op)
    steps = [*own.before, *own.after]
    return _function(op, steps, own.partials, IEEE, ieee.NAMESPACE, out=True)


@cache
def undefined(op: Op) -> Callable[..., tuple[bool]]:
    """Whether the operation has no value at these numbers, as a tuple of one."""
    tree = inlined(read(op.undefined or "0 > 1", parameters(op)))
    return _function(op, [], {"undefined": tree}, IEEE, ieee.NAMESPACE)


@cache
def kink_distance(op: Op) -> Callable[..., tuple[float]]:
    """How far the two sides of the operation's `kinks` are apart, as a tuple of one."""
    match read(op.kinks, parameters(op)):
        case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
            distance = read(f"abs({ast.unparse(left)} - ({ast.unparse(right)}))")
            steps, (tree,) = hoist([inlined(distance)])
            return _function(op, steps, {"kinks": tree}, IEEE, ieee.NAMESPACE)
    raise ValueError(f"{op.name}: kinks must be an equation such as 'a == 0', not {op.kinks!r}")


@cache
def plain(op: Op) -> Callable[..., tuple[float]]:
    """The operation's value by Python's own operators and `math`, with Python's own exceptions."""
    own_names = {name: getattr(builtins, name, ieee.NAMESPACE[name]) for name in REDUCTIONS}
    namespace = {**vars(math), **own_names, "abs": abs}
    own = computation(op)
    return _function(op, own.before, {"out": own.value}, VALUES, namespace)
