"""One call: microseconds of a call beside those of its steps

By LLVM, the program kept from call to call. A call of `train` goes once through the rows, which are
an array; it reads the parameters, and writes them to the model. `steps` is what those rows take
inside a long call; `gradients` and `predict` are calls for one row.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from statistics import median
from typing import NamedTuple

from tests.benchmarks.peers import ways
from tests.benchmarks.programs import LLVM, WORKS, microseconds, three_digits, verdict
from tests.benchmarks.timing import in_turn, settled, versus

# How often a call is made for one measurement is decided by `settled`.
ROUNDS = 9


class Goal(NamedTuple):
    """The most that a call may take: so many times its steps, or so many microseconds more."""

    times: float | None
    more: float | None


LESSON, MOONS, IMAGE, _ = WORKS
GOALS = {LESSON: Goal(None, 5), MOONS: Goal(3, None), IMAGE: Goal(3, None)}
GRADIENTS = 50  # microseconds for one image


def measured(name: str) -> dict[str, list[float]]:
    """Seconds of each kind of call in every round, and of the steps of one of training."""
    work = WORKS[name]()
    trainer = ways()[LLVM].prepare(work)
    program, rows = trainer.program, trainer.rows  # type: ignore[attr-defined]

    def repeated(call: Callable[[], object]) -> Callable[[int], None]:
        def run(count: int) -> None:
            for _ in range(count):
                call()

        return run

    calls: dict[str, Callable[[int], object]] = {
        "steps": trainer.train,
        "train": repeated(lambda: program.train(rows, epochs=1, batch_size=work.batch)),
        "gradients": repeated(lambda: program.gradients(rows[:1])),
        "predict": repeated(lambda: program(rows[:1])),
    }
    counts = {kind: settled(call) for kind, call in calls.items()}
    jobs: dict[str, Callable[[], object]] = {
        kind: partial(call, counts[kind]) for kind, call in calls.items()
    }
    times = in_turn(jobs, ROUNDS)
    return {kind: [time / counts[kind] for time in times[kind]] for kind in times}


def table() -> list[str]:
    """A row for each work, and how far the goals are met."""
    if LLVM not in ways():
        return ["llvmlite is missing."]
    rows = ["| µs | steps | train | | gradients | predict |", "|---" * 6 + "|"]
    for name, goal in GOALS.items():
        times = measured(name)
        steps, train = median(times["steps"]), median(times["train"])
        if goal.times is not None:
            ratio = versus(times["train"], times["steps"]).ratio
            met = f"{ratio:.1f}x, at most {goal.times:g}x: {verdict(ratio <= goal.times)}"
        else:
            assert goal.more is not None
            more = (train - steps) * 1e6
            met = f"{more:.1f} µs more, at most {goal.more:g}: {verdict(more <= goal.more)}"
        cells = [steps, train, median(times["gradients"]), median(times["predict"])]
        shown = list(map(microseconds, cells))
        if name == IMAGE:
            shown[2] += (
                f" (at most {three_digits(GRADIENTS)}: {verdict(cells[2] * 1e6 <= GRADIENTS)})"
            )
        rows.append(f"| {name} | {shown[0]} | {shown[1]} | {met} | {shown[2]} | {shown[3]} |")
    return rows
