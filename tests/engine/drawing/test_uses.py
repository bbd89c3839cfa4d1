"""Networks that are both "layer 1" stay two, and a layer that is used twice is two uses."""

import re

import pytest

from engine import Value, draw, mean
from nn import MLP, Layer


def inputs(shift=0.0):
    return [Value(1.0 + shift), Value(2.0)]


def titles(output):
    return sorted(re.findall(r">(layer \d(?: \(\d\))?)<", draw(output, view="layers").source))


def has_cycle(picture):
    edges = set()
    for line in picture.source.splitlines():
        if ends := re.match(r'\s*"?(\w+)"?(?::\w+)*\s*->\s*"?(\w+)', line):
            edges.add(ends.groups())
    nodes = {node for edge in edges for node in edge}
    while free := [n for n in nodes if not any(head == n for _, head in edges)]:
        nodes -= set(free)
        edges = {edge for edge in edges if edge[0] in nodes}
    return bool(nodes)


FIRST, SECOND = MLP(2, [2, 2], "tanh", init="ones"), MLP(2, [3, 1], init="ones")
SHARED, DEEP = Layer(2, 2, "tanh", init="ones"), MLP(2, [2, 2, 1], init="ones")
TWO = ["layer 1", "layer 1 (2)", "layer 2", "layer 2 (2)"]
CASES = {
    "in a row": (lambda: SECOND(FIRST(inputs())), TWO),
    "side by side": (lambda: SECOND(inputs()) + sum(FIRST(inputs())), TWO),
    "the other way round": (lambda: sum(FIRST(inputs())) + SECOND(inputs()), TWO),
    "one for several samples": (
        lambda: mean([SECOND(inputs(i)) for i in range(4)]),
        ["layer 1", "layer 2"],
    ),
    "used three times": (
        lambda: sum(SHARED(SHARED(SHARED(inputs())))),
        ["layer 1", "layer 1 (2)", "layer 1 (3)"],
    ),
    "deep": (lambda: DEEP(inputs()), ["layer 1", "layer 2", "layer 3"]),
}


@pytest.mark.parametrize("case", CASES)
def test_every_network_has_its_boxes_and_one_suffix(case):
    make, expected = CASES[case]
    output = make()
    assert titles(output) == expected
    for view in ("layers", "neurons"):
        assert not has_cycle(draw(output, view=view))
