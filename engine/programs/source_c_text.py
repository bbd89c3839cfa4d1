"""What the writers of C are made of: its spelling of formulas, statements, comments."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from engine.dialect import Names, Piece
from engine.dialect_c import HELPERS, CSource
from engine.programs.source_common import LINE, filled, printable

START = {"sum": "0.0", "max": "-INFINITY", "min": "INFINITY"}


class ProgramC(CSource):
    """Notes which functions the source needs; small powers of names are products."""

    def __init__(self) -> None:
        self.used: set[str] = set()

    def number(self, value: float) -> str:
        text = super().number(value)
        return {"inf": "INFINITY", "nan": "NAN"}.get(text, text)

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


def comment(text: str) -> str:
    """A label or a scope as it may stand in a comment of C.

    >>> comment("a */ b\\n")
    'a * / b'
    """
    return printable(text).replace("*/", "* /").replace("/*", "/ *")


def assigned(head: str, text: str) -> list[str]:
    """A statement, over several lines where it is long."""
    if len(head) + len(text) < LINE:
        return [f"{head}{text};"]
    margin = len(head) - len(head.lstrip()) + 4
    return [head.rstrip(), *filled(f"{text};", margin)]


def reduced(name: str, kind: str, text: str, head: str, dialect: ProgramC) -> Iterator[str]:
    """A reduction as a loop."""
    yield f"    double {name} = {START[kind]};"
    yield f"    {head}"
    if kind == "sum":
        yield from assigned(f"        {name} += ", text)
    else:
        yield from assigned(f"        {name} = ", dialect.call(kind, [name, text])[0])


def helpers(used: set[str]) -> Iterator[str]:
    """Those of the dialect's functions that are called."""
    for block in HELPERS.strip().split("\n\n"):
        names = re.findall(r"double (\w+)\(double", block)
        unused = [f"static inline double {name}(" for name in names if name not in used]
        if len(unused) < len(names):
            lines = block.splitlines()
            yield "\n".join(line for line in lines if not line.startswith(tuple(unused)))
