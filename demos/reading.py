"""What the demos read from a graph and how they print it: values, formulas, chains."""

from __future__ import annotations

import ast
import math

from engine import Op, Value
from engine.dialects import PRODUCT, TEXT, Names
from engine.formula import is_reduction, read
from engine.numbers import short
from engine.specialize import specialize


def shown(number: float) -> str:
    """Four significant digits, with the sign that mathematics uses for minus."""
    return short(number).replace("-", "−")


def factor(number: float) -> str:
    """A number within a product: in parentheses if it is negative."""
    return f"({shown(number)})" if number < 0 else shown(number)


def heading(text: str) -> None:
    """A line that starts a part of a demo."""
    print(f"\n{text}\n{'─' * len(text)}")


def name_of(node: Value | float) -> str:
    """The label of a node; a number without one stands for itself."""
    return (node.label or shown(node.data)) if isinstance(node, Value) else shown(node)


def path(y: Value, x: Value) -> list[tuple[Value, int]]:
    """The edges from y back to x, each a node and the position of an operand, if there is one way.

    >>> x = Value(3.0, label="x")
    >>> y = (2 * x).relu()
    >>> [(node.op.name, position) for node, position in path(y, x)]
    [('relu', 0), ('mul', 1)]
    """
    found = []
    stack: list[tuple[Value, list[tuple[Value, int]]]] = [(y, [])]
    while stack:
        node, edges = stack.pop()
        if node is x:
            found.append(edges)
        for position, operand in enumerate(node.args):
            if isinstance(operand, Value):
                stack.append((operand, [*edges, (node, position)]))
    if len(found) != 1:
        raise ValueError(f"{len(found)} ways lead from {name_of(y)} to {name_of(x)}, not one")
    return found[0]


def local_derivative(
    node: Value, position: int, numbers: bool = False, beside: bool = False
) -> str:
    """The local derivative with respect to one operand, from the sheet, in symbols or numbers.

    `beside`: as a factor to the right of another, which may need parentheses.

    >>> z = Value(3.0, label="z")
    >>> local_derivative(z**2, 0), local_derivative(z**2, 0, numbers=True)
    ('2·z', '2·3')
    """
    op = node.op
    assert op is not None
    operand, index = _place(op, len(node.args), position)
    args: dict[str, Value | float] = {"out": node}
    for name, group in zip((*op.operands, *op.constants), op.group(node.args)):
        # In the partial of a sequence its name stands for the element with the same index.
        args[name] = group[index] if name in op.sequences else group
        if name in op.sequences:
            args["n"] = float(len(group))
    values = {name: float(arg) for name, arg in args.items()}
    formula: ast.expr = read(op.partials[op.operands.index(operand)])
    names: Names
    if any(map(is_reduction, ast.walk(formula))):
        # A sum over all operands would be longer than it is clear.
        formula, names = ast.Name("partial"), {"partial": node.partials[position] or 0.0}
    else:
        constants = {name: values[name] for name in op.constants}
        formula = specialize(formula, numbers=values, constants=constants)
        names = values if numbers else {**{k: name_of(v) for k, v in args.items()}, "n": "n"}
    return (TEXT.after if beside else TEXT.within)(formula, PRODUCT, names)


def _place(op: Op, count: int, position: int) -> tuple[str, int]:
    """The operand that a position among a node's args belongs to, and the index within it."""
    start = 0
    for name, group in zip((*op.operands, *op.constants), op.group(range(count))):
        length = len(group) if name in op.sequences else 1
        if position < start + length:
            return name, position - start
        start += length
    raise IndexError(position)


def chain(y: Value, x: Value) -> str:
    """∂y/∂x as the product of the local derivatives along the way: symbols, numbers, result."""
    edges = path(y, x)
    left = f"∂{name_of(y)}/∂{name_of(x)} = "
    locals_ = [node.partials[position] or 0.0 for node, position in edges]
    product = math.prod(locals_)
    lines = [
        [f"∂{name_of(node)}/∂{name_of(node.args[position])}" for node, position in edges],
        [local_derivative(*edge, beside=i > 0) for i, edge in enumerate(edges)],
        [local_derivative(*edge, numbers=True, beside=i > 0) for i, edge in enumerate(edges)],
        [factor(local) for local in locals_],
        [shown(product)],
    ]
    indent = " " * (len(left) - 2)
    texts = [" · ".join(line) for line in lines]
    distinct = [text for i, text in enumerate(texts) if i == 0 or text != texts[i - 1]]
    return left + f"\n{indent}= ".join(distinct)
