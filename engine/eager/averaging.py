"""Python's `statistics.mean` of Values, with derivatives.

`statistics` adds up numerators whose denominators are equal. If the denominator is None it takes
the numerator for an infinity or for nan, and only divides the sum by the count. That is the one way
through it on which a Value keeps its history, so a Value answers `as_integer_ratio` with an
`Average` of itself and None. All else that `statistics` does would lose the derivative: an error.
"""

from __future__ import annotations

from typing import Any, NoReturn

from engine.eager.functions import mean
from engine.graph.value import Value

ADVICE = (
    "Python's statistics keeps derivatives only in the mean of Values that are neither Parameters "
    "nor beside other numbers; take engine.mean, engine.var and engine.std, or float(v)"
)


def as_integer_ratio(value: Value) -> tuple[Average, None]:
    """What a Value answers; of another class `statistics` would make the mean a member of it."""
    if type(value) is not Value:
        raise TypeError(ADVICE)
    return Average([value]), None


class Average:
    """Values that `statistics.mean` adds up one by one.

    >>> import statistics
    >>> statistics.mean([Value(1.0), Value(3.0)])
    Value(2, grad=0)
    """

    def __init__(self, values: list[Value]) -> None:
        self.values = values

    def __radd__(self, zero: int) -> Average:
        return Average(list(self.values))

    def __add__(self, other: Any) -> Average:
        if not isinstance(other, Average):
            return NotImplemented
        self.values += other.values  # made by `__radd__`: `statistics` begins with 0
        return self

    def is_finite(self) -> bool:
        """False, so that `statistics` does not make a fraction of it."""
        return False

    def __truediv__(self, count: int) -> Value:
        if count != len(self.values):
            raise TypeError(ADVICE)
        return mean(self.values)

    def __mul__(self, other: object) -> NoReturn:
        raise TypeError(ADVICE)
