"""Programs as machine code, by LLVM through llvmlite (extra `jit`)."""

from __future__ import annotations

import math
from array import array
from collections import OrderedDict
from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import Any

from engine.base.collector import without_collector
from engine.graph.bulk import all_finite, divide_all
from engine.programs.llvm.module import LlvmModule
from engine.programs.llvm.shape import Shape
from engine.programs.llvm.train import write_evaluation, write_training
from engine.programs.llvm.weights import all_gradients
from engine.programs.lower.lowering import lower
from engine.programs.lower.rules import UpdateRule
from engine.programs.recording import Recording
from engine.programs.run import llvm_host
from engine.programs.run.backend import Outcome
from engine.programs.run.compiled import Compiled
from engine.programs.run.llvm_host import host
from engine.programs.run.numbers import Numbers
from engine.programs.run.outcomes import failed_row, outcome_of
from engine.programs.run.overflow import train
from engine.programs.run.python import PythonBackend
from engine.programs.run.session import Session
from engine.programs.write.text import printable

# Up to so many edges everything is written out, and every parameter has a gradient in each lane;
# larger networks have loops over neighbours in memory.
MOST_IN_LANES = 1_500
LONGEST = 7
# There few rows go in few lanes, in which instructions take half the time.
_FEW = 4
_CACHED = 64
_compiled: OrderedDict[Any, Compiled] = OrderedDict()
_ZERO = array("d", [0.0])


