"""What is measured of a recipe, and the reference: computed eagerly, with the scale of each number.

`Numbers` are lists of floats by quantity. Of a graph with P parameters among L leaves, on R rows:

value                 R      the output
gradient              R·P    by `backward`, or by a program for each row alone
mean gradient         P      over all rows, by a program for all of them at once
gradient graph        R·L    `gradient`, which makes nodes that can be differentiated again
second derivative     R·L    the gradient of a weighted sum of those by the parameters: the Hessian
                             times a vector in which no two entries are alike
mean second           P      the same by a program's own backward pass over the gradient's graph
true value            R      the output in another arithmetic, which is not that of IEEE 754
true slope            R      the derivative along a line through the parameters
true curvature        R      the second derivative along it
training by one       P      the parameters after two epochs of gradient descent, a row a step
training by batches   P      the same, some rows a step, as many as vectors have lanes and one more
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import engine
from engine.graph.walks import topological_order
from engine.testing import Recipe
from engine.testing.ground import LARGEST, is_exact, scales
from tests.differential.training import BATCHES, EPOCHS, REPEATED, is_settled, trained_parameters

Numbers = dict[str, list[float]]
# Of longer recipes the second derivatives are too many nodes.
MOST_STEPS = 25
# Central differences end there, as a part of the scale of the value.
_NOISE = 1e-33


class Entry(NamedTuple):
    """A number that is right, and its scale: 0 where it must be matched to the last bit."""

    value: float
    scale: float


@dataclass
class Reference:
    """The right numbers of a recipe by quantity, and the rate that it is trained with."""

    recipe: Recipe
    entries: dict[str, list[Entry]] = field(default_factory=dict)
    rate: float = 0.0


class Orders(NamedTuple):
    """A graph on one row with the graphs of its derivatives."""

    output: Any
    parameters: list[Any]
    first: list[Any]
    weighted: Any
    second: list[Any]


def orders(recipe: Recipe, row: int, package: Any = engine, second: bool = True) -> Orders:
    """Builds a recipe, its gradient and its second derivatives with one of the cores."""
    inputs = [package.Value(x, f"x{i}") for i, x in enumerate(recipe.rows[row])]
    parameters = [package.Parameter(p, f"w{i}") for i, p in enumerate(recipe.parameters)]
    return orders_of(recipe, inputs, parameters, package, second)


def orders_of(
    recipe: Recipe, inputs: list[Any], parameters: list[Any], package: Any, second: bool
) -> Orders:
    """The same on leaves that are given."""
    leaves = [*inputs, *parameters]
    output = recipe.nodes(leaves, package.eager.functions.EAGER)[-1]
    if not second:
        return Orders(output, parameters, [], None, [])
    first = package.gradient(output, leaves)
    weighted = 0.0
    for factor, slope in zip(direction(len(parameters)), first[len(inputs) :]):
        weighted = weighted + factor * slope
    return Orders(output, parameters, first, weighted, package.gradient(weighted, leaves))


def direction(parameters: int) -> list[float]:
    """The vector that Hessians are multiplied with, a number for each parameter."""
    return [1.0 + index / 4 for index in range(parameters)]


def measured(expected: Reference, package: Any = engine) -> Numbers:
    """The same numbers of a recipe, computed eagerly by one of the cores."""
    numbers: Numbers = {}
    recipe, second = expected.recipe, "second derivative" in expected.entries
    for row in range(len(recipe.rows)):
        made = orders(recipe, row, package, second)
        made.output.backward()
        add(numbers, "value", [made.output.data])
        add(numbers, "gradient", [leaf.grad for leaf in made.parameters])
        if second:
            add(numbers, "gradient graph", [slope.data for slope in made.first])
            add(numbers, "second derivative", [bend.data for bend in made.second])
    for quantity, size in BATCHES.items():
        trained = trained_parameters(recipe, expected.rate, size, package)
        if trained is not None:
            numbers[quantity] = trained
    return numbers


def add(numbers: Numbers, quantity: str, found: Sequence[float]) -> None:
    numbers.setdefault(quantity, []).extend(found)


def reference(recipe: Recipe, second: bool = True) -> Reference:
    """The right numbers of a well-defined recipe, with their scales.

    Without the second derivatives where they are not asked for, too many, or undefined.
    """
    found = Reference(recipe)
    second = second and len(recipe.steps) <= MOST_STEPS
    try:
        made = [orders(recipe, row, second=second) for row in range(len(recipe.rows))]
    except (ArithmeticError, ValueError):
        second = False
        made = [orders(recipe, row, second=False) for row in range(len(recipe.rows))]
    gradients: list[list[Entry]] = []
    weighted: list[list[Entry]] = []
    noise: list[float] = []
    for row, each in zip(recipe.rows, made):
        each.output.backward()
        slopes = [leaf.grad for leaf in each.parameters]
        first = each.first or engine.gradient(each.output, each.parameters)
        sizes = scales(each.output, *first, *each.second)
        if second:
            add_constants(sizes, each, (*row, *recipe.parameters))
        gradients.append(
            [Entry(slope, sizes[node]) for slope, node in zip(slopes, first[-len(slopes) :])]
        )
        add_entries(found, "true value", [each.output], sizes)
        noise.append(_NOISE * sizes[each.output])
        sizes[each.output] *= not _is_exact(each.output)
        add_entries(found, "value", [each.output], sizes)
        if second:
            add_entries(found, "gradient graph", each.first, sizes)
            add_entries(found, "second derivative", each.second, sizes)
            weighted.append(found.entries["second derivative"][-len(slopes) :])
    found.entries["gradient"] = [entry for row in gradients for entry in row]
    found.entries["mean gradient"] = means(gradients)
    found.entries["true slope"] = [*map(along, gradients, noise)]
    if second:
        found.entries["true curvature"] = [*map(along, weighted, noise)]
        found.entries["mean second"] = means(weighted)
    _train(found, gradients)
    return found


def add_constants(sizes: dict[Any, float], each: Orders, leaves: Sequence[float]) -> None:
    """The scales of second derivatives that are constant: no graph shows what they were added from.

    Each term times its leaf is part of the scale of the first derivative.
    """
    first = scales(each.weighted)[each.weighted]
    for node, leaf in zip(each.second, leaves, strict=True):
        if node.op is None and leaf:
            sizes[node] = max(sizes[node], first / abs(leaf))


def add_entries(found: Reference, quantity: str, nodes: Sequence[Any], sizes: Any) -> None:
    entries = found.entries.setdefault(quantity, [])
    entries.extend(Entry(node.data, sizes[node]) for node in nodes)


def means(rows: list[list[Entry]]) -> list[Entry]:
    """The mean of every column; rounding grows with the numbers that are added up."""
    columns = list(zip(*rows))
    return [
        Entry(
            math.fsum(entry.value for entry in column) / len(column),
            sum(entry.scale for entry in column) / len(column),
        )
        for column in columns
    ]


def along(entries: Sequence[Entry], noise: float) -> Entry:
    """The sum of the numbers of parameters, each times that of the direction."""
    factors = direction(len(entries))
    return Entry(
        sum(factor * entry.value for factor, entry in zip(factors, entries)),
        sum(factor * entry.scale for factor, entry in zip(factors, entries)) + noise,
    )


def _is_exact(output: Any) -> bool:
    exact: dict[Any, bool] = {}
    for node in topological_order(output):
        exact[node] = node.op is None or (
            is_exact(node.op) and all(exact.get(arg, True) for arg in node.args)
        )
    return exact[output]


def _train(found: Reference, gradients: list[list[Entry]]) -> None:
    """Trains with a rate at which the parameters move by about a thousandth."""
    steepest = max((entry.scale for row in gradients for entry in row), default=0.0)
    if not steepest < LARGEST:
        return
    found.rate = 10.0 ** math.floor(-3 - math.log10(max(steepest, 1.0)))
    for quantity, size in BATCHES.items():
        trained = trained_parameters(found.recipe, found.rate, size)
        if trained is None:
            continue
        steps = EPOCHS * REPEATED * len(found.recipe.rows)
        # An error of the first step moves where the second one starts.
        entries = [Entry(p, 10 * (abs(p) + found.rate * steps * steepest)) for p in trained]
        if is_settled(found.recipe, found.rate, size, entries):
            found.entries[quantity] = entries
