"""What pytest offers once the package is installed."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[3]
TESTS = """
import random
from engine import Value, assert_gradients

def test_seeds(seeded):
    assert (seeded, random.random()) == (7, random.Random(7).random())

def test_approx(approx):
    assert [Value(0.1) + 0.2] == approx([0.3])

def test_differs(approx):
    assert [Value(0.5), Value(2.0)] == approx([0.5, 3.0])

def test_node():
    assert Value(3.0) == 3.0

def test_gradients():
    w = Value(3.0, "w")
    assert assert_gradients({"w": -6.0}, w * w)
"""


def said_of(text, tmp_path):
    """What pytest prints of a file of tests, beside which it has the plugin and no other."""
    (tmp_path / "test_them.py").write_text(text, encoding="utf-8")
    options = "-p engine.testing.plugin -p no:cacheprovider --chaingrad-seed 7 -q --tb=short"
    command = [sys.executable, "-m", "pytest", *options.split(), "-c", "/dev/null", "test_them.py"]
    environment = {"PYTHONPATH": str(ROOT), "PATH": "", "PYTHONIOENCODING": "utf-8"}
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    run = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    return run.stdout + run.stderr


def test_the_fixtures_and_what_failing_tests_say(tmp_path):
    printed = said_of(TESTS, tmp_path)
    assert "3 failed, 2 passed" in printed
    assert "[1]: 2.0, expected 3.0, differs by 1" in printed
    assert "a Value is equal only to itself; compare its number, .data" in printed
    assert "sign: everything is right but the sign" in printed


def test_the_file_of_the_page_passes(tmp_path):
    page = (ROOT / "docs" / "how-to" / "check.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"(?ms)^```python\n(import engine\n.*?)^```$", page)
    assert "3 passed" in said_of(text, tmp_path)


def test_pytest_finds_them_by_the_entry_point():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["entry-points"]["pytest11"] == {"chaingrad": "engine.testing.plugin"}
