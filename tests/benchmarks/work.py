"""What the peers are timed on: training a network by gradient descent.

A work fixes everything that decides the result: data, order, first parameters, loss and step. All
peers must therefore end at the same numbers, and `peers.check` sees to it before they are timed.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, replace
from itertools import pairwise

Layers = list[list[list[float]]]

STUDENTS = [([0.8, 0.8], 3.0), ([0.6, 0.7], 2.0), ([0.9, 1.1], 5.0), ([0.7, 0.95], 4.0)]


@dataclass(frozen=True)
class Work:
    """Training of a fully connected network, linear in its last layer.

    `rows`: the inputs and then the targets of a sample, one target for each output; for
    `cross_entropy` they are a one-hot vector. `batch`: samples to a step, which follows the mean
    of their gradients. The rows are taken in order, whole batches only.
    """

    name: str
    sizes: tuple[int, ...]
    activation: str
    loss: str
    rows: list[list[float]]
    batch: int = 1
    rate: float = 0.01

    @property
    def steps(self) -> int:
        """Steps to an epoch."""
        return len(self.rows) // self.batch

    @property
    def parameters(self) -> int:
        """How many there are."""
        return sum((inputs + 1) * outputs for inputs, outputs in pairwise(self.sizes))

    def layers(self) -> Layers:
        """The first parameters: for each layer, for each neuron, its weights and then its bias."""
        source = random.Random(1)
        return [
            [[source.uniform(-1, 1) / inputs**0.5 for _ in range(inputs + 1)] for _ in range(count)]
            for inputs, count in pairwise(self.sizes)
        ]

    def short(self) -> Work:
        """The same with at most two batches, for what takes long."""
        return replace(self, rows=self.rows[: 2 * self.batch])


def two_moons(count: int) -> tuple[list[list[float]], list[int]]:
    """Points on two half circles with noise 0.1, labelled −1 and 1."""
    source = random.Random(0)
    points, labels = [], []
    for number in range(count):
        angle = math.pi * source.random()
        x, y = math.cos(angle), math.sin(angle)
        if number % 2:
            x, y = 1 - x, 0.5 - y
        points.append([x + source.gauss(0, 0.1), y + source.gauss(0, 0.1)])
        labels.append(1 if number % 2 else -1)
    return points, labels


def lesson() -> Work:
    """The lesson's network: four students, one at a time."""
    rows = [[*inputs, target] for inputs, target in STUDENTS]
    return Work("2-2-1", (2, 2, 1), "linear", "squared_error", rows)


def moons() -> Work:
    """The network of micrograd's demo: all 100 points in one step."""
    rows = [[*point, float(label)] for point, label in zip(*two_moons(100))]
    return Work("two moons", (2, 16, 16, 1), "relu", "hinge", rows, batch=100)


def digits(batch: int, hidden: tuple[int, ...] = (50,)) -> Work:
    """A network for images of 28 by 28 pixels and ten classes, on noise: 64 images, or a batch."""
    source = random.Random(2)
    rows = []
    for number in range(max(64, batch)):
        pixels = [source.random() for _ in range(784)]
        rows.append(pixels + [float(number % 10 == digit) for digit in range(10)])
    sizes = (784, *hidden, 10)
    name = "-".join(map(str, sizes))
    return Work(name, sizes, "relu", "cross_entropy", rows, batch, rate=0.001)


def square(width: int) -> Work:
    """A network of three layers for the curve over sizes: one sample at a time."""
    source = random.Random(3)
    rows = [[source.gauss(0, 1) for _ in range(width + 1)] for _ in range(32)]
    name = f"{width}-{width}-{width}-1"
    return Work(name, (width, width, width, 1), "relu", "squared_error", rows, rate=0.01 / width)
