"""A chain of a million nodes: no recursion, linear time

Each step of the chain is one addition; nanoseconds per node, so equal columns are linear. Python's
cyclic garbage collector goes through all nodes now and then; with it switched off, the last column,
building is several times faster.
"""

from __future__ import annotations

import copy
import gc
import pickle
import time
from collections.abc import Callable
from typing import Any

from engine import Value, topological_order

LENGTHS = (100_000, 300_000, 1_000_000)


def build(length: int) -> Value:
    """x + 1 + 1 + …"""
    value = Value(0.0)
    for _ in range(length):
        value = value + 1.0
    return value


def measure(length: int) -> dict[str, float]:
    """Nanoseconds per node for each thing that is done to a chain of this length."""
    times = {}
    gc.collect()

    def timed(name: str, job: Callable[[], Any]) -> Any:
        start = time.perf_counter()
        result = job()
        times[name] = (time.perf_counter() - start) / length * 1e9
        return result

    held = [timed("build", lambda: build(length))]
    timed("backward", held[0].backward)
    timed("topological order", lambda: topological_order(held[0]))
    data = timed("pickle", lambda: pickle.dumps(held[0]))
    held.append(timed("unpickle", lambda: pickle.loads(data)))
    assert held[1].data == float(length)
    held[1] = timed("deep copy", lambda: copy.deepcopy(held[0]))
    del held[1]
    timed("free", held.clear)
    return times


def table() -> list[str]:
    """All lengths side by side."""
    measure(LENGTHS[0])
    columns = [measure(length) for length in LENGTHS]
    gc.disable()
    try:
        columns.append(measure(LENGTHS[-1]))
    finally:
        gc.enable()
    heads = [f"{length:,}" for length in LENGTHS] + [f"{LENGTHS[-1]:,}, no collector"]
    rows = [f"| ns per node | {' | '.join(heads)} |", "|---" * (len(heads) + 1) + "|"]
    for name in columns[0]:
        rows.append(f"| {name} | {' | '.join(f'{column[name]:,.0f}' for column in columns)} |")
    return rows
