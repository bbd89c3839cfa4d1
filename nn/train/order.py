"""In which order the samples of an epoch are taken."""

from __future__ import annotations

from nn.models.neuron import Seed, source_of


class Order:
    """That of the data; or, shuffled, a new one every epoch.

    `seed`: with one, the orders of the `first` epochs that were there before are drawn and left
    out, and training goes on as if it had not ended.
    """

    def __init__(self, count: int, shuffle: bool, seed: Seed, first: int) -> None:
        self.numbers = list(range(count))
        self.source = source_of(seed) if shuffle else None
        if seed is not None and shuffle:
            for _ in range(first):
                self.next()

    def next(self) -> list[int]:
        """The numbers of the samples, in the order of the next epoch."""
        if self.source is not None:
            self.source.shuffle(self.numbers)
        return self.numbers
