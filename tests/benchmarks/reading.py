"""Reading a graph: explanations, steps, trees and drawings

Each is linear in the graph: the last column is the time for ten times the nodes over the time for
one. `explain` is asked for an input of an 8-layer network of width 16, from which 16⁸ paths lead to
the output.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from engine import Value, draw, explain, steps, tree
from nn import MLP
from tests.benchmarks.chain import build


def milliseconds(job: Callable[[], object], runs: int = 3) -> float:
    """The best of some runs."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        job()
        times.append((time.perf_counter() - start) * 1e3)
    return min(times)


def drawn(length: int) -> Callable[[], object]:
    """The DOT text of a chain, every node a box."""
    chain = build(length)
    return lambda: draw(chain, view="values", max_nodes=2 * length).source


def walked(length: int) -> Callable[[], object]:
    """All steps of a chain, forward and backward."""
    chain = build(length)
    return lambda: deque(steps(chain), maxlen=0)


def shown(length: int) -> Callable[[], object]:
    """The tree of a chain, cut off where it gets too deep to read."""
    chain = build(length)
    return lambda: tree(chain)


def table() -> list[str]:
    """One row each, for two sizes."""
    x = Value(0.5, label="x")
    output = MLP(2, [16] * 8 + [1], activation="tanh", seed=1)([x, Value(-0.5)])
    explanation = explain(output, x)
    rows = ["| what | time | for ten times the nodes | ratio |", "|---|---|---|---|"]
    rows.append(
        f"| explain, {explanation.count:,} paths | "
        f"{milliseconds(lambda: explain(output, x)):.0f} ms | | |"
    )
    for name, make, length, runs in (
        ("DOT text of 1,000 nodes", drawn, 1_000, 5),
        ("steps of a chain of 100,000 nodes", walked, 100_000, 1),
        ("tree of a chain of 100,000 nodes", shown, 100_000, 3),
    ):
        small, large = milliseconds(make(length), runs), milliseconds(make(10 * length), runs)
        rows.append(f"| {name} | {small:,.0f} ms | {large:,.0f} ms | {large / small:.1f} |")
    return rows
