"""What programs in C and in JavaScript have in common: braces, semicolons, loops by an index."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence

from engine.dialect import ATOM, SUM, Dialect, Names, Piece
from engine.programs.ir import Guard, Map, Reduce
from engine.programs.write.text import INDENT, LINE, filled, printable
from engine.programs.write.writer import Writer, element_of

START = {"sum": 0.0, "max": float("-inf"), "min": float("inf")}


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

    def else_head(self) -> str:
        return "} else {"

    def loop_head(self, index: str, arguments: Sequence[str]) -> str:
        start, stop, step = {1: ["0", *arguments, ""], 2: [*arguments, ""]}.get(
            len(arguments), arguments
        )
        further = f"{index} += {step}" if step else f"{index}++"
        return f"for ({self.define('index', index)} = {start}; {index} < {stop}; {further}) {{"

    def reduce(self, reduce: Reduce) -> Iterable[str]:
        name = self.place(reduce.target)
        if reduce.spans is not None:
            elements = {each: element_of(span) for each, span in reduce.spans.items()}
            names = {**self.names(reduce.names), **elements}
            number = self.dialect.write(ast.Constant(START[reduce.kind]))
            yield f"{self.define('float', name, constant=False)} = {number};"
            yield self.loop_head("i", [str(reduce.length)])
            yield from self.further(reduce.kind, name, self.dialect.write(reduce.tree, names))
            yield "}"
            return
        if reduce.kind == "sum":
            self.pieces[reduce.target] = " + ".join(self.terms(reduce)) or "0.0", SUM
            rest: list[str] = []
        else:
            first, *others = self.terms(reduce, 0) or [
                self.dialect.write(ast.Constant(START[reduce.kind]))
            ]
            for term in others[: self.most_terms]:
                first = self.dialect.call(reduce.kind, [first, term])[0]
            self.pieces[reduce.target] = first, ATOM
            rest = others[self.most_terms :]
        if reduce.target in self.inline and not rest:
            return
        text, _ = self.pieces.pop(reduce.target)
        yield from self.line(f"{self.define('float', name, constant=not rest)} = ", text)
        for term in rest:
            yield f"{name} = {self.dialect.call(reduce.kind, [name, term])[0]};"

    def further(self, kind: str, name: str, text: str) -> Iterator[str]:
        """One more element of a reduction."""
        head = f"{name} = "
        if kind == "sum":
            head = f"{name} += "
        else:
            text = self.dialect.call(kind, [name, text])[0]
        yield from (INDENT + line for line in self.line(head, text))

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
