"""Derivatives as `Value`s, which can be differentiated again.

`Value.backward` adds numbers to `grad`. Here the partial derivatives of the sheet are evaluated on
the nodes themselves, so what comes out is a graph like any other: gradients of gradients to any
order, with no further calculus.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, overload

from engine.evaluate import value_partials
from engine.graph import topological_order
from engine.value import Value, describe


@overload
def gradient(y: Value, xs: Value) -> Value: ...
@overload
def gradient(y: Value, xs: Sequence[Value]) -> list[Value]: ...
def gradient(y: Value, xs: Value | Sequence[Value]) -> Value | list[Value]:
    """∂y/∂x for one x or for each of several, as `Value`s; no `grad` is touched.

    The x may be leaves or inner nodes of y's graph; where y does not depend on x it is 0. Raises
    ValueError when a leaf's `data` was changed after y was computed and the derivative would mix
    its new number with old ones: y must then be computed again.

    >>> x = Value(2.0)
    >>> y = x**3
    >>> first = gradient(y, x)
    >>> second = gradient(first, x)
    >>> first.data, second.data, gradient(second, x).data
    (12.0, 12.0, 6.0)
    """
    if isinstance(xs, Value):
        return gradient(y, [xs])[0]
    order = topological_order(y)
    dependent = _dependent(order, set(xs))
    # The adjoint of a node is the derivative of y with respect to it; a float where it is constant.
    adjoints: dict[Value, Any] = {y: 1.0}
    for node in reversed(order):
        if node in dependent:
            for operand, partial in _partials_as_values(node, dependent):
                contribution = _product(partial, adjoints[node])
                known = adjoints.get(operand)
                adjoints[operand] = contribution if known is None else known + contribution
    found = [adjoints[x] if x in dependent else 0.0 for x in xs]
    return [x if isinstance(x, Value) else Value(x) for x in found]


def jacobian(ys: Sequence[Value], xs: Sequence[Value]) -> list[list[Value]]:
    """The matrix ∂y_i/∂x_j: a row for each y, a column for each x.

    >>> a, b = Value(2.0), Value(3.0)
    >>> [[entry.data for entry in row] for row in jacobian([a * b, a - b], [a, b])]
    [[3.0, 2.0], [1.0, -1.0]]
    """
    return [gradient(y, xs) for y in ys]


def hessian(y: Value, xs: Sequence[Value]) -> list[list[Value]]:
    """The matrix ∂²y/∂x_i∂x_j.

    >>> a, b = Value(2.0), Value(3.0)
    >>> [[entry.data for entry in row] for row in hessian(a * a * b, [a, b])]
    [[6.0, 4.0], [4.0, 0.0]]
    """
    return jacobian(gradient(y, xs), xs)


def _dependent(order: list[Value], xs: set[Value]) -> set[Value]:
    """The nodes whose derivative is needed: the x and what is computed from them."""
    dependent: set[Any] = set()
    for node in order:
        if node in xs or any(arg in dependent for arg in node.args):
            dependent.add(node)
    return dependent


def _partials_as_values(node: Value, dependent: set[Value]) -> Iterator[tuple[Value, Any]]:
    """The operands that matter, each with the local derivative as a `Value` (or float)."""
    op = node.op
    if op is None:
        return
    grouped = op.group(node.args)
    numbers = op.group(node.partials)
    arguments = [*grouped, *([len(grouped[0])] if op.sequences else []), node]
    functions = value_partials(op)
    for name, operands, expected in zip(op.operands, grouped, numbers):
        many = name in op.sequences
        operands, expected = (operands, expected) if many else ([operands], [expected])
        if not any(operand in dependent for operand in operands):
            continue
        (partials,) = functions[name](*arguments)
        for operand, partial, number in zip(operands, partials if many else [partials], expected):
            if operand in dependent:
                _check_current(node, operand, partial, number)
                yield operand, partial


def _check_current(node: Value, operand: Value, partial: Any, number: float) -> None:
    if not math.isclose(float(partial), number, rel_tol=1e-12) and math.isfinite(number):
        raise ValueError(
            f"the graph is out of date: the derivative of {describe(node)} with respect to "
            f"{describe(operand)} was {number!r} when it was computed and is {float(partial)!r} "
            "now, so some leaf's data has changed since; compute the output again"
        )


def _product(partial: Any, adjoint: Any) -> Any:
    """partial × adjoint, without a node where one of them is the constant 1."""
    if adjoint.__class__ is float and adjoint == 1.0:
        return partial
    if partial.__class__ is float and partial == 1.0:
        return adjoint
    return partial * adjoint
