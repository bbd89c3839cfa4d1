"""A `Picture` is written whole by whichever Graphviz there is, and says what to install if none."""

import re
import struct
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from engine.drawing import render
from engine.drawing.render import FORMATS, Picture, lay_out
from tests.engine.drawings import HAS_DOT, HAS_PYGRAPHVIZ, needs_graphviz

STARTS = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}


def picture(tooltip="a & b"):
    drawn = Picture("sample")
    drawn.node("x", tooltip=tooltip)
    drawn.edge("x", "y", label="×2")
    return drawn


@pytest.fixture
def no_program(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.fixture
def no_pygraphviz(monkeypatch):
    monkeypatch.setitem(sys.modules, "pygraphviz", None)


@pytest.mark.skipif(not HAS_DOT, reason="needs the program dot")
@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.usefixtures("no_pygraphviz")
def test_the_program_dot_draws(format):
    assert picture().pipe(format).startswith(STARTS[format])


@pytest.mark.skipif(not HAS_PYGRAPHVIZ, reason="needs pygraphviz")
@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.usefixtures("no_program")
def test_pygraphviz_draws_where_there_is_no_program(format, capfd):
    assert picture().pipe(format).startswith(STARTS[format])
    assert capfd.readouterr() == ("", "")


@pytest.mark.skipif(not HAS_PYGRAPHVIZ, reason="needs pygraphviz")
def test_pygraphviz_draws_where_the_program_fails(monkeypatch, tmp_path):
    broken = tmp_path / "dot"
    broken.write_text("#!/bin/sh\necho broken >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert picture().pipe("png").startswith(STARTS["png"])


@pytest.mark.usefixtures("no_program", "no_pygraphviz")
def test_without_graphviz_one_line_says_what_to_install(tmp_path):
    path = tmp_path / "picture.svg"
    with pytest.raises(RuntimeError) as error:
        picture().render(path)
    assert "python -m pip install pygraphviz" in str(error.value)
    assert "\n" not in str(error.value)
    assert list(tmp_path.iterdir()) == []


@needs_graphviz
def test_what_graphviz_cannot_read_is_an_error_with_its_words():
    with pytest.raises(RuntimeError, match=r"(?s)could not draw this as svg: .*: .+"):
        lay_out("digraph { a [label=<<TABLE>>", "svg")


@needs_graphviz
@pytest.mark.parametrize("format", FORMATS)
def test_the_suffix_gives_the_format(format, tmp_path):
    path = tmp_path / f"picture.{format.upper()}"
    assert picture().render(path) == str(path)
    assert path.read_bytes().startswith(STARTS[format])


@needs_graphviz
def test_a_format_goes_before_the_suffix(tmp_path):
    path = picture().render(str(tmp_path / "picture.image"), format="png")
    assert Path(path).read_bytes().startswith(STARTS["png"])
    assert [file.name for file in tmp_path.iterdir()] == ["picture.image"]


@pytest.mark.parametrize(
    ("name", "format"), [("a.svg", "png"), ("a.jpg", "png"), ("a.svgz", "svg"), ("a.DOT", "pdf")]
)
def test_a_name_that_contradicts_the_format_is_refused_without_a_graphviz(
    name, format, tmp_path, monkeypatch
):
    monkeypatch.setattr(render, "_backends", lambda engine: iter(()))
    suffix = name[2:].lower()
    words = f"{name}' is the name of a {suffix}; format='{format}' is another"
    with pytest.raises(ValueError, match=words):
        picture().render(tmp_path / name, format=format)
    with pytest.raises(ValueError, match="unknown format 'SVG'; known: svg, png, pdf"):
        picture().render(tmp_path / "a.svg", format="SVG")
    assert list(tmp_path.iterdir()) == []


@needs_graphviz
def test_a_path_without_a_suffix_gets_that_of_the_format(tmp_path):
    path = picture().render(tmp_path / "graph", format="png")
    assert path == str(tmp_path / "graph.png")
    assert Path(path).read_bytes().startswith(STARTS["png"])
    assert [file.name for file in tmp_path.iterdir()] == ["graph.png"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("picture.bmp", "unknown format 'bmp'; known: svg, png, pdf"),
        ("picture", "has no suffix to tell the format by: give one of .svg, .png, .pdf"),
    ],
)
def test_an_unknown_format_is_refused_and_leaves_no_file(name, message, tmp_path):
    with pytest.raises(ValueError, match=re.escape(message)):
        picture().render(tmp_path / name)
    with pytest.raises(ValueError, match="unknown format 'bmp'"):
        picture().pipe("bmp")
    assert list(tmp_path.iterdir()) == []


@needs_graphviz
def test_a_path_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(OSError, match=r"cannot write.*missing.*picture\.svg"):
        picture().render(tmp_path / "missing" / "picture.svg")
    assert list(tmp_path.iterdir()) == []


@needs_graphviz
def test_an_older_file_stays_where_drawing_fails(tmp_path):
    path = tmp_path / "picture.svg"
    path.write_text("old")
    broken = picture()
    broken.body.append("\ta [label=\n")
    with pytest.raises(RuntimeError):
        broken.render(path)
    assert path.read_text() == "old"


@needs_graphviz
def test_ids_of_two_drawings_differ_and_those_of_one_drawing_stay():
    def ids(drawn):
        tree = ElementTree.fromstring(drawn.pipe("svg"))
        return {element.get("id") for element in tree.iter()} - {None}

    assert ids(picture())
    assert ids(picture()) == ids(picture())
    assert not ids(picture()) & ids(picture("another"))


@needs_graphviz
def test_a_notebook_gets_the_svg_element():
    svg = picture()._repr_svg_()
    assert svg.startswith('<svg style="max-width: 100%; height: auto" class="chaingrad" width=')
    assert ElementTree.fromstring(svg).tag == "{http://www.w3.org/2000/svg}svg"
    assert picture().pipe("svg", encoding="utf-8").startswith("<?xml")


@needs_graphviz
def test_a_notebook_keeps_the_picture_in_three_formats():
    drawn = picture()
    assert drawn._repr_png_().startswith(STARTS["png"])
    assert drawn._repr_pdf_().startswith(STARTS["pdf"])
    assert drawn._repr_svg_().startswith("<svg")


@needs_graphviz
def test_the_png_that_a_notebook_keeps_is_never_large():
    drawn = Picture("chain")
    drawn.edges((str(i), str(i + 1)) for i in range(100))
    width, height = struct.unpack(">II", drawn._repr_png_()[16:24])
    assert (width < 100, 1500 <= height <= 1536) == (True, True)


class Printer:
    def __init__(self):
        self.written = ""

    def text(self, text):
        self.written += text


def echo(drawn):
    printer = Printer()
    drawn._repr_pretty_(printer, False)
    return printer.written


def test_an_echo_is_one_line_and_lays_nothing_out(monkeypatch):
    monkeypatch.setattr(render, "lay_out", None)
    assert picture()._repr_mimebundle_ is None
    assert repr(picture()) == str(picture()) == "Picture of 1 box, 1 arrow"
    assert echo(picture()).startswith("Picture of 1 box, 1 arrow: ")


@needs_graphviz
def test_an_echo_tells_how_to_see_the_picture():
    assert ".render('picture.svg') or .pipe('svg')" in echo(picture())


@pytest.mark.usefixtures("no_program", "no_pygraphviz")
def test_without_graphviz_a_notebook_shows_the_hint_and_no_traceback():
    drawn = picture()
    assert (drawn._repr_svg_(), drawn._repr_png_(), drawn._repr_pdf_()) == (None, None, None)
    assert "python -m pip install pygraphviz" in echo(picture())


def test_boxes_and_arrows_are_counted_whatever_their_labels_say():
    drawn = Picture()
    drawn.attr("node", shape="box")
    drawn.node("n -> 1", label="a -> b [x]")
    drawn.node("plain")
    with drawn.subgraph(name="cluster_1") as part:
        part.attr(label="frame")
        part.node("inside")
    drawn.edges([("plain", "inside"), ("inside", "n -> 1")])
    drawn.edge("plain", "n -> 1", label="->")
    assert repr(drawn) == "Picture of 3 boxes, 3 arrows"


@needs_graphviz
def test_view_renders_and_opens(monkeypatch, tmp_path):
    opened = []
    monkeypatch.setattr(render.graphviz, "view", opened.append)
    path = str(tmp_path / "picture.svg")
    assert picture().view(path) == path
    assert opened == [path]
