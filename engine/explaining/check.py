"""Checks of a function's derivatives against its own values, for users' tests and for ours."""

from __future__ import annotations

import math
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from engine.base.numbers import as_number
from engine.eager.derivative import gradient
from engine.explaining.diagnosis import report, table
from engine.explaining.models import checked_row
from engine.explaining.verdict import Verdict, judge
from engine.graph.modes import settled
from engine.graph.structures import argument_names
from engine.graph.value import Value
from engine.graph.walks import topological_order

# Numbers below it have fewer digits the smaller they are.
_SMALLEST = sys.float_info.min


class GradientMismatch(AssertionError):
    """Derivatives of the graph differ from what the function's values say."""


class RoundingWarning(UserWarning):
    """A derivative could be neither confirmed nor refuted: rounding hides what f does there."""


def check_gradients(
    f: Callable[..., Value], *at: Any, order: int = 1, tolerance: float = 1e-6
) -> bool:
    """Checks the derivatives of `f` at the point `at` against central differences.

    The arguments are numbers, or lists, tuples, dicts and arrays of numbers; `f` gets them with a
    `Value` for each number and returns one `Value`. A model is checked at its parameters, by their
    names; `f` gets copies of it. `order=1` checks every ∂f/∂x; `order=2` also those of a point
    close by, and every second derivative. Returns True, so that it can stand in an `assert`.

    Each derivative is compared at its own size: it may differ by `tolerance` times that, and by
    what the rounding of f's values hides. Where that hides everything, nothing is confirmed or
    refuted: a RoundingWarning says so. Steps follow the scale of each argument and of f, and keep
    to one side at the edge of a domain. A derivative agrees with a kink if it is the mean of the
    slopes on its two sides, and an infinite one with an infinite slope.

    Takes about 7 calls of `f` an argument, about 100 where something is wrong; `order=2` as many
    calls of `gradient`.

    Raises GradientMismatch, an AssertionError, with all that differs in one table and the reason:
    the first operation whose own derivative is wrong, a kink or jump of `f`, an `f` that leaves the
    graph, uses none of its arguments or is not deterministic. Raises TypeError when `f` returns no
    `Value`, ValueError where it is not finite, RuntimeError inside `no_grad()`.

    >>> check_gradients(lambda a, b: (a * b).tanh() / b, 0.5, 2.0, order=2)
    True
    >>> check_gradients(lambda w: w[0] * w[1].data, [3.0, 2.0])
    Traceback (most recent call last):
    GradientMismatch: 1 of 2 derivatives of f at (w[0] = 3.0, w[1] = 2.0) is wrong:
      derivative  the graph  central differences  relative difference  doubt
      ∂f/∂w[1]    0.0        3                    1                    5e-13
    every operation agrees by itself, so f leaves the graph (.data, float(), math.*)
    """
    if order not in (1, 2):
        raise ValueError(f"order must be 1 or 2, not {order!r}")
    tolerance = as_number(tolerance, "tolerance")
    if not 0 < tolerance < 1:
        raise ValueError(f"tolerance must be between 0 and 1, not {tolerance!r}")
    mode = settled()
    if mode is not None and not mode.recording:
        raise RuntimeError("check_gradients needs the graph of f, and no_grad() records none")
    subject = Subject(f, at)
    rows = list(_first_order(subject, subject.point, tolerance, ""))
    if order == 2:
        if all(row.verdict.finding in ("right", "unseen") for row in rows):
            rows += _first_order_close_by(subject, rows, tolerance)
        rows += _second_order(subject, tolerance)
    wrong = [row for row in rows if row.verdict.finding not in ("right", "unseen")]
    if wrong:
        raise GradientMismatch(report(subject, wrong, len(rows), tolerance))
    unseen = [row for row in rows if row.verdict.finding == "unseen"]
    if unseen:
        warnings.warn(
            f"rounding is too coarse at ({subject.where}) to check {len(unseen)} of {len(rows)} "
            f"derivatives of f:\n{table(unseen)}",
            RoundingWarning,
            stacklevel=2,
        )
    return True


class Subject:
    """The function that is checked, as one of a row of numbers."""

    def __init__(self, f: Callable[..., Value], at: Sequence[Any]) -> None:
        if not at:
            raise TypeError(
                "check_gradients needs the point: after f, a number for each of its arguments"
            )
        self.f = f
        found = [checked_row(x, name) for x, name in zip(at, argument_names(f, len(at)))]
        self.rows = [row for row, _ in found]
        self.kinds = [kind for row, kind in found for _ in row.names]
        self.names = [name for row in self.rows for name in row.names]
        self.point = [float(number) for row in self.rows for number in row.numbers]
        self.where = self.located(self.point)
        self._refuse_what_cannot_be_checked()

    def located(self, point: Sequence[float]) -> str:
        """A point for a message."""
        shown = [f"{name} = {x!r}" for name, x in zip(self.names, point)]
        return ", ".join(shown[:8]) + (f", … {len(shown) - 8} more" if len(shown) > 8 else "")

    def __call__(self, point: Sequence[float]) -> tuple[Value, list[Value]]:
        """The output at the point, and the leaves that stand for its numbers."""
        made = zip(self.kinds, point, self.names)
        leaves = [kind(x, label=name) for kind, x, name in made]
        numbers = iter(leaves)
        y = self.f(*[row.build(numbers) for row in self.rows])
        if not isinstance(y, Value):
            raise TypeError(
                f"f must return a Value, not {y!r} ({type(y).__name__}); "
                "math.* functions, float() and .data leave the graph, the engine's functions do not"
            )
        return y, leaves

    def moved(self, point: Sequence[float], i: int, x: float) -> list[float]:
        return [*point[:i], x, *point[i + 1 :]]

    def _refuse_what_cannot_be_checked(self) -> None:
        y, leaves = self(self.point)
        again = self(self.point)[0].data
        if again != y.data and not (math.isnan(again) and math.isnan(y.data)):
            raise GradientMismatch(
                f"f is not deterministic: at ({self.where}) it gave {y.data!r} and then {again!r}; "
                "let it draw random numbers from a generator with a fixed seed"
            )
        if not set(topological_order(y)) & set(leaves):
            raise GradientMismatch(
                f"f uses none of its arguments ({', '.join(self.names[:8])}): its output {y!r} is "
                "a constant or has a graph of other leaves, so there is no derivative to check; "
                ".data, float() and math.* leave the graph"
            )
        if not math.isfinite(y.data):
            raise ValueError(
                f"f is {y.data!r} at ({self.where}); derivatives can be checked where it is finite"
            )


