"""Timing jobs against each other."""

from __future__ import annotations

import gc
import math
import time
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import NamedTuple

# Seconds of work after which no program is made again.
SETTLING = 1.5


class Comparison(NamedTuple):
    """Median seconds of the two jobs, and how many times faster the second one is."""

    first: float
    second: float
    ratio: float
    lowest: float
    highest: float


def seconds(job: Callable[[], object]) -> float:
    """How long the processor works on a job, which starts without anybody's garbage.

    What other processes took meanwhile does not count.
    """
    gc.collect()
    start = time.process_time()
    job()
    return time.process_time() - start


def repetitions(job: Callable[[int], object], least: float = 0.02) -> int:
    """With what argument the job takes at least so many seconds; 1 if it does so anyway."""
    count = 1
    job(count)  # the first call may compile
    while (taken := seconds(partial(job, count))) < least:
        count *= min(10, math.ceil(1.3 * least / taken))
    return count


def settled(job: Callable[[int], object], least: float = 0.02) -> int:
    """The repetitions of training by a program of ours, after work for which it is made with care.

    A long program is first made quickly, and again with care when that pays.
    """
    count = repetitions(job, least)
    job(math.ceil(count * SETTLING / seconds(partial(job, count))))
    return count


def in_turn(jobs: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """The seconds of each job in each round; one of more than a second runs in the first three."""
    times: dict[str, list[float]] = {name: [] for name in jobs}
    for turn in range(rounds):
        for name, job in jobs.items():
            if turn < 3 or min(times[name]) < 1:
                times[name].append(seconds(job))
    return times


def versus(first: list[float], second: list[float]) -> Comparison:
    """Two jobs that ran in turn, over the rounds in which both did."""
    ratios = [a / b for a, b in zip(first, second)]
    return Comparison(median(first), median(second), median(ratios), min(ratios), max(ratios))


def compare(first: Callable[[], object], second: Callable[[], object], pairs: int) -> Comparison:
    """Runs the jobs in turn, after one round that does not count."""
    first(), second()
    times = in_turn({"first": first, "second": second}, pairs)
    return versus(times["first"], times["second"])
