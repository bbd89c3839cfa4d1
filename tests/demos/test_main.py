"""`python -m demos`: the lesson and a list, one demo by name, help, and wrong names."""

import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import demos
from demos import NAMES
from demos.__main__ import listing, main, parser
from demos.interrupt import uninterrupted
from demos.pictures import MissingPackage
from nn import History

ROOT = Path(demos.__file__).parents[1]


def run(*arguments, stdout=subprocess.PIPE, **environment):
    """The command itself, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "demos", *arguments],
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "PYTHONIOENCODING": "utf-8",
            **environment,
        },
        stdout=stdout,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        check=False,
    )


def test_without_a_name_the_lesson_runs_and_the_demos_are_listed():
    done = run()
    assert (done.returncode, done.stderr) == (0, "")
    for line in [
        "  ∂L/∂w111 = ∂L/∂ŷ · ∂ŷ/∂o11 · ∂o11/∂w111",
        "           = −2·(3 − 18) · 1 · 80",
        "           = 2400",
        "           = 240",
        "           = 264",
        "          = 30",
        *listing().splitlines(),
    ]:
        assert line in done.stdout.splitlines()
    assert done.stdout.endswith(f"run one with `python -m demos NAME`:\n{listing()}\n")


# The others run in test_demos, where each run costs its time once.
@pytest.mark.parametrize("name", ["worked_example", "general_form"])
def test_a_demo_runs_by_its_name_without_the_list(name, capsys):
    assert main([name]) == 0
    out, err = capsys.readouterr()
    assert " ".join(out.split()).startswith(entries()[name])
    assert listing() not in out
    assert err == ""


@pytest.fixture
def three_demos(monkeypatch):
    """Stands in for the demos: one that takes `quick`, one without its package, one without."""
    calls = []

    def missing():
        raise MissingPackage("This demo needs a package")

    demos_by_name = {
        "long": lambda quick=False: calls.append(("long", quick)),
        "missing": missing,
        "short": lambda: calls.append(("short", None)),
    }
    monkeypatch.setattr("demos.__main__.NAMES", tuple(demos_by_name))
    monkeypatch.setattr(
        "demos.__main__.import_module",
        lambda path: SimpleNamespace(main=demos_by_name[path[6:]], __doc__="About."),
    )
    return calls


def test_all_runs_every_demo_past_one_that_lacks_its_package(three_demos, capsys):
    assert main(["all"]) == 1
    assert three_demos == [("long", False), ("short", None)]
    out, err = capsys.readouterr()
    headings = [line for line in out.splitlines() if line]
    assert [line.split()[1] for line in headings] == ["long", "missing", "short"]
    assert {len(line) for line in headings} == {80}
    assert err == "This demo needs a package\n"


def test_quick_reaches_the_demos_that_can_be_quick(three_demos, capsys):
    assert main(["long", "--quick"]) == 0
    assert main(["--quick", "short"]) == 0
    assert main(["long"]) == 0
    assert three_demos == [("long", True), ("short", None), ("long", False)]
    assert capsys.readouterr() == ("", "")


def test_ctrl_c_ends_everything_without_a_traceback(three_demos, monkeypatch, capsys):
    def interrupted(quick=False):
        raise KeyboardInterrupt

    monkeypatch.setattr("demos.__main__.run", lambda name, quick: interrupted())
    assert main(["all"]) == 130
    assert capsys.readouterr().err == "\nlong was interrupted.\n"


def test_training_that_ctrl_c_ended_ends_the_demo():
    history = History([1.0], "epochs", "all 1 epochs done")
    assert uninterrupted(history) is history
    with pytest.raises(KeyboardInterrupt):
        uninterrupted(History([1.0], "interrupted", "after 1 whole epoch"))


def entries():
    """The demos in the listing, each with its summary, with which its own text starts."""
    found = re.findall(r"(?m)^  (\w+) +(\S.*(?:\n {18}\S.*)*)$", listing())
    return {name: " ".join(summary.split()) for name, summary in found}


def test_the_listing_summarises_each_demo_in_order_within_80_columns():
    assert [*entries()] == [*NAMES]
    assert all(len(summary) > 20 for summary in entries().values())
    assert all(
        len(line) <= 80 for line in [*listing().splitlines(), *parser().format_help().splitlines()]
    )


@pytest.mark.parametrize(
    "arguments",
    [["nope"], [""], ["Lesson"], ["students"], ["lesson", "nope"], ["all", "moons"], ["--slow"]],
)
def test_an_unknown_name_exits_with_2_and_lists_the_known_ones(arguments, capsys):
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("usage: python -m demos [-h] [--quick] [name]\npython -m demos: ")
    assert repr(arguments[0]) in err or f"arguments: {arguments[-1]}\n" in err
    assert err.endswith(listing() + "\n")


@pytest.mark.parametrize("arguments", [["worked_example"], ["--help"]], ids=str)
def test_a_reader_that_ends_early_such_as_head_ends_it_quietly(arguments):
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as pipe:
        done = run(*arguments, stdout=pipe)
    assert (done.returncode, done.stderr) == (1, "")


def test_the_exit_status_reaches_the_shell():
    done = run("nope")
    assert (done.returncode, done.stdout) == (2, "")
    assert "argument name: there is no demo 'nope'\n" in done.stderr


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_lists_the_demos_and_is_not_an_error(flag, capsys):
    assert main([flag]) == 0
    out, err = capsys.readouterr()
    assert out == f"{parser().format_help()}\n{listing()}\n"
    assert out.startswith("usage: python -m demos [-h] [--quick] [name]\n")
    assert err == ""


@pytest.mark.parametrize("arguments", [["worked_example"], ["--help"], ["nope"]], ids=str)
def test_a_terminal_without_the_signs_of_mathematics_shows_ascii(arguments):
    done = run(*arguments, PYTHONIOENCODING="ascii")
    assert done.returncode == (2 if arguments == ["nope"] else 0)
    assert "Traceback" not in done.stderr
    if arguments == ["worked_example"]:
        assert "  m2 = 0.5 - 0.1 * 12 = -0.7" in done.stdout.splitlines()


def test_a_demo_is_a_script_as_well():
    done = subprocess.run(
        [sys.executable, "-m", "demos.worked_example"],
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "m1 = 3 − 0.1 · 2 = 2.8" in done.stdout
