"""The decoder of a transformer on scalars, which `demos.gpt` trains, letter by letter.

Vaswani and others 2017; Radford and others 2018. Every number is a `Value`, every weight a scalar.
All that it needs beyond a multilayer perceptron is attention: each letter asks (a query), every
letter so far answers (a key), and the softmax of how well they match says how much of what each has
to say (its value) is listened to.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from demos.module_names import LONGEST
from engine import Parameter, Value, dot, logsumexp, softmax
from nn import Module

WIDTH, HEADS = 16, 4
Vector = list[Value]
Matrix = list[list[Parameter]]
Letter = int | Vector  # its number, or a vector of 1 at its place and 0 elsewhere


class Memory:
    """What a sequence leaves behind for its next letter: a key and a value for each so far."""

    def __init__(self) -> None:
        self.keys: list[Vector] = []
        self.values: list[Vector] = []
        self.attention: list[list[list[float]]] = []  # of every letter, in every head, to each


class Transformer(Module):
    """One block of attention and perceptron; a call takes a letter and scores what may follow."""

    def __init__(self, letters: int, source: random.Random) -> None:
        def matrix(rows: int, columns: int) -> Matrix:
            return [[Parameter(source.gauss(0, 0.1)) for _ in range(columns)] for _ in range(rows)]

        self.letters, self.places = matrix(WIDTH, letters), matrix(LONGEST, WIDTH)
        self.query, self.key, self.value = (matrix(WIDTH, WIDTH) for _ in range(3))
        self.joined = matrix(WIDTH, WIDTH)
        self.wide, self.narrow = matrix(4 * WIDTH, WIDTH), matrix(WIDTH, 4 * WIDTH)
        self.scores = matrix(letters, WIDTH)

    def __call__(self, letter: Letter, memory: Memory) -> Vector:
        x = add([pick(row, letter) for row in self.letters], self.places[len(memory.keys)])
        # Each part adds to x what it has found, so that gradients also pass beside it.
        x = add(x, self.attend(normalised(x), memory))
        hidden = [z.relu() for z in linear(self.wide, normalised(x))]
        x = add(x, linear(self.narrow, hidden))
        return linear(self.scores, normalised(x))

    def attend(self, x: Vector, memory: Memory) -> Vector:
        """What the letters so far say to this one; every head listens with its share of x."""
        query = linear(self.query, x)
        memory.keys.append(linear(self.key, x))
        memory.values.append(linear(self.value, x))
        memory.attention.append([])
        found, size = [], WIDTH // HEADS
        for start in range(0, WIDTH, size):
            part = slice(start, start + size)
            matches = [dot(query[part], key[part]) / math.sqrt(size) for key in memory.keys]
            weights = softmax(matches)
            memory.attention[-1].append([weight.data for weight in weights])
            for column in zip(*(value[part] for value in memory.values)):
                found.append(dot(weights, column))
        return linear(self.joined, found)


def pick(entries: Sequence[Value], letter: Letter) -> Value:
    """The entry of a letter."""
    return entries[letter] if isinstance(letter, int) else dot(letter, entries)


def linear(matrix: Matrix, x: Vector) -> Vector:
    """W·x."""
    return [dot(row, x) for row in matrix]


def add(x: Any, y: Any) -> Vector:
    """x + y, entry by entry."""
    return [a + b for a, b in zip(x, y, strict=True)]


def normalised(x: Vector) -> Vector:
    """x over its root mean square (Zhang and Sennrich 2019); the small number avoids 0/0."""
    scale = (dot(x, x) / len(x) + 1e-5) ** -0.5
    return [entry * scale for entry in x]


def losses(model: Transformer, text: Sequence[Letter]) -> list[Value]:
    """−log of the probability of each letter after those before it: the softmax of its score."""
    memory, each = Memory(), []
    for letter, after in pairwise(text):
        scores = model(letter, memory)
        each.append(logsumexp(scores) - pick(scores, after))
    return each
