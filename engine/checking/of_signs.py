"""Slips in the sign: of all, of one local derivative, or within one."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.checking.factors import Factor, computed
from engine.checking.slips import Chain, Place, Slip
from engine.checking.tape import Run
from engine.sheet.inlining import copied


def sign_slips(chain: Chain) -> Iterator[Slip]:
    """All slips of this kind, at every place of the chain."""
    yield Slip("sign", 1.0, lambda run: -run.gradient, lambda: _whole_sign(chain))
    several = chain.tape.here.gradient != 0
    for place in chain.places:
        if several and len(place.edges) < len(chain.tape.edges):
            yield _sign_here(chain, place, 2.8 + 0.02 * place.level)
        branch = chain.branch(chain.tape.here, place.edges[0])
        for factor in branch.factors if branch else []:
            yield from _sign_within(chain, place, factor, 3.5 + 0.02 * place.level)


def _whole_sign(chain: Chain) -> str:
    negative = [
        place
        for place in chain.places
        if place.level < 2
        and (branch := chain.branch(chain.tape.here, place.edges[0]))
        and any(factor.text == "-1" for factor in branch.factors)
    ]
    if len(negative) == 1:
        edge = chain.first(negative[0])
        where = chain.between(negative[0])
        return f"the minus of {chain.written(edge)}, {where}, was lost"
    return "everything is right but the sign"


def _sign_here(chain: Chain, place: Place, cost: float) -> Slip:
    return Slip(
        "sign",
        cost,
        lambda run: place.changed(run, lambda run, i: -run.local[i]),
        lambda: f"the sign of {chain.written(chain.first(place))} is wrong {chain.between(place)}",
    )


def _sign_within(chain: Chain, place: Place, factor: Factor, cost: float) -> Iterator[Slip]:
    """1 + a² in the place of 1 − a²."""
    if not isinstance(factor.tree, ast.BinOp) or not isinstance(factor.tree.op, ast.Sub):
        return
    tree = ast.BinOp(factor.tree.left, ast.Add(), factor.tree.right)
    other = computed(copied(tree))

    def partial(run: Run, i: int) -> float | None:
        names = run.names(chain.tape.edges[i])
        here = factor.value(names)
        return run.local[i] / here * other(names) if here else None

    yield Slip(
        "sign",
        cost,
        lambda run: place.changed(run, partial),
        lambda: (
            f"+ stands for − in {chain.factor(place, factor)}, of the local derivative of "
            f"{chain.symbol(place)} {chain.between(place)}"
        ),
    )
