"""`Picture`: a drawing that shows itself in notebooks and is written as svg, png or pdf.

The layout is made by Graphviz: by the program `dot` where it is installed, else by the libraries
that the wheels of pygraphviz carry, else not at all, and then an error says what to install.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import graphviz  # type: ignore[import-untyped]

from engine.base.files import write_whole
from engine.base.spelling import printable
from engine.drawing.layouts import registered
from engine.drawing.svg import with_own_ids, with_rules

FORMATS = ("svg", "png", "pdf")
HINT = (
    "in a browser, engine.drawing.layouts.register takes a Graphviz such as viz-js"
    if sys.platform == "emscripten"
    else "to see a picture, python -m pip install pygraphviz, "
    "or install your system's graphviz, which brings the program dot"
)

# Sharp on today's screens; svg and pdf have no pixels.
_RESOLUTION = {"png": "-Gdpi=144"}
# At every display of a notebook, and kept in its file: no more than 1,536 pixels wide or high.
_DISPLAYED = {"png": ("-Gdpi=96", "-Gsize=16,16")}
# In a process of its own: Graphviz prints warnings on the terminal, and a crash would take the
# session with it.
_PYGRAPHVIZ = """
import sys, pygraphviz
engine, format, *options = sys.argv[1:]
graph = pygraphviz.AGraph(string=sys.stdin.buffer.read().decode())
data = graph.draw(format=format, prog=engine, args=" ".join(options))
sys.stdout.buffer.write(data)
"""
_NAME = r'\s*(?:"(?:[^"\\]|\\.)*"|[^\s"\[\]{}=;]+)'
_ARROW = re.compile(_NAME + r"\s*->")
_BOX = re.compile(_NAME + r"\s*(?:\[|;?\s*$)")
_DEFAULTS = re.compile(r"\s*(?:graph|node|edge)\s*\[")


class Picture(graphviz.Digraph):  # type: ignore[misc]
    """A `graphviz.Digraph` that needs no program `dot` and writes files whole or not at all.

    In a notebook it shows itself; an echo in a terminal is one line and lays nothing out.

    >>> picture = Picture("chain")
    >>> picture.node("x")
    >>> picture.edge("x", "y", label="×2")
    >>> picture
    Picture of 1 box, 1 arrow
    """

    # The same in text, for a notebook on a machine without Graphviz.
    fallback = ""

    def render(self, path: str | os.PathLike[str], format: str | None = None) -> str:
        """Writes the picture to `path` and returns the path.

        The format (svg, png, pdf) is that of the suffix if none is given; a path without a suffix
        gets that of the format. Raises ValueError for an unknown format or one that the suffix
        contradicts, OSError naming `path` where it cannot be written, and RuntimeError where
        Graphviz is missing; in each case no file is left, and an older one stays as it was.
        """
        path = os.fspath(path)
        suffix = Path(path).suffix[1:].lower()
        given = format if format is not None else suffix
        if not given:
            raise ValueError(
                f"{path!r} has no suffix to tell the format by: give one of "
                f"{', '.join(f'.{known}' for known in FORMATS)}, or format="
            )
        _check(given)
        # Viewers go by the name, of formats that are not written here as well.
        if suffix in graphviz.FORMATS and suffix != given:
            raise ValueError(f"{path!r} is the name of a {suffix}; format={given!r} is another")
        data = self.pipe(given)
        # A pipe or a device, such as /dev/stdout, has the name that it has.
        special = Path(path).exists() and not (Path(path).is_file() or Path(path).is_dir())
        if not suffix and not special:
            path = f"{path}.{given}"
        write_whole(path, data)
        return path

    def pipe(self, format: str = "svg", encoding: str | None = None) -> bytes | str:
        """The picture as svg, png or pdf: bytes, or text if an `encoding` is given.

        Raises ValueError for an unknown format and RuntimeError where Graphviz is missing.
        """
        _check(format)
        data = lay_out(self.source, format, self.engine)
        if format == "svg":
            data = with_rules(with_own_ids(data, self.source))
        return data if encoding is None else data.decode(encoding)

    def view(self, path: str | os.PathLike[str] = "picture.svg") -> str:
        """Writes the picture to `path` and opens it in the system's viewer."""
        rendered = self.render(path)
        graphviz.view(rendered)
        return rendered

    # A notebook asks for all three at every display, a terminal for none. The browser shows the
    # svg; nbconvert puts the pdf into LaTeX, and where there is no svg the png is shown. Where
    # Graphviz is missing they are None, and a notebook shows the line with the hint instead.

    def _repr_svg_(self) -> str | None:
        data = self._displayed("svg")
        if data is None:
            return None
        text = with_rules(with_own_ids(data, self.source)).decode()
        # No wider than the cell.
        style = '<svg style="max-width: 100%; height: auto"'
        return text[text.index("<svg") :].replace("<svg", style, 1)

    def _repr_png_(self) -> bytes | None:
        return self._displayed("png")

    def _repr_pdf_(self) -> bytes | None:
        return self._displayed("pdf")

    def _displayed(self, format: str) -> bytes | None:
        try:
            return lay_out(self.source, format, self.engine, _DISPLAYED.get(format))
        except RuntimeError:
            return None

    # Plain IPython would call it for every echo, and so run a layout that nobody sees.
    _repr_mimebundle_ = None

    def _repr_pretty_(self, printer: object, cycle: bool) -> None:
        if can_lay_out(self.engine):
            text = f"{self!r}: show it with .render('picture.svg') or .pipe('svg')"
        else:
            text = f"{self.fallback}\n{self!r}: {HINT}".lstrip()
        printer.text(printable(text))  # type: ignore[attr-defined]

    # Digraph's is the whole text, which is `source`.
    def __str__(self) -> str:
        return repr(self)

    def __repr__(self) -> str:
        boxes, arrows = _counts(self.body)
        return (
            f"Picture of {boxes:,} box{'es' * (boxes != 1)}, {arrows:,} arrow{'s' * (arrows != 1)}"
        )


