"""Runs the page's own modules under Node."""

import json
import subprocess
from pathlib import Path
from typing import Any

from engine.graph.paths import Edge
from engine.graph.value import Value
from engine.graph.walks import is_dead, topological_order
from engine.page.described import edges_of

WEB = Path(__file__).parents[3] / "engine" / "page" / "web"


def evaluate(module: str, expression: str, *arguments: Any) -> Any:
    """What a JavaScript expression over a module comes to; the arguments are a, b, …"""
    given_ = "".join(
        f"const {name} = {json.dumps(argument)};\n" for name, argument in zip("abcdef", arguments)
    )
    script = f"import * as m from {json.dumps((WEB / f'{module}.js').as_uri())};\n{given_}"
    script += f"console.log(JSON.stringify({expression}));"
    command = ["node", "--input-type=module", "-"]
    done = subprocess.run(command, input=script, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def graph_of(
    output: Value,
) -> tuple[list[Value], list[Edge], dict[str, Any], dict[str, list[float]]]:
    """What the modules need to know of a graph, and its numbers."""
    order = topological_order(output)
    places = {node: place for place, node in enumerate(order)}
    edges = edges_of(order)
    graph = {
        "nodes": [{"name": str(place)} for place in range(len(order))],
        "edges": [{"from": places[edge.operand], "to": places[edge.node]} for edge in edges],
    }
    numbers = {
        "locals": [float(edge.partial) for edge in edges],
        "alive": [float(not is_dead(edge.partial)) for edge in edges],
    }
    return order, edges, graph, numbers
