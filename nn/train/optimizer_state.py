"""What an optimiser trains and remembers: checked, copied, and as JSON can hold it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from inspect import signature
from typing import Any

from engine import Value
from engine.base.numbers import as_number, whole


def checked_parameters(optimizer: str, parameters: Any) -> list[Any]:
    """The leaves to train; ValueError or TypeError for what they cannot be."""
    if hasattr(parameters, "parameters"):
        raise TypeError(
            f"{optimizer} takes the parameters of a model, not the model: "
            f"{optimizer}(model.parameters(), …)"
        )
    if isinstance(parameters, (str, bytes, Value)) or not isinstance(parameters, Iterable):
        raise TypeError(
            f"{optimizer} takes a list of parameters, such as model.parameters(), not "
            f"{parameters!r} ({type(parameters).__name__})"
        )
    found = list(parameters)
    if not found:
        raise ValueError(f"{optimizer} was given no parameters to train")
    if len(set(map(id, found))) < len(found):
        raise ValueError(f"{optimizer} was given the same parameter twice")
    for parameter in found:
        if not isinstance(parameter, Value) or parameter.op is not None:
            raise TypeError(f"{optimizer} trains leaves of the graph, not {parameter!r}")
    return found


def names_the_rate(make: Callable[..., None]) -> Callable[..., None]:
    """`__init__` of an optimiser, which says what `lr` of other libraries is called here."""
    names = signature(make).parameters
    if "learning_rate" not in names or "lr" in names:
        return make

    @wraps(make)
    def made(self: Any, *arguments: Any, **named: Any) -> None:
        if "lr" in named:
            kind = type(self).__name__
            raise TypeError(
                f"{kind}: lr is called learning_rate here: {kind}(model.parameters(), "
                f"learning_rate={named['lr']!r})"
            )
        make(self, *arguments, **named)

    return made


def snapshot(optimizer: Any, numbers: Sequence[float] = ()) -> Callable[[], None]:
    """A function that brings the parameters and the optimiser's memory back to what they are now.

    `numbers`: the parameters', if they are at hand. An optimiser of the user's own may have another
    memory, or none.
    """
    numbers = numbers or [parameter.data for parameter in optimizer.parameters]
    state = {name: list(column) for name, column in getattr(optimizer, "state", {}).items()}
    steps = getattr(optimizer, "steps", None)

    def restore() -> None:
        for parameter, number in zip(optimizer.parameters, numbers):
            parameter.data = number
        for name, column in state.items():
            optimizer.state[name][:] = column
        if steps is not None:
            optimizer.steps = steps

    return restore


def checked_setting(optimizer: str, name: str, value: Any) -> float:
    """The setting as a float; ValueError or TypeError naming it where it is out of its range."""
    number = as_number(value, f"{optimizer}: {name}")
    # A mean over the past needs a weight below 1; the other settings may be of any size.
    below_one = name in ("momentum", "decay", "beta1", "beta2")
    positive = name in ("learning_rate", "epsilon", "max_norm")
    if (
        not math.isfinite(number)
        or number < 0
        or (positive and number == 0)
        or (below_one and number >= 1)
    ):
        wanted = "at least 0 and below 1" if below_one else "above 0" if positive else "at least 0"
        raise ValueError(f"{optimizer}: {name} must be {wanted}, not {value!r}")
    return number


def state_of(optimizer: Any) -> dict[str, Any]:
    """Everything but the parameters, by name."""
    return {
        "optimizer": type(optimizer).__name__,
        "parameters": len(optimizer.parameters),
        "steps": optimizer.steps,
        "epochs": optimizer.epochs,
        "settings": dict(optimizer.settings),
        "state": {name: list(column) for name, column in optimizer.state.items()},
    }


def checked_state(optimizer: Any, given: Any) -> dict[str, Any]:
    """The same, given from outside; ValueError or TypeError for another optimiser's, or damage."""
    name, own = type(optimizer).__name__, state_of(optimizer)
    _same_names(f"{name}: the state", given, own)
    for key in ("optimizer", "parameters"):
        if given[key] != own[key]:
            raise ValueError(f"{name}: the state is of {key} {given[key]!r}, not {own[key]!r}")
    counts = {key: whole(given[key]) for key in ("steps", "epochs")}
    for key, count in counts.items():
        if count is None or count < 0:
            raise ValueError(f"{name}: {key} must be a whole number of at least 0")
    for key in ("settings", "state"):
        _same_names(f"{name}: the {key}", given[key], own[key])
    settings = {key: checked_setting(name, key, x) for key, x in given["settings"].items()}
    columns = {key: _column(f"{name}: {key}", x, own) for key, x in given["state"].items()}
    return {**counts, "settings": settings, "state": columns}


def _same_names(what: str, given: Any, own: Mapping[str, Any]) -> None:
    if not isinstance(given, Mapping) or given.keys() != own.keys():
        there = ", ".join(map(str, given)) if isinstance(given, Mapping) else type(given).__name__
        names = ", ".join(own) or "nothing"
        raise ValueError(f"{what} must hold {names} by name, not {there or 'nothing'}")


def _column(what: str, given: Any, own: Mapping[str, Any]) -> list[float]:
    listed = list(given) if isinstance(given, Iterable) and not isinstance(given, str) else []
    column = [as_number(number, what) for number in listed]
    if len(column) != own["parameters"] or not all(map(math.isfinite, column)):
        raise ValueError(f"{what} must be {own['parameters']} finite numbers")
    return column
