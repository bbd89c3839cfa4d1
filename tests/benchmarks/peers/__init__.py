"""The peers: each module trains a `Work` in one or several ways, and all must agree.

A module has `WAYS`. It imports its library at the top, so that where this is missing the import of
the module fails and the others still run.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from importlib import import_module
from typing import NamedTuple, Protocol

from tests.benchmarks.work import Work

# Module, the name to show, and what adds it where it is missing.
PEERS = (
    ("chaingrad", "chaingrad, LLVM", '`python -m pip install ".[jit]"`'),
    ("c", "C by hand", "a compiler named `cc`, gcc 12 or newer or clang,"),
    ("micrograd", "micrograd", "`python -m pip install . --group bench`"),
    ("pytorch", "PyTorch", "`python -m pip install torch==2.13.0`"),
    ("jax", "JAX", "`python -m pip install . --group peers`"),
    ("numba", "numba by hand", "`python -m pip install . --group peers`"),
    ("casadi", "CasADi", "`python -m pip install . --group peers`"),
)


class Trainer(Protocol):
    """A network in the course of its training."""

    def train(self, epochs: int) -> None:
        """Goes on training; returns when the parameters are there."""

    def parameters(self) -> list[float]:
        """In the order of `Work.layers`."""


class Way(NamedTuple):
    """How a peer trains. `most`: the parameters times samples that it takes in about a second."""

    name: str
    prepare: Callable[[Work], Trainer]
    most: float = math.inf

    def feasible(self, work: Work) -> Work | None:
        """The work; or less of it, if it is too much; or None, if a single step is."""
        if work.parameters * work.batch > self.most:
            return None
        return work if work.parameters * len(work.rows) <= self.most else work.short()


@cache
def ways() -> dict[str, Way]:
    """All ways for which the libraries are installed, by name."""
    found: list[Way] = []
    for module, _, _ in PEERS:
        try:
            found += import_module(f"tests.benchmarks.peers.{module}").WAYS
        except ModuleNotFoundError as error:
            if error.name is None or error.name.startswith("tests"):
                raise
    return {way.name: way for way in found}


def missing(among: Iterable[str] | None = None) -> list[str]:
    """A paragraph of a line for each peer that is not there, all or of these names, in Markdown."""
    wanted = None if among is None else tuple(among)
    lines = [
        f"- No {name} here: {what} adds it."
        for _, name, what in PEERS
        if not any(way.startswith(name) for way in ways())
        and (wanted is None or any(way.startswith(name) for way in wanted))
    ]
    return ["", *lines] if lines else []


def chosen(among: Sequence[str] | None) -> list[Way]:
    """The ways that are there, all or those of these names."""
    return [way for way in ways().values() if among is None or way.name in among]


def check(work: Work, among: Sequence[str] | None = None) -> None:
    """Raises AssertionError unless the ways train to the same parameters, on the work shortened."""
    work = work.short()
    start = [number for layer in work.layers() for neuron in layer for number in neuron]
    feasible = (way for way in chosen(among) if way.feasible(work) is not None)
    agree(work.name, start, ((way.name, way.prepare(work)) for way in feasible))


def agree(work: str, start: list[float], trainers: Iterable[tuple[str, Trainer]]) -> None:
    """Raises AssertionError unless three epochs take all from the start to the same parameters.

    They must agree to 9 digits of the largest parameter.
    """
    reference, wanted = "", []
    for name, trainer in trainers:
        trainer.train(3)
        numbers = trainer.parameters()
        if not reference:
            reference, wanted = name, numbers
            assert numbers != start, f"{work}: {name} has not trained at all"
        assert len(numbers) == len(start) == len(wanted)
        size = max(map(abs, wanted))
        apart = max(abs(a - b) for a, b in zip(numbers, wanted)) / size
        assert apart < 1e-9, f"{work}: {name} and {reference} are {apart:.1e} apart"
