"""`import nn` beside files of the user's own."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_a_file_that_hides_the_engine_is_named(tmp_path):
    (tmp_path / "engine.py").write_text("class Value: pass\n")
    (tmp_path / "homework.py").write_text("from nn import MLP\n")
    found = subprocess.run(
        [sys.executable, "homework.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    last = found.stderr.splitlines()[-1]
    assert last == (
        f"ImportError: {tmp_path / 'engine.py'} hides the package engine: "
        "give that file another name"
    )
