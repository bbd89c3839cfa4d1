"""What is imported when it is first used, so that `import engine` stays light.

The sheet and the nodes know nothing of the modules that compute with them. What they need of those,
`install` gives them: stand-ins, each of which imports its module when it is called.
"""

from __future__ import annotations

from engine.eager.methods import METHODS, NUMPY_NAMES, OPERATORS
from engine.graph.value import Value
from engine.native import core, extension
from engine.sheet.op import Op

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from engine.eager.averaging import Average


def install() -> None:
    """Gives `Value` its operations, and has operations checked that are made from now on."""
    Op.check = _check
    given: dict[str, Any] = {name: name for name in METHODS} | NUMPY_NAMES
    if core == "native":
        # The operators stand in the extension.
        given = {name: extension.OPERATIONS[operation] for name, operation in given.items()}
    else:
        given |= OPERATORS
        given = {name: _operation(name, operation) for name, operation in given.items()}
    given |= {"__array_ufunc__": _array_ufunc, "as_integer_ratio": _as_integer_ratio}
    for name, attribute in given.items():
        setattr(Value, name, attribute)


def _operation(name: str, operation: str) -> Callable[..., Any]:
    """A stand-in for a method or an operator, until its first use has it generated."""

    def method(*operands: Any, **constants: Any) -> Any:
        from engine.eager.functions import GENERATED  # puts the real ones on Value

        return GENERATED.method(name, operation)(*operands, **constants)

    method.__name__ = name
    return method


def _as_integer_ratio(value: Value) -> tuple[Average, None]:
    """Of which Python's `statistics.mean` makes a Value with a history; not a fraction."""
    from engine.eager.averaging import as_integer_ratio

    return as_integer_ratio(value)


def _array_ufunc(value: Value, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
    from engine.eager.arrays import apply_ufunc

    return apply_ufunc(ufunc, method, inputs, options)


def _check(op: Op) -> None:
    from engine.sheet.op_check import check

    check(op)
