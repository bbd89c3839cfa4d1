"""numba by hand: a program for each kind of work, of the loops that suit it, in `loops`."""

from __future__ import annotations

from collections.abc import Callable

import numpy

from tests.benchmarks.peers import Way
from tests.benchmarks.peers.loops import (
    LOSSES,
    Array,
    compiled,
    forward,
    forward_points,
    rectify,
    slopes_below,
    slopes_below_points,
    update,
    update_and_forward,
    update_points,
)
from tests.benchmarks.work import Work

NARROW = 32  # the widest layer of networks whose points lie beside each other

# Weights, biases, outputs and slopes of the layers.
Network = tuple[tuple[Array, ...], ...]
Train = Callable[[Network, Array, Array, int, float], None]


def lesson(work: Work) -> Train:
    """2-2-1 without activation: nine parameters in variables."""

    @compiled
    def train(network: Network, inputs: Array, targets: Array, epochs: int, rate: float) -> None:
        (hidden, last), (biases, bias), _, _ = network
        w111, w121, w112, w122 = hidden[0, 0], hidden[0, 1], hidden[1, 0], hidden[1, 1]
        b11, b12 = biases[0], biases[1]
        w211, w221, b21 = last[0, 0], last[0, 1], bias[0]
        for _ in range(epochs):
            for s in range(len(inputs)):
                x1, x2 = inputs[s, 0], inputs[s, 1]
                o11 = w111 * x1 + w121 * x2 + b11
                o12 = w112 * x1 + w122 * x2 + b12
                slope = 2 * rate * (w211 * o11 + w221 * o12 + b21 - targets[s, 0])
                slope11, slope12 = slope * w211, slope * w221
                w211, w221, b21 = w211 - slope * o11, w221 - slope * o12, b21 - slope
                w111, w121, b11 = w111 - slope11 * x1, w121 - slope11 * x2, b11 - slope11
                w112, w122, b12 = w112 - slope12 * x1, w122 - slope12 * x2, b12 - slope12
        hidden[0, 0], hidden[0, 1], hidden[1, 0], hidden[1, 1] = w111, w121, w112, w122
        biases[0], biases[1] = b11, b12
        last[0, 0], last[0, 1], bias[0] = w211, w221, b21

    return train


def image(work: Work) -> Train:
    """One sample a step. `outputs` are those of the last two."""
    slopes_of, relu, last = LOSSES[work.loss], work.activation == "relu", len(work.sizes) - 2

    @compiled
    def train(network: Network, inputs: Array, targets: Array, epochs: int, rate: float) -> None:
        weights, biases, outputs, slopes = network
        for k in range(last + 1):
            slopes[k][:] = 0.0
        # One more than there are, whose pass makes the last change.
        for step in range(epochs * len(inputs) + 1):
            s, side = step % len(inputs), step % 2
            before, below = inputs[s - 1], inputs[s]
            for k in range(last + 1):
                out = outputs[k][side]
                update_and_forward(weights[k], biases[k], slopes[k], before, below, out)
                if relu and k < last:
                    rectify(out)
                before, below = outputs[k][1 - side], out
            slopes_of(targets[s], below, rate, slopes[last])
            for k in range(last, 0, -1):
                below = outputs[k - 1][side]
                slopes_below(weights[k], slopes[k], below, slopes[k - 1], relu)

    return train


def batch(work: Work) -> Train:
    """Several samples a step: a matrix of a row for each."""
    slopes_of, relu, last = LOSSES[work.loss], work.activation == "relu", len(work.sizes) - 2

    @compiled
    def train(network: Network, inputs: Array, targets: Array, epochs: int, rate: float) -> None:
        weights, biases, outputs, slopes = network
        for step in range(epochs * len(inputs)):
            number = step % len(inputs)
            below = inputs[number]
            for k in range(last + 1):
                forward(weights[k], biases[k], below, outputs[k])
                below = outputs[k]
                for s in range(len(below) if relu and k < last else 0):
                    rectify(below[s])
            for s in range(len(below)):
                slopes_of(targets[number, s], below[s], rate / len(below), slopes[last][s])
            for k in range(last, -1, -1):
                below = outputs[k - 1] if k else inputs[number]
                for s in range(len(below) if k else 0):
                    found = slopes[k - 1][s]
                    slopes_below(weights[k], slopes[k][s], below[s], found, relu)
                update(weights[k], biases[k], slopes[k], below)

    return train


def points(work: Work) -> Train:
    """Narrow layers, many points a step: a matrix of a column for each."""
    slopes_of, relu, last = LOSSES[work.loss], work.activation == "relu", len(work.sizes) - 2

    @compiled
    def train(network: Network, inputs: Array, targets: Array, epochs: int, rate: float) -> None:
        weights, biases, outputs, slopes = network
        for step in range(epochs * len(inputs)):
            number = step % len(inputs)
            below = inputs[number]
            for k in range(last + 1):
                forward_points(weights[k], biases[k], below, outputs[k])
                below = outputs[k]
                for n in range(len(below) if relu and k < last else 0):
                    rectify(below[n])
            # There is one score, and each point is an output of its loss.
            slopes_of(targets[number, 0], below[0], rate / below.shape[1], slopes[last][0])
            for k in range(last, -1, -1):
                below = outputs[k - 1] if k else inputs[number]
                if k:
                    slopes_below_points(weights[k], slopes[k], below, slopes[k - 1], relu)
                update_points(weights[k], biases[k], slopes[k], below)

    return train


class ByHand:
    """The arrays, in the shapes of the program that suits the work."""

    def __init__(self, work: Work) -> None:
        self.work = work
        layers = [numpy.array(layer) for layer in work.layers()]
        rows = numpy.array(work.rows[: work.steps * work.batch])
        rows = rows.reshape(work.steps, work.batch, -1)
        inputs, targets = numpy.split(rows, [work.sizes[0]], axis=-1)
        make: Callable[[Work], Train] = batch
        outputs = [(work.batch, count) for count in work.sizes[1:]]
        slopes: list[tuple[int, ...]] = [*outputs]
        if work.batch == 1:
            linear = work.sizes == (2, 2, 1) and work.activation == "linear"
            make = lesson if linear else image
            inputs, targets = inputs[:, 0], targets[:, 0]
            outputs = [(2, count) for count in work.sizes[1:]]
            slopes = [(count,) for count in work.sizes[1:]]
        elif max(work.sizes) <= NARROW and work.sizes[-1] == 1:
            make = points
            inputs, targets = inputs.swapaxes(1, 2), targets.swapaxes(1, 2)
            outputs = [(count, work.batch) for count in work.sizes[1:]]
            slopes = [*outputs]
        self.data = numpy.ascontiguousarray(inputs), numpy.ascontiguousarray(targets)
        self.network = (
            tuple(numpy.ascontiguousarray(layer[:, :-1]) for layer in layers),
            tuple(numpy.ascontiguousarray(layer[:, -1]) for layer in layers),
            tuple(map(numpy.zeros, outputs)),
            tuple(map(numpy.zeros, slopes)),
        )
        self.program = make(work)

    def train(self, epochs: int) -> None:
        """One call."""
        self.program(self.network, *self.data, epochs, self.work.rate)

    def parameters(self) -> list[float]:
        """As in `Work.layers`."""
        layers = map(numpy.column_stack, zip(*self.network[:2]))
        return [float(number) for layer in layers for number in layer.ravel()]


WAYS = [Way("numba by hand", ByHand)]
