"""Firm ground: whether a graph is well-defined, and how far rounding may move its numbers.

Every number of a graph has a *scale*: the sum over all paths that lead to it of the absolute
product of the local derivatives, times the number that the path starts from. Each way of computing
rounds every number on its way by some units in the last place, so two of them may differ by some
2^-53 of that sum; and where terms cancel the sum is what they were, not what is left of them. What
differs by more, such as 1e-12 of the scale, differs in mathematics.

A number is *exact* where it was made of the leaves by operations that IEEE 754 rounds correctly:
there all ways of computing agree to the last bit.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from engine.graph.value import Value
from engine.graph.walks import topological_order
from engine.sheet.evaluate import kink_distance
from engine.sheet.formula import read
from engine.sheet.op import Op
from engine.testing.recipes import Recipe, Step

# Numbers must be further from kinks than this part of their scale.
MARGIN = 1e-9
# Smaller numbers may have lost digits already, in factors that were subnormal.
SMALLEST = 1e-300
# Beyond it products of paths overflow although the numbers themselves are finite.
LARGEST = 1e250


def scales(*outputs: Value) -> dict[Value, float]:
    """The scale of every node below the outputs; inf or nan where a local derivative is not finite.

    >>> a, b = Value(1e8), Value(-1e8)
    >>> y = a + b
    >>> y.data, scales(y)[y]
    (0.0, 200000000.0)
    """
    found: dict[Any, float] = {}
    for node in topological_order(*outputs):
        found[node] = scale(node, found)
    return found


def scale(node: Value, known: Mapping[Any, float]) -> float:
    """The scale of a node of whose operands it is known."""
    total = max(abs(node.data), SMALLEST) if node.data == node.data else math.nan
    for operand, partial in zip(node.args, node.partials):
        if partial:
            total += abs(partial) * known[operand]
    return total


@cache
def is_exact(op: Op) -> bool:
    """Whether IEEE 754 says the value of the operation to the last bit."""
    return all(map(_is_exact, ast.walk(read(op.formula))))


def _is_exact(part: ast.AST) -> bool:
    match part:
        case ast.Pow() | ast.Mod():
            return False
        case ast.Call(func=ast.Name(id=name)):
            # The largest of many is one of them; a sum of many depends on its order.
            return name in ("abs", "sqrt", "max", "min")
        case ast.Name(id="pi"):
            return False
    return True


class Ground:
    """The nodes of a recipe on one row, with their scales, as far as they are well-defined.

    >>> ground = Ground([1e-20, 3.0])
    >>> ground.add(Step("log", (0,))), ground.add(Step("sub", (1, 1)))
    (True, True)
    >>> ground.add(Step("log", (3,)))
    False

    With `exact_leaves=False` not even leaves may be on a kink, as where something is compared that
    defines derivatives on kinks in another way.
    """

    def __init__(self, leaves: Sequence[float], exact_leaves: bool = True) -> None:
        self.nodes: list[Value] = [Value(number) for number in leaves]
        self.scales: dict[Any, float] = {node: scale(node, {}) for node in self.nodes}
        self.exact: dict[Any, bool] = dict.fromkeys(self.nodes, exact_leaves)

    def add(self, step: Step) -> bool:
        """Adds a step's result if it is well-defined; says whether it is."""
        node = self.tried(step)
        if node is None:
            return False
        self.nodes.append(node)
        return True

    def tried(self, step: Step) -> Value | None:
        """The result of a step, or None where it is not well-defined."""
        node = computed(step, self.nodes)
        if node is None or not all(map(math.isfinite, _numbers_of(node))):
            return None
        self.scales[node] = scale(node, self.scales)
        places = set(step.places())
        self.exact[node] = is_exact(step.line) and all(self.exact[self.nodes[p]] for p in places)
        firm = self.scales[node] < LARGEST and self._is_settled(step, node)
        return node if firm else None

    def _is_settled(self, step: Step, node: Value) -> bool:
        """Whether nothing jumps when the operands move by some of their scale."""
        reach = {
            place: MARGIN * self.scales[self.nodes[place]]
            for place in step.places()
            if not self.exact[self.nodes[place]]
        }
        if not reach:
            return True
        if step.line.kinks and _distance(step, self.nodes) <= sum(reach.values()):
            return False
        # A slope that is small next to this one does not count.
        usual = MARGIN * self.scales[node] / sum(reach.values())
        return all(_is_close(node, near, reach, usual) for near in self._neighbours(step, reach))

    def _neighbours(self, step: Step, reach: Mapping[int, float]) -> Iterator[Value | None]:
        """The result with one operand moved up and the others down, and the other way round."""
        numbers = [node.data for node in self.nodes]
        for chosen in reach:
            for sign in (1.0, -1.0):
                moved: list[Any] = [*self.nodes]
                for place, distance in reach.items():
                    way = sign if place == chosen else -sign
                    moved[place] = Value(numbers[place] + way * distance)
                yield computed(step, moved)


def computed(step: Step, nodes: Sequence[Any]) -> Value | None:
    """The result of a step, or None where it is undefined, or no node."""
    from engine.eager.functions import EAGER

    try:
        result = step.apply(nodes, EAGER)
    except (ArithmeticError, ValueError):
        return None
    return result if isinstance(result, Value) else None


def is_well_defined(recipe: Recipe, exact_leaves: bool = True) -> bool:
    """Whether the recipe is well-defined on all its rows."""
    for row in recipe.rows:
        ground = Ground([*row, *recipe.parameters], exact_leaves)
        if not all(map(ground.add, recipe.steps)):
            return False
    return True


def _numbers_of(node: Value) -> Iterator[float]:
    yield node.data
    for partial in node.partials:
        if partial is not None:
            yield partial


def _distance(step: Step, nodes: Sequence[Value]) -> float:
    """How far the operands are from the operation's kinks."""

    def number(place: int) -> float:
        return nodes[place].data

    plain = step.moved(number)
    arguments: list[Any] = [list(o) if isinstance(o, tuple) else o for o in plain.operands]
    arguments += plain.constants
    lengths = [len(argument) for argument in arguments if isinstance(argument, list)]
    distance: Callable[..., tuple[float]] = kink_distance(step.line)
    return distance(*arguments, *lengths[:1])[0]


def _is_close(node: Value, near: Value | None, reach: Mapping[int, float], usual: float) -> bool:
    """Whether a neighbour is where the local derivatives say, and has about the same ones."""
    if near is None:
        return False
    steepness = [abs(p) for p in node.partials if p is not None]
    allowed = 10 * max(steepness, default=0.0) * sum(reach.values()) + 1e-12 * abs(node.data)
    if not abs(near.data - node.data) <= allowed + SMALLEST:
        return False
    for partial, other in zip(node.partials, near.partials):
        if partial is not None and other is not None:
            larger = max(abs(partial), abs(other))
            if not abs(partial - other) <= max(1e-4 * larger, 1e-9 * min(usual, 1.0)):
                return False
    return True
