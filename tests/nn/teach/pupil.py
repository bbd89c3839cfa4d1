"""A student who fills in a sheet on a 2-2-1 network by hand, and slips where told to.

The formulas are those of a textbook, written out; nothing of the engine is used.
"""

import math
from collections.abc import Callable, Iterator, Mapping

Numbers = dict[str, float]
# What a student writes instead of the right number: of that, and of the numbers before it.
Slip = Callable[[float, Mapping[str, float]], float]

Slope = Callable[[float, float], float]
# Each with its slope, of z and of what it makes of z.
ACTIVATIONS: dict[str, tuple[Callable[[float], float], Slope]] = {
    "linear": (lambda z: z, lambda z, o: 1.0),
    "relu": (lambda z: max(z, 0.0), lambda z, o: float(z > 0)),
    "sigmoid": (lambda z: 1 / (1 + math.exp(-z)), lambda z, o: o * (1 - o)),
    "tanh": (math.tanh, lambda z, o: 1 - o * o),
}


def steps(activation: str) -> Iterator[tuple[str, Callable[[Numbers], float]]]:
    """The names of the blanks in order, and how each is computed from the numbers before."""
    bend, slope = ACTIVATIONS[activation]
    hidden = "z" if activation != "linear" else "o"
    for k in "12":

        def z(n: Numbers, k: str = k) -> float:
            return n[f"w11{k}"] * n["x1"] + n[f"w12{k}"] * n["x2"] + n[f"b1{k}"]

        yield f"{hidden}1{k}", z
        if hidden == "z":
            yield f"o1{k}", lambda n, k=k: bend(n[f"z1{k}"])  # type: ignore[misc]
    yield "ŷ", lambda n: n["w211"] * n["o11"] + n["w221"] * n["o12"] + n["b21"]
    yield "L", lambda n: (n["y"] - n["ŷ"]) ** 2
    yield "∂L/∂ŷ", lambda n: -2 * (n["y"] - n["ŷ"])
    for k in "12":
        yield f"∂ŷ/∂w2{k}1", lambda n, k=k: n[f"o1{k}"]  # type: ignore[misc]
        yield f"∂ŷ/∂o1{k}", lambda n, k=k: n[f"w2{k}1"]  # type: ignore[misc]
        if hidden == "z":
            yield (
                f"∂o1{k}/∂z1{k}",
                lambda n, k=k: slope(n[f"z1{k}"], n[f"o1{k}"]),  # type: ignore[misc]
            )
        for i in "12":
            yield f"∂{hidden}1{k}/∂w1{i}{k}", lambda n, i=i: n[f"x{i}"]  # type: ignore[misc]
        yield f"∂{hidden}1{k}/∂b1{k}", lambda n: 1.0
    yield "∂ŷ/∂b21", lambda n: 1.0
    yield from _gradients(hidden)
    for name in ("b11", "b12", "b21", "w111", "w112", "w121", "w122", "w211", "w221"):
        yield f"{name} new", lambda n, p=name: n[p] - 0.1 * n[f"∂L/∂{p}"]  # type: ignore[misc]


def _gradients(hidden: str) -> Iterator[tuple[str, Callable[[Numbers], float]]]:
    def chain(above: str, below: str) -> tuple[str, Callable[[Numbers], float]]:
        return f"∂L/∂{below}", lambda n: n[f"∂L/∂{above}"] * n[f"∂{above}/∂{below}"]

    yield chain("ŷ", "b21")
    for k in "12":
        yield chain("ŷ", f"w2{k}1")
        yield chain("ŷ", f"o1{k}")
        if hidden == "z":
            yield chain(f"o1{k}", f"z1{k}")
        for below in (f"w11{k}", f"w12{k}", f"b1{k}"):
            yield chain(f"{hidden}1{k}", below)


def fill_in(
    activation: str, given: Numbers, slips: Mapping[str, Slip], written: Callable[[float], float]
) -> Numbers:
    """The answers; `written` rounds, or not, what the student goes on with."""
    numbers = dict(given)
    answers: Numbers = {}
    for name, compute in steps(activation):
        number = compute(numbers)
        if name in slips:
            number = slips[name](number, numbers)
        numbers[name] = answers[name] = written(number)
    return answers
