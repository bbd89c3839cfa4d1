"""How the transformer of `demos.gpt` learns from some names: on nodes, or by one program.

A program is made for one graph, and where Python picks numbers by a letter, another letter is
another graph. So a letter is a vector of inputs, 1 at its place and 0 elsewhere: the product with
it picks the same. A name is filled up to the longest with edges, whose losses count 0 times; and as
no letter listens to later ones, what fills it up changes nothing before. Names are then rows of
data.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from demos.module_names import LONGEST, Names
from demos.transformer import Transformer, losses
from engine import Value, compile, dot, mean
from nn import Optimizer


class OnNodes:
    """Builds the graph of every name anew."""

    def __init__(self, model: Transformer, optimizer: Optimizer, names: Names) -> None:
        self.model, self.optimizer, self.names = model, optimizer, names

    def update(self, some: Sequence[str]) -> float:
        """A step of training on some names; their mean loss per letter before it."""
        self.optimizer.zero_grad()
        texts = [self.names.numbers(name) for name in some]
        loss = mean([each for text in texts for each in losses(self.model, text)])
        loss.backward()
        self.optimizer.step()
        return loss.data


class PaddedNames:
    """The same by a program, which is compiled once."""

    def __init__(self, model: Transformer, optimizer: Optimizer, names: Names) -> None:
        self.names = names
        text = [[Value(0.0) for _ in names.letters] for _ in range(LONGEST + 1)]
        shares = [Value(1.0) for _ in range(LONGEST)]
        loss = dot(shares, losses(model, text))
        inputs = [*chain.from_iterable(text), *shares]
        self.program = compile(loss, inputs, optimizer.parameters, optimizer, "llvm")

    def row(self, name: str, share: float) -> list[float]:
        """The inputs for a name each of whose losses counts so many times."""
        numbers = self.names.numbers(name)
        counted = len(numbers) - 1
        filled = numbers + [numbers[-1]] * (LONGEST - counted)
        letters = range(len(self.names.letters))
        text = [float(number == letter) for number in filled for letter in letters]
        return text + [share] * counted + [0.0] * (LONGEST - counted)

    def update(self, some: Sequence[str]) -> float:
        """As on nodes."""
        # The program takes the mean over the names; shares make it one over all of their letters.
        share = len(some) / sum(len(name) + 1 for name in some)
        rows = [self.row(name, share) for name in some]
        (loss,) = self.program.train(rows, batch_size=len(some))
        return loss
