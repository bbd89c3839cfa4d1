"""Losses that can be compiled, and computed anew on nodes for each row: the reference of the tests.

A *build* is a function of lists of input and parameter leaves that returns the loss.
"""

import math
import warnings
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import pytest

import engine
from engine import Parameter, Value
from engine.programs import BACKENDS
from engine.programs.llvm import chunks as llvm_chunks
from engine.programs.run import machine_code

Build = Callable[[list[Any], list[Any]], Any]
Table = Sequence[Sequence[float]]

# LLVM computes several rows side by side in lanes of a vector, or one row at a time.
WAYS = ("python", "lanes", "single")
over_ways = pytest.mark.parametrize("way", WAYS)
over_backends = pytest.mark.parametrize("backend", sorted({*BACKENDS} - {"auto"}))


def leaves(inputs: int, numbers: Sequence[float]) -> tuple[list[Any], list[Any]]:
    """Inputs that hold numbers of no importance, and parameters."""
    given = [Value(0.75 + i / 16, label=f"x{i}") for i in range(inputs)]
    return given, [Parameter(number, label=f"w{i}") for i, number in enumerate(numbers)]


def compiled(
    build: Build, inputs: int, numbers: Sequence[float], backend: str, **options: Any
) -> engine.Program:
    given, parameters = leaves(inputs, numbers)
    loss = build(given, parameters)
    with warnings.catch_warnings():
        # Random graphs need not use every leaf.
        warnings.filterwarnings("ignore", "compile: the output does not depend on")
        return engine.compile(loss, given, parameters, backend=backend, **options)


def eager(build: Build, rows: Table, numbers: Sequence[float]) -> tuple[list[float], list[float]]:
    """The loss of every row, and the mean gradient."""
    parameters = [Parameter(number) for number in numbers]
    losses = []
    for row in rows:
        loss = build([Value(number) for number in row], parameters)
        loss.backward()
        losses.append(loss.data)
    return losses, [parameter.grad / len(rows) for parameter in parameters]


def trained_on_nodes(
    build: Build,
    rows: Table,
    numbers: Sequence[float],
    rule: Callable[[list[Any]], Any],
    epochs: int,
    batch_size: int,
) -> tuple[list[float], list[float], Any]:
    """The mean loss of each epoch, the parameters at the end, and the optimiser `rule` made."""
    parameters = [Parameter(number) for number in numbers]
    optimizer, means = rule(parameters), []
    for _ in range(epochs):
        total = 0.0
        for start in range(0, len(rows), batch_size):
            batch = rows[start : start + batch_size]
            optimizer.zero_grad()
            for row in batch:
                loss = build([Value(number) for number in row], parameters)
                loss.backward()
                total += loss.data
            for parameter in parameters:
                parameter.grad /= len(batch)
            optimizer.step()
        means.append(total / len(rows))
    return means, [parameter.data for parameter in parameters], optimizer


@contextmanager
def chosen(way: str, chunk: int | None = None) -> Iterator[str]:
    """The name of the backend, made to compute in this way; nothing is in its cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(machine_code, "_compiled", OrderedDict())
        if way == "single":
            patch.setattr(machine_code, "MOST_IN_LANES", 0)
        if chunk is not None:
            patch.setattr(llvm_chunks, "CHUNK", chunk)
        yield "python" if way == "python" else "llvm"


def near(found: float, wanted: float, scale: float = 0.0, tolerance: float = 1e-9) -> bool:
    """Equal to `tolerance`, relative to the number itself or to the terms that it is the sum of."""
    if math.isfinite(wanted):
        return abs(found - wanted) <= tolerance * max(abs(wanted), scale)
    return found == wanted or (found != found and wanted != wanted)


def assert_agrees(
    build: Build, rows: Table, numbers: Sequence[float], way: str, chunk: int | None = None
) -> None:
    """The program gives the losses and the mean gradient that nodes give."""
    losses, gradients = eager(build, rows, numbers)
    with chosen(way, chunk) as backend:
        program = compiled(build, len(rows[0]), numbers, backend)
        found = program(rows)
        mean, slopes = program.gradients(rows)
    assert len(found) == len(rows)
    assert len(slopes) == len(numbers)
    scale = max(map(abs, gradients))
    for index, (number, wanted) in enumerate(zip(found, losses)):
        assert near(number, wanted, 1e-3), f"the loss of row {index}: {number}, not {wanted}"
    assert near(mean, sum(losses) / len(losses), 1e-3)
    for index, (number, wanted) in enumerate(zip(slopes, gradients)):
        assert near(number, wanted, scale), f"∂L/∂w{index} is {number}, not {wanted}"


def assert_trains(
    build: Build,
    rows: Table,
    numbers: Sequence[float],
    rule: Callable[[list[Any]], Any],
    epochs: int,
    batch_size: int,
    way: str,
    chunk: int | None = None,
) -> Any:
    """Training by the program ends where it does on nodes; returns the optimiser that it had."""
    wanted, trained, optimizer = trained_on_nodes(build, rows, numbers, rule, epochs, batch_size)
    with chosen(way, chunk) as backend:
        given, parameters = leaves(len(rows[0]), numbers)
        own = rule(parameters)
        program = engine.compile(build(given, parameters), given, parameters, own, backend)
        means = program.train(rows, epochs=epochs, batch_size=batch_size)
    assert means == pytest.approx(wanted, rel=1e-12)
    assert [p.data for p in parameters] == pytest.approx(trained, rel=1e-11, abs=1e-14)
    for name, column in optimizer.state.items():
        assert own.state[name] == pytest.approx(column, rel=1e-10, abs=1e-14)
    return own


def table(count: int, width: int, low: float = 0.4, high: float = 1.6) -> list[list[float]]:
    """Rows of numbers that are all different, the same in every run."""
    steps = count * width
    # A stride without a common factor visits every step once.
    stride = next(k for k in range(max(3, steps // 3), 2 * steps + 4) if math.gcd(k, steps) == 1)
    numbers = [low + (high - low) * (i * stride % steps) / steps for i in range(steps)]
    return [numbers[start : start + width] for start in range(0, steps, width)]


def weights(count: int) -> list[float]:
    return [round(math.sin(2.3 * i + 0.7), 6) for i in range(count)]


def network(sizes: Sequence[int]) -> tuple[Build, int]:
    """A tanh network with a linear last layer and the mean squared error; its parameters' number.

    The inputs are those of the network, and behind them the targets.
    """

    def build(inputs: list[Any], parameters: list[Any]) -> Any:
        values, position = inputs[: sizes[0]], 0
        for depth, (fan_in, fan_out) in enumerate(pairwise(sizes), 1):
            layer = []
            for _ in range(fan_out):
                weights = parameters[position : position + fan_in]
                z = engine.dot(weights, values, parameters[position + fan_in])
                layer.append(z if depth == len(sizes) - 1 else z.tanh())
                position += fan_in + 1
            values = layer
        targets = inputs[sizes[0] :]
        return engine.mean([engine.squared_error(y, p) for y, p in zip(targets, values)])

    return build, sum((a + 1) * b for a, b in pairwise(sizes))
