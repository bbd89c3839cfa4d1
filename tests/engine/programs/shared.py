"""Three leaves, and how what is refused says why."""

from collections.abc import Callable
from typing import Any

import pytest

from engine import Parameter, Value


def leaves() -> tuple[Value, Value, Parameter]:
    return Value(1.0, label="x"), Value(2.0, label="y"), Parameter(0.5, label="w")


def refuses(
    error: type[Exception], text: str, function: Callable[..., Any], *arguments: Any, **options: Any
) -> None:
    """The function raises the error with exactly this text."""
    with pytest.raises(error) as caught:
        function(*arguments, **options)
    assert str(caught.value) == text
