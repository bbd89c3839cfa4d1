"""Functions that are a few operations of the sheet: each operation is a node of its own.

>>> from engine import Value
>>> prod([Value(2.0), Value(3.0), 4.0])
Value(24, grad=0)
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import mul
from typing import Any

from engine.base.numbers import as_number
from engine.eager.functions import relative_entropy
from engine.eager.functions import sum as total
from engine.graph.value import Value


def prod(a: Iterable[Any]) -> Any:
    """The product of a sequence, multiplied from left to right; 1.0 where it is empty.

    A node for each multiplication, so the derivative by an element is the product of the others,
    exact also where some of them are 0.

    >>> values = [Value(0.0), Value(3.0), Value(4.0)]
    >>> prod(values).backward()
    >>> [value.grad for value in values]
    [12.0, 0.0, 0.0]
    """
    factors = _numbers("prod", "a", a)
    return reduce(mul, factors if len(factors) > 1 else [1.0, *factors])


def kl_divergence(p: Iterable[Any], q: Iterable[Any]) -> Any:
    """The Kullback-Leibler divergence Σ p·log(p/q) of the distribution q from p, in nats.

    Of the order of a loss: first what is true, then what was predicted, which must be above 0
    wherever p is. Neither is made to add up to 1. Raises ValueError for other lengths, and where q
    is 0 and p is not.

    >>> f"{kl_divergence([0.5, 0.5], [0.25, 0.75]):.4f}"
    '0.1438'
    >>> kl_divergence([1.0, 0.0], [Value(0.5), Value(0.5)])
    Value(0.6931, grad=0)
    """
    targets, predictions = _numbers("kl_divergence", "p", p), _numbers("kl_divergence", "q", q)
    if len(targets) != len(predictions):
        raise ValueError(
            f"kl_divergence needs sequences of one length; given: {len(targets)} p, "
            f"{len(predictions)} q"
        )
    return total([relative_entropy(x, y) for x, y in zip(targets, predictions)])


def _numbers(function: str, name: str, operand: Any) -> list[Value | float]:
    if isinstance(operand, (str, bytes, Value)) or not isinstance(operand, Iterable):
        raise TypeError(
            f"{function}: {name} must be a sequence of numbers, not {operand!r} "
            f"({type(operand).__name__})"
        )
    return [x if isinstance(x, Value) else as_number(x, f"{function}: {name}") for x in operand]
