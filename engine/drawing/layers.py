"""The view "layers": one box per layer, with what it holds in numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from typing import Any

from engine.drawing.inputs import given_box, given_edge, givens_of
from engine.drawing.neurons import begins_neuron, neurons_of
from engine.drawing.path import operands
from engine.drawing.style import (
    DATA,
    DIM_INK,
    MUTED,
    OPERATION,
    PARAMETER,
    box,
    cell_id,
    dimmed,
    quoted,
    text,
    title_of,
)
from engine.drawing.subject import Subject
from engine.graph.value import Value
from engine.sheet.kinds import is_addition

# So many nodes outside of layers that are alike are still drawn one by one.
_MOST_ALIKE = 8


def layers_of(subject: Subject) -> dict[Value, Hashable]:
    """The box of every node, as a key: nodes with equal keys share one.

    Results made in a scope "layer 1" and the parameters that only they use are one box, for each
    network and each use of it that follows another. Elsewhere
    many results of the same operation that do not depend on each other are one box, and so are many
    leaves with the same users. A sum that is written with many + is one box, that of its result.
    """
    keys: dict[Value, Hashable] = {**_sums(subject), **_Uses(subject).boxes}
    levels: dict[Value, int] = {}
    for node in subject.order:
        if node.op is None:
            levels[node] = 0
            continue
        levels[node] = 1 + max((levels[operand] for operand, _ in operands(node)), default=0)
        if node not in keys:
            keys[node] = node if node is subject.root else (node.op, levels[node])
    _part_small(keys)
    for node in subject.order:
        if node.op is None:
            users = frozenset(keys[user] for user, _ in subject.users[node])
            (only,) = users if len(users) == 1 else (None,)
            if node.role == "parameter" and isinstance(only, tuple) and only[0] == "layer":
                keys[node] = only
            else:
                keys[node] = (node.role, users) if users else node
    _part_small(keys)
    return keys


def _sums(subject: Subject) -> dict[Value, Value]:
    """The result of the sum that an addition is part of, where it is one of several."""
    results: dict[Value, Value] = {}
    for node in reversed(subject.order):
        if node.op is not None and is_addition(node.op):
            users = subject.users[node]
            only = users[0][0] if len(users) == 1 else node
            results[node] = results.get(only, node)
    sizes = Counter(results.values())
    return {node: result for node, result in results.items() if sizes[result] > 1}


class _Uses:
    """Which use of which network's layer each result belongs to.

    `boxes`: ("layer", its name, how deep in the graph, the number there, the network's suffix).
    Neurons of one name but other weights are of another network, and a layer that works on what it
    has given itself is at work a second time.
    """

    def __init__(self, subject: Subject) -> None:
        self.boxes: dict[Value, tuple[Any, ...]] = {}
        self._networks: dict[Value, int] = {}
        # Per layer and depth the scopes of the neurons of each network there.
        self._scopes: dict[Hashable, list[set[str]]] = {}
        self._known: dict[Hashable, int] = {}
        self._taken: dict[tuple[Any, ...], int] = {}
        depths: dict[Value, int] = {}
        for node in subject.order:
            layer = None if node.op is None else _layer(node.scope)
            below = [operand for operand, _ in operands(node)]
            inside = [] if begins_neuron(node) else [b for b in below if b.scope == node.scope]
            inside = [b for b in inside if b in self.boxes]
            depths[node] = max((depths[b] for b in below), default=0)
            depths[node] += layer is not None and not inside
            network = next((self._networks[b] for b in below if b in self._networks), None)
            if layer is not None:
                self.boxes[node] = (
                    self.boxes[inside[0]]
                    if inside
                    else self._box(node, layer, depths[node], network)
                )
                network = self._taken[self.boxes[node][:4]]
            if network is not None:
                self._networks[node] = network

    def _box(self, node: Value, layer: str, depth: int, network: int | None) -> tuple[Any, ...]:
        place = layer, depth
        leaves = (arg for arg in node.args if isinstance(arg, Value) and arg.op is None)
        weights = next((leaf for leaf in leaves if leaf.role == "parameter"), None)
        groups = self._scopes.setdefault(place, [set()])
        number = self._known.get((place, node.scope, weights))
        if number is None:
            if node.scope in groups[-1]:
                groups.append(set())
            number = len(groups)
            self._known[place, node.scope, weights] = number
        groups[number - 1].add(node.scope or "")
        key = ("layer", layer, depth, number)
        if key not in self._taken:
            others = {self._taken[other] for other in self._taken if other[1] == layer}
            unused = network is not None and network not in others
            newest = max(self._taken.values(), default=0)
            self._taken[key] = network if unused and network is not None else newest + 1
        suffix = self._taken[key]
        return (*key, f" ({suffix})" if suffix > 1 else "")


def _layer(scope: str | None) -> str | None:
    parts = [] if scope is None else scope.split(" / ")
    for number, part in enumerate(parts, 1):
        if part.startswith("layer"):
            return " / ".join(parts[:number])
    return None


def _part_small(keys: dict[Value, Hashable]) -> None:
    """Gives each node a box of its own where few share one that is not a layer."""
    sizes = Counter(keys.values())
    for node, key in keys.items():
        if isinstance(key, tuple) and key[0] != "layer" and sizes[key] <= _MOST_ALIKE:
            keys[node] = node


def layers_body(subject: Subject) -> list[str]:
    """The lines of DOT."""
    keys = layers_of(subject)
    boxes: dict[Hashable, list[Value]] = {}
    for node in subject.order:
        boxes.setdefault(keys[node], []).append(node)
    neurons = neurons_of(subject)
    identity = {
        key: subject.identity[key if isinstance(key, Value) else nodes[0]]
        for key, nodes in boxes.items()
    }
    body = []
    for key, nodes in boxes.items():
        if isinstance(key, tuple):
            body.append(
                _box(subject, key, nodes, len({neurons[n].scope for n in nodes if n in neurons}))
            )
        else:
            assert isinstance(key, Value)
            # The 0 that Python's sum begins with is not a term.
            terms = [
                arg
                for node in nodes
                for arg in node.args
                if (keys[arg] is not key if isinstance(arg, Value) else arg)
            ]
            body.append(subject.box(key, f"{len(terms):,} terms" if len(nodes) > 1 else ""))
    edges: dict[tuple[Hashable, Hashable], list[tuple[Value, Value, float]]] = {}
    for node in subject.order:
        for operand, partial in operands(node):
            if keys[operand] != keys[node]:
                pair = keys[operand], keys[node]
                edges.setdefault(pair, []).append((operand, node, partial))
    for (tail, head), bundle in edges.items():
        ends = f"{identity[tail]} -> {identity[head]}"
        if len(bundle) == 1:
            body.append(subject.edge(ends, *bundle[0]))
            continue
        highlighted = any(subject.is_highlighted(operand) for operand, _, _ in bundle)
        colour = (
            DIM_INK
            if not highlighted
            else MUTED
            if subject.highlighted is None
            else subject.arrow(highlighted)
        )
        body.append(
            f'\t{ends} [label=" {len(bundle):,} edges ", color="{subject.arrow(highlighted)}", '
            f'fontcolor="{colour}"]\n'
        )
    for given in givens_of(subject, "layers"):
        body.append(given_box(subject, given))
        for key, count in Counter(keys[node] for node, _ in given.uses).items():
            body.append(given_edge(subject, f"{given.identity} -> {identity[key]}", count))
    return body


def _box(subject: Subject, key: tuple[object, ...], nodes: list[Value], neurons: int) -> str:
    """One box for many nodes: how many of what, and the ranges of their values and gradients."""
    results = [node for node in nodes if node.op is not None]
    leaves = [node for node in nodes if node.op is None]
    style = OPERATION
    lines: list[tuple[str, str]] = []
    if key[0] == "layer":
        title = title_of(f"{key[1]}{key[4]}")
        counted = [f"{neurons:,} neuron{'s' * (neurons != 1)}"] * bool(neurons)
        counted += [f"{len(leaves):,} parameter{'s' * (len(leaves) != 1)}"] * bool(leaves)
        symbols = Counter(node.op.symbol for node in results if node.op is not None)
        operations = ", ".join(f"{count:,} {symbol}" for symbol, count in symbols.most_common(4))
        lines += [(line, "ink") for line in [*counted, operations]]
    elif results:
        assert results[0].op is not None
        title = f"{len(nodes):,} × {results[0].op.symbol}"
    else:
        kinds = {"data": ("data leaves", DATA), "parameter": ("parameters", PARAMETER)}
        what, style = kinds["parameter" if key[0] == "parameter" else "data"]
        title = f"{len(nodes):,} {what}"
    highlighted = any(map(subject.is_highlighted, nodes))
    style = style if highlighted else dimmed(style)
    values = [node.data for node in results or nodes]
    lines.append((subject.range(values), "bold"))
    if all(subject.gradient(node).startswith("grad") for node in nodes):
        lines.append((f"grad {subject.range([*map(subject.gradient_of, nodes)])}", "gradient"))
    else:
        lines.append((subject.gradient(subject.root), "gradient"))
    runs = {
        "ink": lambda line: text(line, style.ink, 10.5),
        "bold": lambda line: text(line, style.ink, 12, "B"),
        "gradient": lambda line: text(line, style.gradient, 10),
    }
    cell = subject.cell(nodes[0])
    ids = {"bold": cell_id(cell, "values"), "gradient": cell_id(cell, "gradients")}
    head = text(title, MUTED if highlighted else style.ink, 10.5)
    side = f' BGCOLOR="{style.side}"' if style.side else ""
    rows = f'<TR><TD{side} CELLPADDING="4">{head}</TD></TR>' + "".join(
        f'<TR><TD CELLPADDING="3"{ids.get(kind, "")}>{runs[kind](line)}</TD></TR>'
        for line, kind in lines
    )
    identity = subject.identity[nodes[0]]
    options = f"tooltip={quoted(title)}{subject.mark(identity, 'layer')}"
    return f"\t{identity} [label={box(style, rows)}, {options}]\n"
