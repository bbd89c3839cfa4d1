"""Graphs as TikZ, for a paper or slides in LaTeX."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from engine.base.numbers import DIGITS, digits_of
from engine.base.spelling import Text
from engine.drawing.path import operands
from engine.drawing.style import DATA, LOCAL, LOSS, OPERATION, PARAMETER, Style
from engine.explaining.wording import TEXT, Rounding, RoundingLatex, expression
from engine.graph.arguments import as_value
from engine.graph.naming import Naming
from engine.graph.value import Value
from engine.graph.walks import is_dead, topological_order

# More of them no page holds.
MOST_NODES = 60
# In centimetres: between the boxes of two columns, between rows, and a character of a label.
_GAP, _ROW, _CHARACTER = 1.5, 1.5, 0.19
_STYLES = {"data": DATA, "parameter": PARAMETER, "operation": OPERATION, "output": LOSS}


def to_tikz(y: Value, names: Mapping[str, Any] | None = None, digits: int = DIGITS) -> Text:
    r"""The graph below y as a `tikzpicture`: formulas in the boxes, local derivatives on arrows.

    It needs `\usepackage{tikz, amsmath}` and no more: Greek letters, marks and indices in names are
    commands. Gradients are shown once `backward` has run. `names`, `digits`: as in `explain`.

    Raises ValueError for a graph of more than 60 nodes, TypeError where y is not a `Value`.

    >>> x = Value(3.0, label="x")
    >>> print(to_tikz(2 * x))
    \begin{tikzpicture}[>=stealth,
        value/.style={draw, align=center, inner sep=4pt, font=\small},
        local/.style={midway, fill=white, inner sep=1.5pt, font=\scriptsize, text=local},
        data/.style={value, draw=dataline, fill=datafill, text=dataink, rounded corners},
        output/.style={value, draw=outputline, fill=outputfill, text=outputink}]
      \definecolor{local}{HTML}{4B3F9E}
      \definecolor{dataline}{HTML}{0072B2}
      \definecolor{datafill}{HTML}{DCEEFB}
      \definecolor{dataink}{HTML}{1B1F24}
      \definecolor{outputline}{HTML}{1B1F24}
      \definecolor{outputfill}{HTML}{1B1F24}
      \definecolor{outputink}{HTML}{FFFFFF}
      \node[data] (n1) at (0, 0) {$x = 3$};
      \node[output] (n2) at (3.12, 0) {$t_{1} = 2 \cdot x = 6$};
      \draw[->] (n1) -- node[local] {$\times 2$} (n2);
    \end{tikzpicture}
    """
    as_value(y, "to_tikz: y")
    dialect = RoundingLatex(digits_of(digits, "to_tikz"))
    order = topological_order(y)
    if len(order) > MOST_NODES:
        raise ValueError(
            f"to_tikz: a graph of {len(order):,} nodes; at most {MOST_NODES} are drawn: "
            "take engine.draw and a pdf of it"
        )
    naming = Naming(order, names)
    ids = {node: f"n{number}" for number, node in enumerate(order, 1)}
    kinds = {node: _kind(node, y) for node in order}
    lines = [*_head(sorted({*kinds.values()}, key=[*_STYLES].index))]
    labels = {node: _label(node, y, naming, dialect) for node in order}
    places = _places(order)
    # Named in LaTeX by then, so that names are given out in one order.
    widths = {node: len(_equation(node, naming, TEXT)) * _CHARACTER for node in order}
    across = _columns(places, widths)
    for node, (column, row) in places.items():
        at = f"({across[column]:g}, {row * _ROW + 0.0:g})"
        lines.append(f"  \\node[{kinds[node]}] ({ids[node]}) at {at} {{{labels[node]}}};")
    for node in order:
        lines += _arrows(node, ids, dialect)
    return Text("\n".join([*lines, r"\end{tikzpicture}"]))


def _arrows(node: Value, ids: Mapping[Value, str], dialect: RoundingLatex) -> Iterator[str]:
    """Those to the operands of a node; several between the same two bend apart."""
    ends = [operand for operand, _ in operands(node)]
    for i, (operand, partial) in enumerate(operands(node)):
        same = [j for j, end in enumerate(ends) if end is operand]
        bend = f"to[bend left={20 * (2 * same.index(i) - len(same) + 1)}]"
        line = bend if len(same) > 1 else "--"
        dashed = ", dashed" if is_dead(partial) else ""
        # In braces: a minus after a times would be set as one between two numbers.
        number = re.sub("^-", "{-}", dialect.signed(partial)[0])
        yield (
            f"  \\draw[->{dashed}] ({ids[operand]}) {line} "
            f"node[local] {{$\\times {number}$}} ({ids[node]});"
        )


def _kind(node: Value, output: Value) -> str:
    if node.op is None:
        return node.role
    return "output" if node is output else "operation"


def _head(kinds: list[str]) -> list[str]:
    styles = [
        r"value/.style={draw, align=center, inner sep=4pt, font=\small}",
        r"local/.style={midway, fill=white, inner sep=1.5pt, font=\scriptsize, text=local}",
    ]
    colours = [("local", LOCAL)]
    for kind in kinds:
        style: Style = _STYLES[kind]
        corners = ", rounded corners" if style.rounded else ""
        styles.append(
            f"{kind}/.style={{value, draw={kind}line, fill={kind}fill, text={kind}ink{corners}}}"
        )
        for part, colour in (("line", style.border), ("fill", style.fill), ("ink", style.ink)):
            colours.append((f"{kind}{part}", colour))
    head = [r"\begin{tikzpicture}[>=stealth,", *(f"    {style}," for style in styles)]
    head[-1] = head[-1][:-1] + "]"
    return head + [f"  \\definecolor{{{name}}}{{HTML}}{{{colour[1:]}}}" for name, colour in colours]


def _equation(node: Value, naming: Naming, dialect: Rounding) -> str:
    parts = [dialect.name(naming.text(node)), dialect.signed(node.data)[0]]
    if node.op is not None:
        parts.insert(1, expression(node, naming, dialect=dialect))
    return " = ".join(parts)


def _label(node: Value, output: Value, naming: Naming, dialect: Rounding) -> str:
    label = f"${_equation(node, naming, dialect)}$"
    if output.grad != 0:
        label += rf"\\\footnotesize grad ${dialect.signed(node.grad)[0]}$"
    return label


def _columns(
    places: Mapping[Value, tuple[int, float]], widths: Mapping[Value, float]
) -> dict[int, float]:
    """Where the middle of each column is, so that its widest box has room."""
    widest: dict[int, float] = {}
    for node, (column, _) in places.items():
        widest[column] = max(widest.get(column, 0.0), widths[node])
    middle, edge = {}, -widest[min(widest)] / 2
    for column in sorted(widest):
        middle[column] = round(edge + widest[column] / 2, 2) + 0.0
        edge += widest[column] + _GAP
    return middle


def _places(order: list[Value]) -> dict[Value, tuple[int, float]]:
    """A column and a row for each node.

    A leaf stands in the column before its first user; in a column, nodes stand in the order of what
    they are computed from, around the middle.
    """
    column: dict[Value, int] = {}
    users: dict[Value, list[Value]] = {node: [] for node in order}
    for node in order:
        below = [operand for operand, _ in operands(node)]
        column[node] = 1 + max((column[operand] for operand in below), default=-1)
        for operand in below:
            users[operand].append(node)
    for node in order:
        if node.op is None and users[node]:
            column[node] = min(column[user] for user in users[node]) - 1
    columns: dict[int, list[Value]] = {}
    for node in order:
        columns.setdefault(column[node], []).append(node)
    places: dict[Value, tuple[int, float]] = {}
    for number in sorted(columns):
        nodes = columns[number]
        wanted = {}
        for position, node in enumerate(nodes):
            heights = [places[operand][1] for operand, _ in operands(node)]
            wanted[node] = sum(heights) / len(heights) if heights else -float(position)
        nodes.sort(key=lambda node: -wanted[node])
        for position, node in enumerate(nodes):
            places[node] = number, (len(nodes) - 1) / 2 - position
    return places
