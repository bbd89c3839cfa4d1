"""What programs offer to the outside, without loading the compilers for a rule."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import engine
from engine import programs

ROOT = Path(__file__).parents[3]


def test_its_names_are_there_and_no_others():
    for name in dir(programs):
        assert getattr(programs, name) is not None
    assert (programs.Program, programs.compile) == (engine.Program, engine.compile)
    with pytest.raises(AttributeError, match=r"'engine.programs' has no attribute 'Recorded'"):
        _ = programs.Recorded


def test_a_rule_loads_no_backend():
    code = "import sys, engine.programs as p; p.applies_rule, p.remembered; print(*sys.modules)"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    loaded = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    ).stdout.split()
    assert "engine.programs.lower.rules" in loaded
    assert "engine.programs.run.machine_code" not in loaded
