"""What a model is made of, as JSON: written beside its parameters, and compared when they are read.

The same numbers in layers of other activations are another function.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nn.models.component import Component
from nn.models.saving import shortened


def architecture(model: Any) -> Any:
    """Sizes and activations layer by layer; of other modules the class and the modules inside.

    What is used twice is described once.

    >>> from nn import MLP
    >>> architecture(MLP(2, [3, 1], "tanh"))["layers"][0]
    {'inputs': 2, 'outputs': 3, 'activation': 'tanh'}
    """
    return _described(model, "", {})


def difference(expected: Any, found: Any, place: str = "") -> str | None:
    """Where two architectures differ first, in words; None where they do not."""
    if type(expected) is type(found) is dict and expected.keys() == found.keys():
        parts = [(f"{place}.{name}".lstrip("."), expected[name], found[name]) for name in expected]
    elif type(expected) is type(found) is list and len(expected) == len(found):
        parts = [(f"{place}.{i}", *pair) for i, pair in enumerate(zip(expected, found))]
    elif expected == found:
        return None
    else:
        there, here = shortened(found), shortened(expected)
        return f"{place or 'the model'} is {there} in the file, here it is {here}"
    return next(filter(None, (difference(a, b, at) for at, a, b in parts)), None)


def _described(part: Any, place: str, seen: dict[int, tuple[str, Any]]) -> Any:
    """What a part is made of; None for what is neither a module nor a function."""
    if id(part) in seen:
        return {"same as": seen[id(part)][0] or "the model"}
    if isinstance(part, (Component, list, tuple, dict)):
        seen[id(part)] = place, part
    if isinstance(part, Component):

        def describe(items: Iterable[tuple[Any, Any]], attribute: str) -> dict[str, Any]:
            return _parts(items, f"{place}.{attribute}".strip("."), seen)

        return part._architecture(describe)
    if isinstance(part, dict):
        return _parts(part.items(), place, seen) or None
    if isinstance(part, (list, tuple)):
        return [*_parts(enumerate(part), place, seen).values()] or None
    if callable(part):
        return {"function": getattr(part, "__name__", type(part).__name__)}
    return None


def _parts(
    items: Iterable[tuple[Any, Any]], place: str, seen: dict[int, tuple[str, Any]]
) -> dict[str, Any]:
    found = {
        str(name): _described(item, f"{place}.{name}" if place else str(name), seen)
        for name, item in items
    }
    return {name: description for name, description in found.items() if description is not None}
