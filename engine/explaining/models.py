"""What a function is checked at, as rows of numbers: also a whole model, by its parameters."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from engine.graph.structures import Row, flatten
from engine.graph.value import Parameter, Value


def checked_row(x: Any, name: str) -> tuple[Row, type[Value]]:
    """The numbers of an argument, their names, how to build one like it, and of which leaves.

    A model is whatever has `named_parameters`. One like it is a copy with other leaves in the place
    of its parameters, so the model itself is left alone.
    """
    named = getattr(x, "named_parameters", None)
    if named is None:
        return flatten(x, name), Value
    parameters: dict[str, Any] = dict(named())
    if not parameters:
        raise ValueError(f"check_gradients: {x!r} has no parameters to check")

    def build(leaves: Iterator[Any]) -> Any:
        return copy.deepcopy(x, {id(parameter): next(leaves) for parameter in parameters.values()})

    numbers = [float(parameter.data) for parameter in parameters.values()]
    return Row(numbers, list(parameters), build), Parameter
