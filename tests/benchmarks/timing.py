"""Timing two jobs against each other."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from statistics import median
from typing import NamedTuple


class Comparison(NamedTuple):
    """Median seconds of the two jobs, and how many times faster the second one is."""

    first: float
    second: float
    ratio: float
    lowest: float
    highest: float


def seconds(job: Callable[[], object]) -> float:
    """How long a job takes, starting without anybody's garbage."""
    gc.collect()
    start = time.perf_counter()
    job()
    return time.perf_counter() - start


def compare(first: Callable[[], object], second: Callable[[], object], pairs: int) -> Comparison:
    """Runs the jobs in turn, after one round that does not count."""
    first(), second()
    times = [(seconds(first), seconds(second)) for _ in range(pairs)]
    ratios = [a / b for a, b in times]
    return Comparison(
        median(a for a, _ in times),
        median(b for _, b in times),
        median(ratios),
        min(ratios),
        max(ratios),
    )
