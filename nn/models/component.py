"""What predicting, the summary and files ask of a module; they know no layers, layers answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from nn.models.structure import Structure

# Describes items by their names, given as (name, item) pairs, and the attribute that holds them.
Describe = Callable[[Iterable[tuple[Any, Any]], str], dict[str, Any]]


class Component:
    """The answers of a module of which nothing is known."""

    # The attribute whose items are called one after the other, functions among them.
    _steps = ""

    def _structure(self) -> Structure | None:
        """The neurons that it is made of; None if it computes anything else."""
        return None

    def _neurons(self) -> Sequence[Any]:
        """Those that are one line of a summary; none of a module with a line for every part."""
        return ()

    def _architecture(self, describe: Describe) -> dict[str, Any]:
        """What a file says of it: the class, and the modules inside."""
        return {"module": type(self).__name__, **describe(vars(self).items(), "")}
