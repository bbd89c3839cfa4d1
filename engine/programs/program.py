"""`compile`: a recorded graph becomes a program that runs over many rows without Python between."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from typing import Any

from engine.base.numbers import count_of
from engine.base.spelling import Text, printable
from engine.graph.messages import describe
from engine.graph.value import Value
from engine.programs.lower.rules import Optimizer, UpdateRule, rule_of
from engine.programs.recording import Recording
from engine.programs.run.backend import Backend
from engine.programs.run.machine_code import llvm_source
from engine.programs.run.numbers import Numbers
from engine.programs.run.registry import Backends
from engine.programs.run.rows import Rows
from engine.programs.run.session import Session
from engine.programs.write import languages


def compile(
    loss: Value | Sequence[Value],
    inputs: Sequence[Value] = (),
    parameters: Sequence[Value] = (),
    optimizer: Optimizer | None = None,
    backend: str = "auto",
    *,
    allow_unused: bool = False,
) -> Program:
    """The program that computes `loss`, its gradients, and training steps, for any rows of inputs.

    `loss`: the result of a computation, or a list of results: a program for prediction, without
    gradients, whose outputs may be leaves and constants as well. `inputs`: leaves that have another
    number in every row. `parameters`: leaves that are trained; they keep their numbers when the
    program runs, but for `train`. Every other leaf is a constant, with the number it holds now; of
    one that was changed after the graph was recorded, all that depends on it is computed anew.
    `optimizer`: of those parameters, such as `nn.SGD`. `backend`: "llvm" (machine code; extra
    `jit`), "python" (generated source), or "auto", which takes LLVM where it is installed and the
    work is worth compiling.

    A choice that Python made while the graph was recorded (`if x > 0`, `table[i]`) is recorded as
    it was made. A row of a table that is another one in every row is data as a one-hot vector of
    inputs, of which `dot` with each column of the table gives the entries.

    Warns of inputs and parameters that the loss does not depend on, unless `allow_unused`; their
    gradients are 0. Raises TypeError or ValueError for a loss without a graph or one that depends
    on no parameter, for inputs and parameters that are not leaves, or the same; ImportError for
    "llvm" without llvmlite.

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
    if recording.unused and not allow_unused:
        warnings.warn(f"compile: {_unused(recording)}", stacklevel=2)
    return program


