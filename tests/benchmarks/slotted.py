"""The plain-Python `Value` that the native core is compared with: slots, tuples, no extras.

What is left of an engine when everything is taken away that costs time: every operation written by
hand in its method, local derivatives kept as numbers, a list for the order. Nothing is checked.
"""

from __future__ import annotations

import math
from typing import Any


class Value:
    """A number, its gradient, its parents, and the local derivative with respect to each."""

    __slots__ = ("data", "grad", "parents", "partials")

    def __init__(
        self,
        data: float,
        parents: tuple[Value, ...] = (),
        partials: tuple[float, ...] = (),
    ) -> None:
        self.data = data
        self.grad = 0.0
        self.parents = parents
        self.partials = partials

    def __add__(self, other: Any) -> Value:
        if isinstance(other, Value):
            return Value(self.data + other.data, (self, other), (1.0, 1.0))
        return Value(self.data + other, (self,), (1.0,))

    def __mul__(self, other: Any) -> Value:
        if isinstance(other, Value):
            return Value(self.data * other.data, (self, other), (other.data, self.data))
        return Value(self.data * other, (self,), (other,))

    def __pow__(self, k: float) -> Value:
        return Value(self.data**k, (self,), (k * self.data ** (k - 1),))

    def exp(self) -> Value:
        out = math.exp(self.data)
        return Value(out, (self,), (out,))

    def log(self) -> Value:
        return Value(math.log(self.data), (self,), (1 / self.data,))

    def relu(self) -> Value:
        return Value(self.data, (self,), (1.0,)) if self.data > 0 else Value(0.0, (self,), (0.0,))

    def __neg__(self) -> Value:
        return Value(-self.data, (self,), (-1.0,))

    def __sub__(self, other: Any) -> Value:
        if isinstance(other, Value):
            return Value(self.data - other.data, (self, other), (1.0, -1.0))
        return Value(self.data - other, (self,), (1.0,))

    def __rsub__(self, other: float) -> Value:
        return Value(other - self.data, (self,), (-1.0,))

    def __truediv__(self, other: Any) -> Value:
        if isinstance(other, Value):
            out = self.data / other.data
            return Value(out, (self, other), (1 / other.data, -out / other.data))
        return Value(self.data / other, (self,), (1 / other,))

    __radd__ = __add__
    __rmul__ = __mul__

    def backward(self) -> None:
        """Depth first without recursion, then the chain rule over the order reversed."""
        order: list[Value] = []
        entered: set[Value] = set()
        stack: list[Value | None] = [self]
        while stack:
            node = stack.pop()
            if node is None:
                done = stack.pop()
                assert done is not None
                order.append(done)
            elif node not in entered:
                entered.add(node)
                stack.append(node)
                stack.append(None)
                for parent in node.parents:
                    if parent not in entered:
                        stack.append(parent)
        self.grad = 1.0
        for node in reversed(order):
            grad = node.grad
            for parent, partial in zip(node.parents, node.partials):
                parent.grad += partial * grad
