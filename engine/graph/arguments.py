"""Arguments that must be `Value`s: what else is given is told, and nothing has happened then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.base.numbers import given
from engine.graph.value import Value


def as_value(thing: Any, what: str, advice: str = "") -> Value:
    """The thing, if it is a `Value`; TypeError, which names its place by `what`, if not.

    >>> as_value(5.0, "gradient: y")
    Traceback (most recent call last):
    TypeError: gradient: y must be a Value, not 5.0 (float)
    """
    if not isinstance(thing, Value):
        raise TypeError(f"{what} must be a Value, not {given(thing)}{advice}")
    return thing


def as_values(things: Any, what: str) -> list[Value]:
    """The things as a list of `Value`s: any iterable that has an order, gone through once.

    >>> as_values({"a": Value(1.0)}, "gradient: xs")
    Traceback (most recent call last):
    TypeError: gradient: xs must be Values in order, not {'a': Value(1, grad=0)} (dict); pass a list
    """
    if (
        isinstance(things, (str, bytes, Value, Mapping, set, frozenset))
        or not isinstance(things, Iterable)
        or getattr(things, "ndim", 1) == 0
    ):
        raise TypeError(f"{what} must be Values in order, not {given(things)}; pass a list")
    listed = list(things)
    if not all(issubclass(kind, Value) for kind in set(map(type, listed))):
        for place, thing in enumerate(listed):
            as_value(thing, f"{what}[{place}]")
    return listed
