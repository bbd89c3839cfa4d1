"""What the tests of the checker share: wrong operations, and what is said of them."""

import re
from collections.abc import Callable
from typing import Any

import pytest

import engine
from engine import Op, Value, check_gradients
from engine.explaining.check import GradientMismatch

WRONG_TANH = Op("wrong_tanh", "tanh", "tanh(a)", ("2.001 * (1 - out * out)",))
WRONG_SUM = Op("wrong_sum", "Σ", "sum(a)", ("a",), operands="a*")


def wrong_tanh(x: Value) -> Value:
    made: Value = engine.apply(WRONG_TANH, x)
    return made


def mismatch(f: Callable[..., Value], *at: Any, **options: Any) -> str:
    with pytest.raises(GradientMismatch) as caught:
        check_gradients(f, *at, **options)
    return str(caught.value)


def rows(message: str) -> dict[str, list[str]]:
    """The table of a message: per derivative the cells beside its name."""
    lines = [line for line in message.splitlines() if line.startswith("  ")][1:]
    cells = [re.split(r"\s{2,}", line.strip()) for line in lines]
    return {name: rest for name, *rest in cells}