def _check(format: str) -> None:
    if format not in FORMATS:
        raise ValueError(f"unknown format {format!r}; known: {', '.join(FORMATS)}")


def lay_out(
    source: str, format: str, engine: str = "dot", options: Sequence[str] | None = None
) -> bytes:
    """DOT text as svg, png or pdf. RuntimeError where no Graphviz is there, or where it fails.

    `options`: of the program `dot`; those for a sharp picture if not given.
    """
    for layout in registered:
        return layout(source, format)
    failures = []
    if options is None:
        options = [_RESOLUTION[format]] if format in _RESOLUTION else []
    for name, command in _backends(engine):
        try:
            done = subprocess.run(
                command(format, options), input=source.encode(), capture_output=True, check=False
            )
        except OSError as error:
            failures.append(f"{name}: {error}")
            continue
        # Warnings about fonts come on stderr of a run that succeeds; they are nobody's concern.
        if done.returncode == 0 and done.stdout:
            return done.stdout
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        failures.append(f"{name}: {lines[-1] if lines else f'exit status {done.returncode}'}")
    if failures:
        raise RuntimeError(f"Graphviz could not draw this as {format}: {'; '.join(failures)}")
    raise RuntimeError(f"Graphviz is missing; {HINT}")


def can_lay_out(engine: str = "dot") -> bool:
    """Whether there is a Graphviz on this machine."""
    return bool(registered) or any(True for _ in _backends(engine))


def _backends(engine: str) -> Iterator[tuple[str, Callable[[str, Sequence[str]], list[str]]]]:
    """The ways to run Graphviz on this machine, best first, each as a name and its command."""
    program = shutil.which(engine)
    if program is not None:
        yield engine, lambda format, options: [program, f"-T{format}", *options]
    if sys.executable and _has_pygraphviz():
        start = [sys.executable, "-c", _PYGRAPHVIZ, engine]
        yield "pygraphviz", lambda format, options: [*start, format, *options]


def _has_pygraphviz() -> bool:
    return importlib.util.find_spec("pygraphviz") is not None


def _counts(body: list[str]) -> tuple[int, int]:
    """How many boxes and arrows the lines of a drawing declare."""
    arrows = sum(_ARROW.match(line) is not None for line in body)
    boxes = sum(
        _BOX.match(line) is not None and _DEFAULTS.match(line) is None and not _ARROW.match(line)
        for line in body
    )
    return boxes, arrows
