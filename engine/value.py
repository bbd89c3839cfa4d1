"""`Value`: a number that remembers how it was computed.

Every operation makes a node that keeps its operands and the local derivative with respect to each
of them, as numbers. `backward` is then one loop that knows nothing of any operation:

    operand.grad += partial * node.grad

The operations themselves are not here: `engine.functions` generates them from the formula sheet
when the first of them is used.
"""

from __future__ import annotations

import math

from engine.context import Mode, current_mode, mode_variable
from engine.graph import inner_nodes, live_nodes, topological_order
from engine.native import core, extension, take_over
from engine.numbers import as_number, short
from engine.ops import ACTIVATIONS, FUNCTIONS, FUNCTIONS_OF_SEVERAL, OPERATIONS
from engine.serialize import copy_graph, own_attributes, pickle_graph, set_attributes

TYPE_CHECKING = False  # as in `typing`, whose import would take a good part of the engine's own
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from engine.functions import Methods
    from engine.op import Op
else:
    Methods = object


class Value(Methods):
    """A node of the computation graph: a leaf that was given, or the result of an operation.

    `data`: the number. `grad`: the derivative of the output that `backward` was called on with
    respect to this node; leaves add up over calls, inner nodes hold that of the latest call.
    `op`, `args`: the line of the formula sheet and its operands; None and () for a leaf. An operand
    that is a constant stays a plain float. `partials`: the local derivative with respect to each of
    `args`, None for a constant; the int 0 where a branch that is not taken, or a constant factor 0,
    ends the path, so that nothing behind it adds to a gradient. `label`: its name. `scope`: where
    it was made, if inside a `scope`.

    >>> m1, m2 = Value(3.0, label="m1"), Value(0.5, label="m2")
    >>> a1 = 2 * m1
    >>> z2 = a1 * m2
    >>> z2.args == (a1, m2), z2.partials
    (True, (0.5, 6.0))
    >>> z2.backward()
    >>> m1.grad, m2.grad
    (1.0, 6.0)
    """

    __slots__ = ("args", "data", "grad", "label", "op", "partials", "scope")

    data: float
    grad: float
    op: Op | None
    args: tuple[Value | float, ...]
    partials: tuple[float | None, ...]
    label: str | None
    scope: str | None

    role = "data"

    def __init__(self, data: Any, label: str | None = None) -> None:
        if isinstance(data, Value):
            raise TypeError(
                f"{data!r} is a Value already; a copy without its history is given by .detach()"
            )
        self.data = data if data.__class__ is float else as_number(data, type(self).__name__)
        self.grad = 0.0
        self.op = None
        self.args = ()
        self.partials = ()
        self.label = label
        mode = current_mode()
        self.scope = None if mode is None else mode.scope

    def backward(self) -> None:
        """Adds the derivative of this node with respect to every leaf to that leaf's `grad`.

        The derivative of a sum of paths is the sum of their products (the chain rule), so each node
        must have received the contributions of all nodes that use it before it passes any on: hence
        the reverse of the order in which operands come before their nodes. The partials are those
        of the numbers that the graph was computed from, whatever the leaves' `data` is by now.

        Raises FloatingPointError, under `detect_anomaly`, at the first infinite or nan gradient.
        """
        order = inner_nodes(self)
        for node in order:
            node.grad = 0.0
        self.grad += 1.0
        live: set[Value] | None = None
        for node in reversed(order):
            grad = node.grad
            edges: Iterable[tuple[Any, float | None]] = zip(node.args, node.partials)
            if grad:
                for operand, partial in edges:
                    if partial:
                        operand.grad += partial * grad
                    elif grad - grad != 0.0 and partial.__class__ is float:
                        operand.grad = math.nan  # 0 · ∞; at a dead edge the partial is an int
                continue
            # Nothing to pass on, but nan where the other factor is infinite and a path leads here.
            for operand, partial in edges:
                if partial and partial - partial != 0.0:
                    live = live or live_nodes(self, order)
                    if node in live:
                        operand.grad = math.nan
        mode = current_mode()
        if mode is not None:
            _check_gradients(self, mode)

    def detach(self) -> Value:
        """A leaf with the same number and no history: gradients stop here."""
        return Value(self.data, self.label)

    def __repr__(self) -> str:
        label = "" if self.label is None else f", label={self.label!r}"
        text = f"{type(self).__name__}({short(self.data)}, grad={short(self.grad)}{label})"
        if text.isascii():
            return text
        from engine.spelling import printable

        return printable(text)

    # A Value behaves as the number it holds, but is equal only to itself, so that nodes can be
    # kept in sets and as keys.

    def __float__(self) -> float:
        return self.data

    def __int__(self) -> int:
        return int(self.data)

    def __bool__(self) -> bool:
        return self.data != 0

    def __round__(self, digits: int | None = None) -> float:
        return round(self.data, digits)

    # Whole numbers as Python has them: integers, without a history as that of `float` is. With one,
    # and as far as infinity, the functions of these names in `engine`.

    def __trunc__(self) -> int:
        return math.trunc(self.data)

    def __floor__(self) -> int:
        return math.floor(self.data)

    def __ceil__(self) -> int:
        return math.ceil(self.data)

    def as_integer_ratio(self) -> tuple[int, int]:
        """TypeError: Python's `statistics` would make of the ratios a number without a history."""
        raise TypeError(
            "an exact fraction has no derivative; of Values take engine.mean, engine.var and "
            "engine.std instead of Python's statistics, or float(v)"
        )

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        from engine.arrays import apply_ufunc

        return apply_ufunc(ufunc, method, inputs, options)

    def conjugate(self) -> Value:
        """The number itself, which is real; NumPy's `var` and `std` ask for it."""
        return self

    def __format__(self, specification: str) -> str:
        return format(self.data, specification) if specification else repr(self)

    def __lt__(self, other: Any) -> bool:
        return self.data < (other.data if isinstance(other, Value) else other)

    def __le__(self, other: Any) -> bool:
        return self.data <= (other.data if isinstance(other, Value) else other)

    def __gt__(self, other: Any) -> bool:
        return self.data > (other.data if isinstance(other, Value) else other)

    def __ge__(self, other: Any) -> bool:
        return self.data >= (other.data if isinstance(other, Value) else other)

    def __pos__(self) -> Value:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return pickle_graph(self)

    def __copy__(self) -> Value:
        """Another node with the same operands; the graph below is shared."""
        node = object.__new__(type(self))
        for name in Value.__slots__:
            setattr(node, name, getattr(self, name))
        set_attributes(node, own_attributes(self))
        return node

    def __deepcopy__(self, memo: dict[int, Any]) -> Value:
        return copy_graph(self, memo)


