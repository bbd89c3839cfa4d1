"""What NumPy's functions do with a `Value` that is given to them itself.

On an array of objects NumPy calls a method of each element, and never comes here. For some
functions it has no such way, for others only if the first operand is a `Value`: `FUNCTIONS`.
Questions after infinity and nan are answered by the number.
"""

from __future__ import annotations

import operator
import sys
from typing import Any

from engine.eager import functions
from engine.graph.value import Value

# By NumPy's names, with the number of results.
FUNCTIONS = {
    "arctan2": (functions.atan2, 1),
    "copysign": (functions.copysign, 1),
    "divmod": (divmod, 2),
    "float_power": (operator.pow, 1),
    "fmod": (functions.fmod, 1),
    "hypot": (functions.hypot, 1),
    "logaddexp": (functions.logaddexp, 1),
}
QUESTIONS = ("isfinite", "isinf", "isnan", "signbit")
# What a number of NumPy's own does with a `Value` to its right, without the way over arrays.
_OPERATORS = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "power": operator.pow,
}


def apply_ufunc(ufunc: Any, method: str, inputs: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """The result of a function of NumPy's of which one argument is a `Value`.

    Raises TypeError where NumPy has no such function of objects, and says what to do.
    """
    numpy, name = sys.modules["numpy"], ufunc.__name__
    if method == "__call__":
        if name in _OPERATORS and not options and isinstance(inputs[0], numpy.floating):
            return _OPERATORS[name](float(inputs[0]), inputs[1])
        if name in FUNCTIONS:
            function, results = FUNCTIONS[name]
            return numpy.frompyfunc(function, 2, results)(*map(_object, inputs), **options)
        if name in QUESTIONS:
            return ufunc(*map(float, inputs), **options)
    try:
        return getattr(ufunc, method)(*map(_object, inputs), **options)
    except TypeError as error:
        if "not supported for the input types" not in str(error):
            raise
        raise TypeError(
            f"NumPy has no {name} of Values; the functions that are differentiated stand in "
            "engine, and float(v) is the number of a Value"
        ) from None


def _object(operand: Any) -> Any:
    """A `Value` as an array without dimensions, which NumPy does not ask about."""
    if not isinstance(operand, Value):
        return operand
    array = sys.modules["numpy"].empty((), dtype=object)
    array[()] = operand
    return array
