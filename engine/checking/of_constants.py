"""Slips in numbers that are not nodes: the 2 of a square that is a product, the number of terms."""

from __future__ import annotations

from collections.abc import Iterator

from engine.checking.slips import Chain, Place, Slip
from engine.checking.tape import Run


def constant_slips(chain: Chain) -> Iterator[Slip]:
    """All slips of this kind; constants of the sheet's formulas are found as factors."""
    for place in chain.places:
        if chain.is_square(chain.first(place)) and len(place.edges) > 1:
            yield from _of_a_square(chain, place, 0.02 * place.level)
    yield from _numbers_of_terms(chain)
    for ratio in (2.0, 0.5, 4.0, 0.25, -2.0, -0.5):
        yield _plain_ratio(chain, ratio)


def _of_a_square(chain: Chain, place: Place, extra: float) -> Iterator[Slip]:
    """d·d has the local derivative 2·d, which stands on two edges."""
    edge = chain.first(place)
    firsts = {i for i in place.edges if chain.tape.edges[i].position == 0}
    inner = edge.operand.op is not None

    def told(words: str) -> str:
        name = chain.name(edge.operand)
        return f"{words.format(name, square=f'the square {name}·{name}')} {chain.between(place)}"

    def slip(kind: str, cost: float, first: int, other: int, words: str) -> Slip:
        # The powers of the two edges: 0 stands for a local derivative of 1, −1 for none.
        def partial(run: Run, i: int) -> float:
            power = first if i in firsts else other
            return run.local[i] ** power if power >= 0 else 0.0

        return Slip(
            kind, cost + extra, lambda run: place.changed(run, partial), lambda: told(words)
        )

    # Of a leaf, the two edges are two paths.
    yield slip("constant", 1.6 if inner else 4.0, 1, -1, "the 2 of {square} is missing")
    yield Slip(
        "constant",
        1.9 + extra,
        lambda run: place.changed(run, lambda run, i: 2 * run.local[i]),
        lambda: told("the 2 of {square} is there twice"),
    )
    yield slip("factor missing", 2.0, 0, 0, "the factor {} of {square} is missing")
    yield slip("factor missing", 2.1, 0, -1, "the local derivative 2·{} of {square} is missing")
    yield slip("factor doubled", 2.6, 2, 2, "the factor {} of {square} is there twice")


def _numbers_of_terms(chain: Chain) -> Iterator[Slip]:
    """Divided by the number of terms of a sum, as if it were a mean."""
    counts = set()
    for i, edges in chain.tape.steps:
        op = chain.tape.nodes[i].op
        assert op is not None
        if op.sequences or len(edges) > 1:
            groups = [
                group for group in op.bind(chain.tape.nodes[i].args) if isinstance(group, list)
            ]
            counts.add(max(map(len, [*groups, edges])))
    for count in counts - {1}:
        yield Slip(
            "constant",
            3.8,
            lambda run, count=count: run.gradient / count,  # type: ignore[misc]
            lambda count=count: f"it is divided by {count}, as if the sum were a mean",  # type: ignore[misc]
        )


def _plain_ratio(chain: Chain, ratio: float) -> Slip:
    return Slip(
        "constant",
        7.0,
        lambda run: ratio * run.gradient,
        lambda: f"it is {chain.tell(ratio)} times what is right; no constant of the graph says why",
    )
