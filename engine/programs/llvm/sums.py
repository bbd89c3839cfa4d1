"""Gradients of rows in lanes, in LLVM: sums over all rows of a tile, some in registers at a time.

Each lane adds up its rows; a mask leaves out those beyond the last row. Then the lanes of as many
vectors as there are lanes are added at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby
from typing import NamedTuple

from engine.programs.llvm.code import Code
from engine.programs.llvm.control import loop, with_round
from engine.programs.llvm.module import LlvmModule
from engine.programs.llvm.weights import WEIGHTS, Deferred, as_map
from engine.programs.lower.ir import Assign, Map, Operand, Roll, Span, Variable
from engine.programs.lower.rolling import rolled

# So many vectors of sums are in registers together, of at most so many neurons: neighbours of both
# kinds share what they read.
_VECTORS, _NEURONS = 2, 4


class _Place(NamedTuple):
    """That of a gradient in a run: by `further` after the place `start`."""

    run: Map
    start: str | int
    further: int


def write_sums(module: LlvmModule, deferred: Sequence[Deferred]) -> None:
    """Adds `@weights`, which adds the sums over a tile of `%count` rows to the gradients."""
    sums = _Sums(module)
    runs = [each for each in deferred if isinstance(each, Map)]
    runs.sort(key=lambda run: -run.target.length)
    for each in rolled(runs):
        if isinstance(each, Roll):
            body = [run for run in each.body if isinstance(run, Map)]
            with_round(sums.code, len(each.rounds), partial(sums.neurons, body))
        elif isinstance(each, Map):
            sums.neurons([each])
    singles = [as_map(each) for each in deferred if isinstance(each, Assign)]
    for some in _some(singles, sums.most):
        sums.together([_Place(run, 0, 0) for run in some])
    module.texts.append(
        f"define internal void @weights({WEIGHTS}) noinline {{\n{sums.code.text()}\n"
        "  ret void\n}\n"
    )


class _Sums:
    def __init__(self, module: LlvmModule) -> None:
        self.code = Code(module.functions)
        self.shape = module.shape
        self.formulas = module.formulas(self.code, module.shape.width)
        self.most = _VECTORS * module.shape.width

    def neurons(self, runs: Sequence[Map]) -> None:
        """The gradients of neurons with as many weights as each other."""
        for some in _some(runs, _NEURONS):
            self.few(some)

    def few(self, runs: Sequence[Map]) -> None:
        """Those of so few that there are registers for several weights of each."""
        length = runs[0].target.length
        side = self.most
        while side * len(runs) > self.most or side > length:
            side //= 2

        def part(index: str | int, count: int = side) -> None:
            self.together([_Place(run, index, k) for run in runs for k in range(count)])

        whole = length - length % side
        if whole > side:
            loop(self.code, 0, whole, side, part)
        else:
            part(0)
        if whole < length:
            part(whole, length - whole)

    def together(self, places: Sequence[_Place]) -> None:
        """Sums that are in registers at the same time."""
        code, formulas = self.code, self.formulas
        cells = [code.new("%cell") for _ in places]
        for cell in cells:
            code.entry.append(f"  {cell} = alloca {formulas.type}")
            code.act(f"store {formulas.type} {formulas.constant(0.0)}, ptr {cell}")

        def rows(first: str) -> None:
            offset = code.emit(f"mul i64 {first}, {self.shape.stride}")
            block = code.address(code.address("%work", self.shape.first), offset)
            counted = self.counted(first)
            for cell, (run, index, further) in zip(cells, places):
                before = code.fresh(f"load {formulas.type}, ptr {cell}")
                names = {name: self.operand(block, each) for name, each in run.names.items()}
                for name, span in run.spans.items():
                    names[name] = self.element(block, span, index, further)
                after = formulas.added(before, run.tree, names)
                after = formulas.selected(counted, after, before)
                code.act(f"store {formulas.type} {after}, ptr {cell}")

        loop(code, 0, "%count", self.shape.width, rows)
        self.add(places, [code.fresh(f"load {formulas.type}, ptr {cell}") for cell in cells])

    def counted(self, first: str) -> str:
        """The lanes that have a row, where the first lane has this one."""
        code, width = self.code, self.shape.width
        type_ = f"<{width} x i64>"
        left = code.emit(f"sub i64 %count, {first}")
        left = code.spread("i64", left, width)
        lanes = ", ".join(f"i64 {lane}" for lane in range(width))
        return code.emit(f"icmp sgt {type_} {left}, <{lanes}>")

    def operand(self, block: str, operand: Operand) -> str:
        if not isinstance(operand, Variable):
            return self.formulas.constant(operand)
        return self.element(block, Span(operand.kind, operand.index, 1, step=operand.step), 0, 0)

    def element(self, block: str, span: Span, index: str | int, further: int) -> str:
        """One of neighbours in each row of a block."""
        code, shape, type_ = self.code, self.shape, self.formulas.type
        place = span.start + further
        if span.kind == "parameter":
            address = code.address(code.moved("%p", place, span.step), index)
            return self.formulas.spread(code.emit(f"load double, ptr {address}"))
        place += {"value": 0, "adjoint": shape.values + 1, "input": 2 * shape.values + 1}[span.kind]
        # What is known comes last: it becomes a part of the instruction that loads.
        address = code.address(code.moved(block, 0, span.step, type_), index, type_)
        return code.emit(f"load {type_}, ptr {code.address(address, place, type_)}, align 8")

    # Sums over the lanes.

    def add(self, places: Sequence[_Place], vectors: Sequence[str]) -> None:
        """Adds the sums to the gradients, those of neighbours at once."""
        code, width, zero = self.code, self.shape.width, self.formulas.constant(0.0)
        for start in range(0, len(places), width):
            some = vectors[start : start + width]
            sums = self.sum_of_each([*some, *[zero] * (width - len(some))])
            for lanes in _neighbours(places[start : start + width]):
                run, index, further = places[start + lanes.start]
                type_ = f"<{len(lanes)} x double>"
                address = code.moved("%g", run.target.start + further, run.target.step)
                address = code.address(address, index)
                before = code.fresh(f"load {type_}, ptr {address}, align 8")
                after = code.emit(f"fadd {type_} {before}, {self.shuffled(sums, sums, lanes)}")
                code.act(f"store {type_} {after}, ptr {address}, align 8")

    def sum_of_each(self, vectors: Sequence[str]) -> str:
        """Lane k has the sum over the lanes of vector k."""
        width, size = self.shape.width, 1
        while len(vectors) > 1:
            # Of pairs of blocks of lanes: from the first vector, from the second, and so on.
            blocks = [divmod(lane, size) for lane in range(width)]
            lanes = [block // 2 * 2 * size + block % 2 * width + own for block, own in blocks]
            others = [lane + size for lane in lanes]
            vectors = [
                self.formulas.on("fadd", self.shuffled(a, b, lanes), self.shuffled(a, b, others))
                for a, b in zip(vectors[::2], vectors[1::2])
            ]
            size *= 2
        return vectors[0]

    def shuffled(self, a: str, b: str, lanes: Sequence[int]) -> str:
        return self.code.shuffled(self.formulas.type, a, b, lanes)


def _some(runs: Sequence[Map], most: int) -> Iterator[Sequence[Map]]:
    """So many of them at a time, in the order of their gradients."""
    runs = sorted(runs, key=lambda run: run.target.start)
    for start in range(0, len(runs), most):
        yield runs[start : start + most]


def _neighbours(places: Sequence[_Place]) -> Iterator[range]:
    """Where gradients lie side by side."""
    keys = [
        (run.target.start + further - lane, index, run.target.step)
        for lane, (run, index, further) in enumerate(places)
    ]
    for _, lanes in groupby(range(len(places)), keys.__getitem__):
        first, *others = lanes
        yield range(first, first + 1 + len(others))
