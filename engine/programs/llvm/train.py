"""The loops in LLVM: their text as passes rewrite it, and what it calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache, partial

from engine.programs.llvm.aligned import AlignedLoops
from engine.programs.llvm.calls import Loops, SmallLoops
from engine.programs.llvm.code import Code
from engine.programs.llvm.late import Late
from engine.programs.llvm.loops import Apply
from engine.programs.llvm.module import LlvmModule
from engine.programs.llvm.sample import write_sample
from engine.programs.llvm.shape import LARGE_TILE, TILE, WIDTH
from engine.programs.llvm.statements import MOST_SINGLE
from engine.programs.llvm.sums import write_sums
from engine.programs.llvm.update import late_update, update_of_weights, write_update
from engine.programs.llvm.weights import (
    Deferred,
    all_gradients,
    deferred_gradients,
    reads_parameters,
    uncovered,
    write_weights,
)
from engine.programs.lower.aligned import Segment, aligned
from engine.programs.lower.inline import inlined
from engine.programs.lower.ir import Function, Map
from engine.programs.lower.late import late
from engine.programs.lower.loops import BATCH, EVALUATE, EVALUATE_SEVERAL, ONE_ROW, TRAIN
from engine.programs.lower.loops import loop as loop_of
from engine.programs.lower.passes import in_lanes, in_place, strip_mined, with_late_updates
from engine.programs.lower.rules import UpdateRule
from engine.programs.lower.written_out import written_out


def write_training(module: LlvmModule, rule: UpdateRule | None, single: bool) -> None:
    """Adds `@batch` and, with a rule, `@train`. `single`: a step is one row, so `@train` only.

    A rule that needs all gradients at once must have its steps of one row as batches.
    """
    width, segments = module.shape.width, _aligned(module, rule)
    count = module.shape.parameters
    deferred: Sequence[Deferred] = deferred_gradients(module.kernel, single)
    if width > 1:
        deferred = all_gradients(module.kernel, module.shape.written_out)
    if deferred and not single:
        tile = LARGE_TILE if module.shape.written_out else TILE
        module.shape = replace(module.shape, tile=tile)
    if module.shape.written_out:
        module.kernel = written_out(module.kernel, deferred)
    postponed = _late(module, rule, deferred) if single else None
    write_sample(module, True, deferred, postponed)
    update = None if single else _update_with_weights(module, rule, deferred)
    fused = update is not None
    if not single:
        if deferred and module.shape.written_out:
            write_sums(module, deferred)
        elif deferred:
            write_weights(module, deferred, update)
        Loops(module, fused=fused).write(_batch(count, width, module.shape.tile, fused))
    if rule is not None:
        gradients = postponed.gradients if postponed else ()
        write_update(module, rule, count, single, deferred if single or fused else (), gradients)
        train = loop_of(TRAIN, count)
        if single:
            train = _train_by_rows(count, postponed is not None)
        stored = () if module.shape.written_out else deferred
        ranges, remembered = uncovered(module.parameters, stored), len(rule.remembered)
        if segments:
            AlignedLoops(module, segments, ranges, remembered, fused).write(train)
            return
        loops = SmallLoops if single and count <= MOST_SINGLE else Loops
        loops(module, ranges, count * remembered, fused).write(train)


def _update_with_weights(
    module: LlvmModule, rule: UpdateRule | None, deferred: Sequence[Deferred]
) -> Callable[[Code], Apply] | None:
    """What changes parameters as soon as their gradients are known, if that may be done so."""
    # It may not change what gradients after it read, and some rules need all of them first.
    if not deferred or rule is None or rule.reductions or any(map(reads_parameters, deferred)):
        return None
    if module.shape.written_out:
        # They are few, and soon changed in one loop.
        return None
    return partial(update_of_weights, module, rule, module.shape.parameters)


@lru_cache(maxsize=64)
def _train_by_rows(count: int, is_late: bool) -> Function:
    (train,) = inlined([loop_of(ONE_ROW, count), loop_of(TRAIN, count)], "train")
    return with_late_updates(train) if is_late else train


def _aligned(module: LlvmModule, rule: UpdateRule | None) -> list[Segment]:
    """Where parameters are moved, if vectors go over many of them."""
    shape = module.shape
    # What lies between them would count where a rule reduces all gradients.
    if rule is None or rule.reductions or shape.written_out or shape.parameters <= MOST_SINGLE:
        return []
    module.kernel, segments = aligned(module.kernel, WIDTH)
    if segments:
        module.parameters = [segment.indices for segment in segments]
        count = segments[-1].indices.stop
        moved = count * (1 + len(rule.remembered))
        module.shape = replace(shape, parameters=count, aligned=moved)
    return segments


def _late(module: LlvmModule, rule: UpdateRule | None, deferred: Sequence[Deferred]) -> Late | None:
    """The updates that a row can leave to the next, if there are any; that takes a tile of two."""
    count, kernel = module.shape.parameters, module.kernel
    if rule is None or count <= MOST_SINGLE:
        return None
    maps = [each for each in deferred if isinstance(each, Map)]
    forward, gradients = late(kernel.forward, maps)
    if not gradients:
        return None
    module.shape = replace(module.shape, tile=2)
    return Late(forward, gradients, partial(late_update, module, rule, count))


@lru_cache(maxsize=64)
def _batch(count: int, width: int, tile: int, fused: bool) -> Function:
    batch = in_place(loop_of(BATCH, count))
    if width > 1:
        batch = in_lanes(batch, width, count if tile == 1 else 0)
    return strip_mined(batch, tile, last=not fused) if tile > 1 else batch


@lru_cache(maxsize=64)
def _evaluate(count: int, width: int, several: bool) -> Function:
    evaluate = loop_of(EVALUATE_SEVERAL if several else EVALUATE, count)
    evaluate = replace(evaluate, arguments={**evaluate.arguments, "work": "Numbers"})
    return in_lanes(evaluate, width, count) if width > 1 else evaluate


def write_evaluation(module: LlvmModule) -> None:
    """Adds `@evaluate`, which is given working memory as well."""
    shape = module.shape
    if shape.written_out:
        module.kernel = written_out(module.kernel)
    write_sample(module, backward=False)
    Loops(module).write(_evaluate(shape.parameters, shape.width, shape.outputs > 1))
