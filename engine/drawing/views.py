"""`draw`: the picture of a computation graph."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from typing import Any

from engine.base.numbers import DIGITS, digits_of
from engine.drawing.inputs import givens_of
from engine.drawing.layers import layers_body, layers_of
from engine.drawing.legend import below
from engine.drawing.neurons import neurons_body, neurons_of
from engine.drawing.path import caption
from engine.drawing.render import Picture
from engine.drawing.style import FONT, PAPER
from engine.drawing.subject import DIRECTIONS, Subject
from engine.drawing.values import values_body
from engine.explaining.text_tree import written_tree
from engine.explaining.wording import RoundingText
from engine.graph.arguments import as_output, as_values
from engine.graph.naming import names_of_caller
from engine.graph.value import Value

BODIES: dict[str, Callable[[Subject], list[str]]] = {
    "values": values_body,
    "neurons": neurons_body,
    "layers": layers_body,
}
# The nodes that share a box have the same key; others have none.
_GROUPS: dict[str, Callable[[Subject], Mapping[Value, Hashable]]] = {
    "values": lambda subject: {},
    "neurons": neurons_of,
    "layers": layers_of,
}
# A graph of more nodes is drawn as layers if nothing else is asked for, and of more boxes not at
# all; who names a view may have more of them.
_EASY, _MOST_BOXES = 250, 1000
# So many arrows are read where the picture is as wide as a page; with more, layers are drawn if
# they make half as many boxes.
_READABLE = {"values": 64, "neurons": 32}


def draw(
    y: Value,
    view: str | None = None,
    path: Value | Collection[Value] | None = None,
    names: Mapping[str, Any] | None = None,
    direction: str = "LR",
    max_nodes: int | None = None,
    digits: int = DIGITS,
) -> Picture:
    """The graph that y is computed from, as a picture for notebooks and files.

    Every box has its number and its gradient, every arrow its local derivative: going back, the
    gradient is multiplied by it. Where `backward` has not run, the boxes say so.

    `view`: "values" (a box per node), "neurons" (a box per neuron) or "layers" (a box per layer);
    chosen by the graph if not given. `path`: a node, or several, whose paths to y are highlighted,
    with their product under the picture. Nodes are named as in `explain`, which says what `names`
    is. `direction`: "LR", "TB", "RL" or "BT". `max_nodes`: how many boxes at most; 250 if not
    given, 1,000 in a view that is asked for by name. `digits`: how many significant digits numbers
    have, 1 to 17.

    Raises ValueError for a picture of too many boxes, naming the views that would work, for an
    unknown view or direction and for another number of digits; TypeError where a `Value` is needed.

    >>> w, x = Value(0.5, label="w"), Value(8.0, label="x")
    >>> y = w * x + 1
    >>> picture = draw(y, path=w)
    >>> picture
    Picture of 4 boxes, 3 arrows
    >>> "∂y/∂w = 8 × 1 = 8" in picture.source, "backward not run" in picture.source
    (True, True)
    """
    names = names_of_caller(names)
    as_output(y, "draw: y")
    if view is not None and view not in BODIES:
        raise ValueError(f"unknown view {view!r}; known: {', '.join(BODIES)}")
    if direction not in DIRECTIONS:
        raise ValueError(f"unknown direction {direction!r}; known: {', '.join(DIRECTIONS)}")
    starts = _starts(path)
    digits = digits_of(digits, "draw")
    subject = Subject(y, names, starts, direction, digits)
    captions = [caption(subject.order, start, subject.name, digits) for start in starts]
    picture = picture_of(subject, choose(subject, view, max_nodes), captions)
    picture.fallback = written_tree(
        subject.order, subject.naming, RoundingText(digits), max_lines=40, max_depth=20
    )
    return picture


def picture_of(subject: Subject, view: str, captions: Sequence[str] = ()) -> Picture:
    """The drawing in one of the views, the captions and a legend below it."""
    picture = Picture("chaingrad")
    picture.body += [
        f"\trankdir={subject.direction}; nodesep=0.3; ranksep=0.5\n",
        f'\tpad=0.2; bgcolor="{PAPER}"\n',
        f'\toutputorder=edgesfirst; fontname="{FONT}"\n',
        f'\tnode [shape=plain, fontname="{FONT}"]\n',
        f'\tedge [penwidth=1.2, arrowsize=0.65, fontname="{FONT}", fontsize=10]\n',
        *BODIES[view](subject),
        f"\tlabelloc=b; label=<{below(subject, captions, _seen(subject, view))}>\n",
    ]
    return picture


def boxes_of(subject: Subject, view: str) -> dict[Value, str]:
    """The id of the box that holds each node, in one of the views."""
    groups = _GROUPS[view](subject)
    first: dict[Hashable, str] = {}
    for node in subject.order:
        key = groups.get(node, node)
        first.setdefault(key, subject.identity[key if isinstance(key, Value) else node])
    return {node: first[groups.get(node, node)] for node in subject.order}


def _arrows(subject: Subject, view: str) -> int:
    box = boxes_of(subject, view)
    between = (box[user] != box[node] for node in subject.order for user, _ in subject.users[node])
    return sum(between) + sum(len(given.uses) for given in givens_of(subject, view))


def _seen(subject: Subject, view: str) -> set[Value]:
    """The nodes whose own numbers stand in the drawing: a layer has only ranges of them."""
    groups = _GROUPS[view](subject)
    return {node for node in subject.order if view != "layers" or groups[node] is node}


def _starts(path: Any) -> list[Value]:
    if path is None:
        return []
    return [path] if isinstance(path, Value) else as_values(path, "draw: path")


def choose(
    subject: Subject, view: str | None, max_nodes: int | None = None, zooms: bool = False
) -> str:
    """The view to draw. ValueError if it, or without one each of them, has too many boxes.

    `zooms`: it is shown where it can be made larger.
    """
    count = len(subject.order) + sum(map(len, subject.inputs.values()))

    def size(view: str) -> int:
        return len(set(boxes_of(subject, view).values())) + len(givens_of(subject, view))

    wanted = view
    if wanted is None:
        wanted = "neurons" if neurons_of(subject) else "values"
        layers, boxes = size("layers"), size(wanted)
        crowded = not zooms and _arrows(subject, wanted) > _READABLE[wanted]
        if (crowded and 2 * layers <= boxes) or (count > _EASY and layers < boxes):
            wanted = "layers"
    most = max_nodes if max_nodes is not None else _EASY if view is None else _MOST_BOXES
    if count <= most:
        # No view has more boxes than there are nodes.
        return wanted
    sizes = {name: size(name) for name in BODIES}
    if sizes[wanted] <= most:
        return wanted
    smaller = [f"{name!r} ({size:,} boxes)" for name, size in sizes.items() if size <= most]
    advice = f"draw it with view={' or '.join(smaller)}" if smaller else "draw a part of it"
    raise ValueError(
        f"the graph of {len(subject.order):,} nodes needs {sizes[wanted]:,} boxes in the view "
        f"{wanted!r}, "
        f"{most:,} at most are drawn: {advice}, or allow more with max_nodes={sizes[wanted]}"
    )
