"""Derivatives as `Value`s, which can be differentiated again.

`Value.backward` adds numbers to `grad`. Here every partial derivative of the sheet is an operation
on the nodes themselves (`engine.sheet.derived`), so what comes out is a graph like any other: it
holds on both sides of a kink, and gradients of gradients to any order need no further calculus.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, overload

from engine.eager.contributions import Known, Rule, rules_of
from engine.eager.current import check_current
from engine.eager.guarding import Guard
from engine.eager.liveness import Liveness
from engine.graph.arguments import as_value, as_values
from engine.graph.value import Value
from engine.graph.walks import topological_order

_SEVERAL = "; for several outputs there is jacobian(ys, xs)"


@overload
def gradient(y: Value, xs: Value) -> Value: ...
@overload
def gradient(y: Value, xs: Iterable[Value]) -> list[Value]: ...
def gradient(y: Value, xs: Value | Iterable[Value]) -> Value | list[Value]:
    """∂y/∂x for one x or for each of several, as `Value`s; no `grad` is touched.

    The x may be leaves or inner nodes of y's graph; where y does not depend on x it is 0, and so it
    is for any x where y has no graph: a leaf, or computed under `no_grad` or outside of the engine.
    It is the derivative at the numbers that the nodes hold, and as a program at any others.

    Raises ValueError where a leaf's `data` was changed after y was computed, naming the leaf.

    >>> x = Value(2.0)
    >>> y = x**3
    >>> first = gradient(y, x)
    >>> second = gradient(first, x)
    >>> first.data, second.data, gradient(second, x).data
    (12.0, 12.0, 6.0)
    """
    as_value(y, "gradient: y", _SEVERAL if isinstance(y, (list, tuple)) else "")
    if isinstance(xs, Value):
        return gradient(y, [xs])[0]
    xs = as_values(xs, "gradient: xs")
    order = topological_order(y)
    check_current(order)
    return _gradient(order, xs, {})


def jacobian(ys: Iterable[Value], xs: Iterable[Value]) -> list[list[Value]]:
    """The matrix ∂y_i/∂x_j: a row for each y, a column for each x.

    >>> a, b = Value(2.0), Value(3.0)
    >>> [[entry.data for entry in row] for row in jacobian([a * b, a - b], [a, b])]
    [[3.0, 2.0], [1.0, -1.0]]
    """
    ys, xs = as_values(ys, "jacobian: ys"), as_values(xs, "jacobian: xs")
    check_current(topological_order(*ys))
    known: Known = {}
    return [_gradient(topological_order(y), xs, known) for y in ys]


def hessian(y: Value, xs: Iterable[Value]) -> list[list[Value]]:
    """The matrix ∂²y/∂x_i∂x_j.

    >>> a, b = Value(2.0), Value(3.0)
    >>> [[entry.data for entry in row] for row in hessian(a * a * b, [a, b])]
    [[6.0, 4.0], [4.0, 0.0]]
    """
    as_value(y, "hessian: y")
    xs = as_values(xs, "hessian: xs")
    order = topological_order(y)
    check_current(order)
    known: Known = {}
    rows = _gradient(order, xs, known)
    return [_gradient(topological_order(row), xs, known) for row in rows]


def _gradient(order: list[Value], xs: Sequence[Value], known: Known) -> list[Value]:
    """The gradient of the last node; `known` keeps partial derivatives for the next such graph."""
    y = order[-1]
    inner = [node for node in order if node._op_ is not None]
    wanted, rules = _dependent(inner, xs)
    liveness = Liveness([y], order)
    guard = Guard(liveness)
    # The adjoint of a node is the derivative of y with respect to it; a float where it is constant.
    adjoints: dict[Any, Any] = {y: 1.0}
    for node, rule in reversed(rules.items()):
        if node in adjoints:
            contributions: Iterable[tuple[Value, Any]] = rule.contributions(
                node, adjoints[node], wanted, known
            )
            if node in liveness.guarded:
                contributions = guard.gated(node, contributions)
            for operand, contribution in contributions:
                former = adjoints.get(operand)
                adjoints[operand] = contribution if former is None else former + contribution
    found = [adjoints.get(x, 0.0) for x in xs]
    return [x if isinstance(x, Value) else Value(x) for x in found]


def _dependent(inner: list[Value], xs: Iterable[Value]) -> tuple[set[Value], dict[Value, Rule]]:
    """The nodes whose derivative is needed: the x and what is computed from them; how the latter
    contribute, operands before their users."""
    wanted: set[Any] = set(xs)
    rules: dict[Value, Rule] = {}
    for node in inner:
        if not wanted.isdisjoint(node._args_):
            rule = rules_of(node)
            if rule.reach(node, wanted):
                wanted.add(node)
                rules[node] = rule
    return wanted, rules
