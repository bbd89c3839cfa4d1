"""The ways of computing that are compared; each gives value, first and second derivative."""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import subprocess
import sys
import tempfile
from array import array
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.accuracy.points import Variant

# What is asked for beside the value: derivatives by the operand at place i, then j.
Place = tuple[int, int]
Rows = Sequence[Sequence[float]]
# Per row the value, the first and the second derivative.
Numbers = tuple[float, float, float]
NAN = float("nan")
COMPILER = shutil.which("cc")


def places(variant: Variant) -> list[Place]:
    """Each second derivative once; of sequences those of the first elements."""
    op, _, length = variant
    if not op.sequences:
        count = len(op.operands)
        return [(i, j) for i in range(count) for j in range(i, count)]
    starts = [k * length for k in range(len(op.sequences))]
    found = [(i, j) for i in starts for j in starts if i <= j]
    return found + ([(0, 1)] if length > 1 else [])


def _operation(engine: ModuleType, variant: Variant) -> Callable[..., Any]:
    """That of the sheet by its name, so that each core's own is found; or any other."""
    found = engine.eager.functions.EAGER.get(variant.op.name)
    operation: Callable[..., Any] = found or engine.eager.lookup.function_of(variant.op)
    return operation


def eager(engine: ModuleType, variant: Variant, row: Sequence[float], place: Place) -> Numbers:
    """By the operation, the derivative that its node keeps, and the gradient of the gradient."""
    try:
        nodes = graph(engine, variant, row, place)
    except (ArithmeticError, ValueError):
        return NAN, NAN, NAN
    second = nodes[2].data if len(nodes) == 3 else NAN
    return nodes[0].data, nodes[0].partials[place[0]], second


def graph(engine: ModuleType, variant: Variant, row: Sequence[float], place: Place) -> list[Any]:
    """The value, its derivative by the operand at place i, and that one's by the one at place j.

    Only the value, where there are no derivatives.
    """
    i, j = place
    count = len(row) - len(variant.constants)
    mixed = [engine.Value(x) if k in (i, j) else x for k, x in enumerate(row[:count])]
    node = _operation(engine, variant)(*variant.op.bind([*mixed, *variant.constants]))
    try:
        first = engine.gradient(node, mixed[i])
        return [node, first, engine.gradient(first, mixed[j])]
    except (ArithmeticError, ValueError):
        return [node]


class Graph:
    """What is compiled: the value, the first and the second derivative over the operands."""

    def __init__(
        self, engine: ModuleType, variant: Variant, row: Sequence[float], place: Place
    ) -> None:
        i, j = place
        operation = _operation(engine, variant)
        count = len(row) - len(variant.constants)
        self.leaves = [engine.Value(x, label=f"x{k}") for k, x in enumerate(row[:count])]
        node = operation(*variant.op.bind([*self.leaves, *variant.constants]))
        first = engine.gradient(node, self.leaves[i])
        every = [node, first, engine.gradient(first, self.leaves[j])]
        # A derivative may be an operand itself, or a constant; neither is computed by a program.
        every = [x * 1.0 if x in self.leaves else x for x in every]
        self.outputs = [x for x in every if x.op is not None]
        self.constants = {k: x.data for k, x in enumerate(every) if x.op is None}

    def numbers(self, found: Sequence[float]) -> Numbers:
        """All three of a row, from what the program gave."""
        computed = iter(found)
        value, first, second = (self.constants.get(k) for k in range(3))
        return (
            next(computed) if value is None else value,
            next(computed) if first is None else first,
            next(computed) if second is None else second,
        )


def program(engine: ModuleType, backend: str) -> Callable[..., list[Numbers]]:
    """All rows by one program that has value and derivatives for its outputs."""

    def compute(variant: Variant, rows: Rows, place: Place) -> list[Numbers]:
        graph = Graph(engine, variant, _inside(variant, rows), place)
        compiled = engine.compile(graph.outputs, graph.leaves, backend=backend)
        own = [list(row[: len(graph.leaves)]) for row in rows]
        try:
            return [graph.numbers(found) for found in compiled(own)]
        except (ArithmeticError, ValueError):
            return [_row(graph, compiled, row) for row in own]

    return compute


def _inside(variant: Variant, rows: Rows) -> Sequence[float]:
    """An ordinary row to record at."""
    return min(rows, key=lambda row: sum(abs(abs(x) - 0.4) for x in row))


def _row(graph: Graph, compiled: Any, row: list[float]) -> Numbers:
    try:
        (found,) = compiled([row])
    except (ArithmeticError, ValueError):
        return NAN, NAN, NAN
    return graph.numbers(found)


def c_source(engine: ModuleType) -> Callable[..., list[Numbers]]:
    """The same program as C, compiled by `cc` and called for one row after the other."""

    def compute(variant: Variant, rows: Rows, place: Place) -> list[Numbers]:
        graph = Graph(engine, variant, _inside(variant, rows), place)
        text = engine.compile(graph.outputs, graph.leaves).source("c")
        text = re.sub(r"\bint main\(void\)", "int unused(void)", text) + _EXPORTED
        count = len(graph.outputs)
        if count == 1:
            text = text.replace("forward(NULL, row, results);", "results[0] = forward(NULL, row);")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder)
            (path / "program.c").write_text(text, encoding="utf-8")
            command = [str(COMPILER), *"-std=c11 -O2 -shared -fPIC program.c".split()]
            subprocess.run([*command, "-o", "program.so", "-lm"], cwd=path, check=True)
            library = ctypes.CDLL(str(path / "program.so"))
        found = []
        for row in rows:
            given, results = array("d", row[: len(graph.leaves)]), array("d", [0.0] * count)
            library.accuracy(_pointer(given), _pointer(results))
            found.append(graph.numbers(results))
        return found

    return compute


_EXPORTED = """
void accuracy(const double *row, double *results);
void accuracy(const double *row, double *results) { forward(NULL, row, results); }
"""


def _pointer(numbers: array[float]) -> ctypes.c_void_p:
    return ctypes.c_void_p(numbers.buffer_info()[0])


def available() -> tuple[dict[str, Callable[..., list[Numbers]]], dict[str, str]]:
    """The backends that can be measured here, and why the others cannot."""
    import engine
    import engine.eager.functions
    import engine.eager.lookup

    def rowwise(variant: Variant, rows: Rows, place: Place) -> list[Numbers]:
        return [eager(engine, variant, row, place) for row in rows]

    found: dict[str, Callable[..., list[Numbers]]] = {f"eager, {engine.core}": rowwise}
    missing = {}
    other = "python" if engine.core == "native" else "native"
    if find_spec("_chaingrad") is None:
        missing[f"eager, {other}"] = "no native core is installed"
    else:
        found[f"eager, {other}"] = _by_other_core(other)
    found["compiled Python"] = program(engine, "python")
    if find_spec("llvmlite"):
        found["LLVM"] = program(engine, "llvm")
    else:
        missing["LLVM"] = "llvmlite is not installed"
    if COMPILER:
        found["C source"] = c_source(engine)
    else:
        missing["C source"] = "there is no C compiler called cc"
    return found, missing


def _by_other_core(name: str) -> Callable[..., list[Numbers]]:
    from tests.engine.native.cores import core

    own = core(name)
    os.environ.setdefault("CHAINGRAD_CORE", sys.modules["engine"].core)

    def rowwise(variant: Variant, rows: Rows, place: Place) -> list[Numbers]:
        # What is imported when it is first needed must be found among the copy's own modules.
        with own.in_place():
            return [eager(own.engine, variant, row, place) for row in rows]

    return rowwise
