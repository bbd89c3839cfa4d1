"""A transformer of the size of microgpt, on scalars, for any `Value`

Token and position embeddings of 16 dimensions, one layer of causal attention with 4 heads and of a
two-layer perceptron with residual sums and root-mean-square norms, 27 tokens, 8 positions. A step
is forward over all positions, cross-entropy, backward and a plain update. The same code runs over
every engine: it is given the class, and where to find `dot`, `sum` and `softmax`.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

DIMENSIONS, HEADS, TOKENS, POSITIONS = 16, 4, 27, 8
PER_HEAD = DIMENSIONS // HEADS

Row = list[Any]
Matrix = list[Row]


class Elementary:
    """Sums and softmax by the operators and methods that every engine has."""

    @staticmethod
    def dot(weights: Sequence[Any], inputs: Sequence[Any]) -> Any:
        return sum(w * x for w, x in zip(weights, inputs))

    @staticmethod
    def sum(terms: Sequence[Any]) -> Any:
        return sum(terms)

    @staticmethod
    def softmax(logits: Sequence[Any]) -> Row:
        highest = max(logit.data for logit in logits)
        exponentials = [(logit - highest).exp() for logit in logits]
        total = sum(exponentials)
        return [exponential / total for exponential in exponentials]


def parameters(value: Callable[[float], Any]) -> dict[str, Matrix]:
    """The matrices of the model, normally distributed, the same for every engine."""
    source = random.Random(1)

    def matrix(rows: int, columns: int) -> Matrix:
        return [[value(source.gauss(0, 0.08)) for _ in range(columns)] for _ in range(rows)]

    d = DIMENSIONS
    return {
        "tokens": matrix(TOKENS, d),
        "positions": matrix(POSITIONS, d),
        **{name: matrix(d, d) for name in ("query", "key", "value", "output")},
        "up": matrix(4 * d, d),
        "down": matrix(d, 4 * d),
        "head": matrix(TOKENS, d),
    }


def picked(rows: Matrix, place: int | Row, functions: Any) -> Row:
    """A row by its number, or by a one-hot vector."""
    if isinstance(place, int):
        return rows[place]
    return [functions.dot(place, column) for column in zip(*rows)]


def loss(model: dict[str, Matrix], text: Sequence[int | Row], functions: Any) -> Any:
    """The mean of the cross-entropies of a text; its tokens are numbers or one-hot vectors."""

    def linear(matrix: Matrix, x: Row) -> Row:
        return [functions.dot(row, x) for row in matrix]

    def normalised(x: Row) -> Row:
        scale = (functions.dot(x, x) * (1 / len(x)) + 1e-5) ** -0.5
        return [entry * scale for entry in x]

    def attend(queries: Row, keys: Matrix, values: Matrix) -> Row:
        result = []
        for head in range(HEADS):
            part = slice(head * PER_HEAD, (head + 1) * PER_HEAD)
            query = queries[part]
            scores = [functions.dot(query, key[part]) * PER_HEAD**-0.5 for key in keys]
            weights = functions.softmax(scores)
            for place in range(part.start, part.stop):
                result.append(functions.dot(weights, [row[place] for row in values]))
        return result

    keys: Matrix = []
    values: Matrix = []
    losses = []
    for position, (token, following) in enumerate(pairwise(text)):
        embedded = zip(picked(model["tokens"], token, functions), model["positions"][position])
        x = normalised([t + p for t, p in embedded])
        y = normalised(x)
        keys.append(linear(model["key"], y))
        values.append(linear(model["value"], y))
        attended = attend(linear(model["query"], y), keys, values)
        x = [a + b for a, b in zip(linear(model["output"], attended), x)]
        hidden = [entry.relu() for entry in linear(model["up"], normalised(x))]
        x = [a + b for a, b in zip(linear(model["down"], hidden), x)]
        chances = [[chance] for chance in functions.softmax(linear(model["head"], x))]
        (chance,) = picked(chances, following, functions)
        losses.append(-chance.log())
    return functions.sum(losses) * (1 / len(losses))


def drawn_text(seed: int) -> list[int]:
    """The tokens of a text."""
    source = random.Random(seed)
    return [source.randrange(TOKENS) for _ in range(POSITIONS + 1)]


def step(value: Callable[[float], Any], functions: Any) -> Callable[[], float]:
    """One training step on one text; it returns the loss."""
    model = parameters(value)
    flat = [p for matrix in model.values() for row in matrix for p in row]
    text = drawn_text(2)

    def run() -> float:
        for p in flat:
            p.grad = 0.0
        total = loss(model, text, functions)
        total.backward()
        for p in flat:
            p.data -= 0.01 * p.grad
        return float(total.data)

    return run
