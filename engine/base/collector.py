"""Python's cyclic garbage collector, which is in the way where much is made and kept."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collector() -> Iterator[None]:
    """A block in which it does not run: it would look at the same objects again and again.

    It is switched off for the whole process, so the block should be a matter of seconds. Where it
    was off before, it stays off.

    >>> with without_collector():
    ...     gc.isenabled()
    False
    >>> gc.isenabled()
    True
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
