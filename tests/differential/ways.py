"""The ways of computing that are compared: the cores, and programs in every language.

A program computes several recipes side by side, which is quicker to compile and puts long rows of
parameters, and loops over them, beside short ones. Its loss is the sum of theirs, each times its
rate of training; the parameters of one have no part in the loss of another.
"""

from __future__ import annotations

import warnings
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol
from unittest import mock

import engine
from engine.programs.run import llvm_host, machine_code
from nn import SGD
from tests.differential.reference import (
    Numbers,
    Orders,
    Reference,
    add,
    measured,
    orders_of,
)
from tests.differential.training import BATCHES, EPOCHS, REPEATED
from tests.engine.native.cores import shared

WAYS = (
    "python core",
    "native core",
    "python",
    "llvm",
    "llvm by one",
    "c",
    "javascript",
    "page",
    "truth",
)


class Way(Protocol):
    """How numbers are computed. `size`: how many recipes at once."""

    name: str
    size: int

    def numbers(self, references: Sequence[Reference]) -> list[Numbers]:
        """The numbers of each recipe, by quantity; of those quantities that it computes."""


class CoreWay:
    """Eager computing with the core that is not the reference's."""

    size = 1

    def __init__(self, name: str) -> None:
        self.name = f"{name} core"
        self.core = shared(name)

    def numbers(self, references: Sequence[Reference]) -> list[Numbers]:
        with self.core.in_place() as own:
            return [measured(each, own.engine) for each in references]


class Joined:
    """Several recipes with as many rows each, recorded together on their first rows."""

    def __init__(self, references: Sequence[Reference]) -> None:
        self.references = references
        self.inputs: list[Any] = []
        self.parameters: list[Any] = []
        self.orders: list[Orders] = []
        self.made: tuple[engine.Program, list[float]] | None = None
        recipes = [each.recipe for each in references]
        rows = zip(*(recipe.rows for recipe in recipes), strict=True)
        self.rows = [[number for part in parts for number in part] for parts in rows]
        for number, (recipe, each) in enumerate(zip(recipes, references)):
            inputs = [engine.Value(x, f"x{number}_{i}") for i, x in enumerate(recipe.rows[0])]
            parameters = [
                engine.Parameter(p, f"w{number}_{i}") for i, p in enumerate(recipe.parameters)
            ]
            self.inputs += inputs
            self.parameters += parameters
            second = "second derivative" in each.entries
            self.orders.append(orders_of(recipe, inputs, parameters, engine, second))

    def compiled(self, loss: Any, backend: str, optimizer: Any = None) -> engine.Program:
        """A program of these leaves."""
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "compile: the output does not depend on")
            return engine.compile(loss, self.inputs, self.parameters, optimizer, backend)

    def outputs(self) -> list[Any]:
        """Values, gradients and second derivatives of all recipes, as what can be compiled."""
        found = []
        for made in self.orders:
            found += [made.output, *made.first, *made.second]
        return [node if node.op is not None else node * 1.0 for node in found]

    def program(self, backend: str) -> tuple[engine.Program, list[float]]:
        """What trains all recipes at once, and the factor of each in its loss."""
        if self.made is None:
            if len(self.references) == 1:
                loss, factors, rate = self.orders[0].output, [1.0], self.references[0].rate or 1.0
            else:
                factors, rate = [each.rate or 1.0 for each in self.references], 1.0
                loss = engine.dot([made.output for made in self.orders], factors)
            program = self.compiled(loss, backend, SGD(self.parameters, rate))
            self.made = program, factors
        return self.made

    def weighted(self) -> Any:
        """The sum of what second derivatives are gradients of; None where there is none."""
        found = [made.weighted for made in self.orders if getattr(made.weighted, "op", None)]
        return engine.sum(found) if found else None

    def split_outputs(self, table: Sequence[Sequence[float]], numbers: list[Numbers]) -> None:
        """Sorts rows of `outputs` by recipe and quantity."""
        for outputs in table:
            place = 0
            for made, own in zip(self.orders, numbers):
                pieces = {
                    "value": [made.output],
                    "gradient graph": made.first,
                    "second derivative": made.second,
                }
                for quantity, nodes in pieces.items():
                    piece = outputs[place : place + len(nodes)]
                    place += len(nodes)
                    if nodes:
                        add(own, quantity, piece)

    def split_parameters(
        self,
        quantity: str,
        found: Sequence[float],
        numbers: list[Numbers],
        factors: Sequence[float] | None = None,
    ) -> None:
        """Sorts a number per parameter by recipe, without the factors of the losses."""
        place = 0
        for index, (each, own) in enumerate(zip(self.references, numbers)):
            piece = found[place : place + len(each.recipe.parameters)]
            place += len(each.recipe.parameters)
            factor = 1.0 if factors is None else factors[index]
            add(own, quantity, [number / factor for number in piece])


