"""Gradients of long weighted sums in LLVM: after the rows of a batch, all rows in one loop.

The gradient of a weight is the sum over the rows of adjoint times input. Added row by row it would
go to memory and back each time; here it stays in a register until all rows have contributed. Where
every batch is one row, the update rule is applied at once, and no gradient is ever stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import chain, groupby, product
from typing import Any

from engine.programs.llvm.code import Code
from engine.programs.llvm.control import either, loop, with_round
from engine.programs.llvm.loops import Apply
from engine.programs.llvm.module import LlvmModule
from engine.programs.llvm.rows import RowOfTile, copy_values, names_of
from engine.programs.llvm.shape import WIDTH
from engine.programs.lower.ir import Assign, Instruction, Kernel, Map, Roll, Span, Variable
from engine.programs.lower.late import alone
from engine.programs.lower.rolling import TOGETHER, rolled
from engine.programs.lower.written_out import places_read

# What computes gradients that wait.
Deferred = Map | Assign
# What `@weights` is given, and what besides if it may update.
WEIGHTS = "ptr noalias %p, ptr noalias %g, ptr noalias %work, i64 %count, i1 %first"
UPDATE = "i1 %last, double %step, ptr noalias %settings, ptr noalias %s, double %weight"

# So many vectors of sums are in registers at least: each addition waits for the one before it.
_SIDE_BY_SIDE = 4


def deferred_gradients(program: Kernel, single: bool) -> list[Map]:
    """The loops over gradients that nothing else contributes to: they can wait until the end.

    With `single` each of them is followed by an update of its parameters, so that none may read a
    parameter: it might be another one's, and new already.
    """
    return [
        instruction
        for instruction in _waiting(program)
        if isinstance(instruction, Map) and not (single and reads_parameters(instruction))
    ]


def _waiting(program: Kernel) -> list[Deferred]:
    """What computes gradients that nothing else contributes to, by their places."""
    runs = ((_gradients_in(each), each) for each in program.backward)
    found = alone([run for run in runs if run[0]])
    return [each for _, each in found if isinstance(each, (Map, Assign))]


def all_gradients(program: Kernel, written_out: bool = False) -> list[Deferred]:
    """Everything that computes a gradient, if all of it can wait and that pays; or nothing.

    Rows can then lie in lanes, without a gradient for each of them. In loops it pays if most is in
    loops. `written_out`: if fewer numbers must be stored for it than there are gradients.
    """
    waiting = _waiting(program)
    every = [found for each in program.backward if (found := _gradients_in(each))]
    if len(waiting) < len(every):
        return []
    if written_out:
        read = set(chain.from_iterable(map(places_read, waiting)))
        stored = [kind for kind, _ in read if kind in ("value", "adjoint")]
        return waiting if len(stored) < sum(map(len, every)) else []
    loops = sum(each.target.length for each in waiting if isinstance(each, Map))
    return waiting if loops > program.values else []


def _gradients_in(instruction: Instruction) -> range:
    match instruction:
        case Assign(Variable(kind="gradient", index=index)):
            return range(index, index + 1)
        case Map(run) if run.kind == "gradient":
            return run.indices
    return range(0)


def reads_parameters(each: Deferred) -> bool:
    """Whether a gradient depends on parameters beyond what a row has computed."""
    kinds = {run.kind for run in each.spans.values()} if isinstance(each, Map) else set()
    kinds.update(read.kind for read in each.names.values() if isinstance(read, Variable))
    return "parameter" in kinds


def uncovered(parameters: Sequence[range], deferred: Sequence[Deferred]) -> list[range]:
    """The parameters whose gradients are computed with the rows, as ranges of neighbours."""
    found: list[range] = []
    covered = sorted(map(_gradients_in, deferred), key=lambda own: own.start)
    next_one = 0
    for own in parameters:
        start = own.start
        while next_one < len(covered) and covered[next_one].start < own.stop:
            found.append(range(start, covered[next_one].start))
            start = covered[next_one].stop
            next_one += 1
        found.append(range(start, own.stop))
    return [*filter(None, found)]


def blocks(
    code: Code, length: int, part: Callable[[list[str | int], int], None], runs: int = 1
) -> None:
    """Calls part(indices, width) for all of a run: vectors side by side, then single numbers.

    `runs`: how many the part goes over at once; of more of them fewer vectors are side by side.
    """
    side = max(1, _SIDE_BY_SIDE // runs)
    large = WIDTH * side
    whole = length - length % large
    if whole:

        def body(index: str) -> None:
            part([code.emit(f"add i64 {index}, {k * WIDTH}") for k in range(side)], WIDTH)

        loop(code, 0, whole, large, body)
    single = length - length % WIDTH
    if single > whole:
        part(list(range(whole, single, WIDTH)), WIDTH)
    if length > single:
        part(list(range(single, length)), 1)


def in_rounds(code: Code, deferred: Sequence[Deferred], write: Callable[[list[Map]], None]) -> None:
    """Calls write(maps) for all of them, a few neighbours of one length at a time, in loops."""
    maps = sorted(map(as_map, deferred), key=lambda each: -each.target.length)

    def few(some: Iterable[Any]) -> None:
        for _, own in groupby(some, lambda each: each.target.length):
            equal = list(own)
            for start in range(0, len(equal), TOGETHER):
                write(equal[start : start + TOGETHER])

    for is_loop, found in groupby(rolled(maps), lambda each: isinstance(each, Roll)):
        if not is_loop:
            few(found)
            continue
        for each in found:
            assert isinstance(each, Roll)
            with_round(code, len(each.rounds), partial(few, each.body))


def as_map(each: Deferred) -> Map:
    """A single gradient as a loop over one."""
    if isinstance(each, Map):
        return each
    return Map(Span("gradient", each.target.index, 1), each.tree, each.names, {})


def write_weights(
    module: LlvmModule, deferred: Sequence[Deferred], update: Callable[[Code], Apply] | None
) -> None:
    """Adds `@weights`: sums over the rows of a tile, which are added to those of tiles before.

    With `update` it is given what that needs as well; after the last tile of a batch no gradient
    is stored then, but its parameter changed at once.
    """
    code = Code(module.functions)
    apply = update(code) if update else None
    if module.shape.width > 1:
        maps = (each for each in deferred if isinstance(each, Map))
        spans = dict.fromkeys(chain.from_iterable(each.spans.values() for each in maps))
        values = [span for span in spans if span.kind == "value"]
        if values:
            copy_values(code, module, values)
    in_rounds(code, deferred, lambda some: _sum_over_rows(code, module, some, apply))
    arguments = WEIGHTS if update is None else f"{WEIGHTS}, {UPDATE}"
    module.texts.append(
        f"define internal void @weights({arguments}) noinline {{\n{code.text()}\n  ret void\n}}\n"
    )


def _sum_over_rows(
    code: Code, module: LlvmModule, maps: Sequence[Map], apply: Apply | None
) -> None:
    """The gradients of some neurons at a time: they are as long as each other."""

    def part(indices: list[str | int], width: int) -> None:
        formulas = module.formulas(code, width)
        cells = []
        for each, index in product(maps, indices):
            cell = code.new("%cell")
            code.entry.append(f"  {cell} = alloca {formulas.type}")
            start = code.moved("%g", each.target.start, each.target.step)
            cells.append((cell, code.address(start, index)))

        def copied(source: str, target: str) -> None:
            number = code.fresh(f"load {formulas.type}, ptr {source}, align 8")
            code.act(f"store {formulas.type} {number}, ptr {target}, align 8")

        def begin() -> None:
            for cell, _ in cells:
                code.act(f"store {formulas.type} {formulas.constant(0.0)}, ptr {cell}")

        def go_on() -> None:
            for cell, place in cells:
                copied(place, cell)

        def row(number: str) -> None:
            arrays = RowOfTile(code, module, number)
            for (cell, _), (each, index) in zip(cells, product(maps, indices)):
                before = code.fresh(f"load {formulas.type}, ptr {cell}")
                names = names_of(code, formulas, each, arrays, index)
                after = formulas.added(before, each.tree, names)
                code.act(f"store {formulas.type} {after}, ptr {cell}")

        def keep() -> None:
            for cell, place in cells:
                copied(cell, place)

        def change() -> None:
            assert apply is not None
            for (cell, _), (each, index) in zip(cells, product(maps, indices)):
                total = code.fresh(f"load {formulas.type}, ptr {cell}")
                apply(formulas, each.target, index, total)

        either(code, "%first", begin, go_on)
        loop(code, 0, "%count", 1, row)
        if apply is None:
            keep()
        else:
            either(code, "%last", change, keep)

    blocks(code, maps[0].target.length, part, len(maps))
