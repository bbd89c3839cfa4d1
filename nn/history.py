"""What a training run did: the loss of every epoch, and why it stopped."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.numbers import short


@dataclass
class History:
    """The record that `nn.fit` returns.

    `losses`: per finished epoch the mean loss over its samples, each taken just before the update
    that it led to. `stopped`: "converged", "epochs" (all done), "diverged" or "interrupted".
    `message`: the same as a sentence. `where`: the epoch and sample, counted from 1, at which the
    loss was no longer finite.

    >>> History([4.0, 1.0], "epochs", "2 epochs done")
    History(2 epochs, loss 4 → 1, epochs: 2 epochs done)
    """

    losses: list[float] = field(default_factory=list)
    stopped: str = "epochs"
    message: str = ""
    where: tuple[int, int] | None = None

    @property
    def epochs(self) -> int:
        """The number of finished epochs."""
        return len(self.losses)

    def __repr__(self) -> str:
        loss = f", loss {short(self.losses[0])} → {short(self.losses[-1])}" if self.losses else ""
        return f"History({self.epochs} epochs{loss}, {self.stopped}: {self.message})"
