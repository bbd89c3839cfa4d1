"""The base of all writers of programs: which statement is spelled when, and what stands inline.

A language is a dialect of formulas and the spelling of a dozen kinds of statements.
"""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence

from engine.programs.lower.ir import (
    Assign,
    Comment,
    Function,
    Guard,
    Map,
    NewArray,
    Operand,
    Reduce,
    Result,
    Span,
    Statement,
    Store,
    Unpack,
    Variable,
)
from engine.programs.write.text import INDENT, LINE, printable
from engine.programs.write.uses import changed, names_given, used_once
from engine.sheet.dialect import Dialect, Names, Piece

# What a program calls the array of each kind of variables.
ARRAYS = {"parameter": "parameters", "input": "row", "value": "values", "adjoint": "adjoints"}


class Writer(ABC):
    """Writes functions, line by line; `dialect` spells the formulas in them."""

    # Names that cannot be a variable's in this language.
    taken: frozenset[str] = frozenset()
    # Up to so many numbers are compared, or added up, in one expression.
    most_terms = 100

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.depth = 0

    def functions(self, functions: Iterable[Function]) -> list[str]:
        """The text of each function."""
        return ["\n".join(self.function(function)) for function in functions]

    def function(self, function: Function) -> Iterator[str]:
        self.result = function.result
        self.pieces: dict[Variable, Piece] = {}
        self.inline = used_once(function.body)
        self.changed = set(map(self.local, changed(function.body)))
        self.names_taken = set(names_given(function.body))
        yield from self.head(function)
        yield from self.block(function.body)
        yield from self.end()

    def block(self, statements: Iterable[Statement]) -> Iterator[str]:
        """The statements, one level further in."""
        self.depth += 1
        for statement in statements:
            yield from (INDENT + line if line else "" for line in self.statement(statement))
        self.depth -= 1

    def statement(self, statement: Statement) -> Iterable[str]:
        match statement:
            case Comment(text):
                return self.comment(printable(text))
            case Assign(target, tree, names, accumulate):
                place = self.place(target)
                start = place if accumulate or target.stored else self.define("float", place)
                return self.line(
                    f"{start} {'+=' if accumulate else '='} ",
                    self.dialect.write(tree, self.names(names)),
                )
            case Reduce():
                return self.reduce(statement)
            case Map():
                return self.map(statement)
            case Guard(tree, names):
                return self.guard(statement, self.dialect.write(tree, self.names(names)))
            case Unpack():
                return self.unpack(statement)
            case NewArray(kind, length):
                return self.new_array(array_of(kind), length)
            case Store():
                return self.store(statement)
            case Result(operand):
                return self.line("return ", self.written(operand))
        return self.plain(statement)

    def plain(self, statement: ast.AST) -> Iterator[str]:
        """A statement of the loops, which stand as text."""
        write = self.dialect.write
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=ast.Name(id=kind), value=value):
                assert value is not None
                yield from self.line(f"{self.define(kind, self.local(name))} = ", write(value))
            case ast.Assign(targets=[target], value=value):
                yield from self.line(f"{write(target)} = ", write(value))
            case ast.AugAssign(target=target, op=operator, value=value):
                sign = self.dialect.infix[type(operator)].strip()
                yield from self.line(f"{write(target)} {sign}= ", write(value))
            case ast.Return(value=value):
                assert value is not None
                yield from self.line("return ", write(value))
            case ast.Expr(value=value):
                yield from self.line("", write(value))
            case ast.If(test=test, body=body):
                yield self.if_head(write(test))
                yield from self.block(body)
                yield from self.end()
            case ast.For(target=ast.Name(id=index), iter=ast.Call(args=arguments), body=body):
                yield self.loop_head(index, [write(argument) for argument in arguments])
                yield from self.block(body)
                yield from self.end()

    # Operands.

    def names(self, names: Mapping[str, Operand]) -> dict[str, str | float | Piece]:
        return {name: self.operand(operand) for name, operand in names.items()}

    def operand(self, operand: Operand) -> str | float | Piece:
        if not isinstance(operand, Variable):
            return operand
        return self.pieces.get(operand) or self.place(operand)

    def written(self, operand: Operand) -> str:
        written: Names = {"x": self.operand(operand)}
        return self.dialect.write(ast.Name("x"), written)

    def place(self, variable: Variable) -> str:
        if variable.stored:
            return f"{array_of(variable.kind)}[{variable.index}]"
        return self.local(variable.name)

    def local(self, name: str) -> str:
        # No identifier made from a label ends with an underscore.
        return name + "_" * (name in self.taken)

    @property
    def width(self) -> int:
        """What is left of a line at this depth."""
        return LINE - len(INDENT) * self.depth

    def terms(self, reduce: Reduce) -> list[Piece]:
        """The terms of a reduction that is written out."""
        common = self.names(reduce.names)
        return [
            self.dialect.visit(reduce.tree, {**common, **self.names(own)})
            for own in reduce.elements
        ]

    # What languages spell.

    @abstractmethod
    def head(self, function: Function) -> Iterator[str]:
        """What a function begins with, its purpose first."""

    def end(self) -> Iterable[str]:
        return ()

    @abstractmethod
    def line(self, head: str, text: str) -> Iterable[str]:
        """A simple statement, over several lines where it is long."""

    @abstractmethod
    def comment(self, text: str) -> Iterable[str]:
        """A remark in a line of its own."""

    @abstractmethod
    def define(self, kind: str, name: str, constant: bool | None = None) -> str:
        """What a statement begins with that gives a name its first number.

        `constant`: whether it keeps that; if None it is looked up.
        """

    @abstractmethod
    def reduce(self, reduce: Reduce) -> Iterable[str]:
        """A reduction, as an expression that waits for its place or as a loop."""

    @abstractmethod
    def map(self, each: Map) -> Iterable[str]:
        """The same for all elements of a span."""

    @abstractmethod
    def guard(self, guard: Guard, condition: str) -> Iterable[str]:
        """What is returned or raised where an operation is undefined."""

    def unpack(self, unpack: Unpack) -> Iterable[str]:
        for variable in unpack.variables:
            element = f"{array_of(unpack.kind)}[{variable.index}]"
            yield from self.line(f"{self.define('float', self.place(variable))} = ", element)

    @abstractmethod
    def new_array(self, name: str, length: int) -> Iterable[str]:
        """An array of zeros."""

    def store(self, store: Store) -> Iterable[str]:
        for index, operand in store.elements.items():
            yield from self.line(f"{array_of(store.kind)}[{index}] = ", self.written(operand))

    @abstractmethod
    def if_head(self, condition: str) -> str:
        """What a condition begins with."""

    @abstractmethod
    def loop_head(self, index: str, arguments: Sequence[str]) -> str:
        """What a loop over whole numbers begins with."""


def array_of(kind: str) -> str:
    """What the array of a kind of variables is called; the loops call theirs by its name."""
    return ARRAYS.get(kind, kind)


def element_of(span: Span) -> str:
    """The element at an index `i` of a span."""
    return f"{array_of(span.kind)}[{f'{span.start} + ' if span.start else ''}i]"
