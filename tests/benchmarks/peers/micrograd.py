"""micrograd: its own `MLP`, `Value` and training loop.

It has no exp and no log, which cross-entropy needs; here they are, in its own manner.
"""

from __future__ import annotations

import math
import sys

from micrograd.engine import Value
from micrograd.nn import MLP

from tests.benchmarks.peers import Way
from tests.benchmarks.work import Work

# `backward` recurses over the graph, once for each of the 784 products in a neuron's sum.
RECURSION = 5_000


class Micrograd:
    """One loss for a batch, as in micrograd's demo."""

    def __init__(self, work: Work) -> None:
        sys.setrecursionlimit(max(RECURSION, sys.getrecursionlimit()))
        self.work = work
        self.model = MLP(work.sizes[0], list(work.sizes[1:]))
        for layer, numbers in zip(self.model.layers, work.layers()):
            for neuron, row in zip(layer.neurons, numbers):
                neuron.nonlin = neuron.nonlin and work.activation == "relu"
                for parameter, number in zip(neuron.parameters(), row):
                    parameter.data = number

    def train(self, epochs: int) -> None:
        """Steps."""
        work, model, loss = self.work, self.model, LOSSES[self.work.loss]
        for _ in range(epochs):
            for start in range(0, work.steps * work.batch, work.batch):
                losses = []
                for row in work.rows[start : start + work.batch]:
                    outputs = model(row[: work.sizes[0]])
                    outputs = outputs if isinstance(outputs, list) else [outputs]
                    losses.append(loss(row[work.sizes[0] :], outputs))
                total = sum(losses) * (1.0 / len(losses)) if len(losses) > 1 else losses[0]
                model.zero_grad()
                total.backward()
                for parameter in model.parameters():
                    parameter.data -= work.rate * parameter.grad

    def parameters(self) -> list[float]:
        """As `MLP.parameters`."""
        return [parameter.data for parameter in self.model.parameters()]


def exp(a: Value) -> Value:
    """e to the power of a."""
    out = Value(math.exp(a.data), (a,), "exp")

    def backward() -> None:
        a.grad += out.data * out.grad

    out._backward = backward
    return out


def log(a: Value) -> Value:
    """The natural logarithm."""
    out = Value(math.log(a.data), (a,), "log")

    def backward() -> None:
        a.grad += out.grad / a.data

    out._backward = backward
    return out


def squared_error(targets: list[float], outputs: list[Value]) -> Value:
    """Of one output."""
    return (targets[0] - outputs[0]) ** 2


def hinge(targets: list[float], outputs: list[Value]) -> Value:
    """Of one score."""
    return (1 + -targets[0] * outputs[0]).relu()


def cross_entropy(targets: list[float], outputs: list[Value]) -> Value:
    """Of a one-hot target."""
    return log(sum(exp(z) for z in outputs)) - outputs[targets.index(1.0)]


LOSSES = {"squared_error": squared_error, "hinge": hinge, "cross_entropy": cross_entropy}
WAYS = [Way("micrograd", Micrograd, most=50_000)]