class ProgramWay:
    """Programs of one backend."""

    def __init__(self, name: str, size: int) -> None:
        self.name = name
        self.size = size
        self.backend = "python" if name == "python" else "llvm"

    def numbers(self, references: Sequence[Reference]) -> list[Numbers]:
        numbers: list[Numbers] = [{} for _ in references]
        with self.in_place():
            joined = Joined(references)
            self._measure(joined, numbers)
            trained = [all(name in each.entries for name in BATCHES) for each in references]
            if all(trained):
                self._train(joined, numbers)
            else:
                kept = [place for place, each in enumerate(trained) if each]
                if kept:
                    some = Joined([references[place] for place in kept])
                    self._train(some, [numbers[place] for place in kept])
        return numbers

    def _measure(self, joined: Joined, numbers: list[Numbers]) -> None:
        rows = joined.rows
        # Behind others, so that vectors are full, and the last one is not.
        table = joined.compiled(joined.outputs(), self.backend)((rows * 9)[-8 - len(rows) :])
        joined.split_outputs(table[-len(rows) :], numbers)
        program, factors = joined.program(self.backend)
        for row in rows:
            _, found = program.gradients([row])
            joined.split_parameters("gradient", found, numbers, factors)
        _, found = program.gradients(rows * 9)
        joined.split_parameters("mean gradient", found, numbers, factors)
        weighted = joined.weighted()
        if weighted is not None and _depends(weighted, joined.parameters):
            _, found = joined.compiled(weighted, self.backend).gradients(rows)
            joined.split_parameters("mean second", found, numbers)

    def _train(self, joined: Joined, numbers: list[Numbers]) -> None:
        program, _ = joined.program(self.backend)
        before = [leaf.data for leaf in joined.parameters]
        for quantity, size in BATCHES.items():
            program.train(joined.rows * REPEATED, epochs=EPOCHS, batch_size=size)
            found = [leaf.data for leaf in joined.parameters]
            joined.split_parameters(quantity, found, numbers)
            for leaf, number in zip(joined.parameters, before):
                leaf.data = number

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """With nothing in the caches; one row at a time where the name says so."""
        limit = 0 if self.name == "llvm by one" else machine_code.MOST_IN_LANES
        with (
            mock.patch.object(machine_code, "_compiled", OrderedDict()),
            mock.patch.object(machine_code, "MOST_IN_LANES", limit),
        ):
            yield


def _depends(node: Any, leaves: Sequence[Any]) -> bool:
    return not set(engine.topological_order(node)).isdisjoint(leaves)


def made(name: str) -> Way:
    """The way of that name. Raises ImportError with the reason where it is not to be had."""
    makers: dict[str, Callable[[], Way]] = {
        "python core": lambda: CoreWay("python"),
        "native core": lambda: CoreWay("native"),
        "python": lambda: ProgramWay("python", 1),
        "llvm": lambda: ProgramWay("llvm", 5),
        "llvm by one": lambda: ProgramWay("llvm by one", 8),
    }
    if name == "c":
        from tests.differential.c_files import CWay

        return CWay()
    if name == "javascript":
        from tests.differential.javascript_files import JavaScriptWay

        return JavaScriptWay()
    if name == "page":
        from tests.differential.page_programs import PageWay

        return PageWay()
    if name == "truth":
        from tests.differential.truth import TruthWay

        return TruthWay()
    if name == "torch":
        from tests.differential.peer import TorchWay

        return TorchWay()
    if name.startswith("llvm") and not llvm_host.is_available():
        raise ImportError("llvmlite is not installed: python -m pip install llvmlite")
    return makers[name]()
