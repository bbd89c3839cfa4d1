"""Operations as functions on `Value`s: their generated source, compiled."""

from __future__ import annotations

import math
import os

from engine.eager.methods import constant_name
from engine.eager.stored import stored_source
from engine.graph.modes import current_mode
from engine.graph.recording import record
from engine.graph.value import Value
from engine.sheet import ieee
from engine.sheet.defining import compile_source, defined_by
from engine.sheet.op import Op
from engine.sheet.reductions import REDUCTIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def eager_function(op: Op, filename: str) -> Callable[..., Any]:
    """The generated function of an operation; `filename`: where there is no file that holds it."""
    function: Any

    def apply(op: Op, *operands: Any) -> Any:
        # What looks at everything is loaded when something is out of the ordinary.
        from engine.eager import checked

        function.__globals__["apply"] = checked.apply
        return checked.apply(op, *operands)

    namespace: dict[str, Any] = {
        **vars(math),
        **ieee.UNLIKE_MATH,
        constant_name(op): op,
        "Value": Value,
        "record": record,
        "current_mode": current_mode,
        "new": object.__new__,
        "apply": apply,
        "row": row,
        **{many.of_many: ieee.NAMESPACE[name] for name, many in REDUCTIONS.items()},
        "UNUSUAL": (ArithmeticError, AttributeError, LookupError, TypeError, ValueError),
    }
    function = _define(op, filename, namespace)[op.name]
    return function  # type: ignore[no-any-return]


def _define(op: Op, filename: str, namespace: dict[str, Any]) -> dict[str, Any]:
    stored = stored_source(op)
    if stored is None:
        from engine.eager.generate import eager_source

        return compile_source(eager_source(op), filename, namespace)
    source, path, lines = stored
    if os.path.isfile(path):
        # A traceback shows the lines of the file that was stored.
        return defined_by("\n" * lines + source, path, namespace)
    return compile_source(source, filename, namespace)


def row(operand: Any) -> Any:
    """A sequence operand gone through once; as it is where it is not one, which `apply` tells.

    >>> row(iter([1.0, 2.0])), row("12"), row(3)
    ((1.0, 2.0), '12', 3)
    """
    if isinstance(operand, (str, bytes)):
        return operand
    try:
        iterator = iter(operand)
    except TypeError:
        return operand
    return tuple(iterator)
