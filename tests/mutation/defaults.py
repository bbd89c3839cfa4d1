"""Every default setting of the optimisers and the schedules, altered one at a time."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.mutation.changes import ROOT, Change

_TESTS = {
    "nn/train/optimizers.py": (
        "tests/nn/train/test_optimizers.py",
        "tests/nn/train/test_optimizers_settings.py",
    ),
    "nn/train/schedules.py": ("tests/nn/train/test_schedules.py",),
}


def altered_defaults() -> Iterator[Change]:
    """A number a tenth smaller, or 0.25 for 0; the other truth value; a limit for none."""
    for file, tests in _TESTS.items():
        text = (ROOT / file).read_text(encoding="utf-8")
        lines = text.splitlines(keepends=True)
        for function in ast.walk(ast.parse(text)):
            if isinstance(function, ast.FunctionDef):
                arguments = function.args
                for default in [*arguments.defaults, *filter(None, arguments.kw_defaults)]:
                    if isinstance(default, ast.Constant) and default.value is not ...:
                        yield Change(file, *_change(lines, default), tests)


def _change(lines: list[str], default: ast.Constant) -> tuple[str, str]:
    """All lines up to the default's, which nothing else in the file is like, before and after."""
    before = "".join(lines[: default.lineno])
    start = len("".join(lines[: default.lineno - 1])) + default.col_offset
    assert default.end_col_offset is not None
    end = start + default.end_col_offset - default.col_offset
    return before, before[:start] + repr(_other(default.value)) + before[end:]


def _other(value: object) -> object:
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return 0.9 * value or 0.25
    return 0.5
