"""PyTorch, eager: fused linear layers, gradients by `autograd.grad`, one call updates them all.

Of the usual ways this was the fastest: `nn.Module` with `torch.optim.SGD` took 1.3 times as long.
`torch.compile` needs a C++ compiler and about 20 seconds a network, after which a step on two moons
took a third of the time.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import torch
from torch.nn.functional import cross_entropy, linear

from tests.benchmarks.peers import Way
from tests.benchmarks.work import Work

torch.set_num_threads(1)


class Eager:
    """Tensors of float64; the data are cut into batches before anything is timed."""

    def __init__(self, work: Work) -> None:
        self.work = work
        layers = [torch.tensor(layer, dtype=torch.float64) for layer in work.layers()]
        self.tensors = [
            tensor.contiguous().requires_grad_()
            for layer in layers
            for tensor in (layer[:, :-1], layer[:, -1])
        ]
        rows = torch.tensor(work.rows, dtype=torch.float64)
        inputs, targets = rows[:, : work.sizes[0]], rows[:, work.sizes[0] :]
        if work.loss == "cross_entropy":
            targets = targets.argmax(1)  # PyTorch takes the number of the class
        shaped = (inputs.contiguous(), targets.contiguous())
        if work.batch > 1:
            shaped = tuple(tensor.split(work.batch) for tensor in shaped)
        self.batches = list(zip(*shaped))[: work.steps]

    def train(self, epochs: int) -> None:
        """Steps."""
        loss, tensors, rate = LOSSES[self.work.loss], self.tensors, self.work.rate
        for _ in range(epochs):
            for inputs, targets in self.batches:
                gradients = torch.autograd.grad(loss(targets, self.forward(inputs)), tensors)
                with torch.no_grad():
                    torch._foreach_add_(tensors, gradients, alpha=-rate)

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """The outputs."""
        relu, last = self.work.activation == "relu", len(self.tensors) - 2
        for position in range(0, len(self.tensors), 2):
            values = linear(values, self.tensors[position], self.tensors[position + 1])
            if relu and position < last:
                values = values.relu()
        return values

    def parameters(self) -> list[float]:
        """The weights and the bias of each neuron."""
        numbers: list[float] = []
        for weights, biases in list(pairwise(self.tensors))[::2]:
            numbers += torch.cat([weights, biases[:, None]], dim=1).flatten().tolist()
        return numbers


LOSSES: dict[str, Callable[[torch.Tensor, torch.Tensor], torch.Tensor]] = {
    "squared_error": lambda targets, outputs: (targets - outputs).square().mean(),
    "hinge": lambda targets, outputs: (1 - targets * outputs).relu().mean(),
    "cross_entropy": lambda targets, outputs: cross_entropy(outputs, targets),
}
WAYS = [Way("PyTorch", Eager)]
