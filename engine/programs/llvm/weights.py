"""Gradients of long weighted sums in LLVM: after the rows of a batch, all rows in one loop.

The gradient of a weight is the sum over the rows of adjoint times input. Added row by row it would
go to memory and back each time; here it stays in a register until all rows have contributed. Where
every batch is one row, the update rule is applied at once, and no gradient is ever stored.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import chain, groupby, product

from engine.programs.llvm.code import Code
from engine.programs.llvm.formulas import LlvmFormulas
from engine.programs.llvm.loops import WIDTH, loop, with_round
from engine.programs.llvm.sample import LlvmModule
from engine.programs.llvm.shape import TILE
from engine.programs.lower.ir import Assign, Instruction, Kernel, Map, Roll, Variable
from engine.programs.lower.rolling import rolled

# So many vectors of weights at a time share what is loaded for a row.
_SIDE_BY_SIDE = 4


def deferred_gradients(program: Kernel, single: bool) -> list[Map]:
    """The loops over gradients that nothing else contributes to: they can wait until the end.

    With `single` each of them is followed by an update of its parameters, so that none may read a
    parameter: it might be another one's, and new already.
    """
    touched = Counter(chain.from_iterable(map(_gradients_in, program.backward)))
    return [
        instruction
        for instruction in program.backward
        if isinstance(instruction, Map)
        and all(touched[index] == 1 for index in _gradients_in(instruction))
        and instruction.target.kind == "gradient"
        and not (single and _reads_parameters(instruction))
    ]


def _gradients_in(instruction: Instruction) -> range:
    match instruction:
        case Assign(Variable(kind="gradient", index=index)):
            return range(index, index + 1)
        case Map(run) if run.kind == "gradient":
            return run.indices
    return range(0)


def _reads_parameters(each: Map) -> bool:
    kinds = {run.kind for run in each.spans.values()}
    kinds.update(read.kind for read in each.names.values() if isinstance(read, Variable))
    return "parameter" in kinds


def uncovered(count: int, deferred: Sequence[Map]) -> list[range]:
    """The parameters whose gradients are computed with the rows, as ranges of neighbours."""
    found, start = [], 0
    for indices in sorted((each.target.indices for each in deferred), key=lambda own: own.start):
        found.append(range(start, indices.start))
        start = indices.stop
    return [rest for rest in (*found, range(start, count)) if rest]


def blocks(code: Code, length: int, part: Callable[[list[str | int], int], None]) -> None:
    """Calls part(indices, width) for all of a run: vectors side by side, then single numbers."""
    large = WIDTH * _SIDE_BY_SIDE
    whole = length - length % large
    if whole:

        def body(index: str) -> None:
            part([code.emit(f"add i64 {index}, {k * WIDTH}") for k in range(_SIDE_BY_SIDE)], WIDTH)

        loop(code, 0, whole, large, body)
    single = length - length % WIDTH
    if single > whole:
        part(list(range(whole, single, WIDTH)), WIDTH)
    if length > single:
        part(list(range(single, length)), 1)


def in_rounds(code: Code, deferred: Sequence[Map], write: Callable[[list[Map]], None]) -> None:
    """Calls write(maps) for all of them, neighbours of one length at a time, in loops."""
    for instruction in rolled(deferred):
        body = instruction.body if isinstance(instruction, Roll) else [instruction]
        maps = [each for each in body if isinstance(each, Map)]

        def one(maps: list[Map] = maps) -> None:
            for _, some in groupby(maps, lambda own: own.target.length):
                write(list(some))

        if isinstance(instruction, Roll):
            with_round(code, len(instruction.rounds), one)
        else:
            one()


def write_weights(module: LlvmModule, deferred: Sequence[Map]) -> None:
    """Adds `@weights(p, g, work, count, first)`: sums over the rows of a tile.

    Where `first` is false they are added to what `%g` holds.
    """
    code = Code(module.functions)
    in_rounds(code, deferred, lambda some: _sum_over_rows(code, module, some))
    module.texts.append(
        "define internal void @weights(ptr noalias %p, ptr noalias %g, ptr noalias %work, "
        "i64 %count, i1 %first) noinline {\n"
        f"{code.text()}\n  ret void\n}}\n"
    )


def _sum_over_rows(code: Code, module: LlvmModule, maps: Sequence[Map]) -> None:
    """The gradients of some neurons at a time: they are as long as each other."""
    stride, values = module.shape.stride, module.shape.values
    pointers = code.address("%work", TILE * stride)

    def part(indices: list[str | int], width: int) -> None:
        formulas = module.formulas(code, width)
        cells = []
        for each, index in product(maps, indices):
            cell = code.new("%cell")
            code.entry.append(f"  {cell} = alloca {formulas.type}")
            start = code.moved("%g", each.target.start, each.target.step)
            place = code.address(start, index)
            before = code.fresh(f"load {formulas.type}, ptr {place}, align 8")
            start = code.fresh(
                f"select i1 %first, {formulas.type} {formulas.constant(0.0)}, "
                f"{formulas.type} {before}"
            )
            code.act(f"store {formulas.type} {start}, ptr {cell}")
            cells.append((cell, place))

        def row(number: str) -> None:
            offset = code.emit(f"mul i64 {number}, {stride}")
            v = code.emit(f"getelementptr inbounds double, ptr %work, i64 {offset}")
            d = code.emit(f"getelementptr inbounds double, ptr {v}, i64 {values + 1}")
            x = code.fresh(f"load ptr, ptr {code.address(pointers, number, 'ptr')}")
            arrays = {"value": v, "adjoint": d, "input": x, "parameter": "%p"}
            for (cell, _), (each, index) in zip(cells, product(maps, indices)):
                register = gradient_of(code, formulas, each, arrays.__getitem__, index)
                before = code.fresh(f"load {formulas.type}, ptr {cell}")
                after = code.emit(f"fadd {formulas.type} {before}, {register}")
                code.act(f"store {formulas.type} {after}, ptr {cell}")

        loop(code, 0, "%count", 1, row)
        for cell, place in cells:
            total = code.fresh(f"load {formulas.type}, ptr {cell}")
            code.act(f"store {formulas.type} {total}, ptr {place}, align 8")

    blocks(code, maps[0].target.length, part)


def gradient_of(
    code: Code, formulas: LlvmFormulas, each: Map, arrays: Callable[[str], str], index: str | int
) -> str:
    """The gradient at an index of the run for one row, or a vector of neighbours."""
    names: dict[str, str | float] = {}
    for name, operand in each.names.items():
        if isinstance(operand, Variable):
            place = code.moved(arrays(operand.kind), operand.index, operand.step)
            names[name] = formulas.spread(code.emit(f"load double, ptr {place}"))
        else:
            names[name] = operand
    for name, run in each.spans.items():
        place = code.address(code.moved(arrays(run.kind), run.start, run.step), index)
        names[name] = code.emit(f"load {formulas.type}, ptr {place}, align 8")
    return formulas.write(each.tree, names)
