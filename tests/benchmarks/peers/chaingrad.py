"""chaingrad: programs by both backends, and the plain graph, recorded anew for every sample."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from importlib.util import find_spec

import numpy

import engine
import nn
from engine import Value, dot, logsumexp
from tests.benchmarks.peers import Way
from tests.benchmarks.work import Work


def network(work: Work) -> nn.MLP:
    """The network with the work's first parameters."""
    model = nn.MLP(work.sizes[0], list(work.sizes[1:]), activation=work.activation, init="zeros")
    for layer, numbers in zip(model.layers, work.layers()):
        for neuron, row in zip(layer.neurons, numbers):
            for parameter, number in zip(neuron.parameters(), row):
                parameter.data = number
    return model


def loss_of(
    work: Work, model: nn.MLP, inputs: Sequence[Value | float], targets: Sequence[Value | float]
) -> Value:
    """The loss of one sample."""
    outputs = model(inputs)
    if work.loss == "cross_entropy":
        return logsumexp(outputs) - dot(targets, outputs)
    return nn.LOSSES[work.loss](targets[0], outputs)


class Program:
    """Recording once."""

    def __init__(self, backend: str, work: Work) -> None:
        self.work = work
        model = network(work)
        inputs = [Value(number) for number in work.rows[0]]
        loss = loss_of(work, model, inputs[: work.sizes[0]], inputs[work.sizes[0] :])
        self.leaves = model.parameters()
        self.program = engine.compile(
            loss,
            inputs=inputs,
            parameters=self.leaves,
            optimizer=nn.SGD(self.leaves, work.rate),
            backend=backend,
        )
        self.rows = numpy.array(work.rows)

    def train(self, epochs: int) -> None:
        """One call."""
        self.program.train(self.rows, epochs=epochs, batch_size=self.work.batch)

    def parameters(self) -> list[float]:
        """As the model's."""
        return [leaf.data for leaf in self.leaves]


class CallPerEpoch(Program):
    """A call for every pass over the rows; the program is kept."""

    def train(self, epochs: int) -> None:
        """Calls."""
        for _ in range(epochs):
            self.program.train(self.rows, epochs=1, batch_size=self.work.batch)


class Eager:
    """The usual loop; gradients add up over a batch."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.model = network(work)
        # The step divides the sum of the gradients of a batch.
        self.optimizer = nn.SGD(self.model.parameters(), work.rate / work.batch)

    def train(self, epochs: int) -> None:
        """Steps."""
        work, split = self.work, self.work.sizes[0]
        for _ in range(epochs):
            for start in range(0, work.steps * work.batch, work.batch):
                self.optimizer.zero_grad()
                for row in work.rows[start : start + work.batch]:
                    loss_of(work, self.model, row[:split], row[split:]).backward()
                self.optimizer.step()

    def parameters(self) -> list[float]:
        """As the model's."""
        return [parameter.data for parameter in self.model.parameters()]


MOST = 6_000_000
WAYS = [
    Way("chaingrad, Python", partial(Program, "python"), MOST),
    Way("chaingrad, eager", Eager, MOST),
]
if find_spec("llvmlite"):
    WAYS[:0] = [
        Way("chaingrad, LLVM", partial(Program, "llvm")),
        Way("chaingrad, one call an epoch", partial(CallPerEpoch, "llvm")),
    ]
