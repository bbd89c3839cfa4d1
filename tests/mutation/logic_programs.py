"""A sample of the logic of programs, altered: loops, updates, inlining, outcomes, reductions."""

from __future__ import annotations

from tests.mutation.changes import Change

_TESTS = "tests/engine/programs/"
_LOOPS_TESTS = (f"{_TESTS}lower/test_loops.py",)
_INLINE_TESTS = (f"{_TESTS}lower/test_inline.py",)
_STATEMENTS_TESTS = (f"{_TESTS}lower/test_statements.py",)
_PASSES_TESTS = (f"{_TESTS}lower/test_passes.py",)
_RULE_TESTS = (f"{_TESTS}lower/test_rules.py", f"{_TESTS}write/test_sources.py")
_OUTCOME_TESTS = (f"{_TESTS}run/test_outcomes.py", f"{_TESTS}run/test_overflow.py")
_SCRIPT_TESTS = (f"{_TESTS}write/test_javascript.py",)
_TABLE_TESTS = ("tests/engine/sheet/test_reductions.py",)

_LOWER = "engine/programs/lower/"
_LOOPS, _INLINE = f"{_LOWER}loops.py", f"{_LOWER}inline.py"
_PASSES = f"{_LOWER}passes.py"
_STATEMENTS, _UPDATE = f"{_LOWER}statements.py", f"{_LOWER}update.py"
_OUTCOMES, _OVERFLOW = "engine/programs/run/outcomes.py", "engine/programs/run/overflow.py"
_SCRIPT, _TABLE = "engine/programs/write/javascript.py", "engine/sheet/reductions.py"

PROGRAMS = (
    Change(_LOOPS, "range(start + 1, stop)", "range(start, stop)", _LOOPS_TESTS),
    Change(_LOOPS, "row_gradient) * share", "row_gradient)", _LOOPS_TESTS),
    Change(_LOOPS, "if total - total == 0.0:", "if total == total:", _LOOPS_TESTS),
    Change(_LOOPS, "row_gradient[i] / (stop - start)", "row_gradient[i]", _LOOPS_TESTS),
    Change(_LOOPS, "    loss *= share\n", "", _LOOPS_TESTS),
    Change(_LOOPS, "losses[epoch] += loss", "losses[epoch] = loss", _LOOPS_TESTS),
    Change(_LOOPS, "if loss - loss != 0.0:", "if loss != loss:", _LOOPS_TESTS),
    Change(_LOOPS, "if rest != 0.0:", "if rest == 1.0:", _LOOPS_TESTS),
    Change(_LOOPS, "range(0, count, size)", "range(0, count - 1, size)", _LOOPS_TESTS),
    Change(_LOOPS, "if start + size < count else count", "if count < 0 else count", _LOOPS_TESTS),
    Change(_INLINE, "if name in self.arguments:", "if False:", _INLINE_TESTS),
    Change(_INLINE, "or _returns_within(function)", "", _INLINE_TESTS),
    Change(_INLINE, "known.items() if name in left", "known.items()", _INLINE_TESTS),
    Change(_STATEMENTS, "isinstance(operator, ast.Add))", "False)", _STATEMENTS_TESTS),
    Change(_PASSES, "first == START)", "first != START)", _PASSES_TESTS),
    Change(_PASSES, "ROW + lane if", "ROW if", _PASSES_TESTS),
    Change(_PASSES, "rest if STOP - ROW < WIDTH", "rest if STOP < WIDTH", _PASSES_TESTS),
    Change(_PASSES, "counted(rest[i], left)", "rest[i]", _PASSES_TESTS),
    Change(_UPDATE, "or not changes.get(name)", "or True", _RULE_TESTS),
    Change(_UPDATE, 'targets["parameter"] - ends', 'targets["parameter"]', _RULE_TESTS),
    Change(_OUTCOMES, "if made and not batch and", "if", _OUTCOME_TESTS),
    Change(_OUTCOMES, "losses[: epoch - 1]", "losses[:epoch]", _OUTCOME_TESTS),
    Change(_OVERFLOW, "outcome.means = means", "pass", _OUTCOME_TESTS),
    Change(_OVERFLOW, "session.restore(before)", "pass", _OUTCOME_TESTS),
    Change(_SCRIPT, "2 * Math.round(a / 2)", "Math.round(a)", _SCRIPT_TESTS),
    Change(_SCRIPT, "let n = 120;", "let n = 12;", _SCRIPT_TESTS),
    Change(_SCRIPT, "n < 60", "n < 20", _SCRIPT_TESTS),
    Change(_TABLE, "b if b > a or b != b else a", "b if b >= a or b != b else a", _TABLE_TESTS),
    Change(_TABLE, "b if b < a or b != b else a", "b if b < a else a", _TABLE_TESTS),
)
