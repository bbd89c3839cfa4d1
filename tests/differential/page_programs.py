"""The programs of live pages under Node: values and gradients of graphs, by `trace`, `backward`."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from typing import Any

from engine.graph.value import Value
from engine.graph.walks import topological_order
from engine.page.described import edges_of
from engine.page.notation import local_form
from engine.page.program import program_source
from tests.differential.reference import Numbers, Reference, add

# For each point, the numbers of all leaves by their places: the value and the gradient of every
# node, the local derivative of every edge, whether it goes on, and which branch holds.
_CALL = """
((program, order, users, operands, points) => points.map((leaves) => {
    const filled = (count, number) => new Array(count).fill(number);
    const values = filled(order, undefined), locals = filled(users.length, 0);
    const alive = filled(users.length, 1), branches = filled(users.length, 0);
    for (const [place, number] of leaves)
        values[place] = Number(number);
    const done = program.trace(values, locals, alive, branches);
    const live = filled(order, 0), gradients = filled(order, 0);
    live[order - 1] = gradients[order - 1] = 1;
    program.backward(locals, alive, users, operands, live, gradients);
    return [[done], values, gradients, locals, alive, branches].map((row) => row.map(String));
}))"""


def in_node(expression: str) -> Any:
    """What a JavaScript expression comes to. ImportError where there is no Node."""
    program = shutil.which("node")
    if program is None:
        raise ImportError("there is no JavaScript engine called node")
    done = subprocess.run(
        [program, "--use_strict", "-"],
        input=f"console.log(JSON.stringify({expression}))",
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"Node refuses a program: {done.stderr[:2000]}")
    return json.loads(done.stdout)


def called(output: Value, points: Sequence[Sequence[tuple[int, float]]]) -> str:
    """The text of a call of a graph's program at some points."""
    order = topological_order(output)
    place = {node: number for number, node in enumerate(order)}
    edges = edges_of(order)
    program = program_source(order, edges, [local_form(*edge) for edge in edges], None)
    users, operands = ([place[node] for node in nodes] for nodes in _ends(edges))
    texts = [
        [[leaf, repr(number).replace("inf", "Infinity")] for leaf, number in p] for p in points
    ]
    return f"{_CALL}({program}, {len(order)}, {users}, {operands}, {json.dumps(texts)})"


def _ends(edges: Sequence[Any]) -> tuple[list[Value], list[Value]]:
    return [edge.node for edge in edges], [edge.operand for edge in edges]


def numbers_of(texts: Sequence[str]) -> list[float]:
    """Numbers as JavaScript spells them; nan for what has none."""
    return [float("nan" if text == "undefined" else text) for text in texts]


class PageWay:
    """The programs of live pages, each of one recipe."""

    name = "page"
    size = 24

    def __init__(self) -> None:
        in_node("1")

    def numbers(self, references: Sequence[Reference]) -> list[Numbers]:
        built = [each.recipe.build() for each in references]
        calls = []
        for graph, each in zip(built, references):
            place = {node: number for number, node in enumerate(topological_order(graph.output))}
            leaves = [*graph.inputs, *graph.parameters]
            points = [
                [
                    (place[leaf], number)
                    for leaf, number in zip(leaves, (*row, *each.recipe.parameters))
                    if leaf in place
                ]
                for row in each.recipe.rows
            ]
            calls.append(called(graph.output, points))
        numbers: list[Numbers] = [{} for _ in references]
        for graph, own, rows in zip(built, numbers, in_node(f"[{', '.join(calls)}]"), strict=True):
            order = topological_order(graph.output)
            for _, values, gradients, *_ in rows:
                found = dict(zip(order, numbers_of(gradients)))
                add(own, "value", [numbers_of(values)[-1]])
                add(own, "gradient", [found.get(leaf, 0.0) for leaf in graph.parameters])
        return numbers
