"""Formulas as LLVM instructions, on one number or on a vector of them."""

from __future__ import annotations

import ast
import math
from collections.abc import Sequence

from engine.programs.llvm.code import Code, literal
from engine.programs.llvm.library import INTRINSICS, vector_function
from engine.sheet.dialect import ATOM, Dialect, Names, Piece
from engine.sheet.formula import read
from engine.sheet.reductions import REDUCTIONS

_OPERATIONS: dict[type[ast.AST], str] = {
    ast.Add: "fadd",
    ast.Sub: "fsub",
    ast.Mult: "fmul",
    ast.Div: "fdiv",
}
# Ordered comparisons are false for nan, as in Python; only "not equal" is true.
_COMPARISONS: dict[type[ast.AST], str] = {
    ast.Lt: "olt",
    ast.LtE: "ole",
    ast.Gt: "ogt",
    ast.GtE: "oge",
    ast.Eq: "oeq",
    ast.NotEq: "une",
}
# Functions that are faster as formulas. The hyperbolic tangent is Lambert's continued fraction near
# 0, cut off after the seventh term; elsewhere it shares its exponential with its derivative. expm1
# does so too, and near 0 is 2 tanh(a/2) / (1 − tanh(a/2)).
_WRITTEN = {
    "tanh": read(
        "a * ((135135 + a ** 2 * (17325 + a ** 2 * (378 + a ** 2))) / "
        "(135135 + a ** 2 * (62370 + a ** 2 * (3150 + 28 * a ** 2)))) if abs(a) < 0.35 else "
        "copysign((1 - exp(-abs(2 * a))) / (1 + exp(-abs(2 * a))), a)"
    ),
    "expm1": read(
        "a * (135135 + (a / 2) ** 2 * (17325 + (a / 2) ** 2 * (378 + (a / 2) ** 2))) / "
        "(135135 + (a / 2) ** 2 * (62370 + (a / 2) ** 2 * (3150 + 28 * (a / 2) ** 2)) - "
        "a / 2 * (135135 + (a / 2) ** 2 * (17325 + (a / 2) ** 2 * (378 + (a / 2) ** 2)))) "
        "if abs(a) < 0.7 else exp(a) - 1"
    ),
}
# Of the remainder r, the quotient q, and that rounded down, w.
_MODULO = read("copysign(0, b) if r == 0 else r + b if r < 0 and b > 0 or r > 0 and b < 0 else r")
_QUOTIENT = read("(a - r) / b - 1 if r < 0 and b > 0 or r > 0 and b < 0 else (a - r) / b")
_ROUNDED = read("copysign(0, a / b) if q == 0 else floor(q)")
_FLOOR_QUOTIENT = read("a / b if b == 0 else w + 1 if q - w > 0.5 else w")


