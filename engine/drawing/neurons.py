"""The view "neurons": one box per neuron, with its parameters and its results as rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from engine.drawing.inputs import given_box, given_edge, givens_of
from engine.drawing.path import operands
from engine.drawing.style import (
    MUTED,
    OPERATION,
    box,
    cell_id,
    dimmed,
    quoted,
    text,
    title_of,
)
from engine.drawing.subject import Subject
from engine.graph.value import Value
from engine.sheet.kinds import factor, is_weighted_sum

# A box with more rows shows the first and the last of them.
_MOST_ROWS, _FIRST, _LAST = 24, 10, 4
_MOST_LOCALS = 3


class Neuron:
    """The nodes of one neuron at one use of it: `rows`, parameters and results in order."""

    def __init__(self, scope: str) -> None:
        self.scope = scope
        self.rows: list[Value] = []


def neurons_of(subject: Subject) -> dict[Value, Neuron]:
    """The neuron of every node that is part of one.

    Results belong together if they were made in the same scope and one uses the other: the same
    neuron at work on two samples is two boxes. A parameter that several boxes use stands alone.
    """
    leader: dict[Value, Value] = {}

    def find(node: Value) -> Value:
        while leader[node] is not node:
            leader[node] = node = leader[leader[node]]
        return node

    for node in subject.order:
        if node.op is not None and node.scope is not None and "neuron" in node.scope:
            leader[node] = node
            for operand, _ in [] if begins_neuron(node) else operands(node):
                if operand in leader and operand.scope == node.scope:
                    leader[find(node)] = find(operand)
    neurons: dict[Value, Neuron] = {}
    result: dict[Value, Neuron] = {}
    for node in subject.order:
        if node in leader:
            assert node.scope is not None
            result[node] = neurons.setdefault(find(node), Neuron(node.scope))
    for node in subject.order:
        users = {result.get(user) for user, _ in subject.users[node]}
        if node.op is None and node.role == "parameter" and len(users) == 1:
            neuron = users.pop()
            if neuron is not None:
                result[node] = neuron
        if node in result:
            result[node].rows.append(node)
    return result


def begins_neuron(node: Value) -> bool:
    """Whether it is a weighted sum: what it is computed from is not part of the same use."""
    return node.op is not None and is_weighted_sum(node.op)


def neurons_body(subject: Subject) -> list[str]:
    """The lines of DOT."""
    neurons = neurons_of(subject)
    body = []
    drawn: dict[Neuron, str] = {}
    hidden: set[Value] = set()
    for node in subject.order:
        neuron = neurons.get(node)
        if neuron is None:
            body.append(subject.box(node))
        elif neuron not in drawn:
            drawn[neuron] = subject.identity[node]
            if len(neuron.rows) > _MOST_ROWS:
                hidden.update(neuron.rows[_FIRST:-_LAST])
            body.append(_box(subject, neuron, drawn[neuron], neurons))

    # Rows are reached from the side; from above or below, an arrow would cross the rows between.
    sideways = subject.direction in ("LR", "RL")

    def end(node: Value, side: str) -> str:
        neuron = neurons.get(node)
        if neuron is None:
            return subject.identity[node]
        if not sideways:
            return drawn[neuron]
        row = "more" if node in hidden else subject.identity[node]
        return f"{drawn[neuron]}:{row}:{side}"

    arrows = _arrows(subject, neurons)
    crowd = Counter(head for _, head, _, _ in arrows)
    for operand, head, node, partial in arrows:
        tail = end(operand, subject.tail_port)
        # At the row that an arrow leads to it is plain whose label it is.
        at_head = sideways and head in neurons and head not in hidden and crowd[head] == 1
        ends = f"{tail} -> {end(head, subject.head_port)}"
        body.append(subject.edge(ends, operand, node, partial, at_head=at_head))
    for given in givens_of(subject, "neurons"):
        body.append(given_box(subject, given))
        for node, position in given.uses:
            head = node if given.together > 1 else _row_of(node, position, neurons)
            ends = f"{given.identity}:{subject.tail_port} -> {end(head, subject.head_port)}"
            body.append(given_edge(subject, ends, given.together))
    columns = _columns(subject, neurons, drawn)
    return [*body, *(_above_one_another(column) for column in columns if len(column) > 1)]


def _arrows(
    subject: Subject, neurons: dict[Value, Neuron]
) -> list[tuple[Value, Value, Value, float]]:
    """Every edge between two boxes: the operand, the row that it leads to, the node, the factor."""
    arrows = []
    for node in subject.order:
        neuron = neurons.get(node)
        for position, (operand, partial) in enumerate(zip(node.args, node.partials)):
            if partial is None or not isinstance(operand, Value):
                continue  # a constant stands in the box
            if neuron is not None and neurons.get(operand) is neuron:
                continue  # a row of the same box
            head = node if neuron is None else _row_of(node, position, neurons)
            arrows.append((operand, head, node, partial))
    return arrows


def _columns(
    subject: Subject, neurons: dict[Value, Neuron], drawn: dict[Neuron, str]
) -> Collection[list[str]]:
    """The boxes that are equally far from the output, in the order of the graph."""

    def box_of(node: Value) -> str:
        neuron = neurons.get(node)
        return subject.identity[node] if neuron is None else drawn[neuron]

    distances: dict[str, int] = {}
    for node in reversed(subject.order):
        mine = box_of(node)
        for user, _ in subject.users[node]:
            further = box_of(user) != mine
            distances[mine] = max(distances.get(mine, 0), distances[box_of(user)] + further)
        distances.setdefault(mine, 0)
    for given in givens_of(subject, "neurons"):
        distances[given.identity] = 1 + max(distances[box_of(node)] for node, _ in given.uses)
    columns: dict[int, list[str]] = {}
    for mine in dict.fromkeys([*map(box_of, subject.order), *distances]):
        columns.setdefault(distances[mine], []).append(mine)
    return columns.values()


def _above_one_another(column: list[str]) -> str:
    """The line of DOT that keeps neuron 1 above neuron 2; in braces, so that no box is counted."""
    return f"\t{{ rank=same; edge [style=invis]; {' -> '.join(column)} }}\n"


def _row_of(node: Value, position: int, neurons: dict[Value, Neuron]) -> Value:
    """The row that an operand from outside leads to: that of the weight it is multiplied by."""
    op, count = node.op, len(node.args)
    assert op is not None
    operand, index = op.place(count, position)
    multiplier = factor(op, operand)
    if multiplier is None:
        return node
    weight = node.args[op.position(count, multiplier, index)]
    if isinstance(weight, Value) and weight.op is None and neurons.get(weight) is neurons[node]:
        return weight
    return node


def _box(subject: Subject, neuron: Neuron, identity: str, neurons: dict[Value, Neuron]) -> str:
    highlighted = any(map(subject.is_highlighted, neuron.rows))
    style = OPERATION if highlighted else dimmed(OPERATION)
    title = title_of(neuron.scope)
    head = text(title, MUTED if highlighted else style.ink, 10.5)
    rows = [f'<TR><TD COLSPAN="4" BGCOLOR="{style.side}" CELLPADDING="4">{head}</TD></TR>']
    shown_rows: list[Value | None] = [*neuron.rows]
    if len(shown_rows) > _MOST_ROWS:
        shown_rows[_FIRST:-_LAST] = [None]
    for node in shown_rows:
        if node is None:
            count = len(neuron.rows) - _FIRST - _LAST
            more = text(f"⋮ {count} more", MUTED if highlighted else style.ink, 10)
            rows.append(f'<TR><TD COLSPAN="4" PORT="more" CELLPADDING="3">{more}</TD></TR>')
        else:
            inside = [p for user, p in subject.users[node] if neurons.get(user) is neuron]
            rows.append(_row(subject, node, inside))
    options = f"tooltip={quoted(title)}{subject.mark(identity, 'neuron')}"
    return f"\t{identity} [label={box(style, ''.join(rows))}, {options}]\n"


def _row(subject: Subject, node: Value, inside: list[float]) -> str:
    """One node of a neuron; `inside`: its local derivatives within the neuron."""
    highlighted, style = subject.is_highlighted(node), subject.style(node)
    port, fill = f'PORT="{subject.identity[node]}"', f'BGCOLOR="{style.fill}"'
    first, last = ("", port) if subject.direction == "RL" else (port, "")
    name, note = subject.name(node), ""
    if node.op is not None:
        symbol, note = subject.symbol(node)
        name = f"{name} = {symbol}" if name else symbol
    title = text(name, style.ink, 10.5, "I")
    gradient, cell = subject.gradient(node), subject.cell(node)
    # Where numbers change, each has a cell of its own.
    if inside or subject.is_live:
        local = ", ".join(f"×{subject.shown(partial)}" for partial in inside[:_MOST_LOCALS])
        local += ", …" if len(inside) > _MOST_LOCALS else ""
        largest = max(inside, key=lambda partial: abs(partial - 1), default=1.0)
        colour = subject.local(largest, highlighted)
        cells = (
            f'<TD {first} {fill} ALIGN="LEFT" CELLPADDING="3">{title}</TD>'
            f'<TD {fill} CELLPADDING="3"{cell_id(cell, "value")}>'
            f"{text(subject.shown(node.data), style.ink, 12, 'B')}</TD>"
            f'<TD {fill} CELLPADDING="3"{cell_id(cell, "local")}>{text(local, colour, 10)}</TD>'
            f'<TD {last} {fill} ALIGN="RIGHT" CELLPADDING="3"{cell_id(cell, "gradient")}>'
            f"{text(gradient, style.gradient, 10)}</TD>"
        )
    else:
        cells = (
            f'<TD COLSPAN="4" {port} {fill} CELLPADDING="4">{title}{text("  ", style.ink, 10)}'
            f"{text(subject.shown(node.data), style.ink, 13, 'B')}"
            f"{text('   ' + gradient, style.gradient, 10)}</TD>"
        )
    row = f"<TR>{cells}</TR>"
    if note:
        cell = text(note, style.ink, 9)
        row += f'<TR><TD COLSPAN="4" {fill} CELLPADDING="2">{cell}</TD></TR>'
    return row
