"""Whether a graph still is what was computed: a leaf's `data` may have been changed since.

A node keeps the number that came out, and the local derivatives at the numbers of that time.
Training changes the leaves after `backward`, which is done with the graph by then. Whatever reads a
graph's numbers later, beside those of its leaves, asks here first.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

from engine.base.numbers import short
from engine.graph.messages import describe
from engine.graph.value import Value
from engine.native import extension
from engine.sheet.derived import partial_tree
from engine.sheet.evaluate import forward, partials, plain
from engine.sheet.op import Op


def check_current(nodes: Iterable[Value], *, derivatives: bool = False) -> None:
    """ValueError where a node is not what its operands' present numbers give, naming the leaf.

    With `derivatives`, the local derivatives that the nodes keep are compared, too. Linear in the
    number of edges. To 12 digits: libraries of other machines differ in the last.

    >>> x = Value(2.0, label="x")
    >>> y = x * 3
    >>> x.data = 5.0
    >>> check_current([x, y])  # doctest: +NORMALIZE_WHITESPACE
    Traceback (most recent call last):
    ValueError: the graph is out of date: mul gave 6, and is 15 now that x is 5, so the leaf's data
    has changed since; compute the output again
    """
    order = list(nodes)
    for node in order if derivatives else _unconfirmed(order):
        if node.op is not None:
            _check(node, node.op, derivatives)


def _unconfirmed(order: list[Value]) -> Iterator[Value]:
    """The nodes that may be out of date: those whose operands do not simply give the same number.

    Where it computes, the native core confirms most of them.
    """
    if extension is not None:
        place = 0
        while (place := extension.confirm(order, place)) < len(order):
            yield order[place]
            place += 1
        return
    for node in order:
        op = node._op_
        if op is not None:
            # Python's own operators are fast, and raise where the sheet says nothing of a number.
            try:
                (value,) = plain(op)(*_numbers(node, op))
            except (ArithmeticError, ValueError):
                yield node
            else:
                if value != node._data_:
                    yield node


def _numbers(node: Value, op: Op) -> list[Any]:
    """The arguments of the functions of `engine.sheet.evaluate`: the operands as they are now."""
    args: tuple[Any, ...] = node._args_
    numbers: list[Any] = [arg if type(arg) is float else arg._data_ for arg in args]
    if op.sequences:
        numbers = op.bind(numbers)
        numbers.append(next(len(part) for part in numbers if isinstance(part, list)))
    return numbers


def _check(node: Value, op: Op, derivatives: bool) -> None:
    numbers = _numbers(node, op)
    (value,) = forward(op)(*numbers)
    if not _same(value, node.data):
        raise ValueError(_message(node, f"gave {short(node.data)}, and is {short(value)}"))
    if derivatives:
        for old, new in zip(node.partials, _flat(partials(op)(*numbers, value))):
            if old is not None and not _same(old, new):
                was = f"had a local derivative of {short(old)}, and it is {short(new)}"
                raise ValueError(_message(node, was))


def _same(old: float, new: float) -> bool:
    return math.isclose(old, new, rel_tol=1e-12) or (old != old and new != new)


def _flat(groups: Iterable[float | list[float]]) -> Iterator[float]:
    for group in groups:
        yield from group if isinstance(group, list) else [group]


def _message(node: Value, was: str) -> str:
    assert node.op is not None
    changed = list(dict.fromkeys(_changed(node)))
    named = [f"{leaf.label or describe(leaf)} is {short(leaf.data)}" for leaf in changed[:6]]
    more = f" and {len(changed) - 6} more" if len(changed) > 6 else ""
    label = f" ({node.label!r})" if node.label else ""
    leaf = "the leaf's" if len(changed) == 1 else "a leaf's"
    return (
        f"the graph is out of date: {node.op.name}{label} {was} now that {', '.join(named)}{more}, "
        f"so {leaf} data has changed since; compute the output again"
    )


def _changed(node: Value) -> list[Value]:
    """The operands that have changed: of several leaves, those whose old numbers are known."""
    operands = [arg for arg in node.args if isinstance(arg, Value)]
    suspects = [arg for arg in operands if arg.op is None] or operands
    sure = {operand for operand, old in _old_numbers(node) if not _same(old, operand.data)}
    return [operand for operand in suspects if operand in sure] or suspects


def _old_numbers(node: Value) -> Iterator[tuple[Value, float]]:
    """Where a partial is just another operand, as in a product, it is that operand's number."""
    op = node.op
    assert op is not None
    names = (*op.operands, *op.constants)
    grouped = dict(zip(names, op.bind(node.args)))
    recorded = dict(zip(names, op.bind(node.partials)))
    for name in op.operands:
        tree: Any = partial_tree(op, name)
        other = grouped.get(getattr(tree, "id", ""))
        if other is not None:
            many = isinstance(other, list)
            pairs = zip(other, recorded[name]) if many else [(other, recorded[name])]
            yield from (
                (arg, old) for arg, old in pairs if isinstance(arg, Value) and old is not None
            )
