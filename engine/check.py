"""Numeric checking: central differences against the graph, for users' tests and for ours."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from engine.derivative import gradient
from engine.evaluate import forward, kink_distance
from engine.graph import topological_order
from engine.numbers import as_number
from engine.op import Op
from engine.value import Value, describe_operands


class GradientMismatch(AssertionError):
    """A derivative of the graph differs from its central difference."""


def check_gradients(
    f: Callable[..., Value], *at: float, order: int = 1, tolerance: float = 1e-6
) -> bool:
    """Checks the derivatives of `f` at the point `at` against central differences.

    `order=1` checks every ∂f/∂x_i; `order=2` checks them close by as well, and every second
    derivative. Numbers a and b agree when |a − b| ≤ tolerance · max(1, |a|, |b|). Returns True, so
    that it can stand in an `assert`.

    Raises GradientMismatch, an AssertionError, at the first derivative that differs; it names the
    first operation of the graph whose local derivative is wrong. Raises TypeError when `f` returns
    no `Value`: somewhere it left the graph.

    >>> check_gradients(lambda a, b: (a * b).tanh() / b, 0.5, 2.0, order=2)
    True
    >>> check_gradients(lambda a: a * a.data, 3.0)
    Traceback (most recent call last):
    engine.check.GradientMismatch: ∂f/∂x1 at (3.0): the graph says 3.0, ...
    """
    if order not in (1, 2):
        raise ValueError(f"order must be 1 or 2, not {order!r}")
    point = tuple(as_number(x, f"argument {i} of check_gradients") for i, x in enumerate(at, 1))

    def value(*xs: float) -> float:
        return _call(f, xs)[0].data

    def compare_first(at: tuple[float, ...]) -> None:
        y, leaves = _call(f, at)
        _compare(value, at, gradient(y, leaves), "∂f", y, tolerance)

    compare_first(point)
    if order == 2:
        for i, x in enumerate(point):
            # A derivative may be right at the point and nowhere else.
            compare_first((*point[:i], x + 0.001 * max(1.0, abs(x)), *point[i + 1 :]))

            def derivative(*xs: float, i: int = i) -> float:
                y, leaves = _call(f, xs)
                return gradient(y, leaves)[i].data

            y, leaves = _call(f, point)
            first = gradient(y, leaves)[i]
            second = gradient(first, leaves)
            _compare(derivative, point, second, f"∂(∂f/∂x{i + 1})", first, tolerance)
    return True


def numeric_derivative(f: Callable[[float], float], x: float) -> float:
    """f′(x) by central differences, extrapolated from the two neighbouring steps that agree best.

    The error of a central difference falls with h² (Richardson's extrapolation removes that term)
    until rounding takes over, at a step that depends on f; hence several. Steps that leave the
    domain of f are left out.

    >>> abs(numeric_derivative(lambda x: x**3, 2.0) - 12) < 1e-9
    True
    """
    ratio = 5.0
    step = 0.01 * max(1.0, abs(x))
    estimates: list[tuple[float, float]] = []  # and how far rounding may have moved each
    while len(estimates) < 12 and step > 1e-12 * abs(x) + 1e-150:
        try:
            above, below, width = f(x + step), f(x - step), (x + step) - (x - step)
            estimate = (above - below) / width
        except (ArithmeticError, ValueError):
            estimate = math.nan
        if math.isfinite(estimate):
            estimates.append((estimate, 2**-52 * (abs(above) + abs(below)) / width))
        else:
            estimates.clear()
        step /= ratio
    if len(estimates) < 2:
        raise ValueError(f"f is not defined on both sides of {x!r}, so it has no derivative there")

    def doubt(pair: tuple[tuple[float, float], tuple[float, float]]) -> float:
        (coarse, _), (fine, rounding) = pair
        return (abs(coarse - fine) + rounding) / max(1.0, abs(fine))

    (coarse, _), (fine, _) = min(pairwise(estimates), key=doubt)
    return (ratio**2 * fine - coarse) / (ratio**2 - 1)


def _call(f: Callable[..., Value], xs: Sequence[float]) -> tuple[Value, list[Value]]:
    leaves = [Value(x, label=f"x{i}") for i, x in enumerate(xs, 1)]
    y = f(*leaves)
    if not isinstance(y, Value):
        raise TypeError(
            f"f must return a Value, not {y!r} ({type(y).__name__}); "
            "math.* functions, float() and .data leave the graph, the engine's functions do not"
        )
    return y, leaves


def _agree(a: float, b: float, tolerance: float) -> bool:
    return abs(a - b) <= tolerance * max(1.0, abs(a), abs(b))


def _compare(
    f: Callable[..., float],
    point: tuple[float, ...],
    found: Sequence[Value],
    what: str,
    y: Value,
    tolerance: float,
) -> None:
    for i, derivative in enumerate(found):

        def along(x: float, i: int = i) -> float:
            return f(*point[:i], x, *point[i + 1 :])

        expected = numeric_derivative(along, point[i])
        if not _agree(derivative.data, expected, tolerance):
            at = ", ".join(map(repr, point))
            raise GradientMismatch(
                f"{what}/∂x{i + 1} at ({at}): the graph says {derivative.data!r}, central "
                f"differences say {_rounded(expected)!r}; {_first_wrong_operation(y, tolerance)}"
            )


def _first_wrong_operation(y: Value, tolerance: float) -> str:
    for node in topological_order(y):
        for name, stored, expected in _local_derivatives(node):
            assert node.op is not None
            if not _agree(stored, expected, tolerance):
                operands = describe_operands(node.op, node.args)
                return (
                    f"the first wrong operation is {node.op.name} with {operands}: its derivative "
                    f"with respect to {name} is {stored!r} on the sheet, {_rounded(expected)!r} "
                    f"by central differences{_at_a_kink(node)}"
                )
    return (
        "every operation agrees by itself, so f leaves the graph (.data, float(), math.*), "
        "or gives different results for the same arguments"
    )


def _local_derivatives(node: Value) -> Iterator[tuple[str, float, float]]:
    """Per operand its name, the local derivative that the node holds, and the numeric one."""
    op = node.op
    if op is None:
        return
    numbers = [float(arg) for arg in node.args]
    for position, stored in enumerate(node.partials):
        if stored is not None:
            names = [*op.operands, *op.constants]
            name = names[position] if len(names) == len(numbers) else f"operand {position + 1}"
            yield name, stored, numeric_derivative(_along(op, numbers, position), numbers[position])


def _along(op: Op, numbers: list[float], position: int) -> Callable[[float], float]:
    """The operation as a function of one of its operands."""

    def f(x: float) -> float:
        arguments: list[Any] = op.group([*numbers[:position], x, *numbers[position + 1 :]])
        if op.sequences:
            arguments.append(next(len(a) for a in arguments if isinstance(a, list)))
        return forward(op)(*arguments)[0]

    return f


def _at_a_kink(node: Value) -> str:
    op = node.op
    if op is None or not op.kinks:
        return ""
    (distance,) = kink_distance(op)(*[float(arg) for arg in node.args])
    close = distance < 0.05
    return f"; it has no derivative where {op.kinks}, check away from there" if close else ""


def _rounded(number: float) -> float:
    """To the digits that central differences are good for."""
    return float(f"{number:.9g}")
