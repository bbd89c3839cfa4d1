"""Programs in generated Python: no dependency, several times faster than nodes."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

from engine.evaluate import compile_source
from engine.programs.lowering import lower
from engine.programs.recorded import Recorded
from engine.programs.replay import replay
from engine.programs.rules import UpdateRule
from engine.programs.session import Outcome, Session
from engine.programs.source_python import PythonSource

# Sums of up to so many terms are written out.
LONGEST = 16
_CACHED = 64
_compiled: OrderedDict[str, dict[str, Any]] = OrderedDict()


def python_source(recorded: Recorded, rule: UpdateRule | None) -> str:
    """The functions of the program."""
    return PythonSource(lower(recorded, LONGEST), rule).functions()


class PythonBackend:
    """Runs the source that `Program.source("python")` shows."""

    name = "python"

    def __init__(self, recorded: Recorded, rule: UpdateRule | None) -> None:
        self.recorded = recorded
        text = python_source(recorded, rule)
        functions = _compiled.pop(text, None)
        if functions is None:
            functions = compile_source(text, f"<engine.programs: {len(text)} bytes>", None)
        _compiled[text] = functions
        if len(_compiled) > _CACHED:
            _compiled.popitem(last=False)
        self._forward: Callable[..., Any] = functions["forward"]
        self._gradients: Callable[..., Any] | None = functions.get("gradients")
        self._update: Callable[..., None] | None = functions.get("update")

    def outputs(self, session: Session) -> list[float]:
        """The outputs of every row; where Python raises, the row is computed again on nodes."""
        parameters = session.parameters.tolist()
        found: list[float] = []
        for number in range(session.rows.count):
            row = session.rows.row(number)
            try:
                result = self._forward(parameters, row)
            except (ArithmeticError, ValueError):
                outputs, _ = replay(self.recorded, parameters, row)
                result = [float(output) for output in outputs]
            found.extend(result if isinstance(result, list) else [result])
        return found

    def gradients(self, session: Session) -> tuple[Outcome, list[float]]:
        """The mean loss over all rows, and its gradients."""
        count = session.rows.count
        batch = [session.rows.row(number) for number in range(count)]
        outcome, sums = self._sum(session.parameters.tolist(), batch, range(count), count)
        return outcome, [gradient / count for gradient in sums]

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
            mean = 0.0
            for start in range(0, len(rows), size):
                batch = rows[start : start + size]
                part, gradients = self._sum(parameters, batch, order[start : start + size], total)
                if part.failed:
                    whole.row, whole.loss = part.row, part.loss
                    break
                mean += part.means[0]
                if len(batch) > 1:
                    gradients = [gradient / len(batch) for gradient in gradients]
                session.steps += 1
                self._update(parameters, gradients, float(session.steps), *settings, *state)
            else:
                whole.parameter = next(
                    (i for i, number in enumerate(parameters) if not math.isfinite(number)), None
                )
            if whole.failed:
                break
            whole.means.append(mean)
        session.parameters[:] = type(session.parameters)("d", parameters)
        for start, column in zip(starts, state):
            session.state[start : start + length] = type(session.state)("d", column)
        return whole

    def _sum(
        self,
        parameters: list[float],
        rows: Sequence[list[float]],
        numbers: Sequence[int],
        total: int,
    ) -> tuple[Outcome, list[float]]:
        """The gradients of a batch added up, and its share of the mean loss."""
        mean, sums = 0.0, [0.0] * len(parameters)
        for number, row in zip(numbers, rows):
            try:
                loss, gradients = self._gradients(parameters, row)  # type: ignore[misc]
            except (ArithmeticError, ValueError):
                loss, gradients = self._on_nodes(parameters, row)
            # Only nan and infinity differ from themselves when halved or subtracted.
            if loss - loss != 0.0:
                return Outcome([], number, loss), sums
            mean += loss / total
            if len(rows) == 1:
                return Outcome([mean]), gradients
            sums = [before + gradient for before, gradient in zip(sums, gradients)]
        return Outcome([mean]), sums

    def _on_nodes(self, parameters: list[float], row: list[float]) -> tuple[float, list[float]]:
        """A row that Python's functions raise for: perhaps only an intermediate overflow."""
        try:
            (loss,), leaves = replay(self.recorded, parameters, row)
        except (ArithmeticError, ValueError):
            return math.nan, []
        loss.backward()
        return loss.data, [leaf.grad for leaf in leaves]
