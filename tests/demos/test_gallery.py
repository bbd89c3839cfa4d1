"""The gallery in docs: every demo with a picture and what it says of it."""

import re
from pathlib import Path

import pytest

import demos
from demos import NAMES, PARTS, gallery
from demos.pictures import Illustration

ROOT = Path(demos.__file__).parents[1]
PAGE = ROOT / "docs" / "gallery.md"


def test_the_page_shows_every_demo_in_order_under_its_part():
    titles = re.findall(
        r"(?m)^(?:## (.+)|### \[`(\w+)`\]\(\.\./demos/(\w+)\.py\))$", PAGE.read_text()
    )
    expected = [(part, "", "") if not name else ("", name, name) for part, name in entries()]
    assert titles == expected


def entries():
    for part, names in PARTS.items():
        yield part, ""
        yield from ((part, name) for name in names)


@pytest.mark.parametrize("name", NAMES)
def test_each_demo_has_two_sentences_and_a_small_picture_of_its_own(name):
    ((caption, alternative),) = re.findall(
        rf"\n### \[`{name}`\]\(.+\)\n\n(.+)\n\n!\[(.+)\]\(gallery/{name}\.svg\)\n",
        PAGE.read_text(),
    )
    assert len(re.findall(r"\.(?: |$)", caption)) == 2
    assert alternative == gallery.ALTERNATIVES[name]
    assert 60 < len(alternative) < 200
    assert alternative.isprintable()
    picture = ROOT / "docs" / "gallery" / f"{name}.svg"
    assert b"</svg>" in picture.read_bytes()
    assert picture.stat().st_size < 150_000


def test_no_picture_is_left_of_a_demo_that_is_gone():
    assert {path.stem for path in (ROOT / "docs" / "gallery").iterdir()} == set(NAMES)


@pytest.fixture
def two_demos(monkeypatch, tmp_path):
    path = tmp_path / "drawn.svg"
    path.write_text("<svg></svg>")
    made = {"one": Illustration(path, "One. Two."), "two": Illustration(path, "Three. Four.")}
    monkeypatch.setattr(gallery, "PARTS", {"First": ("one",), "Second": ("two",)})
    monkeypatch.setattr(
        gallery, "import_module", lambda name: type("Demo", (), {"main": lambda: made[name[6:]]})
    )
    monkeypatch.setattr(gallery, "ALTERNATIVES", {"one": "A line", "two": "A dot"})
    return made


def test_it_writes_the_page_and_the_pictures(two_demos, tmp_path):
    gallery.main(tmp_path / "docs")
    written = tmp_path / "docs" / "gallery"
    assert sorted(path.name for path in written.iterdir()) == ["one.svg", "two.svg"]
    assert (written / "two.svg").read_text() == "<svg></svg>"
    assert (tmp_path / "docs" / "gallery.md").read_text() == (
        f"{gallery.INTRODUCTION}\n"
        "## First\n\n### [`one`](../demos/one.py)\n\nOne. Two.\n\n![A line](gallery/one.svg)\n\n"
        "## Second\n\n### [`two`](../demos/two.py)\n\nThree. Four.\n\n![A dot](gallery/two.svg)\n"
    )


def test_without_a_picture_nothing_is_written(two_demos, tmp_path):
    two_demos["two"] = None
    with pytest.raises(SystemExit, match="could not draw: two"):
        gallery.main(tmp_path / "docs")
    assert not (tmp_path / "docs").exists()
