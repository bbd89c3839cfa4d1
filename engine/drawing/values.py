"""The view "values": one box per node, nodes made in the same scope side by side in a frame."""

from __future__ import annotations

from collections import Counter

from engine.drawing.inputs import given_box, given_edge, givens_of
from engine.drawing.path import operands
from engine.drawing.style import FONT, FRAME, FRAME_LINE, MUTED, text, title_of
from engine.drawing.subject import Subject
from engine.graph.value import Value

_FRAME = (
    f'labelloc=t; labeljust=l; style="rounded,filled"; fillcolor="{FRAME}"; color="{FRAME_LINE}"; '
    f'fontname="{FONT}"; margin=10'
)
_MOST_AT_A_PORT = 3
_FAR = ", minlen=2"
_PAIR = 'peripheries=0; style=invis; label=""; margin=0'


def values_body(subject: Subject) -> list[str]:
    """The lines of DOT."""
    pairs = _pairs(subject)
    frames: dict[str | None, list[Value]] = {}
    for node in subject.order:
        frames.setdefault(_frame_of(subject, node, pairs), []).append(node)
    body: list[str] = []
    for number, (scope, nodes) in enumerate(frames.items(), 1):
        if scope is not None:
            title = f"<{text(title_of(scope), MUTED, 11)}>"
            body.append(f"\tsubgraph cluster_{number} {{ label={title}; {_FRAME}\n")
        body += map(subject.box, nodes)
        for node in nodes:
            if node in pairs:
                user, leaf = subject.identity[pairs[node]], subject.identity[node]
                body.append(f"\tsubgraph cluster_pair_{leaf} {{ {_PAIR}; ")
                body[-1] += f"{{rank=same; {user}; {leaf}}} }}\n"
        if scope is not None:
            body.append("\t}\n")
    for node in subject.order:
        row = list(operands(node))
        times = Counter(operand for operand, _ in row)
        for operand, partial in row:
            paired, several = pairs.get(operand) is node, times[operand] > 1
            body.append(_edge(subject, operand, node, partial, paired, several))
    for given in givens_of(subject, "values"):
        body.append(given_box(subject, given))
        for node, _ in given.uses:
            ends = f"{given.identity} -> {subject.identity[node]}"
            body.append(given_edge(subject, ends, given.together, options=_FAR))
    if set(frames) - {None}:
        # What is in order, such as the neurons of a layer, stays so, at the price of crossings.
        body.append("\tmclimit=0.0001\n")
    return body


def _edge(
    subject: Subject, operand: Value, node: Value, partial: float, paired: bool, several: bool
) -> str:
    ends = f"{subject.identity[operand]} -> {subject.identity[node]}"
    if paired:
        # Short and across the flow: the label keeps its distance by spaces.
        return subject.edge(ends, operand, node, partial, padding=("", "    "))
    uses = len(subject.users[operand])
    # Edges side by side, and many into one box, spread along its border.
    options = "" if several else f", tailport={subject.tail_port}"
    if not several and len(node.args) <= _MOST_AT_A_PORT:
        options += f", headport={subject.head_port}"
    if operand.op is None and uses > 1:
        options += _FAR  # room for the labels where many edges leave one box
    elif operand.op is not None and node.scope not in (None, operand.scope):
        options += _FAR  # frames stand side by side
    elif operand.op is not None and uses == 1:
        options += ", weight=8"  # a chain stays straight
    elif operand.role == "parameter":
        options += ", weight=4"  # a parameter stays near
    return subject.edge(ends, operand, node, partial, options)


def _pairs(subject: Subject) -> dict[Value, Value]:
    """The leaves that stand beside the one node that uses them, out of the way of the flow."""
    pairs: dict[Value, Value] = {}
    for node in subject.order:
        row = [operand for operand, _ in operands(node)]
        if len(row) < 2:
            continue
        own = [leaf for leaf in row if leaf.op is None and len(subject.users[leaf]) == 1]
        parameters = [leaf for leaf in own if leaf.role == "parameter"]
        if len(parameters) == 1:
            pairs[parameters[0]] = node
        elif len(own) == 1 and not parameters and len(row) == 2:
            pairs[own[0]] = node
    return pairs


def _frame_of(subject: Subject, node: Value, pairs: dict[Value, Value]) -> str | None:
    if node.op is not None:
        return node.scope
    users = subject.users[node]
    if node in pairs or (node.role == "parameter" and len(users) == 1):
        return users[0][0].scope
    return None
