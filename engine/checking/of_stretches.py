"""Slips in a stretch of the chain: several operations that are one step to whoever derives by hand,
such as a sigmoid written with exp, or everything below some node.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.checking.slips import Chain, Slip
from engine.checking.tape import Run

# Of graphs with more nodes on the way, stretches within it are not looked at.
_NODES = 120


def stretch_slips(chain: Chain) -> Iterator[Slip]:
    """A stretch that is missing or there twice, the same in every row of a batch."""
    yield from _stopped(chain)
    if len(chain.tape.steps) > _NODES:
        return
    pairs: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for below in [chain.tape.place[chain.tape.x], *(i for i, _ in chain.tape.steps)]:
        for above, derivative in chain.tape.here.between(below).items():
            if derivative and chain.tape.height[above] > chain.tape.height[below] + 1:
                heights = chain.tape.height[above], chain.tape.height[below]
                pairs.setdefault(heights, []).append((above, below))
    for stretch in pairs.values():
        first = stretch[0]
        for kind, cost, power, words in (
            ("factor missing", 2.7, 0, "is missing"),
            ("factor doubled", 3.4, 2, "is there twice"),
        ):
            yield Slip(
                kind,
                cost,
                lambda run, stretch=stretch, power=power: _changed(run, stretch, power),  # type: ignore[misc]
                lambda first=first, words=words: f"{_derivative(chain, *first)} {words}",  # type: ignore[misc]
            )


def _changed(run: Run, stretch: list[tuple[int, int]], power: int) -> float:
    """The gradient with another power of the derivatives along a stretch."""
    total = run.gradient
    for above, below in stretch:
        derivative = run.between(below).get(above, 0.0)
        total += run.up[above] * (derivative**power - derivative) * run.down[below]
    return total


def _derivative(chain: Chain, above: int, below: int) -> str:
    upper, lower = chain.name(chain.tape.nodes[above]), chain.name(chain.tape.nodes[below])
    number = chain.tape.here.between(below)[above]
    return f"∂{upper}/∂{lower} = {chain.tell(number)}"


def _stopped(chain: Chain) -> Iterator[Slip]:
    """The derivative of y by a node in between, or of that by x."""
    tape = chain.tape
    for i, _ in tape.steps[:-1]:
        node = tape.nodes[i]
        yield Slip(
            "factor missing",
            3.2,
            lambda run, i=i: run.up[i],  # type: ignore[misc]
            lambda node=node: (  # type: ignore[misc]
                f"this is ∂{chain.y}/∂{chain.name(node)}: ∂{chain.name(node)}/∂{chain.x} is missing"
            ),
        )
        yield Slip(
            "factor missing",
            3.3,
            lambda run, i=i: run.down[i],  # type: ignore[misc]
            lambda node=node: (  # type: ignore[misc]
                f"this is ∂{chain.name(node)}/∂{chain.x}: ∂{chain.y}/∂{chain.name(node)} is missing"
            ),
        )
