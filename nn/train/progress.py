"""The bar that shows how far training is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from engine.base.numbers import short
from nn.train.history import History


@contextmanager
def progress_bar(epochs: int, wanted: bool) -> Iterator[Callable[[History], None]]:
    """Inside, the yielded function brings the bar to where the history is, if there is a bar."""
    bar = _bar(epochs) if wanted else None
    if bar is None:
        yield lambda history: None
        return

    def show(history: History) -> None:
        bar.set_postfix_str(f"loss {short(history.losses[-1])}", refresh=False)
        bar.update(history.epochs - bar.n)

    with bar:
        yield show


def _bar(epochs: int) -> Any:
    """None without a terminal or without tqdm."""
    # There is no standard error stream under pythonw, for one.
    if sys.stderr is None or not sys.stderr.isatty():
        return None
    try:
        from tqdm import tqdm
    except ImportError:
        return None
    return tqdm(total=epochs, unit="epoch", delay=1.0, leave=False)
