"""`predict`: the outputs of a model for a table of rows, by a program where that pays."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable
from contextvars import Context
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import engine
from engine import Value, no_grad
from engine.base.tables import is_row, plain, row_of
from engine.graph.modes import settled
from nn.models.backends import check_backend
from nn.models.structure import Structure

if TYPE_CHECKING:
    # The compilers are loaded only when something is compiled, and rows when there are some.
    from engine import Program
    from engine.programs import Rows

# Fewer products of weights and inputs than this, in all rows, are done before LLVM has compiled
# them, and on the native core about as fast as by a Python program.
_WORTH_A_PROGRAM = 100_000
# So many rows are computed both ways where a function of the user's own was compiled.
COMPARED = 10
# A program, and whether the model gives a list.
_Made = tuple["Program", bool]
# Per model the key of the structure that was recorded, and its programs by backend.
_programs: WeakKeyDictionary[Any, tuple[Any, dict[str, _Made]]] = WeakKeyDictionary()


def predict(
    model: Callable[[Any], Any], structure: Structure | None, rows: Any, backend: str = "auto"
) -> list[Any]:
    """The outputs of the model for every row; `Module.predict` says more."""
    check_backend("predict", backend)
    if structure is not None and not structure.neurons:
        structure = None
    table = _table(rows, len(structure.neurons[0].weights) if structure is not None else None)
    mode = settled()
    if (
        structure is not None
        and (mode is None or not mode.anomaly)
        and all(leaf.op is None for leaf in structure.leaves)
        and (backend != "auto" or structure.known)
    ):
        made = None if backend == "eager" else _program(model, structure, table, backend)
        if made is not None:
            program, listed = made
            found = program(table)
            outputs = found if listed else [number for (number,) in found]
            if not structure.known:
                _compare(model, table, outputs)
            return outputs
    elif backend not in ("auto", "eager"):
        raise ValueError(
            f"predict: backend={backend!r} compiles modules made of this package's layers alone, "
            "and not within detect_anomaly; for others leave it out"
        )
    return _eagerly(model, table, range(table.count))


def _compare(model: Callable[[Any], Any], table: Rows, outputs: list[Any]) -> None:
    """ValueError where what was recorded for one row is not what the model computes for others."""
    numbers = range(0, table.count, -(-table.count // COMPARED))
    for number, expected in zip(numbers, _eagerly(model, table, numbers)):
        found = outputs[number]
        pairs = zip(expected, found) if isinstance(expected, list) else [(expected, found)]
        if not all(math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12) for a, b in pairs):
            raise ValueError(
                f"predict: for rows[{number}] the program gives {found}, the module {expected}: it "
                'does not compute the same operations for every row; use backend="eager"'
            )


def _program(
    model: Callable[[Any], Any], structure: Structure, table: Rows, backend: str
) -> _Made | None:
    """The program for the model as it is now; None where it is not worth its compilation."""
    work = table.count * sum(len(neuron.weights) for neuron in structure.neurons)
    if backend == "auto" and work < _WORTH_A_PROGRAM:
        return None
    # The program keeps the leaves, and so their identities. What a function of the user's own
    # depends on nobody knows: then the program is not kept.
    key = structure.key
    lasting = isinstance(model, Hashable) and structure.known
    known, programs = _programs.get(model, (None, {})) if lasting else (None, {})
    if known != key:
        programs = {}
    if backend not in programs:
        # In a context of its own: under no_grad there would be no graph to record.
        made = Context().run(prediction_program, model, structure.leaves, table.width, backend)
        programs[backend] = made
        if lasting:
            _programs[model] = key, programs
    return programs[backend]


def prediction_program(
    model: Callable[[Any], Any], leaves: list[Value], width: int, backend: str
) -> _Made:
    """The program that computes the outputs for rows of `width` numbers.

    And whether the model gives a list: a layer that was left with one neuron does.
    """
    inputs = [Value(0.0, f"x{i}") for i in range(1, width + 1)]
    outputs = model(inputs)
    program = engine.compile(listed(outputs), inputs, leaves, backend=backend, allow_unused=True)
    return program, isinstance(outputs, list)


def _table(rows: Any, width: int | None) -> Rows:
    """The rows, checked; of one input each row may be a bare number."""
    from engine.programs import Rows

    rows = _read(rows)
    if width is None:
        first = rows[0] if isinstance(rows, list) and rows else ()
        several = len(first) if hasattr(first, "__len__") else 1
        width = several if isinstance(rows, list) else int(rows.shape[1])
    if width == 1 and isinstance(rows, list) and not any(map(is_row, rows)):
        rows = [[number] for number in rows]
    return Rows(rows, [f"x{i}" for i in range(1, width + 1)])


def _read(rows: Any) -> Any:
    """A list of rows; an array of numbers in two dimensions stays what it is, for its memory."""
    if getattr(rows, "ndim", 0) == 2 and not hasattr(rows, "mask") and hasattr(rows, "shape"):
        return rows
    read = plain(rows, "rows")
    if not is_row(read):
        raise TypeError(f"rows must be a table of numbers, not {rows!r} ({type(rows).__name__})")
    return [row_of(row, f"rows[{number}]") for number, row in enumerate(read)]


def _eagerly(model: Any, table: Rows, numbers: range) -> list[Any]:
    """The outputs for the rows of these numbers."""
    outputs = []
    for number in numbers:
        try:
            with no_grad():
                output = model(table.row(number))
            outputs.append(list(map(float, output)) if _several(output) else float(output))
        except Exception as error:
            say_where(error, before=f"rows[{number}]: ")
            raise
    return outputs


def say_where(error: Exception, before: str = "", after: str = "") -> None:
    """Adds to the message which row it was, which is half of the explanation."""
    if len(error.args) == 1 and isinstance(error.args[0], str):
        error.args = (f"{before}{error.args[0]}{after}",)


def listed(value: Any) -> list[Any]:
    """The outputs, or targets, that a value holds: its items, or else itself."""
    return list(value) if _several(value) else [value]


def _several(value: Any) -> bool:
    return isinstance(value, (list, tuple)) or getattr(value, "ndim", 0) > 0
