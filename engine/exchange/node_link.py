"""Graphs as node-link data, which is JSON: out, back in, and into networkx."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.base.numbers import as_number, given
from engine.base.packages import optional
from engine.eager.checked import apply
from engine.graph.arguments import as_value
from engine.graph.value import Parameter, Value
from engine.graph.walks import topological_order
from engine.sheet.ops import OPERATIONS


def to_node_link(y: Value) -> dict[str, Any]:
    """The graph below y as data for `json.dump`, in the form of networkx's `node_link_data`.

    A node: `id` ("n1", "n2" … in topological order), `label`, `scope`, `role`, `op` (its line of
    the formula sheet, None for a leaf), `value`, `grad`, and `constants`, operands that are plain
    numbers, as pairs of position and number. An edge from an operand, its `source`, to the node
    that uses it, its `target`: `position` among the operands, which is its `key`, and `partial`,
    the local derivative. `graph` names the output.

    >>> x = Value(3.0, label="x")
    >>> data = to_node_link(x * x + 1)
    >>> [(edge["source"], edge["target"], edge["partial"]) for edge in data["edges"]]
    [('n1', 'n2', 3.0), ('n1', 'n2', 3.0), ('n2', 'n3', 1.0)]
    >>> data["nodes"][2]["constants"], data["graph"]
    ([[1, 1.0]], {'output': 'n3'})
    """
    order = topological_order(as_value(y, "to_node_link: y"))
    ids = {node: f"n{number}" for number, node in enumerate(order, 1)}
    nodes: list[dict[str, Any]] = []
    edges: list[dict[str, Any]] = []
    for node in order:
        constants: list[list[float]] = []
        for position, (arg, partial) in enumerate(zip(node.args, node.partials)):
            if not isinstance(arg, Value):
                constants.append([position, arg])
                continue
            ends = {"source": ids[arg], "target": ids[node], "key": position}
            edges.append({**ends, "position": position, "partial": partial})
        nodes.append(
            {
                "id": ids[node],
                "label": node.label,
                "scope": node.scope,
                "role": node.role,
                "op": None if node.op is None else node.op.name,
                "value": node.data,
                "grad": node.grad,
                "constants": constants,
            }
        )
    graph = {"output": ids[y]}
    return {"directed": True, "multigraph": True, "graph": graph, "nodes": nodes, "edges": edges}


def from_node_link(data: Mapping[str, Any]) -> Value:
    """The output of the graph that `to_node_link` wrote, its nodes made anew.

    What networkx's `node_link_data` writes of `to_networkx` is the same. Leaves have their numbers,
    inner nodes are computed; labels, scopes and gradients are as they were.

    Raises ValueError, naming the node, for data of another form, for an operation that is not on
    the formula sheet and for edges that do not fit it; TypeError for what is not a number; and what
    an operation raises where it is undefined.

    >>> from_node_link(to_node_link(Value(3.0, label="x").tanh()))
    Value(0.9951, grad=0)
    """
    try:
        rows = {str(row["id"]): row for row in data["nodes"]}
        output = str(data["graph"]["output"])
        operands: dict[str, dict[int, str]] = {name: {} for name in rows}
        for edge in data["edges"]:
            operands[str(edge["target"])][edge["position"]] = str(edge["source"])
    except (KeyError, TypeError, IndexError) as error:
        raise ValueError(
            f"from_node_link: this is not node-link data of a graph: {error!r}"
        ) from None
    if output not in rows:
        raise ValueError(
            f"from_node_link: there is no node {output!r}, which is said to be the output"
        )
    made: dict[str, Value] = {}
    for name in _in_order(operands):
        made[name] = _node(name, rows[name], {at: made[o] for at, o in operands[name].items()})
    return made[output]


def _in_order(operands: Mapping[str, Mapping[int, str]]) -> list[str]:
    """The nodes, operands first. ValueError for an edge from nowhere, and for a circle."""
    waiting = {name: {*row.values()} for name, row in operands.items()}
    users: dict[str, list[str]] = {name: [] for name in operands}
    for name, needed in waiting.items():
        for operand in needed:
            if operand not in users:
                raise ValueError(f"from_node_link: {name}: there is no node {operand!r}")
            users[operand].append(name)
    order = [name for name, needed in waiting.items() if not needed]
    for name in order:
        for user in users[name]:
            waiting[user].discard(name)
            if not waiting[user]:
                order.append(user)
    if len(order) < len(operands):
        circle = next(name for name, needed in waiting.items() if needed)
        raise ValueError(f"from_node_link: {circle} is computed from itself")
    return order


def _node(name: str, row: Mapping[str, Any], operands: Mapping[int, Value]) -> Value:
    op = row.get("op")
    if op is None:
        kind = Parameter if row.get("role") == "parameter" else Value
        node = kind(as_number(row.get("value"), f"from_node_link: {name}"), label=row.get("label"))
    elif not isinstance(op, str) or op not in OPERATIONS:
        raise ValueError(f"from_node_link: {name}: no operation {given(op)} on the formula sheet")
    else:
        args = {**operands, **dict(row.get("constants", ()))}
        line = OPERATIONS[op]
        try:
            node = apply(line, *line.bind([args[position] for position in range(len(args))]))
        except (KeyError, IndexError, TypeError) as error:
            raise ValueError(
                f"from_node_link: {name}: its operands do not fit {op}: {error}"
            ) from None
        node.label = row.get("label")
    node.scope = row.get("scope")
    node.grad = as_number(row.get("grad", 0.0), f"from_node_link: {name}: grad")
    return node


def to_networkx(y: Value) -> Any:
    """The graph below y as a `networkx.MultiDiGraph`: all that `to_node_link` tells, as attributes.

    Edges lead from an operand to the node that uses it; of a + a there are two. Needs networkx;
    raises ImportError where it is missing.

    >>> graph = to_networkx(Value(3.0, label="x") * 2)  # doctest: +SKIP
    >>> list(graph.edges(data="partial"))  # doctest: +SKIP
    [('n1', 'n2', 2.0)]
    """
    data = to_node_link(y)
    graph = optional("networkx", "to_networkx").MultiDiGraph(**data["graph"])
    for node in data["nodes"]:
        graph.add_node(node.pop("id"), **node)
    for edge in data["edges"]:
        graph.add_edge(edge.pop("source"), edge.pop("target"), **edge)
    return graph
