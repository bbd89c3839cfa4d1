"""Programs as machine code, by LLVM through llvmlite (extra `jit`)."""

from __future__ import annotations

import math
from array import array
from collections import OrderedDict
from functools import cached_property
from typing import Any

from engine.base.collector import without_collector
from engine.graph.bulk import all_finite, divide_all
from engine.programs.llvm.module import LlvmModule
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
from engine.programs.run.overflow import FastBackend
from engine.programs.run.python import PythonBackend
from engine.programs.run.session import Session
from engine.programs.write.text import printable

# Up to so many edges everything is written out for rows in lanes; larger networks have loops over
# neighbours in memory.
MOST_IN_LANES = 1_500
LONGEST = 7
# There few rows go in few lanes, in which instructions take half the time.
_FEW = (2, 4)
_CACHED = 64
_compiled: OrderedDict[Any, Compiled] = OrderedDict()
_ZERO = array("d", [0.0])


class LlvmBackend(FastBackend):
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
        return next((lanes for lanes in _FEW if rows <= lanes), host().width)

    def module(
        self, name: str, single: bool, rule: UpdateRule | None, lanes: int = 1
    ) -> LlvmModule:
        """That which trains on one row at a time, or on batches, or computes only outputs."""
        written_out = self.in_lanes and not single
        kernel = lower(self.recording, longest=LONGEST)
        width = lanes if written_out or (lanes > 1 and all_gradients(kernel)) else 1
        module = LlvmModule(kernel, width, host().vector_functions, written_out)
        if name == "evaluate":
            write_evaluation(module)
        else:
            write_training(module, rule, single)
        return module

    def function(
        self, name: str, rows: int, size: int, single: bool = False
    ) -> tuple[Any, Compiled]:
        """The code of a function for so many rows more, at most `size` of them at a time."""
        lanes = 1 if single else self.lanes(name, size)
        known = self._functions.get((name, single, lanes))
        if known is None:
            known = self._functions[name, single, lanes] = self.compiled(name, single, lanes)
        return known.best or known.function(rows * self.edges), known

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
                # Its many objects go before the collector would look at them.
                del module
        _compiled[key, lanes] = found
        if len(_compiled) > _CACHED:
            _compiled.popitem(last=False)
        return found

    # What a program asks for.

    def outputs(self, session: Session) -> list[float]:
        """The outputs of every row; nan where one is undefined."""
        count = session.rows.count
        evaluate, made = self.function("evaluate", count, count)
        shape = made.shape
        results = _ZERO * ((count + shape.width) * shape.outputs)
        arguments = made.pack(
            session.parameters.buffer_info()[0],
            session.rows.address,
            count,
            results.buffer_info()[0],
            session.space(made.scratch + shape.width * shape.outputs),
        )
        evaluate(arguments)
        return results[: count * shape.outputs].tolist()

    def gradients(self, session: Session) -> tuple[Outcome, array[float]]:
        """The mean loss over all rows, and its gradients."""
        count = session.rows.count
        batch, made = self.function("batch", count, count)
        order, sums = session.order(), Numbers.zeros(made.shape.parameters)
        arguments = made.pack(
            session.parameters.buffer_info()[0],
            session.rows.address,
            order.buffer_info()[0],
            0,
            count,
            1.0 / count,
            sums.buffer_info()[0],
            session.space(made.scratch),
        )
        loss = batch(arguments)
        if not math.isfinite(loss):
            return failed_row(session, order, self.outputs(session), []), array("d")
        if not all_finite(sums):
            return self.checked().gradients(session)
        if count > 1:
            divide_all(sums, count)
        return Outcome([loss]), sums

    def checked(self) -> PythonBackend:
        """A backend that computes on nodes what comes to no number here."""
        return PythonBackend(self.recording, self.rule)

    def epochs(
        self, session: Session, order: array[int], size: int, epochs: int, total: int
    ) -> Outcome:
        """The epochs in machine code, where a sum of gradients may overflow."""
        assert self.rule is not None
        # A rule with a sum over all parameters needs their gradients before it changes the first.
        single = size == 1 and not self.rule.reductions
        count = len(order)
        train, made = self.function("train", count * epochs, size, single)
        losses, scratch = Numbers.zeros(epochs), made.scratch
        space = session.space(scratch + made.shape.parameters)
        arguments = made.pack(
            session.parameters.buffer_info()[0],
            session.state.buffer_info()[0],
            session.settings().buffer_info()[0],
            session.rows.address,
            order.buffer_info()[0],
            count,
            size,
            epochs,
            1.0 / total,
            session.steps,
            losses.buffer_info()[0],
            # The gradient lies behind the working memory.
            space + 8 * scratch,
            space,
        )
        return outcome_of(session, order, size, losses, int(train(arguments)), self.outputs)


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
