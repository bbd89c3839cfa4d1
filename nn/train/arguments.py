"""What `fit` was given, looked at before anything is trained: errors say what to pass."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engine.numbers import whole
from engine.tables import is_row, plain


def check_model(model: Any) -> None:
    """TypeError for what cannot be called with inputs."""
    if isinstance(model, type) or not callable(model):
        raise TypeError(
            "fit: the model must be a network such as nn.MLP(…), or a function of the inputs, not "
            f"{_shown(model)}"
        )


def check_optimizer(optimizer: Any) -> None:
    """TypeError for what has no parameters and no step."""
    if isinstance(optimizer, type):
        name = optimizer.__name__
        raise TypeError(
            f"fit: the optimizer is the class {name}; pass one that is made of it, such as "
            f"{name}(model.parameters(), learning_rate=0.1)"
        )
    parameters = getattr(optimizer, "parameters", None)
    if not callable(getattr(optimizer, "step", None)) or not isinstance(parameters, Iterable):
        raise TypeError(
            "fit: the optimizer must be one such as nn.SGD(model.parameters(), learning_rate=0.1), "
            f"not {_shown(optimizer)}"
        )


def check_validation(validation: Any) -> None:
    """TypeError for a share of the data, which other libraries take."""
    if not is_row(plain(validation, "fit: validation")):
        raise TypeError(
            "fit: validation must be pairs (inputs, target) that are not in the data, such as "
            f"data[160:], not {_shown(validation)}"
        )


def count_of(name: str, count: Any) -> int:
    """A whole number of at least 1, as an int; ValueError otherwise."""
    number = whole(count)
    if number is None or number < 1:
        raise ValueError(f"fit: {name} must be a whole number of at least 1, not {count!r}")
    return number


def check_function(name: str, function: Any, of: str) -> None:
    """TypeError for what is given but is not a function."""
    if function is not None and (isinstance(function, type) or not callable(function)):
        raise TypeError(f"fit: {name} must be a function of {of}, not {_shown(function)}")


def _shown(given: Any) -> str:
    text = repr(given)
    text = text if len(text) <= 60 else text[:57] + "..."
    return f"{text} ({type(given).__name__})"
