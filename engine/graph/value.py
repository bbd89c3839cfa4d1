"""`Value`: a number that remembers how it was computed.

Every operation makes a node that keeps its operands and the local derivative with respect to each
of them, as numbers. `backward` is then one loop that knows nothing of any operation:

    operand.grad += partial * node.grad

The operations themselves are not here: `engine.eager.functions` generates them from the formula
sheet when the first of them is used (`engine.eager.first_use`).
"""

from __future__ import annotations

import math

from engine.base.numbers import as_number, short
from engine.graph.anomalies import check_finite
from engine.graph.attributes import CLASS, NAMES, as_label, as_seed, properties, stored
from engine.graph.connecting import connected
from engine.graph.copying import copy_graph, copy_node, pickle_graph
from engine.graph.modes import current_mode, current_scope
from engine.graph.walks import inner_nodes, live_nodes, topological_order
from engine.native import core

TYPE_CHECKING = False  # as in `typing`, whose import would take a good part of the engine's own
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from engine.eager.functions import Methods
    from engine.sheet.op import Op
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

    `data` and `grad` take any real number, of which a Value's is one, and keep it as a float;
    TypeError for all else, and then nothing has changed. The result of an operation is a plain
    Value, of whatever classes its operands are. A node takes other attributes as well, `p.m = 0`,
    for numbers and marks: in the native core, what leads from one back to its node is never freed.

    >>> m1, m2 = Value(3.0, label="m1"), Value(0.5, label="m2")
    >>> a1 = 2 * m1
    >>> z2 = a1 * m2
    >>> z2.args == (a1, m2), z2.partials
    (True, (0.5, 6.0))
    >>> z2.backward()
    >>> m1.grad, m2.grad
    (1.0, 6.0)
    """

    __slots__ = (*map(stored, NAMES), "__dict__")

    data: float
    grad: float
    op: Op | None
    args: tuple[Value | float, ...]
    partials: tuple[float | None, ...]
    label: str | None
    scope: str | None
    # The same as they are stored; what is assigned to those above is looked at first.
    _data_: float
    _grad_: float
    _op_: Op | None
    _args_: tuple[Value | float, ...]
    _partials_: tuple[float | None, ...]
    _label_: str | None
    _scope_: str | None

    role = "data"

    __class__ = CLASS

    def __init__(self, data: Any, label: str | None = None) -> None:
        if isinstance(data, Value):
            raise TypeError(
                f"{data!r} is a Value already; a copy without its history is given by .detach()"
            )
        number = data if type(data) is float else as_number(data, type(self).__name__)
        self._label_ = label if label is None else as_label(label)
        self._data_ = number
        self._grad_ = 0.0
        self._op_ = None
        self._args_ = ()
        self._partials_ = ()
        self._scope_ = None if current_mode() is None else current_scope()

    def backward(self, seed: Any = 1.0) -> None:
        """Adds the derivative of this node with respect to every leaf to that leaf's `grad`.

        `seed`: a factor on all of them, such as the derivative of a result elsewhere with respect
        to this node; any real number, TypeError for all else.

        The derivative of a sum of paths is the sum of their products (the chain rule), so each node
        must have received the contributions of all nodes that use it before it passes any on: hence
        the reverse of the order in which operands come before their nodes. The partials are those
        of the numbers that the graph was computed from, whatever the leaves' `data` is by now.

        Raises FloatingPointError, under `detect_anomaly`, at the first infinite or nan gradient.
        """
        factor = seed if type(seed) is float else as_seed(seed)
        order = inner_nodes(self)
        for node in order:
            node._grad_ = 0.0
        self._grad_ += factor
        live: set[Value] | None = None
        for node in reversed(order):
            grad = node._grad_
            edges: Iterable[tuple[Any, float | None]] = zip(node._args_, node._partials_)
            if grad:
                for operand, partial in edges:
                    if partial:
                        operand._grad_ += partial * grad
                    elif grad - grad != 0.0 and type(partial) is float:
                        operand._grad_ = math.nan  # 0 · ∞; at a dead edge the partial is an int
                continue
            # Nothing to pass on, but nan where the other factor is infinite and a path leads here.
            for operand, partial in edges:
                if partial and partial - partial != 0.0:
                    live = live or live_nodes(self, order)
                    if node in live:
                        operand._grad_ = math.nan
        if current_mode() is not None:
            check_finite(self)

    def zero_grad(self) -> None:
        """Sets `grad` to 0, of this node and of all that it is computed from.

        >>> x = Value(3.0)
        >>> y = x * x
        >>> y.backward()
        >>> y.zero_grad()
        >>> x.grad
        0.0
        """
        for node in topological_order(self):
            node._grad_ = 0.0

    def item(self) -> float:
        """The number as a float, as of an array or a tensor of one number.

        >>> Value(3).item()
        3.0
        """
        return self._data_

    def detach(self) -> Value:
        """A leaf with the same number and no history: gradients stop here."""
        return Value(self._data_, self._label_)

    def __repr__(self) -> str:
        label = "" if self._label_ is None else f", label={self._label_!r}"
        text = f"{type(self).__name__}({short(self._data_)}, grad={short(self._grad_)}{label})"
        if text.isascii():
            return text
        from engine.base.spelling import printable

        return printable(text)

    # A Value behaves as the number it holds, but is equal only to itself, so that nodes can be
    # kept in sets and as keys.

    def __float__(self) -> float:
        return self._data_

    def __int__(self) -> int:
        return int(self._data_)

    def __bool__(self) -> bool:
        return self._data_ != 0

    def __round__(self, digits: int | None = None) -> float:
        return round(self._data_, digits)

    # Whole numbers as Python has them: integers, without a history as that of `float` is. With one,
    # and as far as infinity, the functions of these names in `engine`.

    def __trunc__(self) -> int:
        return math.trunc(self.data)

    def __floor__(self) -> int:
        return math.floor(self.data)

    def __ceil__(self) -> int:
        return math.ceil(self.data)

    def conjugate(self) -> Value:
        """The number itself, which is real; NumPy's `var` and `std` ask for it."""
        return self

    def __format__(self, specification: str) -> str:
        return format(self._data_, specification) if specification else repr(self)

    def __lt__(self, other: Any) -> bool:
        return self._data_ < (other._data_ if isinstance(other, Value) else other)

    def __le__(self, other: Any) -> bool:
        return self._data_ <= (other._data_ if isinstance(other, Value) else other)

    def __gt__(self, other: Any) -> bool:
        return self._data_ > (other._data_ if isinstance(other, Value) else other)

    def __ge__(self, other: Any) -> bool:
        return self._data_ >= (other._data_ if isinstance(other, Value) else other)

    def __pos__(self) -> Value:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return pickle_graph(self)

    def __copy__(self) -> Value:
        """Another node with the same operands; the graph below is shared."""
        return copy_node(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> Value:
        return copy_graph(self, memo)


for _name, _attribute in properties(Value).items():
    setattr(Value, _name, _attribute)


# With the native core, the class above lends its methods to one that computes in C. What follows,
# and whoever imports from here, has the class that is in use.
if not TYPE_CHECKING and core == "native":
    Value = connected(Value)


class Parameter(Value):
    """A leaf that is trained: a weight or a bias. Operations on it give plain `Value`s.

    >>> Parameter(0.1, label="w111") * 8
    Value(0.8, grad=0)
    """

    __slots__ = ()

    role = "parameter"
