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


def as_output(thing: Any, what: str) -> Value:
    """The thing, if it is a `Value`; of a list of them, TypeError says what to choose.

    >>> as_output([Value(1.0), Value(2.0)], "draw: y")
    Traceback (most recent call last):
    TypeError: draw: y must be a Value, not a list of 2: choose one of them, such as y[0], or what \
they come to, such as the loss or engine.sum(y)
    """
    many = list(thing.values()) if isinstance(thing, Mapping) else thing
    # An array of any shape is gone through as a row.
    many = many.ravel().tolist() if hasattr(many, "ravel") else many
    if isinstance(many, (list, tuple)) and many and all(isinstance(one, Value) for one in many):
        first, all_of_it = 0, "y"
        if isinstance(thing, Mapping):
            first, all_of_it = next(iter(thing)), "y.values()"
        raise TypeError(
            f"{what} must be a Value, not a {type(thing).__name__} of {len(many)}: choose one of "
            f"them, such as y[{first!r}], or what they come to, such as the loss or "
            f"engine.sum({all_of_it})"
        )
    return as_value(thing, what)


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
