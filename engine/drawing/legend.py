"""What stands under a drawing: the products along highlighted paths, and the legend.

The legend explains numbers by an example out of the drawing itself: those of one of its arrows and
of the node that the arrow leads from.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import zip_longest

from engine.drawing.path import operands
from engine.drawing.style import (
    DATA,
    GRADIENT,
    INK,
    LOCAL,
    MUTED,
    OPERATION,
    PARAMETER,
    Style,
    text,
)
from engine.drawing.subject import Subject
from engine.graph.value import Value

_EMPTY = '<TD COLSPAN="2"></TD>'
_PASSED_ON = "going back, grad is multiplied by it"


def below(subject: Subject, captions: Sequence[str], seen: Collection[Value]) -> str:
    """The captions and the legend, as a label; `seen`: the nodes whose own numbers are shown."""
    rows = ['<TR><TD HEIGHT="12"></TD></TR>']
    rows += [f'<TR><TD CELLPADDING="5">{text(line, GRADIENT, 13)}</TD></TR>' for line in captions]
    lines = "".join(
        f"<TR>{sample}{kind}</TR>"
        for sample, kind in zip_longest(_samples(subject, seen), _kinds(subject), fillvalue=_EMPTY)
    )
    legend = f'<TABLE BORDER="0" CELLSPACING="3" CELLPADDING="2">{lines}</TABLE>'
    rows.append(f"<TR><TD>{legend}</TD></TR>")
    return f'<TABLE BORDER="0" CELLSPACING="0" CELLPADDING="0">{"".join(rows)}</TABLE>'


def _samples(subject: Subject, seen: Collection[Value]) -> list[str]:
    """Two cells for each kind of number: one of them, and what it is."""
    edge = _example(subject, seen)
    if subject.is_live:
        # The numbers change, so none of them stands for its kind.
        name = "this"
        value, gradient, local = "number", "grad", "×"
    else:
        node = subject.root if edge is None else edge[0]
        name = subject.name(node)
        value, gradient = subject.shown(node.data), subject.gradient(node)
        local = "" if edge is None else f"×{subject.shown(edge[2])}"
    output = subject.name(subject.root)
    if not subject.seed:
        gradient, meaning = "backward not run", f"no gradients yet: {output}.backward()"
    elif subject.seed == 1:
        meaning = f"∂{output}/∂{name}, computed backward"
    else:
        # Backward ran on a node beyond this output, whose gradient is another number than 1.
        meaning = f"of a result beyond {output}, computed backward"
    samples = [
        _sample(value, INK, f"value of {name}, computed forward", "B"),
        _sample(gradient, GRADIENT, meaning),
    ]
    if edge is not None:
        which = "" if subject.is_live else f" ∂{subject.name(edge[1])}/∂{name}"
        samples.append(_sample(local, LOCAL, f"local derivative{which}: {_PASSED_ON}"))
    return samples


def _sample(number: str, colour: str, meaning: str, tag: str = "") -> str:
    return (
        f'<TD ALIGN="RIGHT">{text(number, colour, 10, tag)}</TD>'
        f'<TD ALIGN="LEFT">{text(meaning, MUTED, 10)}</TD>'
    )


def _example(subject: Subject, seen: Collection[Value]) -> tuple[Value, Value, float] | None:
    """The arrow that shows most: a factor that changes something, at nodes that have names."""

    def worth(edge: tuple[Value, Value, float]) -> tuple[bool, ...]:
        operand, node, partial = edge
        named = subject.naming.has_own(operand), subject.naming.has_own(node)
        return (
            subject.is_highlighted(operand),
            partial not in (0, 1),
            all(named),
            named[0],
            # Its gradient is that of the node, times the factor.
            len(subject.users[operand]) == 1,
        )

    edges = [
        (operand, node, partial)
        for node in subject.order
        for operand, partial in operands(node)
        if node in seen and operand in seen
    ]
    return max(edges, key=worth, default=None)


def _kinds(subject: Subject) -> list[str]:
    """Two cells for each kind of box that there is: a distance, and its name in its colours."""
    leaves = {node.role for node in subject.order if node.op is None}
    kinds: list[tuple[str, Style]] = [("data", DATA)] * ("data" in leaves or bool(subject.inputs))
    kinds += [("parameter", PARAMETER)] * ("parameter" in leaves)
    kinds += [("operation", OPERATION)] * any(node.op is not None for node in subject.order)
    cells = []
    for name, style in kinds:
        rounded = ' STYLE="ROUNDED"' if style.rounded else ""
        cells.append(
            f'<TD WIDTH="8"></TD><TD BGCOLOR="{style.fill}" BORDER="{style.width}" '
            f'COLOR="{style.border}"{rounded}>{text(f" {name} ", INK, 10)}</TD>'
        )
    return cells
