"""What several tests of drawings use: graphs, and a reading of the DOT text that is drawn."""

import re
import shutil
from collections.abc import Sequence
from html import unescape
from importlib.util import find_spec

import pytest

from engine import Parameter, Value, dot, scope, squared_error
from engine.drawing.render import Picture

HAS_DOT = shutil.which("dot") is not None
HAS_PYGRAPHVIZ = find_spec("pygraphviz") is not None
needs_graphviz = pytest.mark.skipif(not (HAS_DOT or HAS_PYGRAPHVIZ), reason="needs a Graphviz")


def lesson() -> dict[str, Value]:
    """The 2-2-1 network of the lesson on its student, as its neurons make it; all by name."""
    names = "w111 w121 b11 w112 w122 b12 w211 w221 b21".split()
    values = 0.1, 0.1, 0, 0.1, 0.1, 0, 1, 1, 0.4
    nodes: dict[str, Value]
    nodes = {name: Parameter(value, label=name) for name, value in zip(names, values)}
    nodes |= {name: Value(data, label=name) for name, data in [("x1", 8), ("x2", 80), ("y", 3)]}

    def neuron(layer: int, number: int, inputs: Sequence[Value], label: str) -> Value:
        row = [nodes[f"w{layer}{i}{number}"] for i, _ in enumerate(inputs, 1)]
        with scope(f"layer {layer} / neuron {number}"):
            nodes[label] = dot(row, inputs, nodes[f"b{layer}{number}"])
        nodes[label].label = label
        return nodes[label]

    inputs = [nodes["x1"], nodes["x2"]]
    hidden = [neuron(1, 1, inputs, "o11"), neuron(1, 2, inputs, "o12")]
    predicted = neuron(2, 1, hidden, "ŷ")
    nodes["L"] = squared_error(nodes["y"], predicted)
    nodes["L"].label = "L"
    return nodes


def worked_example() -> dict[str, Value]:
    """One neuron per layer by elementary operations: L = (ReLU(m1·x·m2) − y)² / 2."""
    n = {
        "x": Value(2, "x"),
        "y": Value(1, "y"),
        "m1": Parameter(3, "m1"),
        "m2": Parameter(0.5, "m2"),
    }
    n["a1"] = n["m1"] * n["x"]
    n["z2"] = n["a1"] * n["m2"]
    n["ŷ"] = n["z2"].relu()
    n["L"] = (n["ŷ"] - n["y"]) ** 2 / 2
    for name in ("a1", "z2", "ŷ", "L"):
        n[name].label = name
    return n


def boxes(picture: Picture) -> dict[str, list[str]]:
    """Per box its id and the runs of text in it."""
    found = {}
    for line in picture.body:
        if match := re.match(r"\t(\w+) \[label=<<(.*)>>, tooltip=", line):
            found[match[1]] = runs(match[2])
    return found


def runs(label: str) -> list[str]:
    """The runs of text in an HTML-like label."""
    texts = re.findall(r"<FONT[^>]*>(.*?)</FONT>", label)
    plain = [unescape(re.sub("<[^>]*>", "", text)).replace(r"\\" * 2, "\\") for text in texts]
    return [text.strip() for text in plain if text.strip()]


def arrows(picture: Picture) -> list[tuple[str, str, str, str]]:
    """Every arrow as its ends, its label and its colour."""
    pattern = r'\t([\w:]+) -> ([\w:]+) \[(?:(?:head)?label="([^"]*)", .*?)?color="([^"]*)"'
    found = [re.match(pattern, line) for line in picture.body]
    return [(m[1], m[2], (m[3] or "").strip(), m[4]) for m in found if m]


def box_of(picture: Picture, word: str) -> tuple[str, list[str]]:
    """The id and the texts of the one box that has the word as a text."""
    ((identity, texts),) = [(i, texts) for i, texts in boxes(picture).items() if word in texts]
    return identity, texts


def below(picture: Picture) -> list[str]:
    """The texts under the picture."""
    return runs(picture.body[-1])