class LlvmBackend:
    """Compiles when a function is first needed; equal graphs share their code."""

    name = "llvm"

    def __init__(self, recording: Recording, rule: UpdateRule | None) -> None:
        self.recording = recording
        self.rule = rule
        # Those that this program has had; to look a structure up takes a look at all of it.
        self._functions: dict[tuple[str, bool, int], Compiled] = {}
        self.edges = sum(len(node.args) for node in recording.nodes)
        self.in_lanes = self.edges <= MOST_IN_LANES

    @cached_property
    def key(self) -> tuple[Any, ...]:
        """What equal graphs share their code by."""
        return self.recording.key()

    # Texts.

    def lanes(self, name: str, rows: int) -> int:
        """In how many lanes so many rows go best, where the graph allows it."""
        if self.in_lanes:
            return host().width
        if rows == 1 or name == "evaluate":
            return 1
        return min(_FEW, host().width) if rows <= _FEW else host().width

    def module(
        self, name: str, single: bool, rule: UpdateRule | None, lanes: int = 1
    ) -> LlvmModule:
        """That which trains on one row at a time, or on batches, or computes only outputs."""
        unrolled = self.in_lanes and not single
        kernel = lower(self.recording, longest=MOST_IN_LANES if unrolled else LONGEST)
        width = lanes if unrolled or (lanes > 1 and all_gradients(kernel)) else 1
        module = LlvmModule(kernel, width, host().vector_functions)
        if name == "evaluate":
            write_evaluation(module)
        else:
            write_training(module, rule, single)
        return module

    def function(self, name: str, rows: int, size: int, single: bool = False) -> tuple[Any, Shape]:
        """A compiled function for so many rows more, at most `size` of them at a time."""
        lanes = 1 if single else self.lanes(name, size)
        known = self._functions.get((name, single, lanes))
        if known is None:
            known = self._functions[name, single, lanes] = self.compiled(name, single, lanes)
        return known.function(rows * self.edges), known.shape

    def compiled(self, name: str, single: bool, lanes: int) -> Compiled:
        """That of a function, from the cache if any program of this structure has had it."""
        rule = self.rule if name == "train" else None
        key = (self.key, name, single, rule and (rule.formulas, tuple(rule.settings)))
        found = _compiled.pop((key, lanes), None)
        if found is None:
            with without_collector():
                module = self.module(name, single, rule, lanes)
            # There may be none in lanes; then that for one row is the same.
            found = _compiled.get((key, module.shape.width))
        if found is None:
            found = Compiled(module.text(), module.function, module.shape)
        _compiled[key, lanes] = found
        if len(_compiled) > _CACHED:
            _compiled.popitem(last=False)
        return found

    # What a program asks for.

    def outputs(self, session: Session) -> list[float]:
        """The outputs of every row; nan where one is undefined."""
        count = session.rows.count
        evaluate, shape = self.function("evaluate", count, count)
        results = _ZERO * ((count + shape.width) * shape.outputs)
        work = session.space(shape.scratch + shape.width * shape.outputs)
        evaluate(_address(session.parameters), session.rows.address, count, _address(results), work)
        return results[: count * shape.outputs].tolist()

    def gradients(self, session: Session) -> tuple[Outcome, array[float]]:
        """The mean loss over all rows, and its gradients."""
        count = session.rows.count
        batch, shape = self.function("batch", count, count)
        sums, work = _ZERO * max(shape.parameters, 1), session.space(shape.scratch)
        numbers, order = _numbers(range(count))
        rows = session.rows.address, order, 0, count, 1.0 / count
        loss = batch(_address(session.parameters), *rows, _address(sums), work)
        if not math.isfinite(loss):
            return failed_row(session, numbers, self.outputs(session), []), array("d")
        if not all_finite(sums):
            return self.checked().gradients(session)
        if count > 1:
            divide_all(sums, count)
        return Outcome([loss]), sums

    def train(
        self, session: Session, order: Sequence[int], size: int, epochs: int, total: int
    ) -> Outcome:
        """Epochs over the rows of `order`, in batches of `size`."""
        return train(self, self.checked, session, order, size, epochs, total)

    def checked(self) -> PythonBackend:
        """A backend that computes on nodes what comes to no number here."""
        return PythonBackend(self.recording, self.rule)

    def epochs(
        self, session: Session, order: Sequence[int], size: int, epochs: int, total: int
    ) -> Outcome:
        """The epochs in machine code, where a sum of gradients may overflow."""
        assert self.rule is not None
        # A rule with a sum over all parameters needs their gradients before it changes the first.
        single = size == 1 and not self.rule.reductions
        train, shape = self.function("train", len(order) * epochs, size, single)
        if isinstance(order, array):
            numbers, place = order, _address(order)
        else:
            numbers, place = _numbers(order)
        settings, losses = session.settings(), Numbers.zeros(epochs)
        # The gradient lies behind the working memory.
        space = session.space(shape.scratch + shape.parameters)
        counts = len(order), size, epochs, 1.0 / total, float(session.steps)
        results = _address(losses), space + 8 * shape.scratch, space
        trained = map(_address, (session.parameters, session.state, settings))
        made = train(*trained, session.rows.address, place, *counts, *results)
        return outcome_of(session, numbers, size, losses, int(made), self.outputs)


def llvm_source(recording: Recording, rule: UpdateRule | None) -> str:
    """The module that trains, or evaluates, as text; ImportError without llvmlite."""
    if not llvm_host.is_available():
        raise ImportError(
            'source("llvm") needs llvmlite, which is not installed: python -m pip install llvmlite'
        )
    backend = LlvmBackend(recording, rule)
    trained = recording.parameters and len(recording.outputs) == 1
    lanes = 1 if rule is not None else host().width
    module = backend.module("train" if trained else "evaluate", rule is not None, rule, lanes)
    lines = ["Made by chaingrad."]
    for kind, leaves in (("parameter", recording.parameters), ("input", recording.inputs)):
        for index, leaf in enumerate(leaves):
            lines.append(f"{kind} {index}: {printable(leaf.label or '')}".rstrip(": "))
    return "".join(f"; {line}\n" for line in lines) + "\n" + module.text()


@lru_cache(maxsize=4)
def _numbers(rows: Sequence[int]) -> tuple[array[int], int]:
    """Those of rows in their order, only to be read, and where they lie."""
    numbers = array("q", rows)
    return numbers, _address(numbers)


def _address(numbers: array[Any]) -> int:
    return numbers.buffer_info()[0]
