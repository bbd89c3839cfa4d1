"""Slips in the paths of a gradient: one of several missing, or only the last of them there."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from engine.checking.slips import Chain, Place, Slip
from engine.checking.tape import Run
from engine.graph.paths import Path, Paths

# So many paths are looked at one by one.
_LISTED = 64
_ADD = "gradients of several paths add up: +=, not ="


def path_slips(chain: Chain) -> Iterator[Slip]:
    """All slips of this kind; none where there is one path only, but that it is missing."""
    paths = Paths(chain.tape.y, chain.tape.x)
    if paths.count < 2:
        yield Slip(
            "path missing",
            2.5,
            lambda run: 0.0,
            lambda: f"{chain.y} does depend on {chain.x}, by one path",
        )
        return
    count = f"{paths.count:,}" if paths.count < 10**9 else "very many"
    yield Slip(
        "path missing",
        2.05,
        lambda run: assigned(chain, run),
        lambda: f"of {count} paths only those that were met last are there: {_ADD}",
    )
    if paths.count <= _LISTED:
        for path in paths.in_order():
            yield from _one_path(chain, path, paths.count)
    yield from _branches(chain)


def _one_path(chain: Chain, path: Path, count: int) -> Iterator[Slip]:
    place = {edge: i for i, edge in enumerate(chain.tape.edges)}
    edges = [place[edge] for edge in path.edges]

    def product(run: Run) -> float:
        return prod(run.local[edge] for edge in edges)

    def words(rest: str) -> str:
        nodes = [chain.name(path.edges[0].node), *(chain.name(e.operand) for e in path.edges)]
        if len(nodes) > 7:
            nodes = [*nodes[:3], "…", *nodes[-3:]]
        way = " → ".join(nodes)
        return f"of {count} paths {rest} {way}, {chain.tell(product(chain.tape.here))}; {_ADD}"

    yield Slip(
        "path missing",
        2.2,
        lambda run: run.gradient - product(run),
        lambda: words("one is missing:"),
    )
    if count > 2 and product(chain.tape.here):
        yield Slip("path missing", 2.15, product, lambda: words("only one is there:"))


def _branches(chain: Chain) -> Iterator[Slip]:
    """Where a gradient comes from several nodes: one of them missing, or only one there."""
    users: dict[int, list[int]] = {}
    for i, edge in enumerate(chain.tape.edges):
        users.setdefault(chain.tape.place[edge.operand], []).append(i)
    for edges in users.values():
        if len(edges) > 1 and len(edges) <= _LISTED:
            for one in edges:
                yield _left_out(chain, Place((one,), True, 0), 2.25)
                if len(edges) > 2:
                    rest = tuple(edge for edge in edges if edge != one)
                    yield _alone(chain, Place(rest, False, 0), one, 2.23)
    for place in chain.places:
        if place.level > 1 and place.apart:
            yield _left_out(chain, place, 2.4)


def _left_out(chain: Chain, place: Place, cost: float) -> Slip:
    def words() -> str:
        edge = chain.first(place)
        over = f"what reaches {chain.name(edge.operand)} from {chain.name(edge.node)}"
        more = f", and {len(place.edges) - 1} more like it," if len(place.edges) > 1 else ""
        return f"{over}{more} is missing; {_ADD}"

    def number(run: Run) -> float:
        left = place.changed(run, lambda run, i: 0.0)
        # All paths are missing: that is said for itself.
        return left if abs(left) > 1e-12 * run.size else float("nan")

    return Slip("path missing", cost, number, words)


def _alone(chain: Chain, rest: Place, one: int, cost: float) -> Slip:
    edge = chain.tape.edges[one]
    return Slip(
        "path missing",
        cost,
        lambda run: rest.changed(run, lambda run, i: 0.0),
        lambda: (
            f"only what reaches {chain.name(edge.operand)} from {chain.name(edge.node)} is there; "
            f"{_ADD}"
        ),
    )


def assigned(chain: Chain, run: Run) -> float:
    """What `backward` gives with = in the place of +=, at every node."""
    tape = chain.tape
    found = {tape.place[tape.y]: 1.0}
    for i, edges in reversed(tape.steps):
        for edge, operand in edges:
            if i in found:
                found[operand] = found[i] * run.local[edge]
    return found.get(tape.place[tape.x], 0.0)
