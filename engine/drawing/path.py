"""The highlighted paths of a drawing: which nodes lie on them, and what they multiply to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

from engine.base.numbers import DIGITS, shown
from engine.graph.value import Value
from engine.graph.walks import is_dead

# A caption lists every factor of every path up to here; beyond, it tells how many paths there are.
_MOST_FACTORS = 24
_MOST_PATHS = 10**12


def operands(node: Value) -> Iterator[tuple[Value, float]]:
    """The edges that lead to a node: each operand with its local derivative; no constants."""
    for operand, partial in zip(node.args, node.partials):
        if partial is not None:
            assert isinstance(operand, Value)
            yield operand, partial


def highlighted_nodes(order: Sequence[Value], starts: Collection[Value]) -> set[Value]:
    """The nodes that depend on one of `starts`; in an output's order, all lead to that output."""
    highlighted: set[Value] = set()
    starts = set(starts)
    for node in order:
        if node in starts or any(operand in highlighted for operand, _ in operands(node)):
            highlighted.add(node)
    return highlighted


def caption(
    order: Sequence[Value],
    start: Value,
    display_name: Callable[[Value], str],
    digits: int = DIGITS,
) -> str:
    """∂output/∂start as the product along its path, as the sum over few paths, or as a number.

    Factors stand in the order of the picture, from `start` to the output.

    >>> from engine.graph.walks import topological_order
    >>> x = Value(3.0, label="x")
    >>> y = x * x + 2 * x
    >>> y.label = "y"
    >>> caption(topological_order(y), x, lambda node: node.label)
    '∂y/∂x = 3 × 1 + 3 × 1 + 2 × 1 = 8'
    """
    root = order[-1]
    left = f"∂{display_name(root)}/∂{display_name(start)}"
    if start is root:
        return f"{left} = 1"
    count, gradient = _count(order, start), shown(_derivative(order, start), digits)
    if not count:
        return f"{left} = 0: {display_name(root)} does not depend on {display_name(start)}"
    listed = _products(root, start, order) if count <= _MOST_FACTORS else None
    if listed is not None:
        if count == 1 and len(listed[0]) == 1:
            return f"{left} = {gradient}"
        terms = " + ".join(
            " × ".join(_factor(number, digits) for number in factors) for factors in listed
        )
        return f"{left} = {terms} = {gradient}"
    if count == 1:
        return f"{left} = {gradient}, the product along one long path"
    number = f"{count:,}" if count < _MOST_PATHS else f"more than {_MOST_PATHS:,}"
    return f"{left} = {gradient}, the sum over {number} paths"


def _count(order: Sequence[Value], start: Value) -> int:
    """How many paths lead from `start` to the last of the nodes, counted up to a limit."""
    counts = {start: 1}
    for node in order:
        if node is not start:
            count = sum(counts.get(operand, 0) for operand, _ in operands(node))
            if count:
                # Numbers of paths grow without limit, and so would the cost of adding them.
                counts[node] = min(count, _MOST_PATHS)
    return counts.get(order[-1], 0)


def _derivative(order: Sequence[Value], start: Value) -> float:
    """The derivative by the chain rule along edges, apart from what `backward` has left."""
    slopes = {start: 1.0}
    for node in order:
        if node is not start:
            terms = [
                partial * slopes[operand]
                for operand, partial in operands(node)
                if operand in slopes and not is_dead(partial)
            ]
            if terms:
                slopes[node] = sum(terms)
    return slopes.get(order[-1], 0.0)


def _products(root: Value, start: Value, order: Sequence[Value]) -> list[list[float]] | None:
    """The factors along every path; None where there are too many to read."""
    relevant = highlighted_nodes(order, [start])
    found: list[list[float]] = []
    stack: list[tuple[Value, list[float]]] = [(root, [])]
    total = 0
    while stack:
        node, factors = stack.pop()
        if len(factors) > _MOST_FACTORS:
            return None
        if node is start:
            total += len(factors)
            if total > _MOST_FACTORS:
                return None
            found.append(factors[::-1])
            continue
        for operand, partial in reversed(list(operands(node))):
            if operand in relevant:
                stack.append((operand, [*factors, partial]))
    return found


def _factor(number: float, digits: int) -> str:
    written = shown(number, digits)
    return f"({written})" if number < 0 else written
