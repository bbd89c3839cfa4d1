"""Programs in generated Python: no dependency, several times faster than nodes."""

from __future__ import annotations

import math
from array import array
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any
from zlib import crc32

from engine.programs.lower.inline import inlined
from engine.programs.lower.ir import Function, Kernel
from engine.programs.lower.loops import functions
from engine.programs.lower.lowering import lower
from engine.programs.lower.rules import UpdateRule
from engine.programs.recording import Recording
from engine.programs.replay import replay
from engine.programs.run.backend import Outcome
from engine.programs.run.outcomes import failed_row, outcome_of
from engine.programs.run.overflow import FastBackend
from engine.programs.run.session import Session
from engine.programs.write.python import PythonWriter
from engine.sheet.defining import compile_source

# Sums of up to so many terms are written out.
LONGEST = 16
_CACHED = 64
_compiled: OrderedDict[str, dict[str, Any]] = OrderedDict()


class PythonBackend(FastBackend):
    """Runs the functions that `Program.source("python")` shows, calls within loops inlined.

    With `on_nodes` the loops compute rows on nodes, as eagerly: slowly, and right where an
    intermediate result overflows.
    """

    name = "python"

    def __init__(
        self, recording: Recording, rule: UpdateRule | None, on_nodes: bool = False
    ) -> None:
        self.recording = recording
        self.rule = rule
        self.on_nodes = on_nodes
        self._made: dict[tuple[str, bool], Callable[..., Any]] = {}

    @cached_property
    def kernel(self) -> Kernel:
        return lower(self.recording, LONGEST)

    def function(self, name: str, one_row: bool = False) -> Callable[..., Any]:
        """A function of the loops; `one_row`: for batches of a single row."""
        found = self._made.get((name, one_row))
        if found is None:
            every = functions(self.kernel, self.rule, one_row, name)
            if self.on_nodes:
                # Apart from others that are the same, because of what they call.
                own: dict[str, Callable[..., Any]]
                own = {"forward": self._forward, "gradients": self._gradients}
                module = _compile([each for each in every if each.name not in own], own)
            else:
                module = _compile(inlined(every, name))
            found = self._made[name, one_row] = module[name]
        return found

    def checked(self) -> PythonBackend:
        """The backend that computes on nodes what comes to no number here."""
        return PythonBackend(self.recording, self.rule, on_nodes=True)

    # What a program asks for.

    def outputs(self, session: Session) -> list[float]:
        """The outputs of every row; nan where one is undefined."""
        parameters, rows = session.parameters.tolist(), session.rows.lists()
        width = len(self.recording.outputs)
        found: list[Any] = [[0.0] * width for _ in rows] if width > 1 else [0.0] * len(rows)
        try:
            self.function("evaluate")(parameters, rows, len(rows), found)
        except (ArithmeticError, ValueError):
            found = [self._outputs(parameters, row) for row in rows]
            found = found if width > 1 else [output for (output,) in found]
        return [output for outputs in found for output in outputs] if width > 1 else found

    def _outputs(self, parameters: list[float], row: list[float]) -> list[float]:
        found = [0.0] * len(self.recording.outputs)
        try:
            self.function("evaluate")(parameters, [row], 1, [found] if len(found) > 1 else found)
            return found
        except (ArithmeticError, ValueError):
            return _outputs_on_nodes(self.recording, parameters, row)

    def gradients(self, session: Session) -> tuple[Outcome, array[float]]:
        """The mean loss over all rows, and its gradients."""
        count, parameters = session.rows.count, session.parameters.tolist()
        means, gradient = [0.0] * len(parameters), [0.0] * len(parameters)
        rows, order = session.rows.lists(), range(count)
        try:
            loss = self.function("batch")(
                parameters, rows, order, 0, count, 1.0 / count, means, gradient
            )
            certain = loss - loss == 0.0 and not any(map(math.isnan, means))
        except (ArithmeticError, ValueError):
            certain = False
        if certain:
            return Outcome([loss]), array("d", means)
        if not self.on_nodes:
            return self.checked().gradients(session)
        if loss - loss != 0.0:
            return failed_row(session, order, self.outputs(session), []), array("d")
        return Outcome([loss]), array("d", means)

    def train(
        self, session: Session, order: array[int], size: int, epochs: int, total: int
    ) -> Outcome:
        """Epochs over the rows of `order`, in batches of `size`."""
        if self.on_nodes:
            return self.epochs(session, order, size, epochs, total)
        return super().train(session, order, size, epochs, total)

    def epochs(
        self, session: Session, order: array[int], size: int, epochs: int, total: int
    ) -> Outcome:
        """The epochs; one in which Python raises fails."""
        length, count = len(session.parameters), len(order)
        parameters, starts = session.parameters.tolist(), range(0, len(session.state), length)
        state = [session.state[start : start + length].tolist() for start in starts]
        losses, space = [math.nan] * epochs, [[0.0] * length, [0.0] * length]
        function = self.function("train", one_row=size == 1)
        given = session.settings(), session.rows.lists(), order, count, size, epochs, 1.0 / total
        try:
            made = int(function(parameters, state, *given, float(session.steps), losses, *space))
        except (ArithmeticError, ValueError):
            # Those that were begun are no longer nan; the last of them was not finished.
            begun = sum(not math.isnan(loss) for loss in losses)
            return Outcome(losses[: max(begun - 1, 0)], order[0], math.nan)
        session.parameters[:] = type(session.parameters)("d", parameters)
        for start, column in zip(starts, state):
            session.state[start : start + length] = type(session.state)("d", column)
        return outcome_of(session, order, size, losses, made, self.outputs)

    # On nodes.

    def _forward(self, parameters: list[float], row: list[float], *outputs: list[float]) -> float:
        found = _outputs_on_nodes(self.recording, parameters, row)
        for each in outputs:
            each[:] = found
        return found[0]

    def _gradients(self, parameters: list[float], row: list[float], gradient: list[float]) -> float:
        """The loss and the gradient of a row as eagerly; nan where an operation is undefined."""
        try:
            (loss,), leaves = replay(self.recording, parameters, row)
        except (ArithmeticError, ValueError):
            return math.nan
        loss.backward()
        gradient[:] = [leaf.grad for leaf in leaves]
        return float(loss)


def _outputs_on_nodes(
    recording: Recording, parameters: list[float], row: list[float]
) -> list[float]:
    try:
        outputs, _ = replay(recording, parameters, row)
    except (ArithmeticError, ValueError):
        return [math.nan] * len(recording.outputs)
    return [float(output) for output in outputs]


def _compile(
    every: Sequence[Function], callees: Mapping[str, Callable[..., Any]] | None = None
) -> dict[str, Any]:
    """The functions of a program, which equal programs share; not if they call others."""
    imports, texts = PythonWriter().module(every)
    text = "\n\n\n".join(["\n".join(imports), *texts]) + "\n"
    # A name of its own, because tracebacks find the source by it.
    name = f"<engine.programs: {crc32(text.encode()):08x}>"
    if callees is not None:
        found = compile_source(text, name, None)
        found.update(callees)
        return found
    found = _compiled.pop(text, {}) or compile_source(text, name, None)
    _compiled[text] = found
    if len(_compiled) > _CACHED:
        _compiled.popitem(last=False)
    return found
