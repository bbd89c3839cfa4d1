"""`predict`: the outputs of a module for a table of rows, by a program where that pays."""

from __future__ import annotations

from collections.abc import Hashable
from contextvars import Context
from typing import Any
from weakref import WeakKeyDictionary

from engine import no_grad
from engine.context import current_mode
from engine.programs.program import Program
from engine.programs.rows import Rows
from nn.layers import Layer
from nn.module import Module
from nn.neuron import Neuron
from nn.recording import is_known, prediction_program

# Fewer products of weights and inputs than this, in all rows, are done before LLVM has compiled
# them, and on the native core about as fast as by a Python program.
_WORTH_A_PROGRAM = 100_000
_BACKENDS = ("auto", "llvm", "python", "eager")
# Per module the structure that was recorded, and its programs by backend.
_programs: WeakKeyDictionary[Module, tuple[Any, dict[str, Program]]] = WeakKeyDictionary()


def predict(module: Module, rows: Any, backend: str = "auto") -> list[Any]:
    """The outputs of the module for every row; `Module.predict` says more."""
    if backend not in _BACKENDS:
        raise ValueError(f"predict: unknown backend {backend!r}; known: {', '.join(_BACKENDS)}")
    neurons = _neurons(module) if is_known(module) else []
    width = len(neurons[0].weights) if neurons else None
    if width is None and not isinstance(rows, (list, tuple)) and not hasattr(rows, "ndim"):
        rows = list(rows)
    table = Rows(rows, [f"x{i}" for i in range(1, (width or _width(rows)) + 1)])
    mode = current_mode()
    can_compile = (
        bool(neurons)
        and (mode is None or not mode.anomaly)
        and all(leaf.op is None for neuron in neurons for leaf in neuron.parameters())
    )
    if can_compile and backend != "eager":
        program = _program(module, neurons, table, backend)
        if program is not None:
            found = program(table)
            return found if len(program.recorded.outputs) > 1 else [number for (number,) in found]
    elif backend not in ("auto", "eager"):
        raise ValueError(
            f"predict: backend={backend!r} compiles modules made of this package's layers and "
            "activations alone, and not within detect_anomaly; for others leave it out"
        )
    return _eagerly(module, table)


def _program(module: Module, neurons: list[Neuron], table: Rows, backend: str) -> Program | None:
    """The program for the module as it is now; None where it is not worth its compilation."""
    work = table.count * sum(len(neuron.weights) for neuron in neurons)
    if backend == "auto" and work < _WORTH_A_PROGRAM:
        return None
    # All that the recorded graph depends on; the program keeps the parameters, and so their ids.
    structure = (
        repr(module),
        tuple((n.activation, tuple(map(id, n.weights)), id(n.bias)) for n in neurons),
    )
    lasting = isinstance(module, Hashable)
    known, programs = _programs.get(module, (None, {})) if lasting else (None, {})
    if known != structure:
        programs = {}
    if backend not in programs:
        # In a context of its own: under no_grad there would be no graph to record.
        programs[backend] = Context().run(prediction_program, module, table.width, backend)
        if lasting:
            _programs[module] = structure, programs
    return programs[backend]


def _eagerly(module: Any, table: Rows) -> list[Any]:
    outputs = []
    for number in range(table.count):
        try:
            with no_grad():
                output = module(table.row(number))
            several = isinstance(output, (list, tuple)) or getattr(output, "ndim", 0) > 0
            outputs.append(list(map(float, output)) if several else float(output))
        except Exception as error:
            # Which row it was is half of the explanation.
            if len(error.args) == 1 and isinstance(error.args[0], str):
                error.args = (f"rows[{number}]: {error.args[0]}",)
            raise
    return outputs


def _neurons(module: Any) -> list[Neuron]:
    """The neurons of a known module, those of the first layer first."""
    if isinstance(module, Neuron):
        return [module]
    parts = module.neurons if isinstance(module, Layer) else module.layers
    return [neuron for part in parts for neuron in _neurons(part)]


def _width(rows: Any) -> int:
    """How many numbers the first row holds; `Rows` says what is wrong with what is no row."""
    shape: Any = getattr(rows, "shape", ())
    if len(shape) == 2:
        return int(shape[1])
    first = rows[0] if isinstance(rows, (list, tuple)) and rows else ()
    return len(first) if hasattr(first, "__len__") else 1
