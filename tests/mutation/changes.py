"""Changes of files, one at a time: each in a copy of the project, where tests then run."""

from __future__ import annotations

import difflib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.mutation.outcome import Outcome, Verdict

ROOT = Path(__file__).parents[2]
_COPIED = ("engine", "nn", "tests", "pyproject.toml", "setup.py", "README.md")
# A test that never ends has found something, too.
_SECONDS = 120.0


class Change(NamedTuple):
    """One text put in the place of another, which stands once in one of the files of a pattern.

    `tests`: what must notice it. `reason`: why nothing can, where the change is equivalent.
    """

    files: str
    old: str
    new: str
    tests: tuple[str, ...]
    reason: str = ""

    @property
    def is_native(self) -> bool:
        return self.files.endswith(".c")

    @property
    def name(self) -> str:
        return f"{self.files}: {' '.join(self.old.split())[:60]}"

    def path(self, root: Path) -> Path:
        """The file that holds the old text; ValueError where there is none, or more than one."""
        found = [path for path in root.glob(self.files) for _ in range(_count(path, self.old))]
        if len(found) != 1:
            raise ValueError(f"{self.files} holds {self.old!r} {len(found)} times, not once")
        return found[0]

    def diff(self, root: Path) -> str:
        path = self.path(root)
        before = path.read_text(encoding="utf-8")
        after = before.replace(self.old, self.new)
        lines = difflib.unified_diff(
            before.splitlines(), after.splitlines(), str(path.relative_to(root)), lineterm="", n=0
        )
        return "\n".join(line for line in lines if not line.startswith("+++"))


def _count(path: Path, text: str) -> int:
    return path.read_text(encoding="utf-8").count(text)


@contextmanager
def copied() -> Iterator[Path]:
    """A copy of the project that may be altered, with a core of its own."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name in _COPIED:
            if (ROOT / name).is_dir():
                ignored = shutil.ignore_patterns("__pycache__", "benchmarks")
                shutil.copytree(ROOT / name, root / name, ignore=ignored)
            else:
                shutil.copy(ROOT / name, root / name)
        if not build(root):
            raise RuntimeError("the native core cannot be built")
        yield root


def build(root: Path) -> bool:
    """Compiles the core of the copy; whether that could be done."""
    for old in root.glob("_chaingrad*.so"):
        old.unlink()
    command = [sys.executable, "setup.py", "-q", "build_ext", "--inplace"]
    environment = _environment(root, "python")
    subprocess.run(command, cwd=root, capture_output=True, check=False, env=environment)
    return any(root.glob("_chaingrad*.so"))


def _environment(root: Path, core: str) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": str(root),
        "CHAINGRAD_CORE": core,
        # Of a file changed twice within a second Python would take the old bytecode for the new.
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def passes(root: Path, tests: Sequence[str], core: str) -> bool:
    """Whether all of the tests do; ValueError where there are none of that name."""
    command = [sys.executable, *"-m pytest -x -q -p no:cacheprovider".split(), *tests]
    environment = _environment(root, core)
    try:
        done = subprocess.run(
            command, cwd=root, capture_output=True, check=False, env=environment, timeout=_SECONDS
        )
    except subprocess.TimeoutExpired:
        return False
    if done.returncode in (4, 5):
        raise ValueError(f"no tests: {' '.join(tests)}\n{done.stdout.decode()}")
    return done.returncode == 0


def run(change: Change, root: Path) -> Outcome:
    """Makes the change in the copy, runs its tests, and takes it back."""
    path, diff = change.path(root), change.diff(root)
    before = path.read_text(encoding="utf-8")
    path.write_text(before.replace(change.old, change.new), encoding="utf-8")
    try:
        core = "native" if change.is_native else "python"
        built = not change.is_native or build(root)
        caught = not built or not passes(root, change.tests, core)
    finally:
        path.write_text(before, encoding="utf-8")
    if caught:
        return Outcome(change.name, Verdict.CAUGHT, diff)
    verdict = Verdict.EQUIVALENT if change.reason else Verdict.SURVIVED
    return Outcome(change.name, verdict, diff, change.reason)


def check_unchanged(changes: Sequence[Change], root: Path) -> None:
    """RuntimeError where a test fails without any change, and would be taken for caught.

    ValueError where a text that is to be changed is no longer there.
    """
    for change in changes:
        change.path(root)
    for core in ("python", "native"):
        tests = {t for c in changes if c.is_native == (core == "native") for t in c.tests}
        for test in sorted(tests):
            if not passes(root, [*test.split()], core):
                raise RuntimeError(f"{test} fails without any change, core {core}")