_new = object.__new__


def record(
    op: Op, args: tuple[Value | float, ...], data: float, partials: tuple[float | None, ...]
) -> Value:
    """The node of an operation that has been computed.

    All nodes but leaves are made here, or by the same lines in the generated functions.
    """
    node = _new(Value)
    node.data = data
    node.grad = 0.0
    node.op = op
    node.args = args
    node.partials = partials
    node.label = None
    node.scope = None
    mode = current_mode()
    if mode is not None:
        _apply_mode(node, mode)
    return node


def _apply_mode(node: Value, mode: Mode) -> None:
    if mode.anomaly:
        _raise_anomaly(node)
    node.scope = mode.scope
    if not mode.recording:
        node.op, node.args, node.partials = None, (), ()


def _raise_anomaly(node: Value) -> None:
    assert node.op is not None
    operands = f"its operands: {describe_operands(node.op, node.args)}"
    if not math.isfinite(node.data):
        raise FloatingPointError(f"{node.op.name} gave {node.data}; {operands}")
    for position, partial in enumerate(node.partials, 1):
        if partial is not None and not math.isfinite(partial):
            raise FloatingPointError(
                f"{node.op.name} has a local derivative of {partial} with respect to operand "
                f"{position}; {operands}"
            )


def _check_gradients(output: Value, mode: Mode) -> None:
    if mode.anomaly:
        for node in reversed(topological_order(output)):
            if not math.isfinite(node.grad):
                raise FloatingPointError(
                    f"backward: the gradient of {describe(node)} is {node.grad}"
                )


def describe(value: Value | float) -> str:
    """A node for an error message: its number, its name if it has one, its operation."""
    if not isinstance(value, Value):
        return short(value)
    made_by = "" if value.op is None else f" = {value.op.name}(…)"
    return f"{short(value.data)}{made_by}" + (f" ({value.label!r})" if value.label else "")


def describe_operands(op: Op, args: tuple[Value | float, ...]) -> str:
    """The operands of an operation for an error message, by their names on the sheet."""
    names = [*op.operands, *op.constants]
    if op.sequences or len(names) != len(args):
        names = [f"operand {position + 1}" for position in range(len(args))]
    shown = [f"{name} = {describe(arg)}" for name, arg in zip(names, args)]
    return ", ".join(shown[:6]) + (f", … {len(shown) - 6} more" if len(shown) > 6 else "")


# Operators, and the names under which NumPy's functions look for a method on each object.
OPERATORS = tuple(
    f"__{name}__"
    for name in (
        "add radd sub rsub mul rmul truediv rtruediv mod rmod floordiv rfloordiv divmod rdivmod "
        "pow rpow neg abs".split()
    )
)
NUMPY_NAMES = {
    **{f"arc{name}": f"a{name}" for name in "sin cos tan sinh cosh tanh tan2".split()},
    "rint": "round",
    "fabs": "abs",
    "rad2deg": "degrees",
    "deg2rad": "radians",
    "clip": "clamp",
}
METHODS = tuple(op.name for op in FUNCTIONS + FUNCTIONS_OF_SEVERAL + ACTIVATIONS)


def method_names(operation: str) -> Iterator[str]:
    """Under which names an operation is a method: its own, and those that NumPy looks for.

    >>> list(method_names("atan2")), list(method_names("add"))
    (['atan2', 'arctan2'], [])
    """
    if operation in METHODS:
        yield operation
    yield from (numpys for numpys, ours in NUMPY_NAMES.items() if ours == operation)


def _first_use(name: str, operation: str | None) -> Callable[..., Any]:
    """A stand-in for a method or an operator, until its first use has it generated."""

    def method(*operands: Any, **constants: Any) -> Any:
        from engine.functions import GENERATED  # puts the real operators on Value

        function = GENERATED[operation] if operation else getattr(Value, name)
        return function(*operands, **constants)

    method.__name__ = name
    return method


for _name in OPERATORS:
    setattr(Value, _name, _first_use(_name, None))
for _name in (*METHODS, *NUMPY_NAMES):
    setattr(Value, _name, _first_use(_name, NUMPY_NAMES.get(_name, _name)))


# With the native core, the class above lends its methods to one that computes in C. What follows,
# and whoever imports from here, has the class that is in use.
if not TYPE_CHECKING and core == "native":
    Value = take_over(Value, {**{name: name for name in METHODS}, **NUMPY_NAMES})
    record = extension.record
    extension.connect(OPERATIONS, mode_variable, _apply_mode, _check_gradients)


class Parameter(Value):
    """A leaf that is trained: a weight or a bias. Operations on it give plain `Value`s.

    >>> Parameter(0.1, label="w111") * 8
    Value(0.8, grad=0)
    """

    __slots__ = ()

    role = "parameter"
