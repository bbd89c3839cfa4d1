"""A gradient in sentences: x is nudged, and every node on the way is said to change with it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from textwrap import fill
from typing import TYPE_CHECKING

from engine.base.spelling import Text
from engine.explaining.wording import counted, local_derivative, number
from engine.graph.value import Value
from engine.graph.walks import topological_order
from engine.sheet.evaluate import forward, undefined

if TYPE_CHECKING:
    from engine.explaining.paths import Explanation
    from engine.graph.paths import Path

# Of a longer path only the first and the last nodes are said.
_PARTS = 8
_WIDTH = 80
# What the local derivatives foretell may differ from what happens by this part of it.
_CLOSE = 0.05


def computed_again(y: Value, x: Value, data: float) -> float:
    """What y comes to where x, a leaf or not, is another number. The graph is only read.

    Raises ValueError where an operation is undefined there.

    >>> x = Value(3.0)
    >>> computed_again(x * x, x, 4.0)
    16.0
    """
    found: dict[Value, float] = {x: data}
    for node in topological_order(y):
        op = node.op
        if op is None or node is x or found.keys().isdisjoint(node.args):
            continue
        numbers = [arg if isinstance(arg, float) else found.get(arg, arg.data) for arg in node.args]
        bound = op.bind(numbers)
        if op.sequences:
            bound.append(next(len(part) for part in bound if isinstance(part, list)))
        if undefined(op)(*bound)[0]:
            raise ValueError(f"{op.name} is undefined at {numbers}")
        (found[node],) = forward(op)(*bound)
    return found.get(y, y.data)


def in_words(explanation: Explanation) -> Text:
    """The sentences of an explanation, in lines of at most 80 columns.

    >>> from engine.explaining.explanation import explain
    >>> w, x = Value(0.5, label="w"), Value(8.0, label="x")
    >>> z = w * x
    >>> loss = (1 - z) ** 2
    >>> print(explain(loss, w).words)
    z changes 8 times as fast as w (x), t1 −1 times as fast as z and loss −6 times
    as fast as t1 (2·t1).
    If w grows by 0.01, then z grows by 0.08, t1 falls by 0.08 and loss grows by
    0.48 (really: 0.4864).
    That is 48 for each 1 of w: ∂loss/∂w = 48.
    """
    paragraphs = _Sentences(explanation).all()
    return Text("\n".join(fill(text, _WIDTH, break_on_hyphens=False) for text in paragraphs))


class _Sentences:
    """What is said of one explanation."""

    def __init__(self, explanation: Explanation) -> None:
        self._explanation = explanation
        self._name = explanation.naming.text
        self._dialect = explanation.in_text
        self._y, self._x = self._name(explanation.y), self._name(explanation.x)

    def all(self) -> Iterator[str]:
        """The sentences, each a paragraph."""
        found, x, y = self._explanation, self._x, self._y
        if not found.count:
            yield f"{y} does not depend on {x}: however {x} changes, {y} stays as it is."
            return
        if found.y is found.x:
            yield f"{x} is itself what is asked about, so it changes as fast as itself."
            return
        size, after = _nudged(found.y, found.x, found.value)
        nudge = f"If {x} grows by {self._said(size)},"
        change = self._moves(self._y, size * found.value) + self._really(size, after)
        if found.count == 1:
            yield f"{_joined(self._speeds(found.paths[0]))}."
            yield f"{nudge} then {_joined([*self._changes(found.paths[0], size), change])}."
        else:
            for place, path in enumerate(found.paths, 1):
                yield f"On path {place}, {found.route(path)}: {_joined(self._speeds(path))}."
            parts = [self._moves("", size * path.product).strip() for path in found.paths]
            alone = [f"by path {place} alone {part}" for place, part in enumerate(parts, 1)]
            yield f"{nudge} then {y} {_joined(alone)}; by all {counted(found.count)}, {change}."
        gradient, why = self._said(found.value), f", {found.reason}" if found.reason else ""
        yield f"That is {gradient} for each 1 of {x}: ∂{y}/∂{x} = {gradient}{why}."

    def _said(self, value: float) -> str:
        return number(value, dialect=self._dialect)

    def _speeds(self, path: Path) -> list[str]:
        """How fast each node changes with the one before it."""
        said: list[str] = []
        for edge in reversed(path.edges):
            node, operand = self._name(edge.node), self._name(edge.operand)
            formula = local_derivative(*edge, self._explanation.naming, dialect=self._dialect)
            speed = self._said(edge.partial)
            times = "" if speed == "1" else f"{speed} times "
            by = "" if formula.strip("()") == speed else f" ({formula})"
            said.append(f"{node} {'' if said else 'changes '}{times}as fast as {operand}{by}")
        return _ends(said)

    def _changes(self, path: Path, size: float) -> list[str]:
        """What the nodes between x and y change by."""
        said: list[str] = []
        change = size
        for edge in reversed(path.edges[1:]):
            change *= edge.partial
            said.append(self._moves(self._name(edge.node), change))
            if change == 0:
                break
        return _ends(said)

    def _moves(self, name: str, change: float) -> str:
        if change == 0:
            return f"{name} stays as it is"
        return f"{name} {'falls' if change < 0 else 'grows'} by {self._said(abs(change))}"

    def _really(self, size: float, after: float | None) -> str:
        """What y changes by when the graph is computed again."""
        if after is None:
            return ""
        change = after - self._explanation.y.data
        foretold = size * self._explanation.value
        if change and foretold and (change > 0) == (foretold > 0):
            return f" (really: {self._said(abs(change))})"
        return f" (really: {'0' if change == 0 else self._moves('it', change)})"


def _nudged(y: Value, x: Value, gradient: float) -> tuple[float, float | None]:
    """By how much x grows, and what y is then: None where it is undefined.

    A power of ten between a hundredth and a tenth of x; less where y would bend too much for the
    gradient to foretell what it does.
    """
    scale = abs(x.data) if 0 < abs(x.data) < math.inf else 0.1
    sizes = [10.0 ** (math.floor(math.log10(scale)) - fewer) for fewer in (1, 2, 3, 4)]
    fallback: tuple[float, float | None] = (sizes[-1], None)
    for size in sizes:
        try:
            after = computed_again(y, x, x.data + size)
        except (ArithmeticError, ValueError):
            continue
        if abs(after - y.data - gradient * size) <= _CLOSE * abs(gradient * size):
            return size, after
        if fallback[1] is None:
            fallback = size, after
    return fallback


def _ends(said: list[str]) -> list[str]:
    """Of many parts the first and the last."""
    if len(said) <= _PARTS:
        return said
    half = _PARTS // 2
    return [*said[:half], f"… {len(said) - 2 * half:,} more …", *said[-half:]]


def _joined(parts: Sequence[str]) -> str:
    """Parts of a sentence.

    >>> _joined(["a", "b", "c"])
    'a, b and c'
    """
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last
