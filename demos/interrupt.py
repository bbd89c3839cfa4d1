"""Ctrl-C ends a demo, although `nn.fit` only stops training at it and keeps what was learnt."""

from __future__ import annotations

from nn import History


def uninterrupted(history: History) -> History:
    """The record of a training run; KeyboardInterrupt if Ctrl-C ended it."""
    if history.stopped == "interrupted":
        raise KeyboardInterrupt
    return history
