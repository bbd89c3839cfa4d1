"""A text as data: a transformer of microgpt's size as a program, 8 tokens a step

The tokens are in the graph, as rows of the embedding that Python picked, or inputs, as one-hot
vectors. Then every text of that length is a row, and none but the first is compiled.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import engine
import nn
from engine import Parameter, Value
from tests.benchmarks import transformer
from tests.benchmarks.peers import ways
from tests.benchmarks.programs import LLVM, microseconds, three_digits
from tests.benchmarks.timing import seconds, settled

Maker = Callable[[list[int]], tuple[engine.Program, list[float]]]


def listed(model: dict[str, transformer.Matrix]) -> list[Any]:
    """The parameters; the embeddings by dimension, because one-hot vectors are weighed so."""
    matrices = {**model, "tokens": zip(*model["tokens"])}
    return [parameter for matrix in matrices.values() for row in matrix for parameter in row]


def in_the_graph(backend: str = "llvm") -> Maker:
    """A program for each text, and the row that it is trained on."""
    model = transformer.parameters(Parameter)
    flat = listed(model)

    def made(text: list[int]) -> tuple[engine.Program, list[float]]:
        loss, optimizer = transformer.loss(model, text, engine), nn.SGD(flat, 0.01)
        program = engine.compile(loss, [], flat, optimizer, backend, allow_unused=True)
        return program, []

    return made


def as_inputs(backend: str = "llvm", length: int = transformer.POSITIONS + 1) -> Maker:
    """One program for all texts of so many tokens, and the row that a text is."""
    model = transformer.parameters(Parameter)
    flat = listed(model)
    inputs = [[Value(0.0) for _ in range(transformer.TOKENS)] for _ in range(length)]
    for vector in inputs:
        vector[0].data = 1.0
    loss = transformer.loss(model, inputs, engine)
    leaves = [leaf for vector in inputs for leaf in vector]
    optimizer = nn.SGD(flat, 0.01)
    program = engine.compile(loss, leaves, flat, optimizer, backend, allow_unused=True)

    def made(text: list[int]) -> tuple[engine.Program, list[float]]:
        return program, [float(k == token) for token in text for k in range(transformer.TOKENS)]

    return made


def table() -> list[str]:
    """Seconds to the first step of two texts, and the time of a step."""
    if LLVM not in ways():
        return ["llvmlite is missing."]
    rows = ["| the text is | first text, s | another text, s | µs a step |", "|---" * 4 + "|"]
    for name, make in (("in the graph", in_the_graph), ("one-hot inputs", as_inputs)):
        start = time.process_time()
        made = make()
        taken = []
        for seed in (2, 3):
            program, row = made(transformer.drawn_text(seed))
            program.train([row])
            taken.append(time.process_time() - start)
            start = time.process_time()
        train = partial(program.train, [row])
        epochs = settled(train)
        step = min(seconds(partial(train, epochs)) for _ in range(5)) / epochs
        cells = [*map(three_digits, taken), microseconds(step)]
        rows.append(f"| {name} | {' | '.join(cells)} |")
    return rows
