"""The eager operations, generated from the sheet: functions here, methods and operators on `Value`.

>>> from engine import Value, relu
>>> x = Value(0.5)
>>> relu(x), x.relu(), relu(0.5)
(Value(0.5, grad=0), Value(0.5, grad=0), 0.5)
>>> print(source("tanh"))
def tanh(a):
    \"\"\"out = tanh(a)
        ∂/∂a = 1 − out²
    \"\"\"
    if isinstance(a, Value):
        args = a,
        try:
            a = a._data_
            out = tanh(a)
            partials = 1.0 - out * out,
        except UNUSUAL:
            return apply(TANH, *args)
        if current_mode() is not None:
            return record(TANH, args, out, partials)
        node = new(Value)
        node._data_ = out
        node._grad_ = 0.0
        node._op_ = TANH
        node._args_ = args
        node._partials_ = partials
        node._label_ = None
        node._scope_ = None
        return node
    return apply(TANH, a)
<BLANKLINE>

Types are in `functions.pyi`, generated as well: `python -m engine.stubs` writes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from engine.eager import eager_functions
from engine.generate import eager_source
from engine.messages import refuse_modulus
from engine.native import core, extension
from engine.ops import ARITHMETIC, OPERATIONS, SHEET
from engine.value import OPERATORS, Value, method_names

if TYPE_CHECKING:
    from engine.spelling import Text


def softmax(logits: Iterable[Any]) -> list[Any]:
    """The probabilities exp(z_i) / Σ exp(z_j), stable for logits of any size.

    >>> [f"{p:.4f}" for p in softmax([Value(1000.0), Value(1001.0)])]
    ['0.2689', '0.7311']
    """
    logits = tuple(logits)
    total = GENERATED["logsumexp"](logits)
    exp = GENERATED["exp"]
    return [exp(logit - total) for logit in logits]


def source(name: str) -> Text:
    """The generated source of an operation, by its name on the sheet."""
    if name not in OPERATIONS:
        raise ValueError(f"no operation {name!r} on the sheet; known: {', '.join(OPERATIONS)}")
    from engine.spelling import Text

    return Text(eager_source(OPERATIONS[name]))


class _Generated(Mapping[str, Any]):
    """The function of every operation, by name; generated when it is first asked for."""

    def __init__(self) -> None:
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        function = self._made.get(name)
        if function is None:
            where = f"<engine.functions.{name}, generated from engine/ops.py>"
            function = eager_functions([OPERATIONS[name]], where)[name]
            function.__module__ = __name__
            function = self._made.setdefault(name, function)
            if core == "python":
                # From now on, what `Value` has under its names.
                for method in method_names(name):
                    setattr(Value, method, function)
        return function

    def __iter__(self) -> Iterator[str]:
        return iter(OPERATIONS)

    def __len__(self) -> int:
        return len(OPERATIONS)


def _reflected(name: str, function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """The operator for a Value on the right."""

    def operator(self: Any, other: Any) -> Any:
        return function(other, self)

    operator.__name__ = name
    operator.__qualname__ = f"Value.{name}"
    return operator


def _install(generated: Mapping[str, Any]) -> None:
    """Gives `Value` its operators."""
    add, sub, mul, div = (generated[name] for name in ("add", "sub", "mul", "div"))
    mod, floordiv = generated["mod"], generated["floordiv"]
    power, constant_power = generated["power"], generated["pow"]

    def __pow__(self: Any, other: Any, modulus: Any = None) -> Any:
        if modulus is not None:
            refuse_modulus()
        return power(self, other) if isinstance(other, Value) else constant_power(self, other)

    def __divmod__(self: Any, other: Any) -> Any:
        quotient = floordiv(self, other)
        return quotient if quotient is NotImplemented else (quotient, mod(self, other))

    operators = {
        "__add__": add,
        "__sub__": sub,
        "__mul__": mul,
        "__truediv__": div,
        "__mod__": mod,
        "__floordiv__": floordiv,
        "__divmod__": __divmod__,
        "__pow__": __pow__,
        "__neg__": generated["neg"],
        "__abs__": generated["abs"],
    }
    for name in ("add", "sub", "mul", "truediv", "mod", "floordiv", "divmod"):
        operators[f"__r{name}__"] = _reflected(f"__r{name}__", operators[f"__{name}__"])
    operators["__rpow__"] = _reflected("__rpow__", power)
    for name in OPERATORS:
        setattr(Value, name, operators[name])


GENERATED: Mapping[str, Any] = _Generated()
if core == "native":
    # The generated functions stay behind its own, for whatever is not an ordinary case.
    extension.set_functions(GENERATED.__getitem__)
    GENERATED = extension.OPERATIONS
else:
    _install(GENERATED)
# The arithmetic operations are Python's operators; everything else is a function of this module.
# `clip` is what NumPy calls one of them.
_FUNCTIONS = {op.name: op.name for op in SHEET if op not in ARITHMETIC} | {"clip": "clamp"}
__all__ = ["softmax", "source"]
__all__ += list(_FUNCTIONS)


def __getattr__(name: str) -> Any:
    if name not in _FUNCTIONS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    function = globals()[name] = GENERATED[_FUNCTIONS[name]]
    return function
