"""`diagnose`: whether a claimed gradient is right, and if not, which of the usual slips it is."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from engine.base.numbers import as_number, given, shown
from engine.base.spelling import Text
from engine.checking.digits import DIFFERENCE, EXACT, near, rounding, shown_digits
from engine.checking.of_constants import constant_slips
from engine.checking.of_factors import factor_slips
from engine.checking.of_nodes import node_slips
from engine.checking.of_paths import path_slips
from engine.checking.of_signs import sign_slips
from engine.checking.of_stretches import stretch_slips
from engine.checking.of_training import earlier_steps, training_slips
from engine.checking.slips import Chain, Slip, cheapest
from engine.checking.tape import Run, Tape
from engine.explaining.paths import where
from engine.graph.arguments import as_value
from engine.graph.naming import names_of_caller
from engine.graph.value import Value

KINDS = (
    "right",
    "factor missing",
    "factor doubled",
    "sign",
    "constant",
    "path missing",
    "other node",
    "earlier gradient added",
    "after the update",
    "unknown",
)
# A second slip that fits is told of if it is not much more far-fetched.
_AS_LIKELY = 1.6
# Of the nodes without a name no more than this are spelled out.
_MOST_WHERE = 4


class Diagnosis:
    """What `diagnose` found. It prints itself.

    `kind`: one of "right", "factor missing", "factor doubled", "sign", "constant", "path missing",
    "other node", "earlier gradient added", "after the update", "unknown". `text`: that in words and
    numbers; `line`: its first line. `claimed`, `right`: the two numbers at the graph's own point.
    `others`: the kinds of other slips that fit as well, the likelier ones first.
    """

    def __init__(
        self, kind: str, lines: Sequence[str], claimed: float, right: float, others: Iterable[str]
    ) -> None:
        self.kind = kind
        self.line = lines[0]
        self.text = Text("\n".join(lines))
        self.claimed, self.right = claimed, right
        self.others = tuple(others)

    def __repr__(self) -> str:
        return str(self.text)


def diagnose(
    y: Value,
    x: Value,
    claimed: float | Callable[..., float],
    names: Mapping[str, Any] | None = None,
) -> Diagnosis:
    """Says whether `claimed` is ∂y/∂x, and if it is not, which of the usual slips made it.

    `claimed`: the number somebody has; or a function of nodes, whose arguments have their names,
    that computes it: then only what fits at several random points is reported, for which the graph
    is computed again with other numbers. Nodes are named as in `explain`.

    Slips that are looked for: a factor of the chain missing or doubled, a sign, a constant (the 2
    of a square, the mean over rows), one of several paths missing or only the last there ("="
    instead of "+="), another node's number in the place of the right one, the gradient of an
    earlier step added (no zero_grad), the parameter after its update. All are computed from the
    graph and the sheet. Of several that fit the simplest is named, and another one is mentioned.

    A number is right within 0.02 %, as a difference quotient is; one of six digits or fewer also
    where the right one rounds to it, in three digits or more. Needs no `backward`.

    Raises TypeError where y or x is not a `Value` or the claim is neither a number nor a function,
    ValueError for a claim that is infinite or nan and for an x that y is not computed from.

    >>> x, w = Value(2.0, label="x"), Value(0.5, label="w")
    >>> z = w * x
    >>> y = z.sigmoid()
    >>> z.label, y.label = "z", "y"
    >>> found = diagnose(y, w, 2.0)
    >>> found.kind
    'factor missing'
    >>> found
    factor missing: the local derivative of σ, y·(1 − y) = 0.1966, is missing between y and z
    ∂y/∂w = 0.3932, not 2
    >>> diagnose(y, w, 0.393).kind
    'right'
    >>> diagnose(y, w, lambda y, w: y * (1 - y) * w)
    other node: w = 0.5 stands where x = 2 belongs, in the local derivative of the product, x = 2, \
between z and w
    ∂y/∂w = 0.3932, not 0.09831
    """
    as_value(y, "diagnose: y")
    as_value(x, "diagnose: x")
    chain = chain_of(y, x, names_of_caller(names), "diagnose")
    if callable(claimed) and not hasattr(claimed, "__float__"):
        return diagnosed(chain, _as_claims(chain, claimed))
    number = as_number(claimed, "diagnose: the claimed gradient")
    if not math.isfinite(number):
        raise ValueError(f"diagnose: the claimed gradient is {number!r}; it must be finite")
    return diagnosed(chain, [number])


def chain_of(y: Value, x: Value, names: Mapping[str, Any], what: str) -> Chain:
    """The chain from y to x; ValueError where there is none, or no finite derivative."""
    tape = Tape(y, x)
    chain = Chain(tape, names)
    if x not in tape.place:
        raise ValueError(
            f"{what}: {chain.y} is not computed from {chain.x}, so its derivative is 0; "
            f"is {chain.x} a node of the same graph, not of one computed before?"
        )
    if not math.isfinite(tape.here.gradient):
        raise ValueError(f"{what}: ∂{chain.y}/∂{chain.x} is {tape.here.gradient!r} here")
    return chain


def diagnosed(chain: Chain, claims: Sequence[float]) -> Diagnosis:
    """The diagnosis of what is claimed at the graph's own numbers, and then elsewhere."""
    runs = [chain.tape.here, *chain.tape.elsewhere][: len(claims)]
    claimed, right = claims[0], runs[0].gradient
    note = _right_note(runs, claims)
    if note is None:
        fits = _fitting(chain, runs, claims, 0.0)
        if not fits and len(claims) == 1 and _few_decimals(claimed, right):
            note = _rounds_to(claimed)
        elif not fits and len(claims) == 1 and rounding(claimed):
            fits = _fitting(chain, runs, claims, rounding(claimed))
        if fits:
            return _told(chain, fits, claims, right)
    if note is not None:
        line = f"right: ∂{chain.y}/∂{chain.x} = {shown(right)}{note}"
        return Diagnosis("right", [line], claimed, right, ())
    numbers = "∂{}/∂{} = {}, not {}".format(chain.y, chain.x, *_told_apart(right, claimed))
    lines = ["unknown: none of the usual slips", numbers]
    if len(claims) > 1 and near(claimed, right, EXACT, runs[0].size):
        lines = [
            "unknown: it is right at these numbers only; does a number stand for a node?",
            f"∂{chain.y}/∂{chain.x} = {shown(right)} at these numbers",
        ]
    return Diagnosis("unknown", lines, claimed, right, ())