class Program:
    """What `compile` returns: call it with rows for their losses, or ask it to train.

    >>> from engine import Parameter, Value, compile
    >>> x, w = Value(1.0, label="x"), Parameter(0.5, label="w")
    >>> program = compile((w * x - 1) ** 2, inputs=[x], parameters=[w])
    >>> program([[2.0], [4.0]])
    [0.0, 1.0]
    >>> program.gradients([[2.0], [4.0]])     # the mean of both rows, and its gradient
    (0.5, [4.0])
    """

    def __init__(
        self,
        recording: Recording,
        optimizer: Optimizer | None = None,
        backend: str = "auto",
        several: bool = False,
    ) -> None:
        self.recording = recording
        self.optimizer = optimizer
        self.several = several
        self.rule: UpdateRule | None = None
        if optimizer is not None:
            self.rule = rule_of(optimizer, recording.parameters)
        self._backends = Backends(backend, recording, self.rule)
        # A session from one call to the next, so that what has not changed is not copied again.
        self._idle: list[Session] = []
        self._names = [leaf.label or f"input {i}" for i, leaf in enumerate(recording.inputs, 1)]

    def __call__(self, rows: Any) -> list[Any]:
        """The loss of every row; of a program for prediction the list of its outputs.

        Raises TypeError or ValueError for bad rows, and, naming the row, what the operation itself
        raises where it is undefined.
        """
        session = self._taken(rows)
        found = session.outputs()
        width = len(self.recording.outputs)
        for place, number in enumerate(found):
            if number != number:
                found[place] = session.on_nodes(place // width)[place % width]
        self._given_back(session)
        if not self.several:
            return found
        return [found[start : start + width] for start in range(0, len(found), width)]

    def gradients(self, rows: Any) -> tuple[float, Numbers]:
        """The mean loss over the rows, and its derivative by every parameter, in their order.

        The derivatives are like a list, and NumPy takes them without a copy. Raises
        FloatingPointError, or what the operation raises, where a loss is not finite.
        """
        session = self._taken(rows)
        found = session.gradients()
        self._given_back(session)
        return found

    def train(self, rows: Any, epochs: int = 1, batch_size: int = 1) -> Numbers:
        """Trains on the rows in order and returns the mean loss of every epoch, as in a list.

        An update follows each batch, by its mean gradient. The parameters and the optimiser's state
        are then those after the last update. Raises FloatingPointError, or what the operation
        raises, where a loss or a parameter is not finite any more; they are then as they were.
        """
        epochs = count_of(epochs, "epochs")
        session = self._taken(rows, epochs)
        outcome = session.train(None, batch_size, epochs)
        session.check(outcome)
        session.save()
        self._given_back(session)
        means = outcome.means
        return means if isinstance(means, Numbers) else Numbers(means)

    def source(self, language: str = "python") -> Text:
        """The program as text: "python", "c", "javascript" or "llvm"; all but the last complete.

        Run by themselves they print the loss, the gradients and the parameters after one step for
        the row that was recorded.
        """
        if language == "llvm":
            return Text(llvm_source(self.recording, self.rule))
        return Text(languages.source(self.recording, self.optimizer, self.rule, language))

    def session(self, rows: Any, epochs: int = 1) -> Session:
        """The rows with numbers of their own, for a training loop of one's own: `Session` says how.

        `epochs`: how often they will be gone through; where that is worth it, "auto" takes LLVM.
        The rows may be `Rows`, checked once for several sessions.

        >>> from engine import Parameter
        >>> x, w = Value(1.0, label="x"), Parameter(2.0, label="w")
        >>> session = compile((w * x - 6) ** 2, [x], [w]).session([[1.0], [2.0]])
        >>> for _ in range(50):
        ...     loss, gradients = session.gradients()
        ...     session.parameters[0] -= 0.1 * gradients[0]
        >>> w.data
        2.0
        >>> session.save()
        >>> round(w.data, 6), round(loss, 6)
        (3.6, 3.6)
        """
        return self._session_on(*self._checked(rows, epochs))

    def _session_on(self, rows: Rows, backend: Backend) -> Session:
        return Session(self.recording, self.optimizer, self.rule, rows, backend, self.several)

    def _checked(self, rows: Any, epochs: int) -> tuple[Rows, Backend]:
        if isinstance(rows, Rows):
            checked = rows.of_width(len(self._names))
        else:
            checked = Rows(rows, self._names)
        return checked, self._backends.of(checked.count * epochs)

    def _taken(self, rows: Any, epochs: int = 1) -> Session:
        """The idle session, on these rows; another one where there is none, as in a second thread.

        Whatever raises leaves it to be forgotten.
        """
        checked, backend = self._checked(rows, epochs)
        try:
            session = self._idle.pop()
        except IndexError:
            return self._session_on(checked, backend)
        session.reuse(checked, backend)
        # Nobody else has it.
        session.saved = True
        return session

    def _given_back(self, session: Session) -> None:
        # The rows are the caller's.
        del session.rows
        if not self._idle:
            self._idle.append(session)

    def backend_for(self, rows: int) -> Backend:
        """The backend that computes so many rows."""
        return self._backends.of(rows)

    @property
    def constants(self) -> list[Value]:
        """The leaves that are neither inputs nor parameters, with whose numbers it was compiled."""
        return [leaf for leaf in self.recording.numbers if leaf.op is None]

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_idle": []}

    def __repr__(self) -> str:
        recording = self.recording
        counts = [_counted(len(recording.inputs), "input")]
        counts += [_counted(len(recording.parameters), "parameter")] * bool(recording.parameters)
        counts += [_counted(len(recording.nodes), "operation")]
        counts += [_counted(len(recording.outputs), "output")] * self.several
        unused = f"; {_unused(recording)}" if recording.unused else ""
        return printable(f"Program({', '.join(counts)}, backend={self._backends.name!r}{unused})")


def _listed(values: Any, what: str) -> list[Any]:
    if isinstance(values, Value) or not isinstance(values, Iterable):
        raise TypeError(
            f"compile: {what} must be a list of Values, not {values!r} ({type(values).__name__})"
        )
    return list(values)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"


def _unused(recording: Recording) -> str:
    shown = ", ".join(describe(leaf) for leaf in recording.unused[:5])
    more = f" and {len(recording.unused) - 5} more" if len(recording.unused) > 5 else ""
    return f"the output does not depend on {shown}{more}"
