"""Operations as functions on `Value`s: their generated source, compiled."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from engine.eager.checked import apply, row
from engine.eager.generate import eager_source
from engine.eager.generate_parts import constant_name
from engine.graph.modes import current_mode
from engine.graph.recording import record
from engine.graph.value import Value
from engine.sheet import ieee
from engine.sheet.evaluate import compile_source
from engine.sheet.ieee import UNLIKE_MATH
from engine.sheet.op import Op
from engine.sheet.reductions import REDUCTIONS


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
        **{row.of_many: ieee.NAMESPACE[name] for name, row in REDUCTIONS.items()},
        "UNUSUAL": (ArithmeticError, AttributeError, LookupError, TypeError, ValueError),
    }
    return compile_source("\n\n".join(map(eager_source, ops)), filename, namespace)
