"""Sources of programs, run by themselves: what they print."""

import shutil
import subprocess
import sys

import pytest

COMPILER = shutil.which("cc")
needs_compiler = pytest.mark.skipif(COMPILER is None, reason="no C compiler called cc")
languages = pytest.mark.parametrize("language", ["python", pytest.param("c", marks=needs_compiler)])


def printed(program, language, folder):
    """What the program's source prints, by kind: names and numbers."""
    text = program.source(language)
    return run_c(text, folder) if language == "c" else run_python(text)


def run_python(text):
    return run([sys.executable, "-I", "-S", "-W", "error", "-"], text)


def run_c(text, folder):
    (folder / "program.c").write_text(text, encoding="utf-8")
    flags = "-std=c11 -Wall -Wextra -Wpedantic -Werror -O1".split()
    command = [COMPILER, *flags, "program.c", "-o", "program", "-lm"]
    made = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    assert made.returncode == 0, made.stderr.decode() + text
    return run([folder / "program"])


def run(command, text=""):
    """Lines of a kind, perhaps a name, and a number."""
    done = subprocess.run(command, input=text.encode(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode() + text
    found = {}
    for line in done.stdout.decode().splitlines():
        kind, *name, number = line.split(" ")
        found.setdefault(kind, []).append((" ".join(name), float(number)))
    return found
