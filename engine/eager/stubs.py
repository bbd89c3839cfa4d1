"""`python -m engine.eager.stubs` writes `functions.pyi`: types of what is generated there."""

from __future__ import annotations

from pathlib import Path

from engine.sheet.op import Op
from engine.sheet.ops import ACTIVATIONS, FUNCTIONS, FUNCTIONS_OF_SEVERAL, OFFERED

PATH = Path(__file__).with_name("functions.pyi")

_HEADER = '''\
"""Types of `engine.eager.functions`; generated from the sheet by `python -m engine.eager.stubs`."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, overload

from engine.base.spelling import Text
from engine.graph.value import Value

EAGER: Mapping[str, Callable[..., Any]]
GENERATED: Any

def log_softmax(logits: Iterable[Value | float]) -> list[Value]: ...
def softmax(logits: Iterable[Value | float]) -> list[Value]: ...
def source(name: str) -> Text: ...

clip = clamp
'''

_OPERATORS = """
class Methods:
    def __add__(self, other: Value | float) -> Value: ...
    def __radd__(self, other: float) -> Value: ...
    def __sub__(self, other: Value | float) -> Value: ...
    def __rsub__(self, other: float) -> Value: ...
    def __mul__(self, other: Value | float) -> Value: ...
    def __rmul__(self, other: float) -> Value: ...
    def __truediv__(self, other: Value | float) -> Value: ...
    def __rtruediv__(self, other: float) -> Value: ...
    def __mod__(self, other: Value | float) -> Value: ...
    def __rmod__(self, other: float) -> Value: ...
    def __floordiv__(self, other: Value | float) -> Value: ...
    def __rfloordiv__(self, other: float) -> Value: ...
    def __divmod__(self, other: Value | float) -> tuple[Value, Value]: ...
    def __rdivmod__(self, other: float) -> tuple[Value, Value]: ...
    def __pow__(self, other: Value | float) -> Value: ...
    def __rpow__(self, other: float) -> Value: ...
    def __neg__(self) -> Value: ...
    def __abs__(self) -> Value: ...
"""


def stub() -> str:
    """The text of the stub file."""
    names = ",\n".join(
        f'    "{name}"'
        for name in [op.name for op in OFFERED] + ["clip", "log_softmax", "softmax", "source"]
    )
    methods = "".join(map(_method, FUNCTIONS + FUNCTIONS_OF_SEVERAL + ACTIVATIONS))
    functions = "".join(map(_function, OFFERED))
    return f"{_HEADER}{functions}{_OPERATORS}{methods}\n__all__ = [\n{names},\n]\n"


def _method(op: Op) -> str:
    others = "".join(f", {name}: Value | float" for name in op.operands[1:])
    return f"    def {op.name}(self{others}{_constants(op)}) -> Value: ...\n"


def _function(op: Op) -> str:
    if op.sequences:
        return f"def {op.name}({_parameters(op, 'Value | float')}) -> Value: ...\n"
    variants = [f"def {op.name}({_parameters(op, 'float')}) -> float: ..."]
    # A Value comes out where one goes in: as the first operand, or as the second …
    for first in range(len(op.operands)):
        kinds = ["float" if i < first else "Value | float" for i in range(len(op.operands))]
        kinds[first] = "Value"
        operands = ", ".join(f"{name}: {kind}" for name, kind in zip(op.operands, kinds))
        variants.append(f"def {op.name}({operands}{_constants(op)}) -> Value: ...")
    return "".join(f"@overload\n{variant}\n" for variant in variants)


def _parameters(op: Op, kind: str) -> str:
    parts = []
    for name in op.operands:
        of = f"Iterable[{kind}]" if name in op.sequences else kind
        parts.append(f"{name}: {of}" + (" = ..." if name in op.defaults else ""))
    return ", ".join(parts) + _constants(op)


def _constants(op: Op) -> str:
    return "".join(
        f", {name}: float" + ("" if default is None else " = ...")
        for name, default in op.constants.items()
    )


if __name__ == "__main__":
    PATH.write_text(stub(), encoding="utf-8")
