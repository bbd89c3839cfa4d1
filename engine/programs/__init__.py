"""Programs: a recorded graph compiled once, run over many rows. `engine.compile` makes them.

`recording` reads the graph. `lower` turns it into a kernel, the statements of one row, and has the
loops around it, written once: batch, train, evaluate. `write` prints both as Python, C and
JavaScript, `llvm` as LLVM; `run` computes them, in Python or in machine code.

The names that can be imported from here are all that the outside needs, `nn` among it.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from engine.programs.lower.rules import Formulas as Formulas
    from engine.programs.lower.rules import applies_rule as applies_rule
    from engine.programs.lower.rules import follows_rule as follows_rule
    from engine.programs.lower.rules import remembered as remembered
    from engine.programs.program import Program as Program
    from engine.programs.program import compile as compile
    from engine.programs.run.backend import Outcome as Outcome
    from engine.programs.run.registry import BACKENDS as BACKENDS
    from engine.programs.run.rows import Rows as Rows
    from engine.programs.run.session import Session as Session
    from engine.programs.run.update import update_function as update_function

# Where each of them is; imported when it is first used, because a rule needs no compiler.
_LAZY = {
    "BACKENDS": "run.registry",
    "Formulas": "lower.rules",
    "Outcome": "run.backend",
    "Program": "program",
    "Rows": "run.rows",
    "Session": "run.session",
    "applies_rule": "lower.rules",
    "compile": "program",
    "follows_rule": "lower.rules",
    "remembered": "lower.rules",
    "update_function": "run.update",
}


def _imported(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module 'engine.programs' has no attribute {name!r}")
    value: object = getattr(import_module(f"engine.programs.{_LAZY[name]}"), name)
    globals()[name] = value
    return value


if not TYPE_CHECKING:
    # To type checkers, every name would be there.
    __getattr__ = _imported


def __dir__() -> list[str]:
    """The public names."""
    return sorted(_LAZY)
