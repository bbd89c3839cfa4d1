"""Slips of the loop around a gradient: no zero_grad, or the parameter after its update.

They are of a number, at one step of training, so a formula never has them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

from engine.checking.slips import Chain, Slip
from engine.checking.tape import Run, Tape
from engine.graph.value import Value
from engine.graph.walks import adjoints

# Learning rates that people take: these times a power of ten.
_DIGITS = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.0, 7.5, 8.0, 9.0)
_RATES = (1.0, 0.5, 0.3, 0.2, *(d * 10.0**-e for e in range(1, 6) for d in (1.0, 5.0, 2.0, 3.0)))
# Steps taken back by iterating, of graphs up to this size.
_ITERATIONS, _NEWTON, _SIZE, _MOST_NEWTON = 60, 12, 400, 24
_NO_ZERO = "call zero_grad() before each backward()"


def training_slips(chain: Chain, claimed: float, tolerance: float) -> Iterator[Slip]:
    """The slips that what the graph keeps gives a hint of, and those of a step in place."""
    tape = chain.tape
    right, x = tape.here.gradient, tape.x
    if abs(x.grad - claimed) <= tolerance < abs(claimed - right):
        backward = _ran_backward(tape)
        yield Slip(
            "earlier gradient added",
            0.5 if backward else 6.5,
            lambda run: claimed,
            lambda: (
                f"{chain.x}.grad holds {chain.tell(claimed - right)} of an earlier backward() as "
                f"well; {_NO_ZERO}"
            ),
        )
    yield Slip(
        "earlier gradient added",
        3.45,
        lambda run: 2 * run.gradient,
        lambda: f"the gradient is there twice, as after two backward(); {_NO_ZERO}",
    )
    yield from _after_update(chain, claimed, tolerance)


def _ran_backward(tape: Tape) -> bool:
    """Whether the last backward() over the nodes between was that of y."""
    inner = [node for node in tape.nodes if node.op is not None]
    found = adjoints(tape.y)
    return all(node.grad == found.get(node, 0.0) for node in inner) and bool(inner)


def _after_update(chain: Chain, claimed: float, tolerance: float) -> Iterator[Slip]:
    """claimed = x − η·∂y/∂x for a learning rate that somebody takes; or the step alone."""
    tape, right = chain.tape, chain.tape.here.gradient
    if not tape.current and claimed == tape.x.data:
        yield Slip(
            "after the update",
            0.6,
            lambda run: claimed,
            lambda: f"this is {chain.x} after the update, {chain.tell(claimed)}, not its gradient",
        )
    if abs(claimed - tape.x.data) <= tolerance and tape.x.op is None:
        yield Slip(
            "after the update",
            4.3,
            lambda run: claimed,
            lambda: f"this is {chain.x} itself, as it is after its last update, not its gradient",
        )
    if not right:
        return
    steps = [
        ((tape.x.data - claimed) / right, f"this is {chain.x} after the update, "),
        (-claimed / right, "this is the step, "),
    ]
    # The parameter is not far from where it was; of what is near it a rough rate is enough.
    close = abs(claimed - tape.x.data) <= 0.2 * abs(tape.x.data) + 0.1
    for rate, words in steps:
        doubt = tolerance / abs(right)
        round_rate = _round(rate, doubt, 0.3 if close and "after" in words else 0.01)
        if round_rate is not None:
            start = f"{chain.tell(tape.x.data)} − " if "after" in words else "−"
            usual = round_rate in _RATES
            yield Slip(
                "after the update",
                4.5 if usual else 5.5,
                lambda run: claimed,
                lambda start=start, words=words, rate=round_rate: (  # type: ignore[misc]
                    f"{words}{start}{chain.tell(rate)}·({chain.tell(right)}), not the gradient"
                ),
            )


def _round(rate: float, doubt: float, most: float) -> float | None:
    """The learning rate that it may be: one with few digits, known to that part of itself."""
    if not 1e-6 <= rate < 1 or doubt > most * rate:
        return None
    power = math.floor(math.log10(rate) + 1e-9)
    for digit in (*_DIGITS, 10.0):
        round_rate = float(f"{digit * 10.0**power:.3g}")
        if abs(rate - round_rate) <= max(doubt, 1e-9 * rate):
            return round_rate
    return None


def earlier_steps(chain: Chain) -> Iterator[Slip]:
    """The gradient of the step before added, for each usual learning rate: dear, so asked last."""
    tape = chain.tape
    trained = [leaf for leaf in tape.leaves if leaf.role == "parameter"]
    if not tape.current or len(tape.nodes) > _SIZE:
        return
    sets = [trained] if trained else [_like_weights(tape), [tape.x], tape.leaves]
    for parameters in {id(s[0]) if len(s) == 1 else len(s): s for s in sets if s}.values():
        if tape.x not in parameters:
            continue
        for rate in _RATES:
            before = _step_before(tape, parameters, rate)
            if before is not None:
                added = before.up[tape.place[tape.x]]
                yield Slip(
                    "earlier gradient added",
                    5.2,
                    lambda run, added=added: run.gradient + added,  # type: ignore[misc]
                    lambda added=added, rate=rate: (  # type: ignore[misc]
                        f"the gradient of the step before, {chain.tell(added)} (at a learning rate "
                        f"of {chain.tell(rate)}), is added; {_NO_ZERO}"
                    ),
                )


def _like_weights(tape: Tape) -> list[Value]:
    return [leaf for leaf in tape.leaves if (leaf.label or "")[:1] in ("w", "b", "W", "θ")]


def _step_before(tape: Tape, parameters: Sequence[Value], rate: float) -> Run | None:
    """The graph before a step of gradient descent that led to its numbers; None if not found.

    Where θ' = θ − η·∇L(θ) led to θ', iterating θ ← θ' + η·∇L(θ) leads back, if steps are small
    next to the curvature; else Newton's method may.
    """
    now = [parameter.data for parameter in parameters]

    def miss(before: Sequence[float]) -> tuple[Run, list[float]] | None:
        run = tape.run(dict(zip(parameters, before)))
        if run is None:
            return None
        slopes = run.gradients(parameters)
        return run, [b - rate * g - x for b, g, x in zip(before, slopes, now)]

    for newton in (False, True):
        before = now
        for _ in range(_NEWTON if newton else _ITERATIONS):
            found = miss(before)
            if found is None or not max(map(abs, found[1])) < 1e6:
                break
            if max(abs(m) / (1 + abs(b)) for m, b in zip(found[1], before)) < 1e-12:
                return found[0]
            step = found[1] if not newton else _newton_step(miss, before, found[1])
            if step is None:
                break
            before = [b - m for b, m in zip(before, step)]
        if len(parameters) > _MOST_NEWTON:
            break
    return None


def _newton_step(
    miss: Callable[[Sequence[float]], tuple[Run, list[float]] | None],
    at: Sequence[float],
    here: Sequence[float],
) -> list[float] | None:
    """J⁻¹·here, with J by differences and Gauss' elimination."""
    columns = []
    for i, b in enumerate(at):
        h = 1e-6 * (1 + abs(b))
        there = miss([*at[:i], b + h, *at[i + 1 :]])
        if there is None:
            return None
        columns.append([(moved - m) / h for moved, m in zip(there[1], here)])
    rows = [[*row, m] for row, m in zip(zip(*columns), here)]
    for i in range(len(rows)):
        pivot = max(range(i, len(rows)), key=lambda k: abs(rows[k][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        if not abs(rows[i][i]) > 1e-9:
            return None
        rows[i] = [entry / rows[i][i] for entry in rows[i]]
        for k, row in enumerate(rows):
            if k != i:
                rows[k] = [a - row[i] * b for a, b in zip(row, rows[i])]
    return [row[-1] for row in rows]
