"""The forward and the backward pass, one step after the other, each in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from engine.base.numbers import DIGITS, digits_of
from engine.base.spelling import Text
from engine.eager.current import check_current
from engine.explaining.wording import RoundingText, expression, number
from engine.graph.arguments import as_output
from engine.graph.naming import Naming, names_of_caller
from engine.graph.value import Value
from engine.graph.walks import is_dead, live_nodes, topological_order


class Step(NamedTuple):
    """One step: `phase` is "forward" or "backward", `node` whose number or gradient it gives.

    Forward: `value` is the node's number. Backward: `upstream` × `local` is what arrives along one
    edge, `value` the gradient so far. It prints as the sentence `text`.
    """

    phase: str
    node: Value
    value: float
    text: str
    upstream: float | None = None
    local: float | None = None

    def __repr__(self) -> str:
        return str(Text(self.text))


class Steps(Iterator[Step]):
    """The steps of both passes, made as they are asked for: `next(steps)` in a REPL, or a loop."""

    def __init__(self, y: Value, names: Mapping[str, Any], digits: int = DIGITS) -> None:
        self.y = y
        self._dialect = RoundingText(digits)
        self._order = topological_order(y)
        self._naming = Naming(self._order, names)
        check_current(self._order, derivatives=True)
        self._steps = self._walk()

    def __iter__(self) -> Steps:
        return self

    def __next__(self) -> Step:
        return next(self._steps)

    def __repr__(self) -> str:
        return f"Steps of {len(self._order)} nodes; next(steps) gives one, steps.table() all"

    def table(self) -> Text:
        """All steps from the first, numbered, a line each."""
        steps = list(self._walk())
        width = len(str(len(steps)))
        lines = []
        for i, step in enumerate(steps, 1):
            if i == 1 or steps[i - 2].phase != step.phase:
                lines.append(step.phase.capitalize())
            lines.append(f"  {i:{width}}  {step.text}")
        return Text("\n".join(lines))

    def _walk(self) -> Iterator[Step]:
        naming, dialect = self._naming, self._dialect
        for node in self._order:
            yield Step("forward", node, node.data, _forward(node, naming, dialect))
        gradients: dict[Value, float] = {self.y: 1.0}
        live = live_nodes(self.y, self._order)
        yield Step("backward", self.y, 1.0, f"grad({naming.text(self.y)}) = 1")
        for node in reversed(self._order):
            upstream = gradients.get(node, 0.0)
            for operand, local in zip(node.args, node.partials):
                if isinstance(operand, Value) and local is not None:
                    ends = is_dead(local) or node not in live
                    added = 0.0 if ends else local * upstream
                    gradients[operand] = gradients.get(operand, 0.0) + added
                    factor = number(local, dialect=dialect, beside=True)
                    product = f"{number(upstream, dialect=dialect)} × {factor}"
                    total = number(gradients[operand], dialect=dialect)
                    text = f"grad({naming.text(operand)}) += {product} → {total}"
                    if ends:
                        why = "the path ends here" if is_dead(local) else "no path leads here"
                        text += f" ({why})"
                    yield Step("backward", operand, gradients[operand], text, upstream, local)


def _forward(node: Value, naming: Naming, dialect: RoundingText) -> str:
    parts = [naming.text(node)]
    if node.op is not None:
        parts += [
            expression(node, naming, numbers=numbers, dialect=dialect) for numbers in (False, True)
        ]
    parts.append(number(node.data, dialect=dialect))
    return " = ".join(part for i, part in enumerate(parts) if i == 0 or part != parts[i - 1])


def steps(y: Value, names: Mapping[str, Any] | None = None, digits: int = DIGITS) -> Steps:
    """The forward pass of y's graph and then its backward pass, step by step.

    Forward, an operation in symbols and numbers; backward, upstream × local derivative and the
    gradient so far. Where a branch that is not taken ends a path, nothing is added. The graph is
    only read: no `grad` changes, and none is needed. Nodes are named as in `explain`. `digits`:
    how many significant digits numbers have in a step's text, 1 to 17.

    Raises TypeError where y is not a `Value`, ValueError where a leaf's `data` has changed since y
    was computed, naming the leaf, and for another number of digits.

    >>> w, x = Value(3.0, label="w"), Value(2.0, label="x")
    >>> y = w * x
    >>> print(steps(y).table())
    Forward
      1  w = 3
      2  x = 2
      3  y = w·x = 3·2 = 6
    Backward
      4  grad(y) = 1
      5  grad(w) += 1 × 2 → 2
      6  grad(x) += 1 × 3 → 3
    """
    variables = names_of_caller(names)
    return Steps(as_output(y, "steps: y"), variables, digits_of(digits, "steps"))
