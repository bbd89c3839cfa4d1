"""Slips in the factors of a chain: one missing or there twice."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from itertools import combinations
from math import prod

from engine.checking.factors import Factor
from engine.checking.slips import Chain, Place, Slip
from engine.checking.tape import Run

# Two factors that are missing are looked for in chains of so many places.
_PAIRS = 12


def factor_slips(chain: Chain) -> Iterator[Slip]:
    """All slips of this kind, at every place of the chain."""
    for place in chain.places:
        extra = 0.02 * place.level
        if chain.is_square(chain.first(place)) and len(place.edges) > 1:
            continue  # its two edges are one factor
        yield from _of_the_whole(chain, place, extra)
        yield from _of_parts(chain, place, extra)
    yield from _two_missing(chain)


def _of_the_whole(chain: Chain, place: Place, extra: float) -> Iterator[Slip]:
    """The local derivative as one factor."""
    edge = chain.first(place)
    branch = chain.branch(chain.tape.here, place.edges[0])
    factors = branch.factors if branch else []
    if factors and all(chain.is_constant(edge, factor) for factor in factors):
        if all(abs(chain.tape.here.local[i]) == 1 for i in place.edges):
            return
        kind, missing, doubled = "constant", 1.5, 1.8
    else:
        kind, missing, doubled = "factor", 2.0, 2.6

    def words(what: str) -> str:
        derivative = f"the local derivative of {chain.symbol(place)}, {chain.written(edge)},"
        if kind == "constant":
            derivative = f"the constant {chain.written(edge)} of {chain.symbol(place)}"
        return f"{derivative} is {what} {chain.between(place)}"

    yield Slip(
        _kind(kind, "missing"),
        missing + extra,
        lambda run: place.changed(run, lambda run, i: 1.0),
        lambda: words("missing"),
    )
    yield Slip(
        _kind(kind, "doubled"),
        doubled + extra,
        lambda run: place.changed(run, lambda run, i: run.local[i] ** 2),
        lambda: words("there twice"),
    )


def _kind(kind: str, what: str) -> str:
    return kind if kind == "constant" else f"{kind} {what}"


def _of_parts(chain: Chain, place: Place, extra: float) -> Iterator[Slip]:
    """The factors that the sheet writes a local derivative as the product of."""
    edge = chain.first(place)
    branch = chain.branch(chain.tape.here, place.edges[0])
    factors = branch.factors if branch else []
    if len(factors) < 2:
        return
    for factor in {factor.text: factor for factor in factors}.values():
        if factor.text != "-1":
            kind = "constant" if chain.is_constant(edge, factor) else "factor"
            yield from _of_one(chain, place, kind, factor, extra)
    constants = [factor for factor in factors if chain.is_constant(edge, factor)]
    if 1 < len(constants) < len(factors):
        yield from _of_one(chain, place, "constant", _product(constants), extra + 0.2)


def _product(factors: list[Factor]) -> Factor:
    def value(names: Mapping[str, float]) -> float:
        return prod([factor.value(names) for factor in factors])

    tree = factors[0].tree
    for other in factors[1:]:
        tree = ast.BinOp(tree, ast.Mult(), other.tree)
    return Factor(tree, "*".join(factor.text for factor in factors), value)


def _of_one(chain: Chain, place: Place, kind: str, factor: Factor, extra: float) -> Iterator[Slip]:
    texts = factor.text.split("*") if "*" in factor.text and kind == "constant" else [factor.text]

    def without(run: Run, i: int) -> float | None:
        branch = chain.branch(run, i)
        if branch is None or not {f.text for f in branch.factors}.issuperset(texts):
            return None
        names = run.names(chain.tape.edges[i])
        left = list(branch.factors)
        for text in texts:
            left.remove(next(f for f in left if f.text == text))
        return prod(f.value(names) for f in left)

    def twice(run: Run, i: int) -> float | None:
        branch = chain.branch(run, i)
        if branch is None or not {f.text for f in branch.factors}.issuperset(texts):
            return None
        return run.local[i] * factor.value(run.names(chain.tape.edges[i]))

    edge = chain.first(place)

    def words(what: str) -> str:
        number = factor.value(chain.tape.here.names(edge))
        written = chain.factor(place, factor)
        if written != (told := chain.tell(number)):
            written = f"{written} = {told}" if factor.names or "n" in factor.text else told
        of = f"of {chain.written(edge)} is {what} {chain.between(place)}"
        return f"the {kind} {written} {of}"

    missing, doubled = (1.5, 1.8) if kind == "constant" else (2.3, 3.0)
    yield Slip(
        _kind(kind, "missing"),
        missing + extra,
        lambda run: place.changed(run, without),
        lambda: words("missing"),
    )
    yield Slip(
        _kind(kind, "doubled"),
        doubled + extra,
        lambda run: place.changed(run, twice),
        lambda: words("there twice"),
    )


def _two_missing(chain: Chain) -> Iterator[Slip]:
    """Two local derivatives of one chain."""
    places = [place for place in chain.places if place.level in (0, 3)]
    if len(places) > _PAIRS:
        return
    for one, other in combinations(places, 2):
        if set(one.edges) & set(other.edges):
            continue
        both = Place((*one.edges, *other.edges), False, 4)
        if any(abs(chain.tape.here.local[p.edges[0]]) == 1 for p in (one, other)):
            continue
        yield Slip(
            "factor missing",
            6.0,
            lambda run, both=both: both.changed(run, lambda run, i: 1.0),  # type: ignore[misc]
            lambda one=one, other=other: (  # type: ignore[misc]
                f"two local derivatives are missing: {chain.written(chain.first(one))} "
                f"{chain.between(one)}, and {chain.written(chain.first(other))} "
                f"{chain.between(other)}"
            ),
        )
