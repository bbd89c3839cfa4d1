"""Loops over neighbours in memory: several of them at a time in one vector, or one of each row.

Where rows lie side by side in the lanes of vectors, what a parameter is multiplied by is a vector
already, and the parameter is spread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import chain

from engine.programs.llvm.code import Code, register_of
from engine.programs.llvm.control import loop
from engine.programs.llvm.formulas import LlvmFormulas, type_of
from engine.programs.llvm.module import LlvmModule
from engine.programs.llvm.shape import WIDTH
from engine.programs.lower.ir import Map, Reduce, Span
from engine.sheet.dialect import ATOM
from engine.sheet.reductions import REDUCTIONS

# Changes the parameters of a run, from an index on, by their gradients before they are weighed;
# the result is what becomes of them.
Apply = Callable[[LlvmFormulas, Span, "str | int", str], str]
# So many sums run side by side, because each addition has to wait for the one before it; in lanes
# those of several reductions do.
_SIDE_BY_SIDE = 8


class Pace:
    """How loops go over neighbours: `step` of them in each vector, each of them of every row.

    `lanes`: how many rows lie side by side.
    """

    def __init__(self, code: Code, module: LlvmModule, lanes: int) -> None:
        self.code = code
        self.lanes = lanes
        self.step = WIDTH // lanes
        self.vectors = module.formulas(code, WIDTH)
        self.single = module.formulas(code, lanes)

    def sums(self, reductions: int) -> int:
        """How many sums run side by side for each of so many reductions."""
        return max(1, _SIDE_BY_SIDE // reductions)

    def address(self, run: Span, index: str | int) -> str:
        type_ = "double" if run.kind == "parameter" else self.single.type
        start = self.code.moved(register_of(run.kind), run.start, run.step, type_)
        return self.code.address(start, index, type_)

    def load(
        self, read: Callable[[str], str], formulas: LlvmFormulas, run: Span, index: str | int
    ) -> str:
        """The register of elements; `read`: `code.fresh`, or `code.emit` if none can change."""
        place = self.address(run, index)
        if run.kind == "parameter":
            count = formulas.width // self.lanes
            return formulas.repeated(read(f"load {type_of(count)}, ptr {place}, align 8"), count)
        return read(f"load {formulas.type}, ptr {place}, align 8")

    def element(
        self, formulas: LlvmFormulas, reduction: Reduce, run: Span, index: str | int
    ) -> str:
        """The register of elements that a reduction goes over."""
        # In one loop they are the same, wherever they are read.
        return self.load(self.code.emit, formulas, run, index)

    def names(self, formulas: LlvmFormulas, names: Mapping[str, str]) -> dict[str, str]:
        """What is the same for all elements, but for each row another."""
        return {name: formulas.spread(register, self.lanes) for name, register in names.items()}


def map_span(pace: Pace, each: Map, names: Mapping[str, str]) -> None:
    """target_i = tree, or += tree, for all i."""
    code = pace.code

    def part(formulas: LlvmFormulas, index: str | int) -> None:
        known = pace.names(formulas, names)
        for name, run in each.spans.items():
            known[name] = pace.load(code.fresh, formulas, run, index)
        if each.accumulate or each.target.kind == "gradient":
            previous = pace.load(code.fresh, formulas, each.target, index)
            register = formulas.added(previous, each.tree, known)
        else:
            register = formulas.write(each.tree, known)
        address = pace.address(each.target, index)
        code.act(f"store {formulas.type} {register}, ptr {address}, align 8")

    whole = each.target.length - each.target.length % pace.step
    # The compiler takes longer for a loop than for a few lines.
    if whole > 4 * pace.step:
        loop(code, 0, whole, pace.step, lambda index: part(pace.vectors, index))
    else:
        for index in range(0, whole, pace.step):
            part(pace.vectors, index)
    for index in range(whole, each.target.length):
        part(pace.single, index)


def reduce_spans(
    pace: Pace, module: LlvmModule, reductions: Sequence[Reduce], names: Mapping[str, str]
) -> list[str]:
    """The registers of sums, maxima or minima over all i, computed in one loop.

    They are of one kind and length. What several of them go over is loaded once.
    """
    # What is loaded here may be changed in memory later on.
    code = pace.code
    outer, code.known = code.known, dict(code.known)
    row, length = REDUCTIONS[reductions[0].kind], reductions[0].length
    step, vectors = pace.step, pace.vectors

    def joined(formulas: LlvmFormulas, first: str, second: str) -> str:
        return formulas.joined(row, first, (second, ATOM))[0]

    def further(
        formulas: LlvmFormulas, reduction: Reduce, index: str | int, before: str = ""
    ) -> str:
        """With one more element, or vector of them; or that alone."""
        known = pace.names(formulas, names)
        for name, run in (reduction.spans or {}).items():
            known[name] = pace.element(formulas, reduction, run, index)
        if before and reduction.kind == "sum":
            return formulas.added(before, reduction.tree, known)
        element = formulas.write(reduction.tree, known)
        return joined(formulas, before, element) if before else element

    whole = length - length % (step * pace.sums(len(reductions)))
    partial: list[list[str]] = [[] for _ in reductions]
    if whole:
        partial = _side_by_side(pace, reductions, whole, further)
    results = []
    for reduction, sums in zip(reductions, partial):
        position = whole
        while position + step <= length:
            sums.append(further(vectors, reduction, position))
            position += step
        while len(sums) > 1:
            sums[:] = [*sums[2:], joined(vectors, sums[0], sums[1])]
        result = sums[0] if sums else ""
        if sums:
            result = _across(pace, module, joined, result)
        for index in range(position, length):
            result = further(pace.single, reduction, index, result)
        results.append(result)
    code.known = outer
    return results


def _side_by_side(
    pace: Pace, reductions: Sequence[Reduce], whole: int, further: Callable[..., str]
) -> list[list[str]]:
    """For each reduction the registers of those that ran side by side over so many elements."""
    code, vectors, side = pace.code, pace.vectors, pace.sums(len(reductions))
    identity = vectors.constant(REDUCTIONS[reductions[0].kind].identity)
    cells = [[code.new("%cell") for _ in range(side)] for _ in reductions]
    for cell in chain.from_iterable(cells):
        code.entry.append(f"  {cell} = alloca {vectors.type}")
        code.act(f"store {vectors.type} {identity}, ptr {cell}")

    def body(index: str) -> None:
        for number in range(side):
            here = code.emit(f"add i64 {index}, {number * pace.step}")
            for reduction, own in zip(reductions, cells):
                previous = code.fresh(f"load {vectors.type}, ptr {own[number]}")
                following = further(vectors, reduction, here, previous)
                code.act(f"store {vectors.type} {following}, ptr {own[number]}")

    loop(code, 0, whole, pace.step * side, body)
    return [[code.fresh(f"load {vectors.type}, ptr {cell}") for cell in own] for own in cells]


def _across(
    pace: Pace,
    module: LlvmModule,
    joined: Callable[[LlvmFormulas, str, str], str],
    register: str,
) -> str:
    """One number of every row from a vector, half of it joined with the other half in turn."""
    code, width = pace.code, pace.vectors.width
    while width > pace.lanes:
        half, vector = width // 2, f"<{width} x double>"
        sides = []
        for start in (0, half):
            lanes = range(start, start + half)
            if half == 1:
                sides.append(code.emit(f"extractelement {vector} {register}, i32 {start}"))
            else:
                sides.append(code.shuffled(vector, register, "poison", lanes))
        register, width = joined(module.formulas(code, half), *sides), half
    return register
