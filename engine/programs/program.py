"""`compile`: a recorded graph becomes a program that runs over many rows without Python between."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from operator import index
from typing import Any

from engine.base.spelling import Text, printable
from engine.graph.messages import describe
from engine.graph.value import Value
from engine.programs.lower.rules import Optimizer, UpdateRule, rule_of
from engine.programs.recording import Recording
from engine.programs.replay import replay, without_dead_ends
from engine.programs.run import llvm_host
from engine.programs.run.machine_code import LlvmBackend, llvm_source
from engine.programs.run.python import PythonBackend
from engine.programs.run.rows import Rows
from engine.programs.run.session import Backend, Outcome, Session
from engine.programs.write import languages

BACKENDS = ("auto", "llvm", "python")
# To compile by LLVM takes some hundredths of a second. Work of fewer operations than this, one for
# each operand of each node in each row, is done in generated Python before that.
WORTH_COMPILING = 200_000


def compile(
    loss: Value | Sequence[Value],
    inputs: Sequence[Value] = (),
    parameters: Sequence[Value] = (),
    optimizer: Optimizer | None = None,
    backend: str = "auto",
) -> Program:
    """The program that computes `loss`, its gradients, and training steps, for any rows of inputs.

    `loss`: the result of a computation, or a list of results: a program for prediction, without
    gradients, whose outputs may be leaves and constants as well. `inputs`: leaves that have another
    number in every row. `parameters`: leaves that are trained; they keep their numbers when the
    program spans, but for `train`. Every other leaf is a constant, with the number it holds now; of
    one that was changed after the graph was recorded, all that depends on it is computed anew.
    `optimizer`: of those parameters, such as `nn.SGD`. `backend`: "llvm" (machine code; extra
    `jit`), "python" (generated source), or "auto", which takes LLVM where it is installed and the
    work is worth compiling.

    A choice that Python made while the graph was recorded (`if x > 0`) is recorded as it was made.

    Warns of inputs and parameters that the loss does not depend on; their gradients are 0. Raises
    TypeError or ValueError for a loss without a graph or one that depends on no parameter, for
    inputs and parameters that are not leaves, or the same; ImportError for "llvm" without llvmlite.

    >>> from engine import Parameter
    >>> x, y, w = Value(1.0, label="x"), Value(1.0, label="y"), Parameter(0.5, label="w")
    >>> program = compile((y - w * x) ** 2, inputs=[x, y], parameters=[w])
    >>> program([[1, 1], [2, 3]])
    [0.25, 4.0]
    >>> program.gradients([[1, 1], [2, 3]])
    (2.125, [-4.5])
    """
    several = not isinstance(loss, Value)
    outputs = [loss] if isinstance(loss, Value) else _listed(loss, "loss")
    leaves = _listed(inputs, "inputs"), _listed(parameters, "parameters")
    if optimizer is not None and not hasattr(optimizer, "rule"):
        raise TypeError(
            f"compile: optimizer must be one such as nn.SGD(…), not {optimizer!r} "
            f"({type(optimizer).__name__})"
        )
    recording = Recording(outputs, *leaves)
    if several and optimizer is not None:
        raise ValueError("compile: a program for prediction trains nothing; leave out `optimizer`")
    program = Program(recording, optimizer, backend, several)
    if recording.unused:
        warnings.warn(f"compile: {_unused(recording)}", stacklevel=2)
    return program


class Program:
    """What `compile` returns: call it with rows for their losses, or ask it to train."""

    def __init__(
        self,
        recording: Recording,
        optimizer: Optimizer | None = None,
        backend: str = "auto",
        several: bool = False,
    ) -> None:
        if backend not in BACKENDS:
            raise ValueError(f"unknown backend {backend!r}; known: {', '.join(BACKENDS)}")
        if backend == "llvm" and not llvm_host.is_available():
            raise ImportError(
                'backend="llvm" needs llvmlite, which is not installed: '
                'python -m pip install "chaingrad[jit]"'
            )
        self.recording = recording
        self.optimizer = optimizer
        self.several = several
        self.rule: UpdateRule | None = None
        if optimizer is not None:
            self.rule = rule_of(optimizer, recording.parameters)
        self._choice = backend
        self._made: dict[str, Backend] = {}
        self._names = [leaf.label or f"input {i}" for i, leaf in enumerate(recording.inputs, 1)]
        self._work = sum(len(node.args) for node in recording.nodes)

    def __call__(self, rows: Any) -> list[Any]:
        """The loss of every row; of a program for prediction the list of its outputs.

        Raises TypeError or ValueError for bad rows, and, naming the row, what the operation itself
        raises where it is undefined.
        """
        session = self.session(rows)
        found = self.backend_for(session.rows.count).outputs(session)
        width = len(self.recording.outputs)
        for place, number in enumerate(found):
            if number != number:
                found[place] = self._on_nodes(session, place // width)[place % width]
        if not self.several:
            return found
        return [found[start : start + width] for start in range(0, len(found), width)]

    def gradients(self, rows: Any) -> tuple[float, list[float]]:
        """The mean loss over the rows, and its derivative by every parameter, in their order.

        Raises FloatingPointError, or what the operation raises, where a loss is not finite.
        """
        self._check_trainable()
        session = self.session(rows)
        outcome, found = self.backend_for(session.rows.count).gradients(session)
        self._check(session, outcome)
        return outcome.means[0], found

    def train(self, rows: Any, epochs: int = 1, batch_size: int = 1) -> list[float]:
        """Trains on the rows in order and returns the mean loss of every epoch.

        An update follows each batch, by its mean gradient. The parameters and the optimiser's state
        are then those after the last update. Raises FloatingPointError, or what the operation
        raises, where a loss or a parameter is not finite any more; they are then as they were.
        """
        self._check_trainable()
        if self.optimizer is None:
            raise ValueError("this program has no optimiser: compile(…, optimizer=nn.SGD(…))")
        epochs, batch_size = _count("epochs", epochs), _count("batch_size", batch_size)
        session = self.session(rows)
        count = session.rows.count
        backend = self.backend_for(count * epochs)
        outcome = backend.train(session, range(count), min(batch_size, count), epochs, count)
        outcome.memory = session.overflowed()
        self._check(session, outcome)
        session.save()
        return outcome.means

    def source(self, language: str = "python") -> Text:
        """The program as text: "python", "c", "javascript" or "llvm"; all but the last complete.
        Run by themselves they print the loss, the gradients and the parameters after one step for
        the row that was recorded.
        """
        if language == "llvm":
            return Text(llvm_source(self.recording, self.rule))
        return Text(languages.source(self.recording, self.optimizer, self.rule, language))

    def backend_for(self, rows: int) -> Backend:
        """The backend that computes so many rows."""
        name = self._choice
        if name == "auto":
            worth = rows * self._work >= WORTH_COMPILING and llvm_host.is_available()
            name = "llvm" if worth else "python"
        if name not in self._made:
            make: Any = LlvmBackend if name == "llvm" else PythonBackend
            self._made[name] = make(self.recording, self.rule)
        return self._made[name]

    def session(self, rows: Any) -> Session:
        """The rows, checked, with the numbers of the parameters as they are now."""
        checked = rows if isinstance(rows, Rows) else Rows(rows, self._names)
        return Session(self.recording, self.optimizer, checked, self.rule)

    def _check_trainable(self) -> None:
        if self.several or not self.recording.parameters:
            raise ValueError(
                "this program has no gradients: it was compiled "
                + ("for several outputs" if self.several else "without parameters")
            )

    def _check(self, session: Session, outcome: Outcome) -> None:
        if outcome.row is not None:
            self._on_nodes(session, outcome.row)
            raise FloatingPointError(
                f"epoch {len(outcome.means) + 1}: the loss of rows[{outcome.row}] became "
                f"{outcome.loss}; smaller steps often help"
            )
        if outcome.parameter is not None:
            leaf = self.recording.parameters[outcome.parameter]
            raise FloatingPointError(
                f"epoch {len(outcome.means) + 1}: {describe(leaf)} became "
                f"{session.parameters[outcome.parameter]}; smaller steps often help"
            )
        if outcome.memory is not None:
            raise FloatingPointError(
                f"in the optimiser {outcome.memory}; max_norm keeps gradients small"
            )

    def _on_nodes(self, session: Session, row: int) -> list[float]:
        """The outputs of a row, computed on nodes; raises what that raises."""
        try:
            outputs, _ = replay(self.recording, session.parameters, session.rows.row(row))
            return without_dead_ends(outputs)
        except (ArithmeticError, ValueError) as error:
            raise type(error)(f"rows[{row}]: {error}") from error

    def __getstate__(self) -> dict[str, Any]:
        """All but the compiled code, which is made again when it is needed."""
        return {**self.__dict__, "_made": {}}

    def __repr__(self) -> str:
        recording = self.recording
        counts = [_counted(len(recording.inputs), "input")]
        counts += [_counted(len(recording.parameters), "parameter")] * bool(recording.parameters)
        counts += [_counted(len(recording.nodes), "operation")]
        counts += [_counted(len(recording.outputs), "output")] * self.several
        unused = f"; {_unused(recording)}" if recording.unused else ""
        return printable(f"Program({', '.join(counts)}, backend={self._choice!r}{unused})")


def _listed(values: Any, what: str) -> list[Any]:
    if isinstance(values, Value) or not isinstance(values, Iterable):
        raise TypeError(
            f"compile: {what} must be a list of Values, not {values!r} ({type(values).__name__})"
        )
    return list(values)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"


def _count(name: str, count: Any) -> int:
    try:
        number = index(count)
    except TypeError:
        number = 0
    if number < 1 or isinstance(count, bool):
        raise ValueError(f"{name} must be a whole number of at least 1, not {count!r}")
    return number


def _unused(recording: Recording) -> str:
    shown = ", ".join(describe(leaf) for leaf in recording.unused[:5])
    more = f" and {len(recording.unused) - 5} more" if len(recording.unused) > 5 else ""
    return f"the output does not depend on {shown}{more}"
