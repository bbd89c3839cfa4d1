"""How many slips are named rightly: `python -m tests.engine.checking.measuring 10`.

As many seeds as are given; each is a network of every form, activation and number of rows.
"""

import random
import struct
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from engine import Value, diagnose
from engine.graph.walks import adjoints
from tests.engine.checking.networks import ACTIVATIONS, NETWORKS, Friendly, random_graph
from tests.engine.checking.slipping import (
    OF_NETWORKS,
    RATES,
    nothing_usual,
    of_any_graph,
    step_before_added,
)


class Claim(NamedTuple):
    """A gradient that somebody claims, and what is wrong with it."""

    kind: str
    how: str
    y: Value
    x: Value
    claimed: float


def claims(source: random.Random) -> Iterator[Claim]:
    """All claims of one random network of each form, activation and number of rows."""
    for network in NETWORKS:
        for activation in ACTIVATIONS:
            for rows in (1, 3):
                y, x = network(source, activation, rows)
                for slips in (*OF_NETWORKS, nothing_usual):
                    yield from wrong(y, x, slips(y, x, source))
                yield from rightly(y, x)
                yield from unzeroed(network, activation, rows, source)


def wrong(y: Value, x: Value, slips: Any) -> Iterator[Claim]:
    """Those that differ from what is right; 0 is claimed by many slips."""
    g = adjoints(y)[x]
    for kind, how, claimed in slips:
        if claimed and abs(claimed - g) > 1e-3 * abs(g):
            yield Claim(kind, how, y, x, claimed)


def rightly(y: Value, x: Value) -> Iterator[Claim]:
    """The right gradient as somebody has it."""
    g = adjoints(y)[x]
    for how, claimed in (
        ("all digits", g),
        ("three digits", float(f"{g:.3g}")),
        ("four digits", float(f"{g:.4g}")),
        ("four decimals", round(g, 4)),
        ("three decimals", round(g, 3)),
        ("single precision", struct.unpack("f", struct.pack("f", g))[0]),
        ("difference quotient", g * (1 + 1e-5)),
    ):
        # Which of both 0.000 is, nobody knows.
        if claimed or not g:
            yield Claim("right", how, y, x, claimed)


def unzeroed(network: Any, activation: str, rows: int, source: random.Random) -> Iterator[Claim]:
    """Two steps of gradient descent without zero_grad; the gradients add up."""
    state = source.getstate()
    first, _ = network(source, activation, rows)
    source.setstate(state)
    y, x = network(source, activation, rows)
    if not x.label:
        return
    y, x, claimed = step_before_added(first, y, x, source.choice(RATES))
    yield from wrong(y, x, [("earlier gradient added", "by its number", claimed)])
    if abs(claimed - adjoints(y)[x]) > 1e-3 * abs(claimed):
        x.grad = claimed - adjoints(y)[x]
        y.backward()
        yield Claim("earlier gradient added", "in .grad", y, x, x.grad)


def any_graphs(source: random.Random, count: int) -> Iterator[Claim]:
    for _ in range(count):
        y, x = random_graph(source, "", 1)
        yield from wrong(y, x, of_any_graph(y, x, source))
        yield from rightly(y, x)


class Table:
    """The share named rightly, by how a claim was made."""

    def __init__(self, found: Iterator[Claim], digits: int = 17) -> None:
        self.named: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        for kind, how, y, x, claimed in found:
            copied = claimed if kind == "right" else float(f"{claimed:.{digits}g}")
            self.named[kind, how][diagnose(y, x, copied).kind] += 1

    def share(self, kind: str | None = None) -> float:
        """Of the wrong ones, or of one kind."""
        rows = [
            (counts[own], counts.total())
            for (own, _), counts in self.named.items()
            if (own == kind if kind else own != "right")
        ]
        return sum(good for good, _ in rows) / max(1, sum(total for _, total in rows))

    def __str__(self) -> str:
        lines = []
        for (kind, how), counts in sorted(self.named.items()):
            missed = {name: count for name, count in counts.items() if name != kind}
            lines.append(
                f"  {kind:23}{how:20}{counts[kind]:5} of {counts.total():5}  {missed or ''}"
            )
        share = (
            f"  wrong ones named rightly {self.share():.1%}, right ones {self.share('right'):.1%}"
        )
        return "\n".join([*lines, share])


def main(seeds: int) -> None:
    def several(kind: type[random.Random]) -> Iterator[Claim]:
        for seed in range(seeds):
            yield from claims(kind(seed))

    for title, found, digits in (
        ("Networks on any numbers", several(random.Random), 17),
        ("Networks on any numbers, claims of four digits", several(random.Random), 4),
        ("Networks on halves", several(Friendly), 17),
        ("Any graphs", any_graphs(random.Random(0), 40 * seeds), 17),
    ):
        start = time.perf_counter()
        table = Table(found, digits)
        count = sum(counts.total() for counts in table.named.values())
        each = 1000 * (time.perf_counter() - start) / count
        print(f"{title}: {count} claims, {each:.0f} ms each\n{table}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2)
