"""The names that `demos.gpt` learns from: those of the modules that come with Python."""

from __future__ import annotations

import math
import random
import sys
from collections import Counter
from itertools import pairwise

EDGE, LONGEST = ".", 13


class Names:
    """The names of the modules, without underscores around them, and their letters as numbers."""

    def __init__(self, source: random.Random) -> None:
        stripped = {name.strip("_") for name in sys.stdlib_module_names}
        self.all = sorted(name for name in stripped if len(name) < LONGEST)
        self.letters = [EDGE, *sorted({letter for name in self.all for letter in name})]
        shuffled = source.sample(self.all, len(self.all))
        self.held_out = shuffled[::6]
        self.training = [name for name in shuffled if name not in self.held_out]

    def numbers(self, name: str) -> list[int]:
        """The letters of a name, with its two edges."""
        return [self.letters.index(letter) for letter in f"{EDGE}{name}{EDGE}"]


def pair_table(names: Names) -> list[list[float]]:
    """How probable each letter is after each, by counting; what was never seen has a little."""
    seen = Counter(pair for name in names.training for pair in pairwise(names.numbers(name)))
    letters = range(len(names.letters))
    counts = [[seen[first, second] + 0.1 for second in letters] for first in letters]
    return [[count / sum(row) for count in row] for row in counts]


def pairs_loss(names: Names) -> float:
    """The loss per letter of that table on the names held out."""
    table = pair_table(names)
    pairs = [pair for name in names.held_out for pair in pairwise(names.numbers(name))]
    return math.fsum(-math.log(table[first][second]) for first, second in pairs) / len(pairs)
