"""`explore`: any graph as one interactive page that needs nothing else."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Mapping
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

from engine.base.files import write_whole
from engine.base.numbers import DIGITS, digits_of
from engine.base.spelling import printable
from engine.drawing.render import HINT, Picture, can_lay_out, lay_out
from engine.drawing.style import FONT
from engine.drawing.subject import Subject
from engine.drawing.svg import id_prefix, with_own_ids
from engine.drawing.views import BODIES, choose, picture_of
from engine.eager.current import check_current
from engine.graph.arguments import as_output, as_value
from engine.graph.messages import describe
from engine.graph.naming import names_of_caller
from engine.graph.value import Value
from engine.graph.walks import adjoints
from engine.page.data import Rows, rows_of
from engine.page.described import Description, edges_of
from engine.page.document import document
from engine.page.notation import local_form
from engine.page.program import program_source
from engine.programs.recording import Recording

_FONT = f' font-family="{FONT}"'
# Links are there for the ids that Graphviz gives them, and lead nowhere.
_LINK = b' xlink:href="#"'
# Up to so many nodes each has a box of its own, if nothing else is asked for.
_EASY = 60
# What stands below the picture in a notebook, in pixels; and how wide a cell of one is.
_PANELS, _CELL = 560, 900


class Page:
    """A page of one graph, which shows itself in a notebook.

    `title`: its heading. `picture`: what it shows of the graph before anything is changed. `nodes`:
    how many there are. The numbers are those of the moment at which it was made; it is laid out
    when it is first used.

    >>> w, x = Value(0.5, label="w"), Value(8.0, label="x")
    >>> explore(w * x)
    Page of 3 nodes: .save("page.html") writes it
    """

    def __init__(self, title: str, picture: Picture, graph: str, program: str, nodes: int) -> None:
        self.title = title
        self.picture = picture
        self._graph = graph
        self._program = program
        self.nodes = nodes

    @cached_property
    def svg(self) -> str:
        """The still picture. Raises RuntimeError where Graphviz is missing."""
        source = self.picture.source
        text = with_own_ids(lay_out(source, "svg").replace(_LINK, b""), source).decode()
        # The font once, not at every text: a third of the file.
        text = text[text.index("<svg") :].rstrip().replace(_FONT, "")
        return text.replace("<svg", f"<svg{_FONT}", 1)

    @cached_property
    def html(self) -> str:
        """The whole file, as text. Raises RuntimeError where Graphviz is missing."""
        return document(self.title, self.svg, self._graph, self._program)

    def save(self, path: str | os.PathLike[str]) -> str:
        """Writes the page, whole or not at all, and returns the path; .html joins one without a
        suffix.

        Raises ValueError for another suffix, OSError where it cannot be written, and RuntimeError
        where Graphviz is missing.
        """
        path = os.fspath(path)
        suffix = Path(path).suffix.lower()
        if not suffix:
            path += ".html"
        elif suffix not in (".html", ".htm"):
            raise ValueError(f"{path!r} is not the name of a page: give it the suffix .html")
        write_whole(path, self.html)
        return path

    def _repr_html_(self) -> str | None:
        """A frame of its own, which may run scripts and reach nothing around it.

        Where a notebook is not trusted the frame is taken out and what is in it stays: the picture.
        None where Graphviz is missing: then the notebook shows the line with the hint.
        """
        try:
            html = self.html
        except RuntimeError:
            return None
        still = base64.b64encode(self.svg.encode()).decode()
        size = re.search(r'width="([0-9.]+)pt" height="([0-9.]+)pt"', self.svg)
        width, height = map(float, size.groups()) if size else (1.0, 1.0)
        # A point is 4/3 pixels.
        height = round(min(height * 4 / 3, height / width * _CELL)) + _PANELS
        return (
            f'<iframe sandbox="allow-scripts" title="{escape(self.title)}" '
            f'style="width: 100%; height: {height}px; border: 0" srcdoc="{escape(html)}">'
            f'<img alt="{escape(self.title)}" src="data:image/svg+xml;base64,{still}">'
            "</iframe>"
        )

    def __repr__(self) -> str:
        nodes = f"{self.nodes:,} node{'s' * (self.nodes != 1)}"
        use = '.save("page.html") writes it' if can_lay_out() else HINT
        return f"Page of {nodes}: {use}"


def explore(
    y: Value,
    path: Value | None = None,
    title: str | None = None,
    data: Any = None,
    names: Mapping[str, Any] | None = None,
    view: str | None = None,
    digits: int = DIGITS,
) -> Page:
    """The graph that y is computed from, as a page in which everything follows the reader's hand.

    The page steps through both passes, lets every leaf be changed, lights the paths of a
    derivative, asks for predictions, and makes steps of gradient descent: on the graph's
    parameters, or where there are none on all leaves that `data` does not set. It is one file of
    HTML that loads nothing; gradients are its own, no `grad` here is read or changed.

    `path`: a node whose paths are lit when the page opens. `title`: of the page. `data`: rows that
    the reader can choose from and train on, as columns by the names of leaves, `{"x": [1, 2]}`, a
    data frame, or a list of rows; a column of texts names the rows. Nodes are named as in
    `explain`, which says what `names` is. `view`: that of `draw`; up to 60 nodes "values" if not
    given. `digits`: significant digits, 1 to 17.

    Linear in the size of the graph; the layout by Graphviz follows when the page is first used.

    Raises what `draw` raises for a graph that is too large; ValueError where a leaf's `data` has
    changed since y was computed; TypeError or ValueError for data that do not fit the graph.

    >>> w, x, t = Value(0.5, label="w"), Value(8.0, label="x"), Value(3.0, label="t")
    >>> page = explore((w * x - t) ** 2, data={"x": [8, 6], "t": [3, 2]}, title="One weight")
    >>> page.title, "https://" in page.html
    ('One weight', False)
    """
    as_output(y, "explore: y")
    names = names_of_caller(names)
    digits = digits_of(digits, "explore")
    if view is not None and view not in BODIES:
        raise ValueError(f"unknown view {view!r}; known: {', '.join(BODIES)}")
    subject = Subject(y, names, [], digits=digits, gradients=adjoints(y))
    check_current(subject.order, derivatives=True)
    if path is not None and as_value(path, "explore: path") not in subject.identity:
        raise ValueError(f"explore: path is {describe(path)}, which y is not computed from")
    leaves = [node for node in subject.order if node.op is None]
    rows = None if data is None else rows_of(data, leaves, subject.naming)
    if view is None and len(subject.order) <= _EASY:
        view = "values"
    view = choose(subject, view, zooms=True)
    title = printable(title) if title is not None else f"The graph of {subject.naming.text(y)}"
    return _made(subject, view, rows, title, path)


def _made(subject: Subject, view: str, rows: Rows | None, title: str, path: Value | None) -> Page:
    """The page of a graph that has been checked."""
    order = subject.order
    edges = edges_of(order)
    forms = [local_form(*edge) for edge in edges]
    training = _training(order, [] if rows is None else rows.leaves)
    picture = picture_of(subject, view)
    graph = Description(subject, view, picture.source).graph(
        edges,
        forms,
        training,
        rows,
        title=title,
        prefix=id_prefix(picture.source),
        path=None if path is None else order.index(path),
    )
    program = program_source(order, edges, forms, training)
    return Page(title, picture, graph, program, len(order))


def _training(order: list[Value], columns: list[Value]) -> Recording | None:
    """What gradient descent changes, and what it is given; None where there is nothing to do."""
    output, leaves = order[-1], [node for node in order if node.op is None]
    parameters = [leaf for leaf in leaves if leaf.role == "parameter"]
    if not parameters:
        parameters = [leaf for leaf in leaves if leaf not in columns]
    if output.op is None or not parameters:
        return None
    chosen = set(parameters)
    return Recording([output], [leaf for leaf in leaves if leaf not in chosen], parameters)
