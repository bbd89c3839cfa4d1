"""Graphs as Mermaid, which GitHub, GitLab and many notebooks draw from text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Mapping
from typing import Any

from engine.base.numbers import DIGITS, digits_of
from engine.base.spelling import Text
from engine.drawing.layers import layers_of
from engine.drawing.neurons import Neuron, neurons_of
from engine.drawing.path import operands
from engine.drawing.style import DATA, LOSS, OPERATION, PARAMETER, Style, title_of
from engine.drawing.subject import Subject
from engine.drawing.symbols import symbol_of
from engine.graph.arguments import as_value
from engine.graph.value import Value
from engine.graph.walks import is_dead

# What Mermaid draws unless it is configured otherwise.
MOST_EDGES, MOST_CHARACTERS = 500, 50_000
_MOST_ROWS, _MOST_LOCALS = 8, 3
_STYLES = {"data": DATA, "parameter": PARAMETER, "operation": OPERATION, "output": LOSS}
# What in a quoted label would be markup, or end it.
_ENTITIES = {
    ord(sign): f"#{ord(sign)};" for sign in '"#<>&`\\'
}  # fmt: skip


class Mermaid(Text):
    """A flowchart as text, which a notebook of JupyterLab 4.1 or later draws."""

    __slots__ = ()

    def _repr_markdown_(self) -> str:
        return f"```mermaid\n{str.__str__(self)}\n```"


def to_mermaid(
    y: Value,
    view: str | None = None,
    names: Mapping[str, Any] | None = None,
    digits: int = DIGITS,
) -> Mermaid:
    """The graph below y as the text of a Mermaid flowchart, for a block of Markdown marked mermaid.

    Boxes have the numbers and gradients, arrows the local derivatives, in the colours of `draw`.
    `view`: "values", "neurons" or "layers"; the first of them that keeps within the 500
    edges and 50,000 characters that Mermaid draws, if not given. `names`, `digits`: as in `draw`.

    Raises ValueError for a graph that is too large in every view, or in the one that is asked for;
    TypeError where y is not a `Value`.

    >>> w, x = Value(0.5, label="w"), Value(8.0, label="x")
    >>> print(to_mermaid(w * x))
    flowchart LR
        n1["<i>w</i><br><b>0.5</b>"]:::data
        n2["<i>x</i><br><b>8</b>"]:::data
        n3["<i>t1</i> = ×<br><b>4</b>"]:::output
        n1 -->|"×8"| n3
        n2 -->|"×0.5"| n3
        classDef data fill:#DCEEFB,stroke:#0072B2,color:#1B1F24
        classDef output fill:#1B1F24,stroke:#1B1F24,color:#FFFFFF
    """
    as_value(y, "to_mermaid: y")
    subject = Subject(y, names or {}, [], digits=digits_of(digits, "to_mermaid"))
    if view is not None and view not in _GROUPS:
        raise ValueError(f"unknown view {view!r}; known: {', '.join(_GROUPS)}")
    sizes = []
    for chosen in (view,) if view is not None else _GROUPS:
        lines, edges = _flowchart(subject, _GROUPS[chosen](subject))
        text = "\n".join(lines)
        if edges <= MOST_EDGES and len(text) <= MOST_CHARACTERS:
            return Mermaid(text)
        sizes.append(f"{chosen!r}: {edges:,} edges, {len(text):,} characters")
    raise ValueError(
        f"Mermaid draws at most {MOST_EDGES} edges and {MOST_CHARACTERS:,} characters; this graph "
        f"has, in the view {'; '.join(sizes)}; draw it with engine.draw, or a part of it"
    )


_GROUPS: dict[str, Callable[[Subject], Mapping[Value, Hashable]]] = {
    "values": lambda subject: {},
    "neurons": neurons_of,
    "layers": layers_of,
}


def _flowchart(subject: Subject, groups: Mapping[Value, Hashable]) -> tuple[list[str], int]:
    """The lines, and how many edges they declare. A node without a group is one by itself."""
    boxes: dict[Hashable, list[Value]] = {}
    for node in subject.order:
        boxes.setdefault(groups.get(node, node), []).append(node)
    ids = {key: f"n{number}" for number, key in enumerate(boxes, 1)}
    lines, used = ["flowchart LR"], set()
    for key, nodes in boxes.items():
        kind = _kind(subject, nodes)
        used.add(kind)
        lines.append(
            f'    {ids[key]}["{"<br>".join(_rows(subject, nodes, _title(key)))}"]:::{kind}'
        )
    bundles: dict[tuple[Hashable, Hashable], list[float]] = {}
    for node in subject.order:
        for operand, partial in operands(node):
            pair = groups.get(operand, operand), groups.get(node, node)
            if pair[0] != pair[1]:
                bundles.setdefault(pair, []).append(partial)
    count = 0
    for (tail, head), partials in bundles.items():
        # Of a + a there are two arrows.
        single = len(partials) <= _MOST_LOCALS and not isinstance(head, tuple)
        labels = [f"×{subject.shown(partial)}" for partial in partials]
        for label, partial in zip(labels, partials) if single else [(f"{len(labels)} edges", 1.0)]:
            arrow = "-.->" if is_dead(partial) else "-->"
            lines.append(f'    {ids[tail]} {arrow}|"{label}"| {ids[head]}')
            count += 1
    lines += [f"    classDef {kind} {_css(_STYLES[kind])}" for kind in _STYLES if kind in used]
    return lines, count


def _kind(subject: Subject, nodes: list[Value]) -> str:
    if subject.root in nodes:
        return "output"
    roles = {node.role if node.op is None else "operation" for node in nodes}
    return roles.pop() if len(roles) == 1 else "operation"


def _title(key: Any) -> str:
    """The name of the neuron or layer that a box is."""
    if isinstance(key, Neuron):
        return title_of(key.scope)
    return title_of(f"{key[1]}{key[4]}") if isinstance(key, tuple) and key[0] == "layer" else ""


def _rows(subject: Subject, nodes: list[Value], title: str) -> list[str]:
    """What stands in a box, a line each."""
    if len(nodes) == 1:
        return _of_one(subject, nodes[0])
    results = [node for node in nodes if node.op is not None]
    count = len(nodes) - len(results)
    rows = [_escaped(title)] if title else []
    if count:
        what = "parameter" if nodes[0].role == "parameter" or results else "leaf"
        plural = "leaves" if what == "leaf" else f"{what}s"
        rows.append(f"{count} {plural if count > 1 else what}")
    if len(results) <= _MOST_ROWS:
        return rows + [" ".join(_of_one(subject, node)) for node in results]
    symbols = Counter(node.op.symbol for node in results if node.op is not None)
    return [*rows, _escaped(", ".join(f"{count} {sign}" for sign, count in symbols.most_common(4)))]


def _of_one(subject: Subject, node: Value) -> list[str]:
    rows = [f"<i>{_escaped(subject.name(node))}</i>"]
    if node.op is not None:
        symbol, note = symbol_of(node, subject.digits)
        rows = [f"{rows[0]} = {_escaped(symbol)}", *[_escaped(note)] * bool(note)]
    rows.append(f"<b>{subject.shown(node.data)}</b>")
    gradient = subject.gradient(node)
    return rows + [gradient] * gradient.startswith("grad")


def _escaped(text: str) -> str:
    # Once entities are read, Mermaid takes a backslash before an n for a new line, but not with a
    # word joiner between them, which nobody sees.
    return text.replace("\\n", "\\\u2060n").translate(_ENTITIES)


def _css(style: Style) -> str:
    return f"fill:{style.fill},stroke:{style.border},color:{style.ink}"
