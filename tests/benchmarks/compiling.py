"""Compiling: milliseconds until the first result

From the first parameters to the end of the first epoch, less what a second epoch takes, in fresh
processes that have compiled another network before. Then programs from graphs of growing size, as
the program's own `compile`: nodes are the results of operations.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from statistics import median

import engine
import nn
from engine import Value, topological_order
from nn import MLP
from tests.benchmarks.peers import missing, ways
from tests.benchmarks.programs import LLVM, WORKS, three_digits
from tests.benchmarks.work import Work, square

COMPILING = (LLVM, "chaingrad, Python", "JAX, loop inside", "CasADi")
# Milliseconds that chaingrad's LLVM programs may take.
LIMITS = (20, 150, 1_500, None)
RUNS = 3
NODES = (1_000, 10_000, 100_000)


def seconds_to_first(way: str, work: Work) -> float:
    """Preparing and the first epoch, less the second."""
    prepare = ways()[way].prepare
    start = time.perf_counter()
    trainer = prepare(work)
    trainer.train(1)
    between = time.perf_counter()
    trainer.train(1)
    return (between - start) - (time.perf_counter() - between)


def in_fresh_process(way: str, work: str) -> float:
    """Milliseconds, the median over some processes."""
    command = [sys.executable, "-m", "tests.benchmarks.compiling", way, work]
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
        start = time.perf_counter()
        program = engine.compile(
            output, inputs=inputs, parameters=parameters, optimizer=optimizer, backend="llvm"
        )
        program.train(rows, epochs=1, batch_size=1)
        between = time.perf_counter()
        program.train(rows, epochs=1, batch_size=1)
        found.append((between - start) - (time.perf_counter() - between))
    return sum(node.op is not None for node in order), median(found) * 1e3


def table() -> list[str]:
    """Works by ways, then graphs by size."""
    names = [name for name in WORKS if "32" not in name]
    rows = [f"| ms | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
    for way in COMPILING:
        if way in ways():
            cells = [three_digits(in_fresh_process(way, name)) for name in names]
            rows.append(f"| {way} | {' | '.join(cells)} |")
    if LLVM not in ways():
        return rows + missing()
    rows.append(f"| wanted of {LLVM} | {' | '.join(f'{limit:,}' for limit in LIMITS if limit)} |")
    rows += ["", f"| ms, by {LLVM} | " + " | ".join(f"{nodes:,} nodes" for nodes in NODES)]
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
        rows.append(f"| {name} | {' | '.join(cells)} |")
    return rows


if __name__ == "__main__":
    way, name = sys.argv[1:]
    seconds_to_first(way, square(3))
    print(seconds_to_first(way, WORKS[name]()))
