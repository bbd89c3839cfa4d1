"""The graph as a tree of text, for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.base.numbers import DIGITS, digits_of
from engine.base.spelling import Text
from engine.explaining.wording import RoundingText, expression, number
from engine.graph.arguments import as_output
from engine.graph.naming import Naming, names_of_caller
from engine.graph.value import Value
from engine.graph.walks import topological_order


def tree(
    y: Value,
    names: Mapping[str, Any] | None = None,
    max_lines: int = 100,
    max_depth: int = 20,
    digits: int = DIGITS,
) -> Text:
    """The graph below y as text: a line for each node, its operands below it, indented.

    `×` is the local derivative along the edge to the node above; `grad` is shown once `backward`
    has reached it. A node that is used again is not written again but referred to, so the text is
    no longer than the graph; beyond `max_lines` or `max_depth` it says what was left out. Nodes are
    named as in `explain`. `digits`: how many significant digits numbers have, 1 to 17. Raises
    TypeError where y is not a `Value`, ValueError for another number of lines, levels or digits.

    >>> x = Value(3.0, label="x")
    >>> tree(x * x + 1)
    t2 = t1 + 1 = 10
    └─ ×1  t1 = x·x = 9
       ├─ ×3  x = 3
       └─ ×3  x, see above
    """
    as_output(y, "tree: y")
    _check_limits(max_lines, max_depth)
    dialect = RoundingText(digits_of(digits, "tree"))
    order = topological_order(y)
    naming = Naming(order, names_of_caller(names))
    return written_tree(order, naming, dialect, max_lines, max_depth)


def written_tree(
    order: Sequence[Value], naming: Naming, dialect: RoundingText, max_lines: int, max_depth: int
) -> Text:
    """The tree of the last node of an order, by names that are known."""
    y = order[-1]
    # The gradient of the output itself is 1 once backward has run.
    reached = y.grad != 0
    lines: list[str] = []
    seen: set[Value] = set()
    stack: list[tuple[Value, float | None, str, bool]] = [(y, None, "", True)]
    while stack and len(lines) < max_lines:
        node, local, indent, last = stack.pop()
        head = ""
        if local is not None:
            head = f"{indent}{'└─' if last else '├─'} ×{number(local, dialect=dialect)}  "
        if node in seen:
            lines.append(f"{head}{naming.text(node)}, see above")
            continue
        seen.add(node)
        gradient = f"  grad {number(node.grad, dialect=dialect)}" if reached else ""
        lines.append(f"{head}{_equation(node, naming, dialect)}{gradient}")
        below = "" if local is None else indent + ("   " if last else "│  ")
        edges = [
            (operand, partial)
            for operand, partial in zip(node.args, node.partials)
            if isinstance(operand, Value) and partial is not None
        ]
        if len(below) >= 3 * max_depth and edges:
            lines.append(f"{below}└─ …")
            continue
        for i, (operand, partial) in enumerate(reversed(edges)):
            stack.append((operand, partial, below, i == 0))
    if len(seen) < len(order):
        lines.append(f"… {len(order) - len(seen):,} of {len(order):,} nodes are not shown")
    elif stack:
        lines.append("… what is left are references to nodes above")
    return Text("\n".join(lines))


def _check_limits(max_lines: int, max_depth: int) -> None:
    for name, limit in {"max_lines": max_lines, "max_depth": max_depth}.items():
        if not isinstance(limit, int) or limit < (name == "max_lines"):
            raise ValueError(
                f"tree: {name} must be a whole number of lines or levels, not {limit!r}"
            )


def _equation(node: Value, naming: Naming, dialect: RoundingText) -> str:
    parts = [naming.text(node), number(node.data, dialect=dialect)]
    if node.op is not None:
        parts.insert(1, expression(node, naming, dialect=dialect))
    return " = ".join(parts)
