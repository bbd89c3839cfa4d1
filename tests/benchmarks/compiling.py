"""Compiling: milliseconds until the first result

From `compile`, or from a peer's arrays, to the end of the first epoch, less what a second epoch
takes, in fresh processes that have compiled another network before. Then programs from graphs of
growing size: nodes are the results of operations. Milliseconds are the processor's.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from statistics import median
from typing import Any
from unittest import mock

import engine
import nn
from engine import Value, topological_order
from nn import MLP
from tests.benchmarks.peers import Trainer, microgpt, missing, ways
from tests.benchmarks.programs import LLVM, LOOP, three_digits, verdict
from tests.benchmarks.work import Work, digits, lesson, moons, square

COMPILING = (LLVM, "chaingrad, Python", LOOP, "CasADi")
# What is compiled; the transformer is not a network of layers.
WORKS: dict[str, Callable[[], Work] | None] = {
    "2-2-1": lesson,
    "two moons × 100": moons,
    "784-50-10 × 1": partial(digits, 1),
    "784-50-10 × 32": partial(digits, 32),
    "784-256-128-10 × 16": partial(digits, 16, (256, 128)),
    "microgpt": None,
}
# Milliseconds that chaingrad's LLVM programs may take, and that of a chain of 100,000 nodes.
LIMITS = (20, 150, 150, 150, 1_000, 1_000)
CHAIN = 5_000
RUNS = 3
NODES = (1_000, 10_000, 100_000)


def seconds_to_first(prepare: Callable[[], Trainer]) -> float:
    """Preparing and the first epoch, less the second; of ours from `compile` on, with the graph."""
    starts = [time.process_time()]
    genuine = engine.compile

    def noted(*given: Any, **options: Any) -> engine.Program:
        starts.append(time.process_time())
        return genuine(*given, **options)

    with mock.patch.object(engine, "compile", noted):
        trainer = prepare()
    trainer.train(1)
    between = time.process_time()
    trainer.train(1)
    return (between - starts[-1]) - (time.process_time() - between)


def preparing(way: str, name: str) -> Callable[[], Trainer] | None:
    """What makes the trainer of a work in this way, if there is one."""
    make = WORKS[name]
    if make is None:
        found = microgpt.WAYS.get(way)
        return found and found[1]
    return partial(ways()[way].prepare, make())


def in_fresh_process(way: str, name: str) -> float:
    """Milliseconds, the median over some processes."""
    command = [sys.executable, "-m", "tests.benchmarks.compiling", way, name]
    runs = [
        float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        for _ in range(RUNS)
    ]
    return median(runs) * 1e3


def chain(nodes: int) -> Value:
    """x := x + w·tanh(x), again and again."""
    value = Value(0.5)
    for _ in range(nodes // 3):
        value = value + engine.Parameter(1e-3) * value.tanh()
    return value


def products(nodes: int) -> Value:
    """Layers of 16 neurons out of single products and sums, as micrograd makes them."""
    values = [Value(0.5 - 0.05 * i) for i in range(16)]
    for _ in range(max(1, nodes // (16 * 33))):
        weights = [[engine.Parameter(0.05 * (i - j)) for i in range(16)] for j in range(16)]
        values = [
            sum((w * x for w, x in zip(row, values)), engine.Parameter(0.1)).tanh()
            for row in weights
        ]
    return sum(values[1:], values[0])


def layers(nodes: int) -> Value:
    """Layers of 16 neurons, each one weighted sum and one tanh."""
    count = max(1, nodes // 32)
    return MLP(16, [16] * count + [1], "tanh", seed=1)([Value(0.5 - 0.05 * i) for i in range(16)])


def compile_time(make: Callable[[int], Value], nodes: int) -> tuple[int, float]:
    """The nodes, and milliseconds to the first epoch, less the second."""
    # Three graphs that differ, so that no cache of programs knows them.
    found = []
    for more in range(RUNS):
        output = make(nodes)
        for _ in range(more):
            output = output.tanh()
        order = topological_order(output)
        parameters = [leaf for leaf in order if leaf.role == "parameter"]
        inputs = [leaf for leaf in order if leaf.op is None and leaf.role == "data"]
        rows = [[leaf.data for leaf in inputs]]
        optimizer = nn.SGD(parameters, 1e-3)
        start = time.process_time()
        program = engine.compile(
            output, inputs=inputs, parameters=parameters, optimizer=optimizer, backend="llvm"
        )
        program.train(rows, epochs=1, batch_size=1)
        between = time.process_time()
        program.train(rows, epochs=1, batch_size=1)
        found.append((between - start) - (time.process_time() - between))
    return sum(node.op is not None for node in order), median(found) * 1e3


def to_first_results() -> list[str]:
    """Works by ways, and how far the goals are met."""
    rows = [f"| ms | {' | '.join(WORKS)} |", "|---" * (len(WORKS) + 1) + "|"]
    for way in COMPILING:
        if way not in ways():
            continue
        found = [in_fresh_process(way, name) if preparing(way, name) else None for name in WORKS]
        cells = ["–" if each is None else three_digits(each) for each in found]
        rows.append(f"| {way} | {' | '.join(cells)} |")
        if way == LLVM:
            goals = [
                f"{limit:,}: {verdict(each is not None and each <= limit)}"
                for each, limit in zip(found, LIMITS)
            ]
            rows.append(f"| at most | {' | '.join(goals)} |")
    return rows


def by_size() -> list[str]:
    """Graphs by their nodes, and how the time grows."""
    rows = [f"| ms, by {LLVM} | " + " | ".join(f"{nodes:,} nodes" for nodes in NODES)]
    rows[-1] += " | for ten times the nodes |"
    rows.append("|---" * (len(NODES) + 2) + "|")
    compile_time(layers, 64)
    for name, make in (
        ("chain of x + w·tanh(x)", chain),
        ("layers of single products and sums", products),
        ("layers of 16 neurons", layers),
    ):
        found = [compile_time(make, nodes) for nodes in NODES]
        times = [milliseconds for _, milliseconds in found]
        # Per node, because the graphs have only about as many nodes as they should.
        growth = [
            10 * (after / more) / (before / less)
            for (less, before), (more, after) in pairwise(found)
        ]
        cells = [*map(three_digits, times), ", ".join(f"{factor:.1f}x" for factor in growth)]
        if make is chain:
            cells[-2] += f" (at most {CHAIN:,}: {verdict(times[-1] <= CHAIN)})"
        rows.append(f"| {name} | {' | '.join(cells)} |")
    return rows


def table() -> list[str]:
    """Works by ways, then graphs by size."""
    if LLVM not in ways():
        return [*to_first_results(), *missing()]
    return [*to_first_results(), "", *by_size(), *missing()]


if __name__ == "__main__":
    way, name = sys.argv[1:]
    seconds_to_first(partial(ways()[way].prepare, square(3)))
    prepare = preparing(way, name)
    assert prepare is not None
    print(seconds_to_first(prepare))
