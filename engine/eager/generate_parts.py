"""What the generated source of all eager operations has in common: line by line."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping

from engine.eager.methods import constant_name
from engine.sheet.computation import parameters
from engine.sheet.evaluate import FAST
from engine.sheet.formula import read
from engine.sheet.inlining import inlined
from engine.sheet.op import Op


def is_plain(name: str) -> str:
    """The test whether an operand is a plain number."""
    return f"(type({name}) is float or type({name}) is int)"


def partial_text(
    tree: ast.expr, plain: Collection[str], names: Mapping[str, str] | None = None
) -> str:
    """A partial derivative; where it is a plain number that is 0, the path ends as at `DEAD`."""
    text = FAST.write(tree, names)
    return f"{text} or 0" if isinstance(tree, ast.Name) and tree.id in plain else text


def undefined_check(op: Op, given: str) -> Iterator[str]:
    """Leaves to `apply`, with what was `given`, where the operation is undefined."""
    # Not left to Python's own exceptions: -2 ** Value(2) has a value, but no derivative.
    if op.undefined:
        yield f"    if {FAST.write(inlined(read(op.undefined, parameters(op))))}:"
        yield f"        return apply({constant_name(op)}, {given})"


def recorded(op: Op) -> Iterator[str]:
    """What `record` does; a call of it would be a tenth of a small operation."""
    yield "if current_mode() is not None:"
    yield f"    return record({constant_name(op)}, args, out, partials)"
    yield "node = new(Value)"
    yield "node._data_ = out"
    yield "node._grad_ = 0.0"
    yield f"node._op_ = {constant_name(op)}"
    yield "node._args_ = args"
    yield "node._partials_ = partials"
    yield "node._label_ = None"
    yield "node._scope_ = None"
    yield "return node"


def as_tuple(items: list[str]) -> str:
    """A tuple with these items."""
    return ", ".join(items) + ("," if len(items) == 1 else "")


def indented(lines: Iterable[str], levels: int = 1) -> list[str]:
    """The lines within so many blocks."""
    return ["    " * levels + line for line in lines]
