"""Training by programs and by the peers: microseconds a step

One thread, float64. A step is forward, loss, backward and update. Before anything is timed, three
epochs by every peer must end at the same parameters. All columns of a work run in turn.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from functools import partial
from statistics import median
from typing import NamedTuple

from tests.benchmarks import work
from tests.benchmarks.peers import Trainer, check, chosen, missing, ways
from tests.benchmarks.timing import in_turn, repetitions, settled, versus
from tests.benchmarks.work import Work

Times = dict[str, list[float]]

WORKS: dict[str, Callable[[], Work]] = {
    "2-2-1, one student": work.lesson,
    "two moons 2-16-16-1, 100 points": work.moons,
    "784-50-10, one image": lambda: work.digits(1),
    "784-50-10, 32 images": lambda: work.digits(32),
}
LLVM, PYTHON, LOOP = "chaingrad, LLVM", "chaingrad, Python", "JAX, loop inside"
CALLS = "chaingrad, one call an epoch"
MACHINE_CODE = (LLVM, CALLS)
# Seconds of a long call, beside which it does not count that the model is given its parameters.
LONG_CALL = 0.1


class Goal(NamedTuple):
    """The first way is to be so many times faster than the second."""

    work: str
    way: str
    peer: str
    factor: float


LESSON, MOONS, IMAGE, IMAGES = WORKS
GOALS = (
    Goal(LESSON, LLVM, LOOP, 1),
    Goal(LESSON, LLVM, "PyTorch", 1_000),
    Goal(LESSON, LLVM, "micrograd", 1_000),
    Goal(LESSON, PYTHON, "micrograd", 10),
    Goal(MOONS, LLVM, LOOP, 1),
    Goal(MOONS, LLVM, "PyTorch", 30),
    Goal(MOONS, LLVM, "micrograd", 20_000),
    Goal(IMAGE, LLVM, "JAX, one call a step", 2),
    Goal(IMAGES, LLVM, "PyTorch", 1),
)
IMAGES_PER_SECOND = 20_000


def measure(task: Work, rounds: int, among: Sequence[str] | None = None) -> Times:
    """Seconds a step, in every round, for each way that can take the work, or those named."""
    check(task, among)
    prepared: dict[str, tuple[Trainer, int]] = {}
    for way in chosen(among):
        feasible = way.feasible(task)
        if feasible is not None:
            prepared[way.name] = way.prepare(feasible), feasible.steps
    return timed(prepared, rounds)


def timed(prepared: dict[str, tuple[Trainer, int]], rounds: int) -> Times:
    """Seconds a step, in every round, of trainers with so many steps to an epoch."""
    counts: dict[str, int] = {}
    jobs: dict[str, Callable[[], object]] = {}
    for name, (trainer, steps) in prepared.items():
        epochs = (settled if name in MACHINE_CODE else repetitions)(trainer.train, LONG_CALL)
        jobs[name] = partial(trainer.train, epochs)
        counts[name] = epochs * steps
    # Else Python's cyclic collector has who makes objects pay for those of the others as well.
    gc.collect()
    gc.freeze()
    try:
        times = in_turn(jobs, rounds)
    finally:
        gc.unfreeze()
    return {name: [time / counts[name] for time in times[name]] for name in times}


def table() -> list[str]:
    """Times of all ways, and how far the goals are met."""
    times = {name: measure(make(), rounds=9) for name, make in WORKS.items()}
    rows = [f"| µs a step | {' | '.join(WORKS)} |", "|---" * (len(WORKS) + 1) + "|"]
    for way in ways():
        cells = [
            microseconds(median(times[work][way])) if way in times[work] else "–" for work in WORKS
        ]
        rows.append(f"| {way} | {' | '.join(cells)} |")
    return [*rows, *missing(), *goals(times)]


def goals(times: dict[str, Times]) -> list[str]:
    """What was aimed at, and the median of the ratios with their range."""
    rows = ["", "| goal | wanted | measured | range | |", "|---|---|---|---|---|"]
    for goal in GOALS:
        found = times[goal.work]
        if goal.way in found and goal.peer in found:
            ratio = versus(found[goal.peer], found[goal.way])
            rows.append(
                f"| {goal.work}: {goal.way} against {goal.peer} | {goal.factor:,}x | "
                f"{three_digits(ratio.ratio)}x | "
                f"{three_digits(ratio.lowest)}–{three_digits(ratio.highest)} | "
                f"{verdict(ratio.ratio >= goal.factor)} |"
            )
    if LLVM in times[IMAGE]:
        rates = [1 / time for time in times[IMAGE][LLVM]]
        rows.append(
            f"| {IMAGE}: {LLVM}, images a second | {IMAGES_PER_SECOND:,} | {median(rates):,.0f} | "
            f"{min(rates):,.0f}–{max(rates):,.0f} | {verdict(median(rates) >= IMAGES_PER_SECOND)} |"
        )
    return rows if len(rows) > 3 else []


def verdict(met: bool) -> str:
    """In a word."""
    return "met" if met else "**not met**"


def three_digits(number: float) -> str:
    """Three significant digits, never in powers of ten: 0.0148, 6.64, 895,000."""
    rounded = float(f"{number:.3g}")
    return f"{rounded:,.0f}" if rounded >= 100 else f"{rounded:.3g}"


def microseconds(time: float) -> str:
    """Seconds as microseconds."""
    return three_digits(time * 1e6)
