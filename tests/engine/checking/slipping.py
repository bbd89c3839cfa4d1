"""Gradients with a known slip: a backward pass with another local derivative somewhere.

Made apart from what is tested, and knowing the networks by the names of their operations.
"""

import random
from collections.abc import Callable, Iterator
from typing import Any

from engine import Value, apply, gradient, leaves, topological_order
from engine.graph.walks import adjoints
from tests.engine.checking.networks import ACTIVATIONS

Partial = Callable[[Value, int], float]
# The kind, how it was made, and what is claimed.
Slips = Iterator[tuple[str, str, float]]
RATES = (0.1, 0.05, 0.01, 0.001)


def backward(y: Value, x: Value, partial: Partial, *, assign: bool = False) -> float:
    """∂y/∂x with local derivatives as given; `assign`: with = for +=."""
    found: dict[Any, float] = {y: 1.0}
    for node in reversed(topological_order(y)):
        for position, operand in enumerate(node.args):
            if isinstance(operand, Value):
                before = 0.0 if assign else found.get(operand, 0.0)
                found[operand] = before + partial(node, position) * found.get(node, 0.0)
    return found[x]


def right(node: Value, position: int) -> float:
    partial = node.partials[position]
    assert partial is not None
    return partial


def name_of(node: Value | float) -> str:
    return node.op.name if isinstance(node, Value) and node.op else ""


def _is_activation(node: Value) -> bool:
    # Of a sigmoid by exp: 1 / (1 + exp(−z)).
    by_exp = name_of(node) in ("exp", "neg", "add", "div") and not (
        isinstance(node.args[0], Value) and all(isinstance(arg, Value) for arg in node.args)
    )
    return name_of(node) in (*ACTIVATIONS, "exp", "neg") or (by_exp and 1.0 in node.args)


def _activation(power: int) -> Partial:
    def partial(node: Value, position: int) -> float:
        known = right(node, position)
        return known**power if _is_activation(node) else known

    return partial


def _input(x: Value) -> Callable[[Value, int], float | None]:
    return lambda node, i: right(node, i) if node.args[i] is x else None


def _weight(node: Value, position: int) -> float | None:
    hidden = node.args[position]
    is_hidden = isinstance(hidden, Value) and _is_activation(hidden) and not _is_activation(node)
    return right(node, position) if is_hidden and name_of(node) in ("dot", "mul") else None


def _residual(node: Value, position: int) -> float | None:
    if name_of(node) == "squared_error":
        return float(node.args[0]) - float(node.args[1])
    square = name_of(node) == "pow" or (name_of(node) == "mul" and node.args[0] is node.args[1])
    return float(node.args[0]) if square else None


def _half_of_sigmoid(node: Value, position: int) -> float | None:
    return 1 - node.data if name_of(node) == "sigmoid" else None


def factors(y: Value, x: Value, source: random.Random) -> Slips:
    values = {
        "input": _input(x),
        "weight": _weight,
        "residual": _residual,
        "1 − σ": _half_of_sigmoid,
    }
    for kind, power in (("factor missing", 0), ("factor doubled", 2)):
        yield kind, "activation", backward(y, x, _activation(power))
        for how, value in values.items():

            def partial(node: Value, i: int, value: Any = value, power: int = power) -> float:
                factor = value(node, i)
                known = right(node, i)
                if factor is None or (not factor and not power):
                    return known
                return float(known * factor ** (power - 1))

            yield kind, how, backward(y, x, partial)


def signs(y: Value, x: Value, source: random.Random) -> Slips:
    yield "sign", "all", -backward(y, x, right)


def constants(y: Value, x: Value, source: random.Random) -> Slips:
    order, g = topological_order(y), backward(y, x, right)
    if any(_residual(node, 0) is not None for node in order if node.op):
        yield "constant", "2 missing", g / 2
        yield "constant", "2 doubled", g * 2
    by_thirds = name_of(y) == "mul" and any(isinstance(arg, float) for arg in y.args)
    if name_of(y) in ("mean", "div") or by_thirds:
        yield "constant", "n missing", g * 3
        yield "constant", "n doubled", g / 3


