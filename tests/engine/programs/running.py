"""Sources of programs, run by themselves: what they print."""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from engine import Parameter, Program, Value, compile
from nn import Optimizer
from tests.nn.shared import to_12_digits

COMPILER = shutil.which("cc")
needs_compiler = pytest.mark.skipif(COMPILER is None, reason="no C compiler called cc")
NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="no JavaScript engine called node")
# Per kind what was printed: names and numbers.
Found = dict[str, list[tuple[str, float]]]
# What runs each language whose programs are complete.
NEEDS: dict[str, pytest.MarkDecorator | tuple[()]]
NEEDS = {"python": (), "c": needs_compiler, "javascript": needs_node}
languages = pytest.mark.parametrize(
    "language", [pytest.param(name, marks=marks) for name, marks in NEEDS.items()]
)


def printed(program: Program, language: str, folder: Path) -> Found:
    """What the program's source prints, by kind: names and numbers."""
    text = program.source(language)
    return run_source(text, language, folder)


def check(
    language: str,
    folder: Path,
    loss: Value,
    inputs: Sequence[Value],
    parameters: Sequence[Parameter],
    optimizer: Optimizer | None = None,
) -> list[str]:
    """Compares the source with eager computing: loss, gradients, parameters after a step."""
    program = compile(loss, inputs, parameters, optimizer)
    found = printed(program, language, folder)
    loss.backward()
    wanted = {
        "loss": [loss.data],
        "gradient": [leaf.grad for leaf in parameters],
    }
    if optimizer is not None:
        optimizer.step()
        wanted["parameter"] = [leaf.data for leaf in parameters]
    numbers = {kind: [number for _, number in pairs] for kind, pairs in found.items()}
    assert numbers.keys() == wanted.keys()
    for kind, expected in wanted.items():
        assert numbers[kind] == to_12_digits(expected), kind
    names = [name for name, _ in found["gradient"]]
    assert len(set(names)) == len(parameters)
    return names


def run_source(text: str, language: str, folder: Path) -> Found:
    """What a program prints."""
    if language == "javascript":
        return run(["node", "--use_strict", "-"], text)
    return run_c(text, folder) if language == "c" else run_python(text)


def run_python(text: str) -> Found:
    return run([sys.executable, "-I", "-S", "-W", "error", "-"], text)


def run_c(text: str, folder: Path) -> Found:
    (folder / "program.c").write_text(text, encoding="utf-8")
    flags = "-std=c11 -Wall -Wextra -Wpedantic -Werror -O1".split()
    command = ["cc", *flags, "program.c", "-o", "program", "-lm"]
    made = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    assert made.returncode == 0, made.stderr.decode() + text
    return run([folder / "program"])


def run(command: Sequence[str | Path], text: str = "") -> Found:
    """Lines of a kind, perhaps a name, and a number."""
    done = subprocess.run(command, input=text.encode(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode() + text
    found: Found = {}
    for line in done.stdout.decode().splitlines():
        kind, *name, number = line.split(" ")
        found.setdefault(kind, []).append((" ".join(name), float(number)))
    return found
