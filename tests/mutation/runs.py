"""The alterations of each kind, made and judged."""

from __future__ import annotations

from collections.abc import Iterator

from engine.sheet.op import Op
from tests.mutation import changes
from tests.mutation.c_core import C_CORE
from tests.mutation.changes import Change
from tests.mutation.defaults import altered_defaults
from tests.mutation.equivalents import reason
from tests.mutation.everywhere import Everywhere
from tests.mutation.logic import LOGIC
from tests.mutation.logic_programs import PROGRAMS
from tests.mutation.outcome import Outcome, Verdict
from tests.mutation.sheet import altered_sheet, run


def outcomes(kind: str, name: str) -> Iterator[Outcome]:
    """What becomes of each alteration of the kind whose name holds this."""
    if kind == "sheet":
        yield from _of_sheet(name)
        return
    chosen = [*altered_defaults(), *LOGIC, *PROGRAMS] if kind == "python" else C_CORE
    yield from of_files([change for change in chosen if name in change.name])


def _of_sheet(name: str) -> Iterator[Outcome]:
    known: dict[Op, Everywhere] = {}
    for alteration in altered_sheet(name):
        outcome = run(alteration, known)
        if outcome.verdict is Verdict.SAME:
            why = reason(alteration.name, alteration.old, alteration.new)
            verdict = Verdict.EQUIVALENT if why else Verdict.SURVIVED
            outcome = outcome._replace(verdict=verdict, reason=why or "")
        yield outcome


def of_files(chosen: list[Change]) -> Iterator[Outcome]:
    """The changes, each in a copy in which its tests pass without it."""
    if chosen:
        with changes.copied() as root:
            changes.check_unchanged(chosen, root)
            for change in chosen:
                yield changes.run(change, root)
