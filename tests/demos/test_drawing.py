"""How the demos draw: whole files in one look, and what to do where a package is missing."""

import os
import re
import sys
from xml.etree import ElementTree

import pytest

from demos import pictures
from demos.__main__ import main
from demos.pictures import FOLDER, MissingPackage, can_plot, heights, needs, save
from engine.drawing import render
from tests.demos.shared import shown_by

WITH_DATA = ("regression", "classification", "moons", "digits")
WITH_PLOTS = ("activations", "learning_rate", "initialisation", "scaling", "optimisers", "gpt")


def hide(monkeypatch, package):
    """Makes the package look as if it were not installed."""
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)


@pytest.mark.parametrize(
    ("name", "package"),
    [(name, "sklearn") for name in WITH_DATA]
    + [(name, "matplotlib") for name in (*WITH_DATA, *WITH_PLOTS)],
)
def test_a_demo_without_its_package_says_how_to_install_it(name, package, monkeypatch, capsys):
    hide(monkeypatch, package)
    assert main([name]) == 1
    called = {"sklearn": "scikit-learn"}.get(package, package)
    assert capsys.readouterr() == (
        "",
        f"This demo needs {called}:\n  python -m pip install {called}\n",
    )
    assert not FOLDER.exists()


def test_all_that_is_missing_is_named():
    with pytest.raises(
        MissingPackage,
        match=r"^This demo needs no_such and nor_this:\n  python -m pip install no_such nor_this$",
    ):
        needs("no_such", "math", "nor_this")
    needs("math", "matplotlib")


@pytest.mark.parametrize("missing", ["matplotlib", "Graphviz"])
@pytest.mark.parametrize("name", ["worked_example", "ten_by_ten", "general_form"])
def test_the_lessons_demos_are_whole_without_what_draws(name, missing, monkeypatch):
    if missing == "matplotlib":
        hide(monkeypatch, "matplotlib")
    else:
        monkeypatch.setattr(render, "_backends", lambda engine: iter(()))
    text, illustration = shown_by(name)
    if (name == "ten_by_ten") == (missing == "matplotlib"):
        assert illustration is None
        hint = "pip install matplotlib" if missing == "matplotlib" else "Graphviz is missing"
        assert "\nNo picture: " in text
        assert max(map(len, text.splitlines())) <= 80
        assert hint in text
        assert not FOLDER.exists()
    else:
        assert illustration.path.exists()


def drawn():
    with pictures.figure("AB;CC") as (figure, axes):
        axes["A"].plot([0.123456789, 2], [3, 4], label="curve")
        axes["C"].set_title("η = 0.123456789")
    return figure, axes


def test_a_picture_is_the_same_every_time_and_keeps_its_texts(capsys):
    figure, axes = drawn()
    assert sorted(axes) == ["A", "B", "C"]
    path, caption = save(figure, "one", "One. Two.")
    first = path.read_bytes()
    save(drawn()[0], "one", "One. Two.")
    assert path.read_bytes() == first
    assert path == FOLDER / "one.svg"
    assert caption == "One. Two."
    assert capsys.readouterr().out == 2 * f"\nPicture: {path}\n  One. Two.\n"
    root = ElementTree.parse(path)
    assert "η = 0.123456789" in {"".join(node.itertext()).strip() for node in root.iter()}
    assert "DejaVu" not in re.sub("Helvetica, Arial, 'DejaVu Sans'", "", first.decode())
    assert not re.search(r'\bd="[^"]*\.\d{3}', first.decode())


@pytest.mark.parametrize("moment", ["drawing", "writing"])
def test_an_interrupted_picture_leaves_the_old_one(moment, monkeypatch):
    figure, _ = drawn()
    path, _ = save(figure, "one", "One. Two.")
    before = path.read_bytes()

    def interrupted(*args, **options):
        raise KeyboardInterrupt

    if moment == "drawing":
        monkeypatch.setattr(type(figure), "savefig", interrupted)
    else:
        monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        save(figure, "one", "Three.")
    assert path.read_bytes() == before
    assert [entry.name for entry in FOLDER.iterdir()] == ["one.svg"]


def test_the_look_of_the_demos_ends_with_the_block():
    from matplotlib import rcParams

    before = rcParams["svg.fonttype"], rcParams["axes.spines.top"]
    with pictures.figure():
        assert rcParams["axes.spines.top"] is False
    assert (rcParams["svg.fonttype"], rcParams["axes.spines.top"]) == before


def test_heights_are_rows_of_y_over_columns_of_x():
    x, y, z = heights(lambda a, b: 10 * a + b, (0, 1), (2, 4), 3)
    assert (x, y) == ([0, 0.5, 1], [2, 3, 4])
    assert z == [[2, 7, 12], [3, 8, 13], [4, 9, 14]]


def test_without_matplotlib_nothing_can_be_plotted(monkeypatch, capsys):
    assert can_plot()
    hide(monkeypatch, "matplotlib")
    assert not can_plot()
    assert capsys.readouterr().out == (
        "\nNo picture: it needs matplotlib: python -m pip install matplotlib\n"
    )
