"""What type checkers, and so editors, know in a user's script."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

KNOWN = """
from collections.abc import Iterator
from typing import assert_type

import engine
from engine import Parameter, Value, compile, explain, exp, sin
from nn import MLP, Layer, Neuron, Sequential, squared_error

x = Value(2.0)
assert_type(x.data, float)
assert_type(sin(x) + x.tanh() * 2 - exp(x), Value)
assert_type(exp(2.0), float)
assert_type(engine.sum([x, 3]), Value)
assert_type(engine.log_softmax([x, x]), list[Value])
assert_type(explain(x, x).count, int)
assert_type(str(explain(x)), str)
assert_type(compile(x * x, [x]).source("c").upper(), str)
assert_type(compile(x * x, [x]).session([[1.0]]).outputs(), list[float])
assert_type(engine.__version__, str)

model = MLP(2, [2, 1])
assert_type(model.layers[0], Layer)
assert_type(model.layers[0].neurons, list[Neuron])
assert_type(model[0], Layer)
assert_type([layer.outputs for layer in model], list[int])
assert_type(len(model), int)
assert_type(model.layers[0].neurons[0].weights, list[Parameter])
assert_type(model.parameters(), list[Parameter])
assert_type(model.named_parameters(), Iterator[tuple[str, Parameter]])
assert_type(model([8, 80]).data, float)
assert_type(model([8, x]) * 2, Value)
assert_type(MLP(2, [2])([8, 80])[0], Value)
assert_type([output.grad for output in MLP(2, [2])([8, 80])], list[float])
assert_type(squared_error(3, model([8, 80])), Value)
assert_type(Sequential(Layer(2, 2), Layer(2, 1)).layers[1].neurons, list[Neuron])
"""

STARS = """
from typing import assert_type
from engine import *
from nn import *

x = Value(2.0)
assert_type(sin(x), Value)
assert_type(clip(x, 0, 1), Value)
assert_type(gradient(x, [x])[0], Value)
assert_type(sum([1, 2]), int)
assert_type(MLP(2, [1]).layers[0], Layer)
"""

WRONG = """
import engine
import nn
from engine import tahn
engine.tahn
nn.MPL
engine.Value(2.0).tahn()
nn.MLP(2, [2, 1])([8, 80]).backwards()
nn.MLP(2, [2, 1]).layers[0].neuron
"""


def pyright(script):
    """The lines of a script that pyright finds wrong, with what it says of them."""
    if shutil.which("pyright") is None:
        pytest.skip("pyright is not installed")
    finished = subprocess.run(
        ["pyright", "--pythonpath", sys.executable, "--outputjson", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    found = json.loads(finished.stdout)["generalDiagnostics"]
    return {
        each["range"]["start"]["line"] + 1: each["message"]
        for each in found
        if each["severity"] == "error"
    }


def mypy(script):
    """The same of mypy, strictly."""
    if shutil.which("mypy") is None:
        pytest.skip("mypy is not installed")
    command = [sys.executable, "-m", "mypy", "--strict", "--no-pretty", "--hide-error-codes"]
    finished = subprocess.run(
        [*command, script], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    lines = [line.split(":", 2) for line in finished.stdout.splitlines() if ": error: " in line]
    return {int(number): message for _, number, message in lines}


# mypy does not follow a list of names into the module that `__all__` takes it from.
@pytest.mark.parametrize(
    ("script", "checker"),
    [(KNOWN, pyright), (KNOWN, mypy), (STARS, pyright)],
    ids=["names-pyright", "names-mypy", "stars-pyright"],
)
def test_a_users_script_is_understood(script, checker, tmp_path):
    path = tmp_path / "script.py"
    path.write_text(script)
    assert checker(str(path)) == {}


@pytest.mark.parametrize("script", [KNOWN, STARS], ids=["names", "stars"])
def test_the_script_runs(script):
    exec(script, {})


@pytest.mark.parametrize("checker", [pyright, mypy])
def test_wrong_names_are_seen(checker, tmp_path):
    path = tmp_path / "script.py"
    path.write_text(WRONG)
    assert set(checker(str(path))) == {4, 5, 6, 7, 8, 9}
