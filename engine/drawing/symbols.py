"""What a drawing says of an operation: its symbol, its constants, the numbers that it is given."""

from __future__ import annotations

from collections.abc import Collection

from engine.base.numbers import DIGITS, shown
from engine.graph.value import Value
from engine.sheet.kinds import factor, is_power, is_weighted_sum
from engine.sheet.ops import ARITHMETIC

_ARITHMETIC = frozenset(ARITHMETIC)
# The point of a product is lost in a box.
_LARGER = {"·": "×"}
_MOST_CONSTANTS = 4


def given_inputs(node: Value) -> dict[int, float]:
    """The plain numbers that a neuron multiplies by its parameters, by position in its args.

    They are the same for all neurons of a layer, which is why they are not said in each.
    """
    op, count = node.op, len(node.args)
    if op is None or "neuron" not in (node.scope or "") or not is_weighted_sum(op):
        return {}
    given: dict[int, float] = {}
    for position, arg in enumerate(node.args):
        name, index = op.place(count, position)
        if isinstance(arg, Value) or name not in op.sequences:
            continue
        multiplier = factor(op, name)
        if multiplier is not None:
            weight = node.args[op.position(count, multiplier, index)]
            if isinstance(weight, Value) and weight.role == "parameter":
                given[position] = arg
    return given


def symbol_of(
    node: Value, digits: int = DIGITS, elsewhere: Collection[int] = ()
) -> tuple[str, str]:
    """The operation as it stands in a box, with its constants: beside the symbol or as a note.

    `elsewhere`: the positions of those that stand somewhere else.

    >>> x = Value(3.0)
    >>> symbol_of(2 * x), symbol_of(x**2), symbol_of(x.leaky_relu())
    (('2 ×', ''), ('( )²', ''), ('LeakyReLU', 'slope = 0.01'))
    """
    op = node.op
    assert op is not None
    symbol = _LARGER.get(op.symbol, op.symbol)
    if None not in node.partials and not op.constants:
        return symbol, ""
    if op in _ARITHMETIC and len(node.args) == 2:
        power = node.args[1]
        if is_power(op) and power in (2, 3):
            return "( )²" if power == 2 else "( )³", ""
        left, right = (_constant(arg, digits) for arg in node.args)
        return " ".join(part for part in (left, symbol, right) if part), ""
    notes = []
    for name, group in zip((*op.operands, *op.constants), op.bind(range(len(node.args)))):
        row = group if name in op.sequences else [group]
        constants = [
            arg
            for arg, position in ((node.args[position], position) for position in row)
            if not isinstance(arg, Value) and position not in elsewhere
        ]
        if constants and (name not in op.defaults or constants != [op.defaults[name]]):
            written = [shown(number, digits) for number in constants[:_MOST_CONSTANTS]]
            more = ", …" if len(constants) > _MOST_CONSTANTS else ""
            notes.append(f"{name} = {', '.join(written)}{more}")
    return symbol, "; ".join(notes)


def _constant(arg: Value | float, digits: int) -> str:
    if isinstance(arg, Value):
        return ""
    written = shown(arg, digits)
    return f"({written})" if arg < 0 else written