def _right_note(runs: Sequence[Run], claims: Sequence[float]) -> str | None:
    """What is to be added to "right"; None if it is not."""
    claimed, right = claims[0], runs[0].gradient
    if all(near(claim, run.gradient, EXACT, run.size) for claim, run in zip(claims, runs)):
        return ""
    if len(claims) > 1:
        return None
    if near(claimed, right, DIFFERENCE, 0.0):
        return f"; {shown(claimed, 8)} is close, as a difference quotient is"
    close = abs(claimed - right) <= rounding(claimed) or claimed == 0 == round(right, 4)
    return _rounds_to(claimed) if close else None


def _rounds_to(claimed: float) -> str:
    return f", which rounds to {shown(claimed, max(3, shown_digits(claimed)))}"


def _few_decimals(claimed: float, right: float) -> bool:
    """Whether the right number rounds to the claimed one in three or four decimals."""
    return shown_digits(claimed) <= 2 and claimed in (round(right, 3), round(right, 4))


def _fitting(
    chain: Chain, runs: Sequence[Run], claims: Sequence[float], allowed: float
) -> list[Slip]:
    """The slips that give what is claimed at every point, the simplest first."""

    def fits(slip: Slip) -> bool:
        close = all(
            near(claim, told := slip.number(run), EXACT, run.size) or abs(claim - told) <= allowed
            for claim, run in zip(claims, runs)
        )
        # What changes nothing at any point is not a slip.
        return close and not all(near(slip.number(r), r.gradient, 1e-9, r.size) for r in runs)

    kinds = sign_slips, constant_slips, factor_slips, path_slips, node_slips, stretch_slips
    sources: list[Iterable[Slip]] = [slips(chain) for slips in kinds]
    if len(claims) == 1:
        doubt = max(allowed, 1e-12 * abs(claims[0]))
        sources.append(training_slips(chain, claims[0], doubt))
    found = [slip for source in sources for slip in source if fits(slip)]
    # Last, for it takes long: where the claim may be rounded, after what rounds to it.
    if not found and len(claims) == 1 and allowed == rounding(claims[0]):
        found = [slip for slip in earlier_steps(chain) if fits(slip)]
    return cheapest(found)


def _told(chain: Chain, fits: list[Slip], claims: Sequence[float], right: float) -> Diagnosis:
    best = fits[0]
    others = [slip for slip in fits if slip.kind != best.kind]
    right_one, claimed = _told_apart(right, claims[0])
    # A factor that is 1 here is another number at the other points.
    other = f", not {claimed}" if claimed != right_one else "; the same only at these numbers"
    lines = [f"{best.kind}: {best.words()}", f"∂{chain.y}/∂{chain.x} = {right_one}{other}"]
    if others and others[0].cost - best.cost < _AS_LIKELY:
        lines.append(f"It may also be {others[0].kind}: {others[0].words()}")
    lines += where(chain.naming).strip().splitlines()[:_MOST_WHERE]
    return Diagnosis(
        best.kind, lines, claims[0], right, dict.fromkeys(slip.kind for slip in others)
    )


def _told_apart(right: float, claimed: float) -> tuple[str, str]:
    """Two numbers in as many digits as it takes to see that they differ."""
    for digits in (4, 6, 9, 17):
        texts = shown(right, digits), shown(claimed, digits)
        if texts[0] != texts[1]:
            break
    return texts


def _as_claims(chain: Chain, claimed: Callable[..., float]) -> list[float]:
    """What a function of nodes claims at each point; TypeError for a name of no node."""
    try:
        asked = list(inspect.signature(claimed).parameters)
    except (TypeError, ValueError):
        raise TypeError(f"diagnose: the arguments of {given(claimed)} have no names") from None
    nodes = chain.named
    unknown = [name for name in asked if name not in nodes]
    if unknown:
        raise TypeError(
            f"diagnose: the function asks for {unknown[0]!r}, which is not a node; "
            f"known: {', '.join(sorted(nodes)) or 'none, for no node has a label'}"
        )
    runs = [chain.tape.here, *chain.tape.elsewhere]
    return [
        as_number(
            claimed(**{name: run.data[chain.tape.place[nodes[name]]] for name in asked}),
            "diagnose: what the function claims",
        )
        for run in runs
    ]
