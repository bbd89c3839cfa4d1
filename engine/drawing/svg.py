"""What is done to the SVG that Graphviz writes, so that it can stand in any page."""

from __future__ import annotations

import re
import zlib

from engine.drawing.style import rules

# The class of every drawing.
_DRAWING = "chaingrad"


def with_own_ids(svg: bytes, source: str) -> bytes:
    """The SVG with ids of its own, so that two drawings on one page do not share any.

    >>> with_own_ids(b'<g id="node1"><use xlink:href="#node1"/></g>', "digraph {}")
    b'<g id="g74459ba3-node1"><use xlink:href="#g74459ba3-node1"/></g>'
    """
    # Within text and attributes Graphviz writes a quote as &quot;, so these are attributes.
    return re.sub(rb'(\sid="|href="#|url\(#)', rb"\g<1>" + id_prefix(source).encode(), svg)


def with_rules(svg: bytes) -> bytes:
    """The SVG with rules for browsers: colours for dark screens beside its own."""
    # A class and not an id: the same rules serve all drawings of a page.
    style = f'<svg class="{_DRAWING}"\\1>\n<style>\n{rules(f".{_DRAWING}")}\n</style>'
    return re.sub(rb"<svg( [^>]*[^/>])>", style.encode(), svg, count=1)


def id_prefix(source: str) -> str:
    """What the ids of a drawing begin with."""
    return f"g{zlib.crc32(source.encode()):08x}-"
