"""A whole program as text: data, functions, and what it does when it is run by itself."""

from __future__ import annotations

from engine.programs.backend_python import LONGEST
from engine.programs.lowering import lower
from engine.programs.recorded import Recorded
from engine.programs.rules import Optimizer, UpdateRule
from engine.programs.source_python import PythonSource

LANGUAGES = ("python", "c", "llvm")


def source(
    recorded: Recorded, optimizer: Optimizer | None, rule: UpdateRule | None, language: str
) -> str:
    """The program in a language; ValueError for another than those."""
    if language == "python":
        return PythonSource(lower(recorded, LONGEST), rule).functions()
    raise ValueError(f"no source in {language!r}; known: {', '.join(LANGUAGES)}")