class LlvmFormulas(Dialect):
    """Writes a formula as instructions; a piece of text is the name of the register."""

    def __init__(self, code: Code, width: int = 1, vector_functions: Sequence[str] = ()) -> None:
        self.code = code
        self.width = width
        self.type = type_of(width)
        self.condition = "i1" if width == 1 else f"<{width} x i1>"
        self.suffix = "f64" if width == 1 else f"v{width}f64"
        self.vector_functions = vector_functions

    def name(self, name: str) -> str:
        return self.constant(math.pi) if name == "pi" else name

    def signed(self, value: float) -> Piece:
        return self.constant(value), ATOM

    def constant(self, value: float) -> str:
        """The number in every lane."""
        text = literal(value)
        if self.width > 1:
            text = f"<{', '.join([f'double {text}'] * self.width)}>"
        return text

    def spread(self, register: str, count: int = 1) -> str:
        """One number in every lane, or so many in turn."""
        return self._taken(register, count, [lane % count for lane in range(self.width)])

    def repeated(self, register: str, count: int) -> str:
        """Each of so many numbers in as many lanes, one after the other."""
        return self._taken(
            register, count, [lane * count // self.width for lane in range(self.width)]
        )

    def _taken(self, register: str, count: int, lanes: Sequence[int]) -> str:
        """Of a vector of so many, or of one number, what goes into each lane."""
        if count == self.width:
            return register
        if count == 1:
            return self.code.spread("double", register, self.width)
        return self.code.shuffled(type_of(count), register, "poison", lanes)

    def where(self, condition: str) -> str:
        """One condition for every lane."""
        return condition if self.width == 1 else self.code.spread("i1", condition, self.width)

    def of(self, operand: ast.expr, names: Names) -> str:
        return self.visit(operand, names)[0]

    def negation(self, operand: ast.expr, names: Names) -> Piece:
        if isinstance(operand, ast.Constant):
            return self.signed(-float(operand.value))  # type: ignore[arg-type]
        return self.code.emit(f"fneg {self.type} {self.of(operand, names)}"), ATOM

    def binary(self, left: ast.expr, operator: ast.AST, right: ast.expr, names: Names) -> Piece:
        a, b = self.of(left, names), self.of(right, names)
        if isinstance(operator, (ast.Mod, ast.FloorDiv)):
            return self.with_remainder(a, b, isinstance(operator, ast.FloorDiv)), ATOM
        return self.on(_OPERATIONS[type(operator)], a, b), ATOM

    def on(self, instruction: str, *registers: str) -> str:
        """An instruction on numbers."""
        return self.code.emit(f"{instruction} {self.type} {', '.join(registers)}")

    def added(self, total: str, tree: ast.expr, names: Names, minus: bool = False) -> str:
        """One more element of a sum; where that is a product, both may be rounded at once."""
        match tree:
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                one, other = self.of(left, names), self.of(right, names)
                if minus:
                    one = self.code.emit(f"fneg {self.type} {one}")
                return self.called(f"llvm.fmuladd.{self.suffix}", [one, other, total])
        return self.on("fsub" if minus else "fadd", total, self.of(tree, names))

    def changed(self, tree: ast.expr, names: Names) -> str:
        """A number that a product may be added to or subtracted from, as `added` adds it."""
        match tree:
            case ast.BinOp(ast.Name() as first, ast.Add() | ast.Sub() as sign, second):
                return self.added(self.of(first, names), second, names, isinstance(sign, ast.Sub))
        return self.of(tree, names)

    def reduced(
        self, kind: str, tree: ast.expr, elements: Sequence[Names], fused: bool = False
    ) -> str:
        """A reduction of elements, one after the other; `fused`: of a sum as `added` adds."""
        row = REDUCTIONS[kind]
        if not elements:
            return self.constant(row.identity)
        if fused and kind == "sum":
            total = self.of(tree, elements[0])
            for names in elements[1:]:
                total = self.added(total, tree, names)
            return total
        first, *others = [self.of(tree, names) for names in elements]
        for other in others:
            first = self.joined(row, first, (other, ATOM))[0]
        return first

    def selected(self, test: str, then: str, otherwise: str) -> str:
        sides = f"{self.type} {then}, {self.type} {otherwise}"
        return self.code.emit(f"select {self.condition} {test}, {sides}")

    def with_remainder(self, a: str, b: str, whole: bool) -> str:
        """What `HELPERS` of the dialect of C says: a % b, or a // b, which belongs to it."""
        names: dict[str, str | float | Piece] = {"a": a, "b": b, "r": self.on("frem", a, b)}
        if not whole:
            return self.of(_MODULO, names)
        names["q"] = self.of(_QUOTIENT, names)
        names["w"] = self.of(_ROUNDED, names)
        return self.of(_FLOOR_QUOTIENT, names)

    def power(self, base: ast.expr, exponent: ast.expr, names: Names) -> Piece:
        match exponent:
            case ast.Constant(value=int() | float() as k) if k in (1, 2, 3, 4):
                # Products are faster than the function, and as exact.
                factor = product = self.of(base, names)
                for _ in range(int(k) - 1):
                    product = self.code.emit(f"fmul {self.type} {product}, {factor}")
                return product, ATOM
        return self.call("pow", [self.of(base, names), self.of(exponent, names)])

    def comparison(self, left: ast.expr, operator: ast.AST, right: ast.expr, names: Names) -> Piece:
        sides = f"{self.of(left, names)}, {self.of(right, names)}"
        return self.code.emit(f"fcmp {_COMPARISONS[type(operator)]} {self.type} {sides}"), ATOM

    def logical(self, operator: ast.AST, values: Sequence[ast.expr], names: Names) -> Piece:
        word = "and" if isinstance(operator, ast.And) else "or"
        first, *others = (self.of(value, names) for value in values)
        for other in others:
            first = self.code.emit(f"{word} {self.condition} {first}, {other}")
        return first, ATOM

    def choice(self, tree: ast.IfExp, names: Names) -> Piece:
        test, then, otherwise = (
            self.of(part, names) for part in (tree.test, tree.body, tree.orelse)
        )
        return self.selected(test, then, otherwise), ATOM

    def call(self, name: str, arguments: list[str]) -> Piece:
        if name in _WRITTEN:
            return self.visit(_WRITTEN[name], {"a": (arguments[0], ATOM)})
        if name in REDUCTIONS:
            return self.joined(REDUCTIONS[name], arguments[0], (arguments[1], ATOM))
        if name in INTRINSICS:
            return self.called(f"llvm.{INTRINSICS[name]}.{self.suffix}", arguments), ATOM
        if self.width == 1:
            return self.called(name, arguments), ATOM
        vector = vector_function(name, self.width, len(arguments))
        if vector in self.vector_functions:
            return self.called(vector, arguments), ATOM
        return self.in_turn(name, arguments), ATOM

    def called(self, function: str, arguments: list[str]) -> str:
        types = ", ".join([self.type] * len(arguments))
        self.code.functions[function] = (
            f"declare {self.type} @{function}({types}) nounwind willreturn memory(none)"
        )
        given = ", ".join(f"{self.type} {argument}" for argument in arguments)
        return self.code.emit(f"call {self.type} @{function}({given})")

    def in_turn(self, name: str, arguments: list[str]) -> str:
        """A function without a vector form, for one lane after the other."""
        single = LlvmFormulas(self.code)
        result = "poison"
        for lane in range(self.width):
            lanes = [
                self.code.emit(f"extractelement {self.type} {argument}, i32 {lane}")
                for argument in arguments
            ]
            value = single.called(name, lanes)
            result = self.code.emit(
                f"insertelement {self.type} {result}, double {value}, i32 {lane}"
            )
        return result


def type_of(width: int) -> str:
    """That of a number, or of a vector of them."""
    return "double" if width == 1 else f"<{width} x double>"
