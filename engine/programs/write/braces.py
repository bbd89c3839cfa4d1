"""What programs in C and in JavaScript have in common: braces, semicolons, loops by an index."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from engine.programs.lower.ir import Guard, Map, Reduce
from engine.programs.write.text import INDENT, LINE, filled, printable
from engine.programs.write.writer import Writer, element_of
from engine.sheet.dialect import ATOM, Dialect, Names, Piece
from engine.sheet.reductions import REDUCTIONS


class BracesWriter(Writer):
    """A language of the family of C; its dialect notes the functions that a program calls."""

    most_terms = 8

    def end(self) -> Iterable[str]:
        return ["}"]

    def line(self, head: str, text: str) -> Iterable[str]:
        if len(head) + len(text) < self.width:
            return [f"{head}{text};"]
        if not head:
            return wrapped(f"{text};", self.width)
        return [head.rstrip(), *filled(f"{text};", 4, self.width)]

    def comment(self, text: str) -> Iterable[str]:
        return [f"/* {comment(text)} */"]

    def guard(self, guard: Guard, condition: str) -> Iterable[str]:
        yield f"if ({condition})"
        nothing = self.dialect.write(ast.Constant(float("nan")))
        yield f"{INDENT}return{'' if self.result == 'None' else f' {nothing}'};"

    def if_head(self, condition: str) -> str:
        return f"if ({condition}) {{"

    def loop_head(self, index: str, arguments: Sequence[str]) -> str:
        start, stop, step = {1: ["0", *arguments, ""], 2: [*arguments, ""]}.get(
            len(arguments), arguments
        )
        further = f"{index} += {step}" if step else f"{index}++"
        return f"for ({self.define('index', index)} = {start}; {index} < {stop}; {further}) {{"

    def reduce(self, reduce: Reduce) -> Iterable[str]:
        name, row = self.place(reduce.target), REDUCTIONS[reduce.kind]
        identity = self.dialect.write(ast.Constant(row.identity))
        if reduce.spans is not None:
            elements = {each: element_of(span) for each, span in reduce.spans.items()}
            element = self.dialect.visit(reduce.tree, {**self.names(reduce.names), **elements})
            yield f"{self.define('float', name, constant=False)} = {identity};"
            yield self.loop_head("i", [str(reduce.length)])
            head, equals, text = self.dialect.further(row, name, element).partition("= ")
            yield from (INDENT + line for line in self.line(head + equals, text))
            yield "}"
            return
        first, *others = self.terms(reduce) or [(identity, ATOM)]
        # A chain of operators is one expression; calls in calls are hard to read.
        together = others if row.operator is not None else others[: self.most_terms]
        for term in together:
            first = self.dialect.joined(row, first, term)
        rest = others[len(together) :]
        if reduce.target in self.inline and not rest:
            self.pieces[reduce.target] = first
            return
        yield from self.line(f"{self.define('float', name, constant=not rest)} = ", first[0])
        for term in rest:
            yield f"{self.dialect.further(row, name, term)};"

    def map(self, each: Map) -> Iterable[str]:
        elements = {name: element_of(span) for name, span in each.spans.items()}
        text = self.dialect.write(each.tree, {**self.names(each.names), **elements})
        yield self.loop_head("i", [str(each.target.length)])
        head = f"{element_of(each.target)} {'+=' if each.accumulate else '='} "
        yield from (INDENT + line for line in self.line(head, text))
        yield "}"


class Braces(Dialect):
    """Formulas of the family of C. Notes which functions they call; small powers are products."""

    nan, inf = "NAN", "INFINITY"

    def __init__(self) -> None:
        self.used: set[str] = set()

    def number(self, value: float) -> str:
        text = super().number(value)
        return {"inf": self.inf, "nan": self.nan}.get(text, text)

    def power(self, base: ast.expr, exponent: ast.expr, names: Names) -> Piece:
        match base, exponent:
            case ast.Name(), ast.Constant(value=int() as times) if 2 <= times <= 4:
                product: ast.expr = base
                for _ in range(times - 1):
                    product = ast.BinOp(product, ast.Mult(), base)
                return self.visit(product, names)
        # Not that of Python, which has a case of its own for squares.
        return self.call("pow", [self.write(base, names), self.write(exponent, names)])

    def call(self, name: str, arguments: list[str]) -> Piece:
        self.used.add(self.functions.get(name, name))
        return super().call(name, arguments)


def noted(about: str) -> list[str]:
    """What a function does, as a comment before it."""
    return "\n   ".join(filled(f"/* {about} */", 0, LINE - 3)).split("\n")


def wrapped(text: str, width: int) -> list[str]:
    """A call or the head of a function over several lines, broken between arguments."""
    first, *rest = filled(text.replace(" ", "\0").replace(",\0", ", "), 0, width - 4)
    return [line.replace("\0", " ") for line in (first, *(f"    {line}" for line in rest))]


def comment(text: str) -> str:
    """A label or a scope as it may stand in a comment.

    >>> comment("a */ b\\n")
    'a * / b'
    """
    return printable(text).replace("*/", "* /").replace("/*", "/ *")
