"""The command `chaingrad`: what it prints and writes, its exit status, and bad input."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import engine
from engine import from_node_link
from engine.command.line import main
from tests.engine.drawings import needs_graphviz

ROOT = Path(engine.__file__).parents[1]
PAGE = ROOT / "docs" / "command-line.md"
LESSON = ["relu(m1*x*m2)", "m1=3", "m2=0.5", "x=2"]
NUMBERS = """\
y = ReLU(m1·x·m2) = 3
∂y/∂m1 = 1
∂y/∂x = 1.5
∂y/∂m2 = 6
"""


def run(*arguments, stdout=subprocess.PIPE, encoding="utf-8"):
    """The command itself, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "engine", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": encoding, "COLUMNS": "80"},
        stdout=stdout,
        stderr=subprocess.PIPE,
        encoding=encoding.partition(":")[0],
        check=False,
    )


def printed(capsys, *arguments, status=0):
    assert main(arguments) == status
    out, err = capsys.readouterr()
    return err if status else out


def test_the_value_and_the_gradients_of_all_leaves_are_printed(capsys):
    assert printed(capsys, *LESSON) == NUMBERS


@pytest.mark.parametrize(
    ("arguments", "lines"),
    [
        (["-x*y", "y=-3", "x=2"], ["f = −x·y = 6", "∂f/∂x = 3", "∂f/∂y = −2"]),
        (["3*4"], ["3·4 = 12"]),
        (["x", "x=5"], ["x = 5", "∂x/∂x = 1"]),
        (["a if a > b else c", "a=1", "b=2", "c=3"],
         ["c = a if a > b else c = 3", "∂c/∂a = 0", "∂c/∂b = 0", "∂c/∂c = 1"]),
        (["ŷ·θ + x₁^2", "ŷ=2", "θ=pi/2", "x₁=-1/3", "--digits", "5"],
         ["y = ŷ·θ + x₁² = 3.2527", "∂y/∂ŷ = 1.5708", "∂y/∂θ = 2", "∂y/∂x₁ = −0.66667"]),
    ],
)  # fmt: skip
def test_formulas_as_people_type_them(arguments, lines, capsys):
    assert printed(capsys, *arguments).splitlines() == lines


def test_what_is_asked_for_follows_in_the_order_of_a_lesson(capsys):
    out = printed(
        capsys, *LESSON[:2], "--check", "--tree", "--steps", "--explain", "m1", *LESSON[2:]
    )
    assert out.startswith(NUMBERS + "\n∂y/∂m1 = ")
    parts = [
        out.index(line)
        for line in [
            "       = 1 · 0.5 · 2\n",
            "  11  grad(m1) += 0.5 × 2 → 1\n",
            "   ├─ ×0.5  t1 = m1·x = 6  grad 0.5\n",
            "check: 3 derivatives agree with central differences\n",
        ]
    ]
    assert parts == sorted(parts)


def test_programs_and_graphs_are_printed_alone(capsys, monkeypatch):
    source = printed(capsys, *LESSON, "--parameters", "m1,m2", "--source", "python")
    exec(source, {"__name__": "__main__"})
    numbers = [float(line.split()[-1]) for line in capsys.readouterr().out.splitlines()]
    assert numbers[:3] == [3.0, 1.0, 6.0]
    graph = from_node_link(json.loads(printed(capsys, *LESSON, "--export", "json")))
    assert (graph.data, graph.label) == (3.0, "y")
    assert printed(capsys, *LESSON, "--export", "mermaid").startswith("flowchart LR\n    n1[")
    assert printed(capsys, *LESSON, "--export", "tikz").startswith("\\begin{tikzpicture}")


@needs_graphviz
def test_a_picture_is_written_with_the_paths_that_are_explained(tmp_path, capsys):
    path = str(tmp_path / "out.svg")
    assert main([*LESSON, "--draw", path, "--explain", "m2"]) == 0
    assert capsys.readouterr().err == f"wrote {path}\n"
    assert "∂y/∂m2 = 6 × 1 = 6" in Path(path).read_text(encoding="utf-8").replace("&#45;", "-")


def test_a_program_of_a_choice_says_that_it_has_one_branch(capsys):
    assert main(["2x if x > 0 else x", "x=3", "--source", "python"]) == 0
    err = capsys.readouterr().err
    assert err == "programs and pages have the branches that were taken, and no others\n"


