"""Training: micrograd 0.1.0 and chaingrad with the core in use

`moons`: one step of a 2-16-16-1 network on 100 two-moons points: forward, max-margin loss with
regularisation, backward, update; the code of micrograd's demo, the same lines for both.
`lesson`: 100 epochs of the linear 2-2-1 network on four students, one update for each student;
micrograd by its usual loop, chaingrad by `nn.fit` and by that same loop.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import micrograd.engine
import micrograd.nn

import engine
import nn
from tests.benchmarks.timing import Comparison, compare
from tests.benchmarks.work import STUDENTS, two_moons

EPOCHS, RATE = 100, 0.01
# A job is repeated so that one measurement takes some tens of milliseconds.
REPEATS = 10


def moons_step(network: Any, value: Any) -> Callable[[], object]:
    """One full-batch step, written for micrograd."""
    points, labels = two_moons(100)
    random.seed(1337)
    model = network(2, [16, 16, 1])

    def step() -> None:
        inputs = [list(map(value, row)) for row in points]
        scores = list(map(model, inputs))
        losses = [(1 + -yi * scorei).relu() for yi, scorei in zip(labels, scores)]
        data_loss = sum(losses) * (1.0 / len(losses))
        regularisation = 1e-4 * sum(p * p for p in model.parameters())
        total = data_loss + regularisation
        model.zero_grad()
        total.backward()
        for p in model.parameters():
            p.data -= 0.01 * p.grad

    return step


def lesson_loop(make: Callable[[], Any]) -> Callable[[], object]:
    """The lesson's training, written for micrograd."""

    def job() -> None:
        for _ in range(REPEATS):
            train(make())

    return job


def train(model: Any) -> None:
    """micrograd's usual loop, one update for each student."""
    for _ in range(EPOCHS):
        for x, y in STUDENTS:
            loss = (y - model(x)) ** 2
            model.zero_grad()
            loss.backward()
            for p in model.parameters():
                p.data -= RATE * p.grad


def lesson_fit() -> None:
    """The lesson's training by `nn.fit`."""
    for _ in range(REPEATS):
        model = linear_chaingrad()
        optimizer = nn.SGD(model.parameters(), RATE)
        nn.fit(model, STUDENTS, "squared_error", optimizer, EPOCHS, tolerance=None, backend="eager")


def linear_micrograd() -> Any:
    """2-2-1 without ReLU."""
    random.seed(1)
    model = micrograd.nn.MLP(2, [2, 1])
    for layer in model.layers:
        for neuron in layer.neurons:
            neuron.nonlin = False
    return model


def linear_chaingrad() -> nn.MLP:
    """2-2-1 without ReLU."""
    random.seed(1)
    return nn.MLP(2, [2, 1], activation="linear", init="uniform")


def table() -> list[str]:
    """The comparison, per step or update."""
    updates = REPEATS * EPOCHS * len(STUDENTS)
    moons = compare(
        moons_step(micrograd.nn.MLP, micrograd.engine.Value),
        moons_step(nn.MLP, engine.Value),
        pairs=7,
    )
    fit = compare(lesson_loop(linear_micrograd), lesson_fit, pairs=15)
    loop = compare(lesson_loop(linear_micrograd), lesson_loop(linear_chaingrad), pairs=15)
    return [
        "| work | micrograd | chaingrad | faster by | range |",
        "|---|---|---|---|---|",
        row("two moons 2-16-16-1, one step on 100 points", moons, 1),
        row("2-2-1, one student's update, `nn.fit`", fit, updates),
        row("2-2-1, one student's update, micrograd's loop", loop, updates),
    ]


def row(work: str, result: Comparison, count: int) -> str:
    """A row with times per piece of work."""
    first, second = (f"{time / count * 1e6:,.1f} µs" for time in (result.first, result.second))
    spread = f"{result.lowest:.1f}–{result.highest:.1f}"
    return f"| {work} | {first} | {second} | {result.ratio:.1f}x | {spread} |"
