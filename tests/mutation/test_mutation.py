"""That an altered line is caught, that a survivor is reported, and that the samples are current."""

import os

import pytest

from engine.sheet.ops import OPERATIONS
from tests.mutation import changes, runs, sheet
from tests.mutation.alter import alterations
from tests.mutation.c_core import C_CORE
from tests.mutation.changes import ROOT, Change
from tests.mutation.defaults import altered_defaults
from tests.mutation.equivalents import reason
from tests.mutation.logic import LOGIC
from tests.mutation.logic_programs import PROGRAMS
from tests.mutation.outcome import Verdict

# Python warns where other tests have left threads; the child here starts none.
pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")


def test_every_part_of_a_formula_is_altered():
    assert list(alterations("a - 2 * b")) == [
        "-(a - 2 * b)",
        "1.001 * (a - 2 * b)",
        "a + 2 * b",
        "2 * b - a",
        "a - 2 / b",
        "a - 3 * b",
        "a - -2 * b",
    ]
    assert list(alterations("a == 0 and b < 1", True)) == [
        "a == 0 or b < 1",
        "b < 1",
        "a == 0",
        "a != 0 and b < 1",
        "a == 0 and b <= 1",
        "a == 0 and b > 1",
        "a == 1 and b < 1",
        "a == 0 and b < 2",
        "a == 0 and b < -1",
    ]


@needs_fork
@pytest.mark.parametrize(
    ("name", "field", "new"),
    [
        ("power", "a", "finite(b) * a ** (b - 1)"),
        ("absolute_error", "y", "1 if y >= p else -1"),
        ("hinge", "y", "0 if y * p > 1 else -p"),
        ("log", "undefined", "a < 0"),
        ("abs", "kinks", "a == 1"),
        ("tanh", "a", "1 - out ** 3"),
    ],
)
def test_an_altered_line_is_caught(name, field, new):
    op = OPERATIONS[name]
    before = op.formula, op.partials, op.undefined, op.kinks
    assert sheet.run(sheet.Alteration(op, field, "", new), {}).verdict is Verdict.CAUGHT
    assert (op.formula, op.partials, op.undefined, op.kinks) == before


@needs_fork
def test_what_no_test_notices_survives_and_is_shown(monkeypatch):
    monkeypatch.setattr(sheet, "checks", lambda op: iter(()))
    verdicts = [outcome.verdict for outcome in runs.outcomes("sheet", "hypot.a")]
    assert verdicts == [Verdict.SURVIVED] * len(verdicts)
    found = {outcome.diff: outcome.verdict for outcome in runs.outcomes("sheet", "hypot.formula")}
    assert found["hypot.formula\n  - hypot(a, b)\n  + hypot(b, a)"] is Verdict.EQUIVALENT
    assert found["hypot.formula\n  - hypot(a, b)\n  + -(hypot(a, b))"] is Verdict.SURVIVED


def test_only_what_there_is_a_reason_for_is_equivalent():
    assert reason("f.formula", "abs(a - b)", "abs(b - a)") == "a symmetric function"
    assert reason("f.formula", "a if a > 0 else 0", "a if a >= 0 else 0") == (
        "the branches of a choice agree where they meet"
    )
    assert reason("f.formula", "a - b", "b - a") is None


def test_every_default_of_the_optimisers_is_altered_and_a_text_must_be_there():
    diffs = [change.diff(ROOT).splitlines()[-1] for change in altered_defaults()]
    assert len(diffs) == len(set(diffs)) + 10 == 26
    assert "+        momentum: float = 0.25," in diffs
    assert (len(LOGIC) >= 50, len(C_CORE) >= 30) == (True, True)
    with pytest.raises(ValueError, match="0 times, not once"):
        Change("engine/graph/walks.py", "no such text", "", ()).path(ROOT)


@pytest.mark.parametrize("change", [*LOGIC, *PROGRAMS, *C_CORE], ids=lambda each: each.name)
def test_what_a_sample_alters_stands_once_in_the_project(change):
    assert change.old in change.path(ROOT).read_text(encoding="utf-8")


def test_a_change_is_made_judged_and_taken_back(tmp_path):
    file = tmp_path / "doubling.py"
    file.write_text("def double(x):\n    return 2 * x\n")
    (tmp_path / "test_double.py").write_text(
        "from doubling import double\n\n\ndef test_it():\n    assert double(2) == 4\n"
    )
    verdicts = [
        changes.run(Change("doubling.py", "2 * x", new, ("test_double.py",)), tmp_path).verdict
        for new in ("3 * x", "x + 2")
    ]
    assert verdicts == [Verdict.CAUGHT, Verdict.SURVIVED]
    assert "2 * x" in file.read_text()