class Row(NamedTuple):
    """One derivative: its name, what the graph says, what differences say, of which output."""

    name: str
    claimed: float
    verdict: Verdict
    output: Value  # of which it is the first derivative
    output_name: str
    variable: int
    values: Callable[[float], float]  # the output as a function of that variable


def _first_order(
    subject: Subject, point: Sequence[float], tolerance: float, note: str
) -> Iterator[Row]:
    y, leaves = subject(point)
    sizes = _magnitudes(y)
    for i, derivative in enumerate(gradient(y, leaves)):

        def value(x: float, i: int = i) -> float:
            return subject(subject.moved(point, i, x))[0].data

        negligible = max(1e-13 * sizes.get(leaves[i], 0.0), _SMALLEST)
        verdict = judge(value, point[i], derivative.data, tolerance, negligible)
        name = f"∂f/∂{subject.names[i]}{note}"
        yield Row(name, derivative.data, verdict, y, "f", i, value)


def _first_order_close_by(subject: Subject, rows: list[Row], tolerance: float) -> list[Row]:
    """A derivative may be right at the point and nowhere else: all arguments moved a little."""
    for part in (0.1, -0.1, 0.01, -0.01, 0.001, -0.001):
        moves = [
            min(row.verdict.reach, 0.01 * max(1.0, abs(x))) for row, x in zip(rows, subject.point)
        ]
        point = [x + part * move for x, move in zip(subject.point, moves)]
        try:
            y, leaves = subject(point)
            finite = all(math.isfinite(slope.data) for slope in gradient(y, leaves))
        except (ArithmeticError, ValueError):
            continue
        if finite and math.isfinite(y.data):
            return list(_first_order(subject, point, tolerance, f" at ({subject.located(point)})"))
    return []


def _second_order(subject: Subject, tolerance: float) -> Iterator[Row]:
    y, leaves = subject(subject.point)
    first = gradient(y, leaves)
    for i, derivative in enumerate(first):
        if not math.isfinite(derivative.data):
            raise ValueError(
                f"∂f/∂{subject.names[i]} is {derivative.data!r} at ({subject.where}), so it has no "
                "derivative there to be checked; order=1 checks the first derivatives"
            )
    second = [gradient(derivative, leaves) for derivative in first]
    sizes = [_magnitudes(derivative) for derivative in first]
    for j in range(len(leaves)):
        slopes = _gradients_along(subject, j)
        for i, derivative in enumerate(first):

            def value(x: float, i: int = i, slopes: Callable[..., Any] = slopes) -> float:
                return slopes(x)[i]  # type: ignore[no-any-return]

            claimed = second[i][j].data
            negligible = max(1e-13 * sizes[i].get(leaves[j], 0.0), _SMALLEST)
            verdict = judge(value, subject.point[j], claimed, tolerance, negligible)
            name = f"∂f/∂{subject.names[i]}"
            yield Row(
                f"∂({name})/∂{subject.names[j]}", claimed, verdict, derivative, name, j, value
            )


def _gradients_along(subject: Subject, j: int) -> Callable[[float], list[float]]:
    """All first derivatives as functions of one argument, computed together and once."""
    known: dict[float, list[float]] = {}

    def slopes(x: float) -> list[float]:
        if x not in known:
            known[x] = [math.nan] * len(subject.names)
            try:
                y, leaves = subject(subject.moved(subject.point, j, x))
                known[x] = [slope.data for slope in gradient(y, leaves)]
            except (ArithmeticError, ValueError):
                pass  # outside of the domain
        return known[x]

    return slopes


def _magnitudes(y: Value) -> dict[Any, float]:
    """Per node the sum of the absolute products along all paths to it: the scale of rounding."""
    found: dict[Any, float] = {y: 1.0}
    for node in reversed(topological_order(y)):
        for operand, partial in zip(node.args, node.partials):
            if partial is not None and partial != 0:
                product = abs(partial) * found.get(node, 0.0)
                found[operand] = found.get(operand, 0.0) + product
    return {node: size if math.isfinite(size) else 0.0 for node, size in found.items()}
