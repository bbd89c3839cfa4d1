"""The function of any operation: of the sheet, derived from it, or of the user's own."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any

from engine.eager.checked import apply
from engine.eager.compiling import eager_function
from engine.eager.functions import EAGER
from engine.sheet.op import Op
from engine.sheet.ops import OPERATIONS


@cache
def function_of(op: Op) -> Callable[..., Any]:
    """The operation as a function on `Value`s and numbers.

    >>> from engine.sheet.derived import partial_of
    >>> from engine.graph.value import Value
    >>> function_of(partial_of(OPERATIONS["sin"], "a").op)(Value(0.0))
    Value(1, grad=0)
    """
    if OPERATIONS.get(op.name) is op:
        return EAGER[op.name]
    if op.sequences:
        return partial(apply, op)
    return eager_function(op, f"<engine: {op.name}>")
