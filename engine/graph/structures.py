"""Arguments as users have them: numbers, and lists, tuples, dicts and arrays of numbers, nested.

`flatten` lays such a structure out as one row of numbers, each with its name, and gives the
function that makes a structure of the same form from another row.

>>> row = flatten({"w": [1, 2.5], "b": 3}, "p")
>>> row.names, row.numbers
(["p['w'][0]", "p['w'][1]", "p['b']"], [1.0, 2.5, 3.0])
>>> row.rebuild([10, 20, 30])
{'w': [10, 20], 'b': 30}
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from engine.base.numbers import as_number
from engine.graph.value import Value


class Row(NamedTuple):
    """The numbers of a structure in order, their names, and how to build one like it."""

    numbers: list[Any]
    names: list[str]
    build: Callable[[Iterator[Any]], Any]

    def rebuild(self, numbers: Sequence[Any]) -> Any:
        return self.build(iter(numbers))

    @property
    def holds_values(self) -> bool:
        return holds_values(self.numbers)


def flatten(structure: Any, name: str) -> Row:
    """The row of a structure. Arrays are NumPy's, or whatever looks like them.

    Raises TypeError, naming the place, for what is neither a number, a Value nor a structure.
    """
    numbers: list[Any] = []
    names: list[str] = []
    return Row(numbers, names, _visit(structure, name, numbers, names))


def holds_values(part: Any) -> bool:
    """Whether there is a Value anywhere in it, which may hold other things as well."""
    if isinstance(part, dict):
        return any(map(holds_values, part.values()))
    if isinstance(part, (list, tuple)):
        return any(map(holds_values, part))
    if _is_array(part):
        return part.dtype == object and any(map(holds_values, part.ravel().tolist()))
    return isinstance(part, Value)


def _visit(
    part: Any, name: str, numbers: list[Any], names: list[str]
) -> Callable[[Iterator[Any]], Any]:
    if isinstance(part, dict):
        entries = {
            key: _visit(value, f"{name}[{key!r}]", numbers, names) for key, value in part.items()
        }
        return lambda row: {key: build(row) for key, build in entries.items()}
    if isinstance(part, (list, tuple)):
        items = [_visit(value, f"{name}[{i}]", numbers, names) for i, value in enumerate(part)]
        kind: Any = list if isinstance(part, list) else tuple
        if hasattr(part, "_fields"):  # a named tuple takes its items one by one
            return lambda row: type(part)(*[build(row) for build in items])
        return lambda row: kind(build(row) for build in items)
    if _is_array(part):
        return _visit_array(part, name, numbers, names)
    numbers.append(part if isinstance(part, Value) else as_number(part, name))
    names.append(name)
    return next


def _is_array(part: Any) -> bool:
    return getattr(part, "ndim", 0) > 0 and all(hasattr(part, it) for it in ("dtype", "flat"))


def _visit_array(
    array: Any, name: str, numbers: list[Any], names: list[str]
) -> Callable[[Iterator[Any]], Any]:
    for place, number in zip(_places(array.shape), array.ravel().tolist()):
        label = f"{name}[{', '.join(map(str, place))}]"
        numbers.append(number if isinstance(number, Value) else as_number(number, label))
        names.append(label)
    # What held Values holds numbers as floats.
    objects = array.dtype == object and not holds_values(array)

    def build(row: Iterator[Any]) -> Any:
        items = [next(row) for _ in range(array.size)]
        values = objects or any(isinstance(item, Value) for item in items)
        built = array.astype(object if values else float)
        for i, item in enumerate(items):
            built.flat[i] = item
        return built

    return build


def _places(shape: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """The indices of an array of this shape, the last running fastest."""
    if not shape:
        yield ()
        return
    for first in range(shape[0]):
        for rest in _places(shape[1:]):
            yield (first, *rest)


def argument_names(f: Callable[..., Any], count: int) -> list[str]:
    """What the function calls its first `count` positional arguments; those of `*args` x1, x2, ….

    >>> argument_names(lambda a, *rest: a, 3)
    ['a', 'x2', 'x3']
    """
    names = [f"x{position + 1}" for position in range(count)]
    try:
        parameters = list(inspect.signature(f).parameters.values())
    except (TypeError, ValueError):  # of a function written in C
        return names
    for position, parameter in enumerate(parameters[:count]):
        if parameter.kind not in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD):
            break
        names[position] = parameter.name
    return names
