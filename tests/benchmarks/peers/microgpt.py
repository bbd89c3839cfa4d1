"""A transformer of microgpt's size by the peers: the formulas of `transformer`, over arrays.

One text for all. Its tokens are data, one-hot vectors or integers: nothing has to be compiled for
another one.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from types import SimpleNamespace
from typing import Any

import numpy

from tests.benchmarks import texts, transformer
from tests.benchmarks.peers import Trainer, agree
from tests.benchmarks.transformer import DIMENSIONS, HEADS, PER_HEAD, POSITIONS

RATE = 0.01
TEXT = transformer.drawn_text(2)
Arrays = dict[str, Any]


class Compiled:
    """A program of chaingrad's."""

    def __init__(self) -> None:
        self.program, row = texts.as_inputs()(TEXT)
        self.rows = numpy.array([row])

    def train(self, epochs: int) -> None:
        """One call."""
        self.program.train(self.rows, epochs=epochs)

    def parameters(self) -> list[float]:
        """As `texts.listed` has them."""
        return [leaf.data for leaf in self.program.recording.parameters]


class CallPerEpoch(Compiled):
    """A call for every step; the program is kept."""

    def train(self, epochs: int) -> None:
        """Calls."""
        for _ in range(epochs):
            self.program.train(self.rows)


def loss(model: Arrays, text: Any, earlier: Any, functions: Any) -> Any:
    """The mean of the cross-entropies. `earlier`: 0 where a letter may listen, −∞ elsewhere."""

    def normalised(x: Any) -> Any:
        return x * ((x * x).mean(-1)[:, None] + 1e-5) ** -0.5

    def softmax(scores: Any) -> Any:
        return functions.softmax(scores, -1)

    def heads(name: str, x: Any) -> Any:
        return (x @ model[name].T).reshape(POSITIONS, HEADS, PER_HEAD)

    x = normalised(model["tokens"][text[:-1]] + model["positions"])
    y = normalised(x)
    query, key, value = (heads(name, y) for name in ("query", "key", "value"))
    weights = softmax(functions.einsum("ihd,jhd->hij", query, key) * PER_HEAD**-0.5 + earlier)
    attended = functions.einsum("hij,jhd->ihd", weights, value).reshape(POSITIONS, DIMENSIONS)
    x = attended @ model["output"].T + x
    x = functions.relu(normalised(x) @ model["up"].T) @ model["down"].T + x
    chances = softmax(x @ model["head"].T)
    return -functions.log(chances[functions.arange(POSITIONS), text[1:]]).mean()


class OverArrays:
    """What JAX and PyTorch have in common: matrices, and where a letter may listen."""

    def __init__(self, array: Callable[[Any], Any]) -> None:
        model = transformer.parameters(float)
        self.names = list(model)
        self.model: Arrays = {name: array(numpy.array(rows)) for name, rows in model.items()}
        self.text = array(numpy.array(TEXT))
        later = numpy.triu(numpy.ones((POSITIONS, POSITIONS)), 1)
        self.earlier = array(numpy.where(later, -numpy.inf, 0.0))

    def parameters(self) -> list[float]:
        """As `texts.listed` has them."""
        # JAX gives a dictionary back in the order of its keys.
        lists = {name: self.model[name].tolist() for name in self.names}
        return [float(number) for number in texts.listed(lists)]


class LoopInside(OverArrays):
    """JAX, all steps in one call."""

    def __init__(self) -> None:
        import jax

        import tests.benchmarks.peers.jax  # noqa: F401  (asks for float64)

        super().__init__(jax.numpy.array)
        functions = SimpleNamespace(
            arange=jax.numpy.arange,
            einsum=jax.numpy.einsum,
            log=jax.numpy.log,
            relu=jax.nn.relu,
            softmax=jax.nn.softmax,
        )

        def step(model: Arrays, text: Any, earlier: Any) -> Arrays:
            slopes = jax.grad(loss)(model, text, earlier, functions)
            changed: Arrays = jax.tree.map(lambda a, slope: a - RATE * slope, model, slopes)
            return changed

        def run(model: Arrays, text: Any, earlier: Any, epochs: int) -> Any:
            return jax.lax.fori_loop(0, epochs, lambda _, model: step(model, text, earlier), model)

        self.run, self.ready = jax.jit(run, donate_argnums=0), jax.block_until_ready

    def train(self, epochs: int) -> None:
        """One call."""
        self.model = self.ready(self.run(self.model, self.text, self.earlier, epochs))


class Eager(OverArrays):
    """PyTorch."""

    def __init__(self) -> None:
        import torch

        super().__init__(torch.tensor)
        self.torch = torch
        for matrix in self.model.values():
            matrix.requires_grad_()

    def train(self, epochs: int) -> None:
        """Steps."""
        torch, matrices = self.torch, list(self.model.values())
        for _ in range(epochs):
            total = loss(self.model, self.text, self.earlier, torch)
            slopes = torch.autograd.grad(total, matrices)
            with torch.no_grad():
                torch._foreach_add_(matrices, slopes, alpha=-RATE)


WAYS: dict[str, tuple[str, Callable[[], Trainer]]] = {
    "chaingrad, LLVM": ("llvmlite", Compiled),
    "chaingrad, one call an epoch": ("llvmlite", CallPerEpoch),
    "JAX, loop inside": ("jax", LoopInside),
    "PyTorch": ("torch", Eager),
}


def trainers() -> dict[str, Trainer]:
    """By the ways for which the libraries are installed; all train to the same parameters."""
    found = {name: make for name, (library, make) in WAYS.items() if find_spec(library)}
    start = [float(number) for number in texts.listed(transformer.parameters(float))]
    agree("microgpt", start, ((name, make()) for name, make in found.items()))
    return {name: make() for name, make in found.items()}
