"""JAX: a step under `jit` called from Python, or all epochs in one `fori_loop` under `jit`.

Buffers are donated. One sample is a vector: a batch of one would be a product of matrices, for
which XLA took up to 3.5 times as long.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy
from jax import lax

from tests.benchmarks.peers import Way
from tests.benchmarks.work import Work

jax.config.update("jax_enable_x64", True)
# A call computes at once, in this thread, instead of handing over to another.
jax.config.update("jax_cpu_enable_async_dispatch", False)

Arrays = Any


class _Jax:
    def __init__(self, work: Work) -> None:
        self.work = work
        # Cut by NumPy: JAX compiles every slice, which is not part of what is timed.
        layers = [numpy.array(layer) for layer in work.layers()]
        rows = numpy.array(work.rows[: work.steps * work.batch])
        if work.batch > 1:
            rows = rows.reshape(work.steps, work.batch, -1)
        split = work.sizes[0]
        self.arrays: Arrays = [(jnp.array(rows[:, :-1]), jnp.array(rows[:, -1])) for rows in layers]
        self.inputs, self.targets = jnp.array(rows[..., :split]), jnp.array(rows[..., split:])

    def parameters(self) -> list[float]:
        """The weights and the bias of each neuron."""
        numbers: list[float] = []
        for weights, biases in self.arrays:
            numbers += numpy.column_stack([weights, biases]).ravel().tolist()
        return numbers


class LoopInside(_Jax):
    """All epochs in one call."""

    def __init__(self, work: Work) -> None:
        super().__init__(work)
        step = step_of(work)

        def run(arrays: Arrays, inputs: jax.Array, targets: jax.Array, epochs: int) -> Arrays:
            def epoch(_: int, arrays: Arrays) -> Arrays:
                return lax.fori_loop(
                    0, work.steps, lambda i, arrays: step(arrays, inputs[i], targets[i]), arrays
                )

            return lax.fori_loop(0, epochs, epoch, arrays)

        self.run = jax.jit(run, donate_argnums=0)

    def train(self, epochs: int) -> None:
        """One call."""
        self.arrays = self.run(self.arrays, self.inputs, self.targets, epochs)
        jax.block_until_ready(self.arrays)


class CallPerStep(_Jax):
    """A compiled step, the loop in Python."""

    def __init__(self, work: Work) -> None:
        super().__init__(work)
        self.step = jax.jit(step_of(work), donate_argnums=0)
        self.batches = list(zip(self.inputs, self.targets))

    def train(self, epochs: int) -> None:
        """Steps."""
        for _ in range(epochs):
            for inputs, targets in self.batches:
                self.arrays = self.step(self.arrays, inputs, targets)
        jax.block_until_ready(self.arrays)


def step_of(work: Work) -> Callable[..., Arrays]:
    """A step of gradient descent."""
    loss = LOSSES[work.loss]

    def batch_loss(arrays: Arrays, inputs: jax.Array, targets: jax.Array) -> jax.Array:
        values = inputs
        for position, (weights, biases) in enumerate(arrays, 1):
            values = values @ weights.T + biases if work.batch > 1 else weights @ values + biases
            if work.activation == "relu" and position < len(arrays):
                values = jnp.maximum(values, 0)
        return loss(targets, values).mean()

    def step(arrays: Arrays, inputs: jax.Array, targets: jax.Array) -> Arrays:
        gradients = jax.grad(batch_loss)(arrays, inputs, targets)
        return jax.tree.map(lambda array, slope: array - work.rate * slope, arrays, gradients)

    return step


LOSSES: dict[str, Callable[[jax.Array, jax.Array], jax.Array]] = {
    "squared_error": lambda y, p: jnp.square(y - p),
    "hinge": lambda y, p: jnp.maximum(1 - y * p, 0),
    "cross_entropy": lambda y, z: jax.nn.logsumexp(z, axis=-1) - (y * z).sum(-1),
}
WAYS = [Way("JAX, loop inside", LoopInside), Way("JAX, one call a step", CallPerStep)]
