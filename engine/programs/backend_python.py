"""Programs in generated Python: no dependency, several times faster than nodes."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any
from zlib import crc32

from engine.evaluate import compile_source
from engine.programs.lowering import lower
from engine.programs.means import means_of
from engine.programs.recording import Recording
from engine.programs.replay import replay
from engine.programs.rules import UpdateRule
from engine.programs.session import Outcome, Session
from engine.programs.source_python import PythonSource

# Sums of up to so many terms are written out.
LONGEST = 16
# The loss and the gradients of a row, from the parameters and the row.
_Compute = Callable[[list[float], list[float]], tuple[float, list[float]]]
_CACHED = 64
_compiled: OrderedDict[str, dict[str, Any]] = OrderedDict()


def python_source(recording: Recording, rule: UpdateRule | None) -> str:
    """The functions of the program."""
    return PythonSource(lower(recording, LONGEST), rule).functions()


class PythonBackend:
    """Runs the source that `Program.source("python")` shows."""

    name = "python"

    def __init__(self, recording: Recording, rule: UpdateRule | None) -> None:
        self.recording = recording
        text = python_source(recording, rule)
        functions = _compiled.pop(text, None)
        if functions is None:
            # A name of its own, because tracebacks find the source by it.
            name = f"<engine.programs: {crc32(text.encode()):08x}>"
            functions = compile_source(text, name, None)
        _compiled[text] = functions
        if len(_compiled) > _CACHED:
            _compiled.popitem(last=False)
        self._forward: Callable[..., Any] = functions["forward"]
        self._gradients: Callable[..., Any] | None = functions.get("gradients")
        self._update: Callable[..., None] | None = functions.get("update")

    def outputs(self, session: Session) -> list[float]:
        """The outputs of every row; nan where one is undefined."""
        parameters = session.parameters.tolist()
        found: list[float] = []
        for number in range(session.rows.count):
            row = session.rows.row(number)
            try:
                result = self._forward(parameters, row)
            except (ArithmeticError, ValueError):
                result = self._outputs_on_nodes(parameters, row)
            found.extend(result if isinstance(result, list) else [result])
        return found

    def gradients(self, session: Session) -> tuple[Outcome, list[float]]:
        """The mean loss over all rows, and its gradients."""
        count = session.rows.count
        batch = [session.rows.row(number) for number in range(count)]
        parameters = session.parameters.tolist()
        outcome, found = self._means(self._row, parameters, batch, range(count), count)
        if any(map(math.isnan, found)):
            return self._means(self._on_nodes, parameters, batch, range(count), count)
        return outcome, found

    def train(
        self, session: Session, order: Sequence[int], size: int, epochs: int, total: int
    ) -> Outcome:
        """Epochs over the rows of `order`, in batches of `size`."""
        assert self._update is not None
        rows = [session.rows.row(number) for number in order]
        parameters, settings = session.parameters.tolist(), session.settings()
        length = len(parameters)
        starts = range(0, len(session.state), length)
        state = [session.state[start : start + length].tolist() for start in starts]
        whole = Outcome([])
        for _ in range(epochs):
            numbers = parameters, state
            before = [*parameters], [[*column] for column in state], session.steps
            outcome = self._epoch(self._row, session, numbers, settings, rows, order, size, total)
            if outcome.parameter is not None:
                # Perhaps only a product behind a branch that is not taken overflowed.
                parameters, state, session.steps = before
                numbers = parameters, state
                outcome = self._epoch(
                    self._on_nodes, session, numbers, settings, rows, order, size, total
                )
            if outcome.failed:
                outcome.means = whole.means
                whole = outcome
                break
            whole.means += outcome.means
        session.parameters[:] = type(session.parameters)("d", parameters)
        for start, column in zip(starts, state):
            session.state[start : start + length] = type(session.state)("d", column)
        return whole

    def _epoch(
        self,
        compute: _Compute,
        session: Session,
        numbers: tuple[list[float], list[list[float]]],
        settings: Sequence[float],
        rows: list[list[float]],
        order: Sequence[int],
        size: int,
        total: int,
    ) -> Outcome:
        """Changes the numbers in place: those of the parameters, and of the optimiser's state."""
        assert self._update is not None
        parameters, state = numbers
        mean = 0.0
        for start in range(0, len(rows), size):
            if size == 1:
                loss, gradients = compute(parameters, rows[start])
                # Only infinity and nan differ from 0 when subtracted from themselves.
                if loss - loss != 0.0:
                    return Outcome([], order[start], loss)
                mean += loss / total
            else:
                batch = rows[start : start + size]
                places = order[start : start + size]
                part, gradients = self._means(compute, parameters, batch, places, total)
                if part.failed:
                    return part
                mean += part.means[0]
            session.steps += 1
            self._update(parameters, gradients, float(session.steps), *settings, *state)
        bad = [i for i, number in enumerate(parameters) if not math.isfinite(number)]
        return Outcome([], parameter=bad[0]) if bad else Outcome([mean])

    def _means(
        self,
        compute: _Compute,
        parameters: list[float],
        rows: Sequence[list[float]],
        numbers: Sequence[int],
        total: int,
    ) -> tuple[Outcome, list[float]]:
        """A batch's share of the mean loss, and its mean gradients."""
        mean, sums = 0.0, [0.0] * len(parameters)
        for number, row in zip(numbers, rows):
            loss, gradients = compute(parameters, row)
            if loss - loss != 0.0:
                return Outcome([], number, loss), []
            mean += loss / total
            sums = [before + gradient for before, gradient in zip(sums, gradients)]
        found = means_of(sums, len(rows), lambda: (compute(parameters, row)[1] for row in rows))
        return Outcome([mean]), found

    def _outputs_on_nodes(self, parameters: list[float], row: list[float]) -> list[float]:
        try:
            outputs, _ = replay(self.recording, parameters, row)
        except (ArithmeticError, ValueError):
            return [math.nan] * len(self.recording.outputs)
        return [float(output) for output in outputs]

    def _row(self, parameters: list[float], row: list[float]) -> tuple[float, list[float]]:
        """The loss and the gradients of a row; computed on nodes where Python raises.

        Perhaps only an intermediate result overflows.
        """
        assert self._gradients is not None
        try:
            found: tuple[float, list[float]] = self._gradients(parameters, row)
            return found
        except (ArithmeticError, ValueError):
            return self._on_nodes(parameters, row)

    def _on_nodes(self, parameters: list[float], row: list[float]) -> tuple[float, list[float]]:
        """The loss and the gradients of a row as eagerly."""
        try:
            (loss,), leaves = replay(self.recording, parameters, row)
        except (ArithmeticError, ValueError):
            return math.nan, []
        loss.backward()
        return loss.data, [leaf.grad for leaf in leaves]
