"""The partial derivative of a line as an operation of its own, with partials of its own.

The partial of sqrt by a, `1 / (2 * out)`, is an operation of one operand: the value of sqrt. Its
own partial is found by differentiating that text with the sheet's lines
(`engine.sheet.differentiate`), and so on to any order. So a derivative is a graph of formulas: it
holds at other numbers, too.

>>> from engine.sheet.ops import OPERATIONS
>>> slope = partial_of(OPERATIONS["sqrt"], "a")
>>> slope.op, slope.arguments
(Op('sqrt_by_a', '1 / (2 * value)', ('-(1 / (2 * value)) / (2 * value) * 2',)), ('out',))
"""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import NamedTuple

from engine.sheet.computation import hoist, parameters
from engine.sheet.differentiate import derivative
from engine.sheet.formula import is_reduction, names_in, read
from engine.sheet.inlining import replaced
from engine.sheet.op import Op
from engine.sheet.simplify import ONE, each_branch, ends_in_zero, is_number, times
from engine.sheet.specialize import specialize, value_at

# Among the arguments of a part: the derivative of the output by the operation's value. Not a name
# that an operand could have.
ADJOINT = "(adjoint)"


class Part(NamedTuple):
    """An operation that another's formula needs, and what it is applied to.

    `arguments`: for each operand and constant of `op`, what the other operation calls it: one of
    its own parameters, `out`, the name of another part, or `ADJOINT`.
    """

    op: Op
    arguments: tuple[str, ...]


class Partial(NamedTuple):
    """A partial derivative as operations: `reductions` first, by their names in the others.

    `op`, `arguments`: as of a `Part`. `weighted`: the same times the adjoint, as one operation,
    where a branch of the partial is 0; so nothing is multiplied by what lies behind that branch.
    `alive`: then, too, the partial with 1 for every branch that is not 0.
    """

    op: Op
    arguments: tuple[str, ...]
    reductions: tuple[tuple[str, Part], ...]
    weighted: Part | None
    alive: Part | None


class Shape(NamedTuple):
    """What is known of a partial derivative before the operands are.

    `number`: its value, if it is the same everywhere. `name`: the operand, or `out`, if it is just
    that. `dead`: whether a choice may give the 0 behind which nothing adds to a derivative.
    """

    number: float | None
    name: str | None
    dead: bool


@lru_cache(maxsize=4096)
def shape(op: Op, operand: str, constants: tuple[float, ...], length: int = 0) -> Shape:
    """The shape of a partial where the operation has these constants, and sequences so long.

    >>> from engine.sheet.ops import OPERATIONS
    >>> shape(OPERATIONS["mul"], "a", ()).name, shape(OPERATIONS["relu"], "a", ()).dead
    ('b', True)
    >>> shape(OPERATIONS["pow"], "a", (2.0,)).dead, shape(OPERATIONS["pow"], "a", (0.0,)).number
    (False, 0.0)
    """
    known = dict(zip(op.constants, constants))
    if op.sequences:
        known["n"] = float(length)
    tree = specialize(partial_tree(op, operand), {}, known)
    if not set(names_in(tree)):
        return Shape(float(value_at(tree, {})), None, False)
    name = tree.id if isinstance(tree, ast.Name) else None
    return Shape(None, name, ends_in_zero(tree))


def partial_tree(op: Op, operand: str) -> ast.expr:
    """The formula of the partial derivative by an operand."""
    return read(op.partials[op.operands.index(operand)], {*parameters(op), "out"})


def partial_of(op: Op, operand: str) -> Partial:
    """The partial derivative of an operation by one of its operands; made once and kept with it."""
    found: Partial | None = op.derived.get(operand)
    if found is None:
        found = op.derived[operand] = _made(op, operand)
    return found


def part_of(op: Op, operand: str, which: str) -> Op:
    """The operation that has this `origin`."""
    partial = partial_of(op, operand)
    parts = {"": partial.op, **{name: part.op for name, part in partial.reductions}}
    if partial.weighted is not None and partial.alive is not None:
        parts |= {"weighted": partial.weighted.op, "alive": partial.alive.op}
    return parts[which]


def _made(op: Op, operand: str) -> Partial:
    reductions, (tree,) = hoist([partial_tree(op, operand)])
    name = f"{op.name}_by_{operand}"
    parts: list[tuple[str, Part]] = []
    for which, kind, body in reductions:
        reduction = ast.Call(ast.Name(kind), [body], [])
        parts.append((which, _part(op, f"{name}_{which}", reduction, operand, which)))
    weighted = alive = None
    if ends_in_zero(tree):
        product = each_branch(tree, lambda branch: times(branch, ast.Name(ADJOINT)))
        weighted = _part(op, f"{name}_weighted", product, operand, "weighted")
        ones = each_branch(tree, lambda branch: branch if is_number(branch, 0) else ONE)
        alive = _part(op, f"{name}_alive", ones, operand, "alive")
    own = _part(op, name, tree, operand)
    return Partial(own.op, own.arguments, tuple(parts), weighted, alive)


def _part(op: Op, name: str, tree: ast.expr, operand: str, which: str = "") -> Part:
    """An operation with this formula, over those names of `op` that it uses."""
    used = set(names_in(tree))
    reduction = is_reduction(tree)
    length = {"n"} if op.sequences else set()
    constants = [item for item in (*op.constants, *length) if item in used]
    if reduction and length:
        constants = [item for item in constants if item != "n"]  # it has sequences of its own
    arguments = [item for item in op.operands if item in used]
    arguments += sorted(used.difference(arguments, op.constants, length))
    names = {"out": _free(op, "value"), ADJOINT: _free(op, "adjoint")}
    operands = [names.get(item, item) for item in arguments]
    tree = replaced(tree, {item: ast.Name(own) for item, own in names.items()})
    sequences = op.sequences if reduction else frozenset()
    made = Op(
        name,
        f"∂{op.symbol}/∂{operand}" if len(op.operands) > 1 else f"{op.symbol}′",
        ast.unparse(tree),
        tuple(ast.unparse(derivative(tree, item, operands, sequences)) for item in operands),
        operands=" ".join(item + "*" * (item in sequences) for item in operands),
        constants=dict.fromkeys(constants),
        origin=(op, operand, which),
    )
    return Part(made, (*arguments, *constants))


def _free(op: Op, name: str) -> str:
    """The name, or a longer one where the operation has a parameter of that name."""
    while name in (*op.operands, *op.constants):
        name += "_"
    return name
