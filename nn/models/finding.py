"""Where a module keeps its parameters: one walk over everything that it holds.

Looked into are the attributes of modules and of other objects, lists, tuples, deques, mappings and
arrays of objects, to any depth, each once. A set has no order that lasts and a function hides what
it uses: parameters that only they hold are refused, for they could be neither named nor saved.
"""

from __future__ import annotations

import types
from collections import UserList, deque
from collections.abc import Iterator, Mapping, Set, ValuesView
from contextlib import suppress
from functools import partial
from typing import Any

from engine import Parameter, Value

_SEQUENCES = (list, tuple, deque, UserList, ValuesView)
# What holds no parameters, or none of the module's own.
_LEFT_OUT = (
    str, bytes, bytearray, int, float, complex, range, type(None), type, types.ModuleType,
)  # fmt: skip
# What is not looked into.
CLOSED = (*_LEFT_OUT, Value, Set, types.FunctionType)


def leaves(holder: Any) -> Iterator[tuple[str, Value]]:
    """The leaves of the graph that a module holds, each once, and where: `layers.0.bias`.

    In the order of the attributes and items; linear in what is held. Raises TypeError for a
    parameter that only a set or a function holds, and for a result that took a parameter's place.
    """
    seen: dict[int, Any] = {}
    hidden: list[tuple[str, Any]] = []
    results: list[tuple[Any, Value]] = []
    # Paths are linked from the end, because most of them are asked for by nobody.
    stack: list[tuple[Any, Any]] = [(None, holder)]
    while stack:
        path, item = stack.pop()
        if isinstance(item, _LEFT_OUT) or id(item) in seen:
            continue
        seen[id(item)] = item
        if isinstance(item, Value):
            if item.op is None:
                yield written(path), item
            else:
                results.append((path, item))
        elif isinstance(item, (Set, types.FunctionType)):
            hidden.append((written(path), item))
        else:
            parts = [((path, name), part) for name, part in parts_of(item)]
            stack += reversed(parts)
    for path, item in hidden:
        _refuse_hidden(path, item, seen)
    for path, result in results:
        _refuse_replaced(path, result, seen)


def parts_of(holder: Any) -> Iterator[tuple[Any, Any]]:
    """What an object holds, and by which names."""
    if isinstance(holder, Mapping):
        yield from holder.items()
    elif isinstance(holder, _SEQUENCES):
        yield from enumerate(holder)
    elif isinstance(holder, types.MethodType):
        yield "__self__", holder.__self__
    elif isinstance(holder, partial):
        yield from (("func", holder.func), ("args", holder.args), ("keywords", holder.keywords))
    elif hasattr(type(holder), "tolist"):
        # An array; one of numbers holds no parameters.
        if getattr(getattr(holder, "dtype", None), "kind", "") == "O":
            yield from enumerate(holder.tolist())
    else:
        yield from _attributes(holder)


def _attributes(holder: Any) -> Iterator[tuple[str, Any]]:
    """The attributes of an object; of a module also those that its class keeps."""
    declared = type(holder).__dict__.get("_held")
    if declared is not None and not holder._has_more:
        # CPython finds attributes more slowly once a `__dict__` has been asked for.
        yield from [(name, getattr(holder, name)) for name in declared]
        return
    own = getattr(holder, "__dict__", {})
    yield from own.items()
    is_module = hasattr(type(holder), "parameters")
    for kind in reversed(type(holder).__mro__[:-1]):
        for name, item in vars(kind).items():
            if isinstance(item, types.MemberDescriptorType):
                if hasattr(holder, name):
                    yield name, getattr(holder, name)
            elif is_module and not (name in own or name.startswith("__") or callable(item)):
                yield name, item


def _refuse_hidden(path: str, holder: Any, seen: Mapping[int, Any]) -> None:
    """TypeError for a parameter that a set or a function holds and nothing else."""
    if isinstance(holder, Set):
        items, where = list(holder), "in a set, which has no order: keep it in a list"
    else:
        items = [*(holder.__defaults__ or ()), *(holder.__kwdefaults__ or {}).values()]
        for cell in holder.__closure__ or ():
            # One that has not been filled yet raises.
            with suppress(ValueError):
                items.append(cell.cell_contents)
        # Of modules that a function uses nobody knows whether they are to be trained.
        items = [item for item in items if isinstance(item, (Value, *_SEQUENCES))]
        where = "only within a function: keep it in an attribute of the module as well"
    for item in items:
        for _, leaf in leaves([item]):
            if isinstance(leaf, Parameter) and id(leaf) not in seen:
                raise TypeError(f"{path or 'the module'} holds the parameter {leaf!r} {where}")


def _refuse_replaced(path: Any, result: Value, seen: Mapping[int, Any]) -> None:
    """TypeError for what `x = x - rate * x.grad` has put in the place of a parameter."""
    node: Any = result
    while node.op is not None:
        first, *others = node.args
        if node.op.name not in ("sub", "add") or any(isinstance(arg, Value) for arg in others):
            return
        node = first
    if isinstance(node, Parameter) and id(node) not in seen:
        raise TypeError(
            f"{written(path)} is a result now, {result!r}, and no longer the parameter {node!r}: "
            "x = x - step makes a new number and leaves the old one as it is; write x.data -= step"
        )


def written(path: Any) -> str:
    """The linked names as text; a key that is not a word is written as Python writes it."""
    names: list[str] = []
    while path is not None:
        path, name = path
        plain = type(name) is int or (isinstance(name, str) and name.isidentifier())
        names.append(str(name) if plain else f"[{name!r}]")
    return ".".join(reversed(names))
