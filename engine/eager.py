"""Operations as functions on `Value`s: those of the sheet, and any other."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any

from engine import ieee
from engine.careful import apply, row
from engine.context import current_mode
from engine.evaluate import compile_source
from engine.generate import eager_source
from engine.generate_parts import constant_name
from engine.ieee import UNLIKE_MATH
from engine.op import Op
from engine.ops import OPERATIONS
from engine.recording import record
from engine.value import Value


def eager_functions(ops: Sequence[Op], filename: str) -> dict[str, Any]:
    """The generated functions of operations, by name; `filename` is what a traceback shows."""
    namespace: dict[str, Any] = {
        **vars(math),
        **UNLIKE_MATH,
        **{constant_name(op): op for op in ops},
        "Value": Value,
        "record": record,
        "current_mode": current_mode,
        "new": object.__new__,
        "apply": apply,
        "row": row,
        "largest": ieee.maximum,
        "smallest": ieee.minimum,
        "UNUSUAL": (ArithmeticError, AttributeError, LookupError, TypeError, ValueError),
    }
    return compile_source("\n\n".join(map(eager_source, ops)), filename, namespace)


@cache
def function_of(op: Op) -> Callable[..., Any]:
    """The operation as a function on `Value`s and numbers.

    >>> from engine.derived import partial_of
    >>> function_of(partial_of(OPERATIONS["sin"], "a").op)(Value(0.0))
    Value(1, grad=0)
    """
    if OPERATIONS.get(op.name) is op:
        from engine import functions

        return functions.GENERATED[op.name]
    if op.sequences:
        return partial(apply, op)
    return eager_functions([op], f"<engine: {op.name}>")[op.name]  # type: ignore[no-any-return]
