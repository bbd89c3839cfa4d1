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


def test_what_is_not_used_is_not_imported():
    command = "import sys, nn; print(*sys.modules); nn.fit, nn.MLP; print(*sys.modules)"
    # -S: without what is installed, so also without a core that is, whichever is asked for.
    settings = {name: text for name, text in os.environ.items() if name != "CHAINGRAD_CORE"}
    found = subprocess.run(
        [sys.executable, "-S", "-c", command],
        env={**settings, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    before, after = (set(line.split()) for line in found.stdout.splitlines())
    assert {name for name in before if name.partition(".")[0] == "nn"} == {"nn"}
    assert not before & {"ast", "typing", "engine.eager.functions"}
    assert {"nn.train.fit", "nn.models.layers"} <= after
    # What writes programs, files and worksheets waits longer.
    assert not after & {"engine.programs.write.python", "json", "pathlib", "nn.teach.worksheets"}
