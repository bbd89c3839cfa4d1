"""The pictures that the lesson writes."""

import sys
from xml.etree import ElementTree

import pytest

from demos import lesson
from engine.drawing import render


def words(path):
    """The text of an SVG file, a string for each piece."""
    return {"".join(node.itertext()).strip() for node in ElementTree.parse(path).iter()}


def test_the_lesson_writes_its_five_pictures(folder_of_its_own, capsys):
    lesson.main()
    folder = folder_of_its_own / lesson.FOLDER
    names = [*lesson.PICTURES, "loss.svg"]
    assert sorted(path.name for path in folder.iterdir()) == sorted(names)
    printed = capsys.readouterr().out
    assert all(f"\n  {name} " in printed for name in names)
    # The numbers of the student, from before the update that makes w111 −23.9.
    student = words(folder / "student.svg")
    assert {"grad 240", "grad 2400", "grad 264", "grad 30", "225", "18", "8.8"} <= student
    assert not any("23.9" in word for word in student)
    assert any("= 240" in word for word in words(folder / "chain.svg"))


@pytest.mark.parametrize(
    ("missing", "hint"),
    [("Graphviz", "Graphviz is missing"), ("matplotlib", "pip install matplotlib")],
)
def test_without_what_draws_the_lesson_says_what_to_install(missing, hint, monkeypatch, capsys):
    if missing == "Graphviz":
        monkeypatch.setattr(render, "_backends", lambda engine: iter(()))
    else:
        for name in [name for name in sys.modules if name.partition(".")[0] == "matplotlib"]:
            monkeypatch.delitem(sys.modules, name)
        monkeypatch.setitem(sys.modules, "matplotlib", None)
    lesson.main()
    assert hint in " ".join(capsys.readouterr().out.split())