def paths(y: Value, x: Value, source: random.Random) -> Slips:
    yield "path missing", "=", backward(y, x, right, assign=True)
    users = [n for n in topological_order(y) if x in n.args]
    if len(users) > 1:
        chosen = source.choice(users)
        for how, wanted in (("one missing", False), ("one only", True)):

            def partial(node: Value, position: int, wanted: bool = wanted) -> float:
                left_out = node.args[position] is x and (node is chosen) != wanted
                return 0.0 if left_out else right(node, position)

            yield "path missing", how, backward(y, x, partial)


def others(y: Value, x: Value, source: random.Random) -> Slips:
    def own_weight(node: Value, position: int) -> float:
        return x.data if node.args[position] is x else right(node, position)

    def other_input(node: Value, position: int) -> float:
        is_weight = node.args[position] is x and name_of(node) == "dot" and position < 2
        return float(node.args[3 - position]) if is_weight else right(node, position)

    def other_weight(node: Value, position: int) -> float:
        two = name_of(node) == "dot" and 2 <= position < 4 and _weight(node, position)
        return float(node.args[3 - position]) if two else right(node, position)

    def z_for_a(node: Value, position: int) -> float:
        z = float(node.args[position])
        slopes = {"tanh": 1 - z * z, "sigmoid": z * (1 - z)}
        return slopes.get(name_of(node), right(node, position))

    def at_a(node: Value, position: int) -> float:
        if name_of(node) not in ("tanh", "sigmoid"):
            return right(node, position)
        again = getattr(Value(node.data), name_of(node))()
        return right(again, 0)

    yield "other node", "w for x", backward(y, x, own_weight)
    yield "other node", "x2 for x1", backward(y, x, other_input)
    yield "other node", "w2 for w1", backward(y, x, other_weight)
    yield "other node", "z for a", backward(y, x, z_for_a)
    yield "other node", "σ′(a) for σ′(z)", backward(y, x, at_a)
    alike = [n for n in leaves(y) if n is not x and (n.label or "")[:2] == (x.label or "")[:2]]
    if alike:
        yield "other node", "other gradient", backward(y, source.choice(alike), right)


def updates(y: Value, x: Value, source: random.Random) -> Slips:
    g = backward(y, x, right)
    for rate in RATES:
        yield "after the update", f"η = {rate}", x.data - rate * g


OF_NETWORKS = (factors, signs, constants, paths, others, updates)


def nothing_usual(y: Value, x: Value, source: random.Random) -> Slips:
    g = backward(y, x, right)
    for _ in range(3):
        yield "unknown", "any ratio", g * source.gauss(0, 2)


def of_any_graph(y: Value, x: Value, source: random.Random) -> Slips:
    """One edge changed, in graphs of any operations."""
    known = adjoints(y)
    for kind, power in (("factor missing", 0), ("factor doubled", 2)):
        edges = [
            (node, i)
            for node in topological_order(y)
            for i, partial in enumerate(node.partials)
            if partial and abs(partial) != 1 and known.get(node)
            # What depends on no number is a constant.
            if any(c.isalpha() for c in node.op.partials[0])  # type: ignore[union-attr]
            and not (name_of(node) in ("mul", "div") and float in map(type, node.args))
        ]
        if edges:
            there = source.choice(edges)

            def partial(node: Value, i: int, there: Any = there, power: int = power) -> float:
                own = right(node, i)
                return own**power if (node, i) == there else own

            yield kind, "one edge", backward(y, x, partial)
    yield from signs(y, x, source)
    yield from paths(y, x, source)
    yield from updates(y, x, source)


def step_before_added(first: Value, y: Value, x: Value, rate: float) -> tuple[Value, Value, float]:
    """y one step of gradient descent after `first`, the same graph; and both gradients by x."""
    trained = [leaf for leaf in leaves(first) if (leaf.label or "w")[:1] in "wb"]
    places = [leaf for leaf in leaves(y) if (leaf.label or "w")[:1] in "wb"]
    slopes = [slope.data for slope in gradient(first, trained)]
    moved = {leaf: leaf.data - rate * slope for leaf, slope in zip(places, slopes)}
    made: dict[Any, Any] = {}
    for node in topological_order(y):
        if node.op is None:
            made[node] = type(node)(moved.get(node, node.data), node.label)
            continue
        operands = [made.get(arg, arg) if isinstance(arg, Value) else arg for arg in node.args]
        made[node] = apply(node.op, *node.op.bind(operands))
        made[node].label = node.label
    y, after = made[y], made[x]
    return y, after, slopes[places.index(x)] + adjoints(y)[after]
