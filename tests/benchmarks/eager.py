"""Eager computing: micrograd, a slotted `Value` in plain Python, and chaingrad with either core

The same code over each `Value`: micrograd's network and the full-batch step of its demo; a
transformer (`tests.benchmarks.transformer`); micrograd's network and loop for the lesson's 2-2-1
network on four students. Then with the engine's own `dot`, `sum` and `softmax`, against the
elementary code of the peers. How many times longer than the native core they take, with the range
over the rounds, stands beside their times.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable, Mapping
from statistics import median
from typing import Any
from unittest import mock

import micrograd.engine
import micrograd.nn

from engine.native import VARIABLE
from tests.benchmarks import slotted, transformer
from tests.benchmarks.networks import EPOCHS, RATE, moons_step, train
from tests.benchmarks.timing import seconds
from tests.benchmarks.work import STUDENTS
from tests.engine.native.cores import Core

Job = Callable[[], object]
ROUNDS = 7
PEERS = ("micrograd", "slotted")
COLUMNS = (*PEERS, "python", "native")

MEMORY = """
import tracemalloc
from {module} import Value
a, b = Value(2.0), Value(3.0)
a * b
tracemalloc.start()
for _ in range({count}):
    a = a * b
print(tracemalloc.get_traced_memory()[0] / {count})
"""


def cores() -> dict[str, Any]:
    """The package `engine` with each core there is."""
    found = {"python": Core("python").engine}
    try:
        found["native"] = Core("native").engine
    except ImportError as error:
        print(f"{error}.\n")
    return found


def network(value: Any, sizes: list[int], *, linear: bool = False) -> Any:
    """micrograd's network, made of another `Value`."""
    random.seed(1337)
    with mock.patch.object(micrograd.nn, "Value", value):
        model = micrograd.nn.MLP(sizes[0], sizes[1:])
    for layer in model.layers:
        for neuron in layer.neurons:
            neuron.nonlin = neuron.nonlin and not linear
    return model


def moons(value: Any) -> Job:
    return moons_step(lambda *sizes: network(value, [sizes[0], *sizes[1]]), value)


def lesson(value: Any) -> Job:
    """Training by the usual loop."""
    return lambda: train(network(value, [2, 2, 1], linear=True))


def lesson_by_dot(own: Any) -> Job:
    """The same network and loop in the engine's own terms."""
    functions = own.eager.functions
    dot, squared_error = functions.dot, functions.squared_error

    def job() -> None:
        model = network(own.Value, [2, 2, 1], linear=True)
        neurons = [[(neuron.w, neuron.b) for neuron in layer.neurons] for layer in model.layers]
        parameters = model.parameters()
        for _ in range(EPOCHS):
            for x, y in STUDENTS:
                outputs = x
                for layer in neurons:
                    outputs = [dot(weights, outputs, bias) for weights, bias in layer]
                squared_error(y, outputs[0]).backward()
                for p in parameters:
                    p.data -= RATE * p.grad
                    p.grad = 0.0

    return job


def bytes_per_node(module: str, core: str, count: int = 100_000) -> float:
    """Traced in a fresh interpreter, where nothing is kept from before."""
    result = subprocess.run(
        [sys.executable, "-c", MEMORY.format(module=module, count=count)],
        env={**os.environ, VARIABLE: core},
        capture_output=True,
        text=True,
        check=True,
    )
    return float(result.stdout)


def row(work: str, jobs: Mapping[str, Job], per: int = 1) -> str:
    """Times, one round after the other; and how many times longer the two peers take."""
    for job in jobs.values():
        job()
    rounds = [{name: seconds(job) for name, job in jobs.items()} for _ in range(ROUNDS)]
    cells = []
    for name in COLUMNS:
        if name not in jobs:
            cells.append("")
            continue
        cell = f"{median(times[name] for times in rounds) / per * 1e6:,.1f} µs"
        if name in PEERS and "native" in jobs:
            ratios = [times[name] / times["native"] for times in rounds]
            cell += f", {median(ratios):.0f}x ({min(ratios):.0f}–{max(ratios):.0f})"
        cells.append(cell)
    return f"| {work} | {' | '.join(cells)} |"


def table() -> list[str]:
    """One row for each work, and one for memory."""
    own = cores()
    peers = {"micrograd": micrograd.engine.Value, "slotted": slotted.Value}
    values = {**peers, **{name: package.Value for name, package in own.items()}}
    step, elementary = transformer.step, transformer.Elementary
    by_elements = {
        name: step(value, elementary) for name, value in values.items() if name != "micrograd"
    }
    by_reductions = {
        name: step(package.Value, package.eager.functions) for name, package in own.items()
    }
    updates = EPOCHS * len(STUDENTS)
    memory = {name: bytes_per_node(value.__module__, "") for name, value in peers.items()}
    memory |= {name: bytes_per_node("engine", name) for name in own}
    cells = [f"{memory[name]:.0f} bytes" if name in memory else "" for name in COLUMNS]
    return [
        f"| work | {' | '.join(COLUMNS)} |",
        "|---" * (len(COLUMNS) + 1) + "|",
        row("two moons, one step", {name: moons(value) for name, value in values.items()}),
        row("transformer, one step", by_elements),
        row("the same by reductions", {**by_elements, **by_reductions}),
        row("2-2-1, an update", {name: lesson(value) for name, value in values.items()}, updates),
        row(
            "the same by `dot`",
            {
                **{name: lesson(value) for name, value in peers.items()},
                **{name: lesson_by_dot(package) for name, package in own.items()},
            },
            updates,
        ),
        f"| a binary node | {' | '.join(cells)} |",
    ]
