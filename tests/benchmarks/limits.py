"""How far from C by hand and from JAX: a step of training

In steady state, the loop inside one call, and by a call for each pass over the rows; microseconds,
float64, one thread. Before anything is timed all ways must train to the same parameters; those of a
row then run in turn, and the ratio is the median of those of the rounds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from statistics import median

from tests.benchmarks.peers import microgpt, missing, ways
from tests.benchmarks.programs import (
    CALLS,
    LLVM,
    LOOP,
    Times,
    measure,
    microseconds,
    three_digits,
    timed,
)
from tests.benchmarks.timing import versus
from tests.benchmarks.work import Work, digits, lesson, moons

# The ways beside ours, and how many times as long a step of ours may take.
PEERS: dict[str, float | None] = {
    "C by hand": 1.1,
    "numba by hand": None,
    LOOP: 1.0,
    "PyTorch": None,
}
BATCHES = (1, 2, 4, 8, 16, 32, 64, 128)
ROUNDS = 9


def works() -> dict[str, Callable[[], Work]]:
    """Without microgpt, which is not a network of layers."""
    return {
        "2-2-1, one student": lesson,
        "two moons 2-16-16-1, 100 points": moons,
        **{f"784-50-10 × {batch}": partial(digits, batch) for batch in BATCHES},
        **{f"784-256-128-10 × {batch}": partial(digits, batch, (256, 128)) for batch in BATCHES},
    }


def row(name: str, times: Times) -> str:
    """Our microseconds, and for every peer how many times as long we take."""
    ours = times[LLVM]
    cells = [name, microseconds(median(ours))]
    for peer, most in PEERS.items():
        if peer not in times:
            cells.append("–")
            continue
        ratio = versus(ours, times[peer]).ratio
        shown = three_digits(ratio) if ratio >= 0.001 else "< 0.001"
        if most is not None and ratio > most:
            shown = f"**{shown}**"
        cells.append(f"{shown} ({microseconds(median(times[peer]))})")
    calls = versus(times[CALLS], ours).ratio
    cells.append(f"{microseconds(median(times[CALLS]))} ({calls:.2f}x)")
    return f"| {' | '.join(cells)} |"


def table() -> Iterator[str]:
    """A row for each work, as soon as it is measured; what misses its goal in bold."""
    if LLVM not in ways():
        yield "llvmlite is missing."
        return
    wanted = [f"{peer}{f', at most {most:g}' if most else ''}" for peer, most in PEERS.items()]
    heads = ["µs a step", "chaingrad", *(f"/ {peer}" for peer in wanted), "one call"]
    yield f"| {' | '.join(heads)} |"
    yield "|---" * len(heads) + "|"
    for name, make in works().items():
        yield row(name, measure(make(), ROUNDS, [LLVM, CALLS, *PEERS]))
    texts = {name: (trainer, 1) for name, trainer in microgpt.trainers().items()}
    yield row("microgpt, 8 tokens", timed(texts, ROUNDS))
    yield from missing(PEERS)
