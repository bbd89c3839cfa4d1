"""C by hand: for each kind of work a program of its own, compiled by the system's compiler.

The programs are in `by_hand`. They add in the order in which they are written, which is by tiles
and by lanes; a product and a sum may be rounded once, but no fast mathematics is asked for.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy

from tests.benchmarks.peers import Way
from tests.benchmarks.work import Work, moons

# Vectors are where the programs have them. Those that gcc finds between statements made a step of
# 2-2-1 take 1.4 times as long.
COMPILER = ("cc", "-O3", "-march=native", "-fno-tree-slp-vectorize", "-shared", "-fPIC")
LANES = 8  # numbers in a vector, as in by_hand.h
NARROW = 32  # the widest layer of networks whose points are in the lanes of vectors

Array = Any


def whole(numbers: Array) -> Array:
    """The same, its last axis filled up with zeros to whole vectors."""
    return numpy.pad(numbers, [(0, 0)] * (numbers.ndim - 1) + [(0, -numbers.shape[-1] % LANES)])


def aligned(numbers: Array) -> Array:
    """The same, in memory where a vector may begin."""
    room = numpy.zeros(numbers.size + LANES)
    start = -room.ctypes.data % (8 * LANES) // 8
    found = room[start : start + numbers.size].reshape(numbers.shape)
    found[...] = numbers
    return found


def in_lanes(numbers: Array, work: Work) -> Array:
    """Of rows a matrix for each batch: a row for each number of a point, the points in vectors."""
    return whole(numbers.reshape(work.steps, work.batch, -1).transpose(0, 2, 1))


def one_after_the_other(layers: list[Array]) -> Array:
    """The parameters as `Work.layers` has them."""
    return numpy.concatenate([layer.ravel() for layer in layers])


def in_vectors(layers: list[Array]) -> Array:
    """For each layer its weights, in vectors, and then its biases, likewise."""
    pieces = [piece for layer in layers for piece in (whole(layer[:, :-1]), whole(layer[:, -1]))]
    return numpy.concatenate([piece.ravel() for piece in pieces])


def command(name: str, work: Work) -> list[str]:
    """What compiles a program for these layers."""
    meanings = {
        "SIZES": ", ".join(map(str, work.sizes)),
        "WIDEST": max(work.sizes),
        "BATCH": work.batch,
        "LOSS": work.loss,
        "RELU": int(work.activation == "relu"),
    }
    source = str(Path(__file__).parent / "by_hand" / f"{name}.c")
    return [*COMPILER, *(f"-D{word}={meaning}" for word, meaning in meanings.items()), source]


def compiler_there() -> bool:
    """Whether there is one, and one that knows vectors."""
    if not shutil.which(COMPILER[0]):
        return False
    trial = [*command("points", moons()), "-fsyntax-only"]
    return subprocess.run(trial, check=False, capture_output=True).returncode == 0


def program(name: str, work: Work) -> Any:
    """The function `train` of a program."""
    with TemporaryDirectory() as folder:
        library = str(Path(folder) / "program.so")
        subprocess.run([*command(name, work), "-o", library, "-lm"], check=True)
        train = ctypes.CDLL(library).train
    train.argtypes = [ctypes.c_void_p] * 3 + [ctypes.c_long] * 2 + [ctypes.c_double]
    train.restype = None
    return train


class ByHand:
    """All numbers in three arrays: parameters, inputs, targets."""

    def __init__(self, work: Work) -> None:
        self.work = work
        rows = numpy.array(work.rows[: work.steps * work.batch])
        inputs, targets = numpy.split(rows, [work.sizes[0]], axis=1)
        arrange = one_after_the_other
        if work.sizes == (2, 2, 1) and work.activation == "linear":
            name = "lesson"
        elif work.batch >= LANES and max(work.sizes) <= NARROW and work.loss == "hinge":
            name = "points"
            inputs, targets = in_lanes(inputs, work), in_lanes(targets, work)
        else:
            name, arrange = ("batch" if work.batch > 1 else "image"), in_vectors
            inputs = whole(inputs)
        layers = [numpy.array(layer) for layer in work.layers()]
        self.numbers, self.inputs, self.targets = map(aligned, (arrange(layers), inputs, targets))
        # Where each parameter is, by arranging their numbers, from 1 on; padding has 0.
        ends = numpy.cumsum([layer.size for layer in layers])
        numbered = [
            numpy.arange(end - layer.size, end).reshape(layer.shape) + 1
            for layer, end in zip(layers, ends)
        ]
        found = arrange(numbered)
        self.places = numpy.flatnonzero(found)[numpy.argsort(found[found > 0])]
        self.function = program(name, work)

    def train(self, epochs: int) -> None:
        """One call."""
        arrays = (array.ctypes.data for array in (self.numbers, self.inputs, self.targets))
        self.function(*arrays, self.work.steps * self.work.batch, epochs, self.work.rate)

    def parameters(self) -> list[float]:
        """As in `Work.layers`."""
        return [float(number) for number in self.numbers[self.places]]


WAYS = [Way("C by hand", ByHand)] if compiler_there() else []
