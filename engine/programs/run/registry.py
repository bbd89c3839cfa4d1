"""The backends by name, and which of them "auto" takes."""

from __future__ import annotations

from collections.abc import Callable

from engine.programs.lower.rules import UpdateRule
from engine.programs.recording import Recording
from engine.programs.run import llvm_host
from engine.programs.run.backend import Backend
from engine.programs.run.machine_code import LlvmBackend
from engine.programs.run.python import PythonBackend

_MADE_BY: dict[str, Callable[[Recording, UpdateRule | None], Backend]] = {
    "llvm": LlvmBackend,
    "python": PythonBackend,
}
BACKENDS = ("auto", *_MADE_BY)
# To compile by LLVM takes some hundredths of a second. Work of fewer operations than this, one for
# each operand of each node in each row, is done in generated Python before that.
WORTH_COMPILING = 200_000
# A graph so large that this many rows would be worth it is compiled for a single one: Python takes
# longer to compile its source.
_FEW = 4


def check_backend(name: str) -> None:
    """ValueError for a backend that there is not, ImportError for one that is not installed."""
    if name not in BACKENDS:
        raise ValueError(f"unknown backend {name!r}; known: {', '.join(BACKENDS)}")
    if name == "llvm" and not llvm_host.is_available():
        raise ImportError(
            'backend="llvm" needs llvmlite, which is not installed: python -m pip install llvmlite'
        )


class Backends:
    """Those of one program, each made when it is first needed."""

    def __init__(self, name: str, recording: Recording, rule: UpdateRule | None) -> None:
        check_backend(name)
        self.name = name
        self.recording = recording
        self.rule = rule
        self.operations = sum(len(node.args) for node in recording.nodes)
        self.made: dict[str, Backend] = {}

    def of(self, rows: int) -> Backend:
        """The backend that computes so many rows."""
        name = self.name
        made = self.made.get(name)
        if made is not None:
            return made
        if name == "auto":
            worth = (
                max(rows, _FEW) * self.operations >= WORTH_COMPILING and llvm_host.is_available()
            )
            name = "llvm" if worth else "python"
        if name not in self.made:
            self.made[name] = _MADE_BY[name](self.recording, self.rule)
        return self.made[name]

    def __getstate__(self) -> dict[str, object]:
        """All but the compiled code, which is made again when it is needed."""
        return {**vars(self), "made": {}}
