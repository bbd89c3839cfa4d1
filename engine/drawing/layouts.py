"""Graphviz where no program can be started: a function that the page around Python gives."""

from __future__ import annotations

from collections.abc import Callable

Layout = Callable[[str, str], bytes]

# At most one: the last that was given.
registered: list[Layout] = []


def register(layout: Layout) -> None:
    """Takes a function from DOT text and a format, such as "svg", to the drawing.

    For Python in a browser, where Graphviz is a library of JavaScript. Every drawing and page is
    laid out by it from then on; what it raises as RuntimeError is told as Graphviz's own errors.

    >>> register(lambda source, format: b"<svg/>")
    >>> from engine import Value, draw
    >>> draw(Value(1.0) + 1).pipe("svg")
    b'<svg/>'
    >>> registered.clear()
    """
    registered[:] = [layout]
