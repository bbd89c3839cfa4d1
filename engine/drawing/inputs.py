"""The inputs of a network that are plain numbers: boxes, like those of inputs that are nodes.

No gradient is computed for them, so their arrows say no local derivative.
"""

from __future__ import annotations

from typing import NamedTuple

from engine.drawing.style import DATA, MUTED, dimmed, quoted, value_box
from engine.drawing.subject import Subject
from engine.graph.value import Value

# A row of more numbers is one box.
_MOST_BOXES = 8

Use = tuple[Value, int]


class Given(NamedTuple):
    """A box of numbers, and the neurons that it leads to, each with the place of it there.

    `together`: how many numbers each arrow stands for.
    """

    identity: str
    name: str
    numbers: list[float]
    uses: list[Use]
    together: int = 1


def givens_of(subject: Subject, view: str) -> list[Given]:
    """The boxes: one for each number of a row of inputs; one for all rows among layers."""
    users: dict[tuple[tuple[int, float], ...], list[Value]] = {}
    for node, given in subject.inputs.items():
        first = min(given)
        row = tuple((position - first, number) for position, number in given.items())
        users.setdefault(row, []).append(node)
    if not users:
        return []
    if view == "layers":
        numbers = [number for row in users for _, number in row]
        uses = [(node, position) for node in subject.inputs for position in subject.inputs[node]]
        rows = f"{len(users):,} × " if len(users) > 1 else ""
        return [Given("inputs", f"{rows}{_inputs(len(next(iter(users))))}", numbers, uses)]
    boxes = []
    for number, (row, nodes) in enumerate(users.items(), 1):
        if len(row) > _MOST_BOXES:
            uses = [(node, min(subject.inputs[node])) for node in nodes]
            numbers = [value for _, value in row]
            boxes.append(Given(f"x{number}", _inputs(len(row)), numbers, uses, len(row)))
            continue
        for index, (offset, value) in enumerate(row, 1):
            uses = [(node, min(subject.inputs[node]) + offset) for node in nodes]
            boxes.append(Given(f"x{number}_{index}", f"x{index}", [value], uses))
    return boxes


def _inputs(count: int) -> str:
    return f"{count:,} input{'s' * (count != 1)}"


def given_box(subject: Subject, given: Given) -> str:
    """The line of DOT for the box."""
    style = DATA if subject.highlighted is None else dimmed(DATA)
    value = subject.range(given.numbers)
    label = value_box(style, None, given.name, value, "")
    tooltip = f"{given.name}: {value}, without a gradient"
    return f"\t{given.identity} [label={label}, tooltip={quoted(tooltip)}]\n"


def given_edge(subject: Subject, ends: str, edges: int = 1, options: str = "") -> str:
    """The line of DOT for an arrow that leads from such a box; it stands for so many edges."""
    colour = subject.arrow(False)
    label = f'label=" {edges:,} edges ", fontcolor="{MUTED}", ' if edges > 1 else ""
    return f'\t{ends} [{label}color="{colour}"{options}]\n'
