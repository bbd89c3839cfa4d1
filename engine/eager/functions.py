"""The eager operations, generated from the sheet: functions here, methods and operators on `Value`.

>>> from engine import Value, relu
>>> x = Value(0.5)
>>> relu(x), x.relu(), relu(0.5)
(Value(0.5, grad=0), Value(0.5, grad=0), 0.5)
>>> print(source("exp"))
def exp(a):
    \"\"\"out = exp(a)
        ∂/∂a = out
    \"\"\"
    if isinstance(a, Value):
        args = a,
        try:
            a = a._data_
            out = exp(a)
            partials = out,
        except UNUSUAL:
            return apply(EXP, *args)
        if current_mode() is not None:
            return record(EXP, args, out, partials)
        node = new(Value)
        node._data_ = out
        node._grad_ = 0.0
        node._op_ = EXP
        node._args_ = args
        node._partials_ = partials
        node._label_ = None
        node._scope_ = None
        return node
    return apply(EXP, a)
<BLANKLINE>

Types are in `functions.pyi`, generated as well: `python -m engine.eager.stubs` writes it.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.eager.compiling import eager_function
from engine.eager.methods import OPERATORS, method_names
from engine.graph.messages import refuse_modulus
from engine.graph.value import Value
from engine.native import core, extension
from engine.sheet.ops import OFFERED, OPERATIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from engine.base.spelling import Text


class Probabilities(list):  # type: ignore[type-arg]
    """The list that `softmax` gives; `logits`: what it was computed from.

    A loss of logits takes those, so that no softmax is taken twice.
    """

    def __init__(self, probabilities: Iterable[Any], logits: Iterable[Any]) -> None:
        super().__init__(probabilities)
        self.logits = list(logits)


def softmax(logits: Iterable[Any]) -> list[Any]:
    """The probabilities exp(z_i) / Σ exp(z_j), to the last digits for logits of any size.

    The list keeps the logits: `nn.cross_entropy`, which takes logits, computes with them.

    >>> [f"{p:.4f}" for p in softmax([Value(1000.0), Value(1001.0)])]
    ['0.2689', '0.7311']
    """
    logits = tuple(logits)
    return Probabilities(_shares("share", "exp_total", logits), logits)


def log_softmax(logits: Iterable[Any]) -> list[Any]:
    """The logarithms of `softmax(logits)`, to the last digits also where they are near 0.

    >>> log_softmax([Value(0.0), Value(100.0)])[1].data
    -3.720075976020836e-44
    """
    return _shares("log_share", "log_total", logits)


def _shares(name: str, sum_of: str, logits: Iterable[Any]) -> list[Any]:
    logits = tuple(logits)
    most = EAGER["maximum"](logits)
    total = EAGER[sum_of](logits, most)
    share = EAGER[name]
    return [share(logit, most, total) for logit in logits]


def source(name: str) -> Text:
    """The generated source of an operation, by its name on the sheet; ValueError for any other.

    >>> [line.strip() for line in source("relu").splitlines() if " = 0.0 if " in line]
    ['out = 0.0 if a <= 0.0 else a']
    """
    if name not in OPERATIONS:
        raise ValueError(f"no operation {name!r} on the sheet; known: {', '.join(OPERATIONS)}")
    from engine.base.spelling import Text
    from engine.eager.generate import eager_source

    return Text(eager_source(OPERATIONS[name]))


class _Generated(Mapping):  # type: ignore[type-arg]
    """The function of every operation, by name; generated when it is first asked for."""

    def __init__(self) -> None:
        self._made: dict[str, Any] = {}
        self._methods: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        function = self._made.get(name)
        if function is None:
            where = f"<engine.eager.functions.{name}, generated from engine/sheet/ops.py>"
            function = eager_function(OPERATIONS[name], where)
            function.__module__ = __name__
            function = self._made.setdefault(name, function)
            if core == "python":
                # From now on, what `Value` has under its names.
                methods = dict.fromkeys(method_names(name), function) | _operators(name, function)
                self._methods |= methods
                for method, own in methods.items():
                    setattr(Value, method, own)
        return function

    def method(self, name: str, operation: str) -> Any:
        """What `Value` has under a name that the operation gives it."""
        return self[operation] and self._methods[name]

    def __iter__(self) -> Iterator[str]:
        return iter(OPERATIONS)

    def __len__(self) -> int:
        return len(OPERATIONS)


def _operators(operation: str, function: Callable[..., Any]) -> dict[str, Callable[..., Any]]:
    """The operators that an operation gives to `Value`."""

    def __pow__(self: Any, other: Any, modulus: Any = None) -> Any:
        if modulus is not None:
            refuse_modulus()
        return power(self, other) if isinstance(other, Value) else function(self, other)

    def __divmod__(self: Any, other: Any) -> Any:
        quotient = function(self, other)
        return quotient if quotient is NotImplemented else (quotient, mod(self, other))

    if operation == "pow":
        power = GENERATED["power"]
        return {"__pow__": __pow__}
    names = [name for name, other in OPERATORS.items() if other == operation]
    given = dict.fromkeys(names, function)
    if operation == "floordiv":
        mod = GENERATED["mod"]
        given |= dict.fromkeys(("__divmod__", "__rdivmod__"), __divmod__)
    return {
        name: _reflected(name, own) if name.startswith("__r") else own
        for name, own in given.items()
    }


def _reflected(name: str, function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """The operator for a Value on the right."""

    def operator(self: Any, other: Any) -> Any:
        return function(other, self)

    operator.__name__ = name
    operator.__qualname__ = f"Value.{name}"
    return operator


GENERATED = _Generated()
EAGER: Mapping[str, Any] = GENERATED
if core == "native":
    # The generated functions stay behind its own, for whatever is not an ordinary case.
    extension.set_functions(GENERATED.__getitem__)
    EAGER = extension.OPERATIONS
# The arithmetic operations are Python's operators; everything else is a function of this module.
# `clip` is what NumPy calls one of them.
_FUNCTIONS = {op.name: op.name for op in OFFERED} | {"clip": "clamp"}
__all__ = ["log_softmax", "softmax", "source"]
__all__ += list(_FUNCTIONS)


def __getattr__(name: str) -> Any:
    if name not in _FUNCTIONS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    function = globals()[name] = EAGER[_FUNCTIONS[name]]
    return function
