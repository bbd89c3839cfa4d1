"""Loops over neighbours in memory, several of them at a time in one vector.

Only where a function takes one row at a time: in lanes everything is unrolled.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from engine.programs.llvm.code import Code
from engine.programs.llvm.formulas import LlvmFormulas
from engine.programs.lower.ir import Map, Reduce, Span
from engine.sheet.dialect import ATOM
from engine.sheet.reductions import REDUCTIONS

if TYPE_CHECKING:
    from engine.programs.llvm.sample import LlvmModule

WIDTH = 8
# So many sums run side by side, because each addition has to wait for the one before it.
_SIDE_BY_SIDE = 4
# The registers of arrays: those of a row, and those that the loops call otherwise.
_REGISTERS = {"parameter": "%p", "input": "%x", "gradient": "%g", "value": "%v", "adjoint": "%d"}
_REGISTERS.update({"parameters": "%p", "state": "%s", "row_gradient": "%work"})


def register_of(name: str) -> str:
    """The register of an argument, or of the array of a kind of variables."""
    return _REGISTERS.get(name, f"%{name}")


def loop(
    code: Code, start: int | str, stop: int | str, step: int | str, body: Callable[[str], None]
) -> None:
    """for (i = start; i < stop; i += step) body(i), where it is entered at least once."""
    before, inside, after = (code.new(stem) for stem in ("before", "loop", "after"))
    index = code.new()
    code.act(f"br label %{before}")
    code.lines.append(f"{before}:")
    code.act(f"br label %{inside}")
    code.lines.append(f"{inside}:")
    latch = code.new("latch")
    following = code.new()
    code.lines.append(f"  {index} = phi i64 [ {start}, %{before} ], [ {following}, %{latch} ]")
    # What the body finds out holds only within it.
    outer, code.known = code.known, {}
    body(index)
    code.known = outer
    code.act(f"br label %{latch}")
    code.lines.append(f"{latch}:")
    code.lines.append(f"  {following} = add i64 {index}, {step}")
    more = code.new()
    code.lines.append(f"  {more} = icmp slt i64 {following}, {stop}")
    code.act(f"br i1 {more}, label %{inside}, label %{after}")
    code.lines.append(f"{after}:")


def with_round(code: Code, count: int, body: Callable[[], None]) -> None:
    """The rounds of a `Roll`."""

    def one(number: str) -> None:
        code.round = number
        body()

    loop(code, 0, count, 1, one)
    code.round = ""


def _address(code: Code, run: Span, index: str | int) -> str:
    base = code.moved(register_of(run.kind), run.start, run.step)
    return code.address(base, index)


def load(code: Code, formulas: LlvmFormulas, run: Span, index: str | int) -> str:
    return code.fresh(f"load {formulas.type}, ptr {_address(code, run, index)}, align 8")


def map_span(code: Code, module: LlvmModule, each: Map, names: Mapping[str, str]) -> None:
    """target_i = tree, or += tree, for all i."""

    def part(formulas: LlvmFormulas, index: str | int) -> None:
        known = {name: formulas.spread(register) for name, register in names.items()}
        known |= {name: load(code, formulas, run, index) for name, run in each.spans.items()}
        register = formulas.write(each.tree, known)
        if each.accumulate or each.target.kind == "gradient":
            previous = load(code, formulas, each.target, index)
            register = code.emit(f"fadd {formulas.type} {previous}, {register}")
        address = _address(code, each.target, index)
        code.act(f"store {formulas.type} {register}, ptr {address}, align 8")

    whole = each.target.length - each.target.length % WIDTH
    if whole:
        vectors = module.formulas(code, WIDTH)
        loop(code, 0, whole, WIDTH, lambda index: part(vectors, index))
    for index in range(whole, each.target.length):
        part(module.formulas(code, 1), index)


def reduce_spans(
    code: Code, module: LlvmModule, reductions: Sequence[Reduce], names: Mapping[str, str]
) -> list[str]:
    """The registers of sums, maxima or minima over all i, computed in one loop.

    They are of one kind and length. What several of them go over is loaded once.
    """
    # What is loaded here may be changed in memory later on.
    outer, code.known = code.known, dict(code.known)
    row, length = REDUCTIONS[reductions[0].kind], reductions[0].length

    def value(formulas: LlvmFormulas, reduction: Reduce, index: str | int) -> str:
        known = {name: formulas.spread(register) for name, register in names.items()}
        for name, run in (reduction.spans or {}).items():
            known[name] = code.emit(
                f"load {formulas.type}, ptr {_address(code, run, index)}, align 8"
            )
        return formulas.write(reduction.tree, known)

    def joined(formulas: LlvmFormulas, first: str, second: str) -> str:
        return formulas.joined(row, first, (second, ATOM))[0]

    vectors, single = module.formulas(code, WIDTH), module.formulas(code, 1)
    block = WIDTH * _SIDE_BY_SIDE
    whole = length - length % block
    partial: list[list[str]] = [[] for _ in reductions]
    if whole:
        cells = [[code.new("%cell") for _ in range(_SIDE_BY_SIDE)] for _ in reductions]
        for cell in chain.from_iterable(cells):
            code.entry.append(f"  {cell} = alloca {vectors.type}")
            code.act(f"store {vectors.type} {vectors.constant(row.identity)}, ptr {cell}")

        def body(index: str) -> None:
            for number in range(_SIDE_BY_SIDE):
                here = code.emit(f"add i64 {index}, {number * WIDTH}")
                for reduction, own in zip(reductions, cells):
                    previous = code.fresh(f"load {vectors.type}, ptr {own[number]}")
                    following = joined(vectors, previous, value(vectors, reduction, here))
                    code.act(f"store {vectors.type} {following}, ptr {own[number]}")

        loop(code, 0, whole, block, body)
        partial = [
            [code.fresh(f"load {vectors.type}, ptr {cell}") for cell in own] for own in cells
        ]
    results = []
    for reduction, sums in zip(reductions, partial):
        position = whole
        while position + WIDTH <= length:
            sums.append(value(vectors, reduction, position))
            position += WIDTH
        while len(sums) > 1:
            sums[:] = [*sums[2:], joined(vectors, sums[0], sums[1])]
        result = _across(code, module, joined, sums[0]) if sums else ""
        for index in range(position, length):
            element = value(single, reduction, index)
            result = joined(single, result, element) if result else element
        results.append(result)
    code.known = outer
    return results


def _across(
    code: Code,
    module: LlvmModule,
    joined: Callable[[LlvmFormulas, str, str], str],
    register: str,
) -> str:
    """One number from the lanes of a vector, half of them joined with the other half in turn."""
    width = WIDTH
    while width > 1:
        half, vector = width // 2, f"<{width} x double>"
        sides = []
        for start in (0, half):
            lanes = ", ".join(f"i32 {lane}" for lane in range(start, start + half))
            take = f"shufflevector {vector} {register}, {vector} poison, <{half} x i32> <{lanes}>"
            if half == 1:
                take = f"extractelement {vector} {register}, {lanes}"
            sides.append(code.emit(take))
        register, width = joined(module.formulas(code, half), *sides), half
    return register