@needs_graphviz
def test_a_page_has_the_formula_as_its_title_and_opens_on_the_first_path(tmp_path, capsys):
    path = str(tmp_path / "out.html")
    assert main([*LESSON, "--page", path, "--explain", "m1", "--parameters", "m1,m2"]) == 0
    assert capsys.readouterr().err == f"wrote {path}\n"
    html = Path(path).read_text(encoding="utf-8")
    assert "<title>ReLU(m1·x·m2)" in html
    assert "https://" not in html


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["relu(m1**)"], 'character 10: expected a number, a name or "(", not ")"\n  relu(m1**)\n'
         "           ^\n"),
        (["__import__('os').system('true')"], "character 12: expected"),
        (["x*y*z", "y=2"], "chaingrad: x, z without a number; give it, as in x=1 z=1\n"),
        (["x", "x=1", "k=2"], "chaingrad: the formula has no k\n"),
        (["x", "x=1", "--explain", "k"], "chaingrad: the formula has no k\n"),
        (["x", "x=1", "--parameters", "x,w"], "chaingrad: the formula has no w\n"),
        (["x", "x=1", "x=2"], "chaingrad: a name is given two numbers\n"),
        (["x", "x"], "expected a name and its number, such as x=2, not 'x'"),
        (["x", "x=y"], "'x=y': y is not a number"),
        (["x", "x=1/0"], "'x=1/0': div is undefined"),
        (["x", "x=1e"], "'x=1e': e is not a number"),
        (["x", "x=1", "--digits", "40"], "expected a whole number from 1 to 17, not '40'"),
        (["x", "x=1", "--draw", "x.bmp"], "'x.bmp' must end in .svg, .png, .pdf"),
        (["x", "x=1", "--page", "x.pdf"], "'x.pdf' must end in .html"),
        (["x", "x=1", "--source", "cobol"], "argument --source: invalid choice: 'cobol'"),
        (["x", "x=1", "--nope"], "unrecognized arguments: --nope"),
        ([], "chaingrad: a formula is missing"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_exits_with_2_and_says_where(arguments, said, capsys):
    assert said in printed(capsys, *arguments, status=2)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["log(x)", "x=-1"], "chaingrad: log is undefined where a <= 0; given: a = -1 ('x')\n"),
        (["x*2", "x=1", "--draw", "/nowhere/x.svg"], "/nowhere/x.svg"),
        (["3", "--source", "c"], "chaingrad: "),
    ],
)
def test_what_cannot_be_computed_or_written_exits_with_1(arguments, said, capsys):
    assert said in printed(capsys, *arguments, status=1)


def test_a_derivative_that_differs_exits_with_1(capsys, monkeypatch):
    from engine.explaining.check import GradientMismatch

    def differs(*_):
        raise GradientMismatch("1 of 1 derivatives of f is wrong")

    monkeypatch.setattr("engine.command.line.check_gradients", differs)
    assert main(["x", "x=1", "--check"]) == 1
    assert "1 of 1 derivatives of f is wrong" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "shown"),
    re.findall(r"(?ms)^```console\n\$ chaingrad (.*?)\n(.*?)^```$", PAGE.read_text("utf-8")),
)
def test_the_examples_of_the_page_print_what_it_shows(line, shown, capsys):
    main(shlex.split(line))
    out, err = capsys.readouterr()
    assert out + err == shown


def test_help_names_every_option_with_examples_that_run(capsys):
    text = printed(capsys, "--help")
    for option in (
        "--explain NAME",
        "--steps",
        "--tree",
        "--check",
        "--draw FILE",
        "--page FILE",
        "--export",
    ):
        assert option in text
    assert '  chaingrad "relu(m1*x*m2)" m1=3 m2=0.5 x=2 --explain m1 --steps\n' in text
    assert printed(capsys, "--version") == f"{engine.__version__}\n"


def test_terminals_of_code_page_1252_and_readers_that_end_early():
    done = run("ŷ*θ", "ŷ=2", "θ=3", "--steps", encoding="cp1252:strict")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[:2] == ["y = y_hat·theta = 6", "dy/dy_hat = 3"]
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as pipe:
        done = run(*LESSON, stdout=pipe)
    assert (done.returncode, done.stderr) == (1, "")
