"""Under which conditions of the sheet a local derivative is what it is: "x ≤ 0"."""

from __future__ import annotations

import ast
from functools import cache
from itertools import chain

from engine.explaining.wording import at_operand
from engine.graph.naming import Naming
from engine.graph.value import Value
from engine.sheet.dialect import Dialect
from engine.sheet.dialects import TEXT
from engine.sheet.evaluate import kink_distance
from engine.sheet.formula import is_reduction, read
from engine.sheet.specialize import value_at

_formula = cache(read)
_OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.GtE,
    ast.GtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
}


def condition(node: Value, position: int, naming: Naming, dialect: Dialect = TEXT) -> str:
    """The choices of the partial by the operand at this position, as they fall here.

    Empty where it has none, or one that asks for all elements of a sequence.

    >>> x = Value(-2.0, label="x")
    >>> condition(x.relu(), 0, Naming([x])), condition(abs(Value(0.0, "z")), 0, Naming([]))
    ('x ≤ 0', 't2 = 0')
    """
    op = node.op
    assert op is not None
    operand, args, values = at_operand(node, position)
    tree = _formula(op.partials[op.operands.index(operand)])
    found: list[ast.expr] = []
    while isinstance(tree, ast.IfExp):
        if any(map(is_reduction, ast.walk(tree.test))):
            return ""
        holds = bool(value_at(tree.test, values))
        found.append(tree.test if holds else opposite(tree.test))
        tree = tree.body if holds else tree.orelse
    names = {name: naming(arg) for name, arg in args.items()}
    texts = [dialect.write(test, names) for test in _joined(found) if not _is_trivial(test)]
    return dialect.infix[ast.And].join(texts)


def is_kink(node: Value) -> bool:
    """Whether the operation has a kink at the numbers of the node."""
    op = node.op
    assert op is not None
    if not op.kinks:
        return False
    grouped = op.bind([float(arg) for arg in node.args])
    return kink_distance(op)(*grouped, *([len(grouped[0])] if op.sequences else []))[0] == 0


def opposite(test: ast.expr) -> ast.expr:
    """The condition that holds where this one does not.

    >>> ast.unparse(opposite(read("a < 0 or a > b and b == 1")))
    'a >= 0 and (a <= b or b != 1)'
    """
    match test:
        case ast.Compare(ops=[sign]):
            return ast.Compare(test.left, [_OPPOSITE[type(sign)]()], test.comparators)
        case ast.BoolOp(op=sign, values=values):
            other = ast.And() if isinstance(sign, ast.Or) else ast.Or()
            return ast.BoolOp(other, [*map(opposite, values)])
    raise TypeError(ast.dump(test))


def _joined(tests: list[ast.expr]) -> list[ast.expr]:
    """Two bounds that leave one number are said as one condition."""
    parts = list(
        chain.from_iterable(
            test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) else [test]
            for test in tests
        )
    )
    match parts:
        case [ast.Compare(ops=[ast.LtE()]), ast.Compare(ops=[ast.GtE()])]:
            first, second = (
                (ast.dump(part.left), ast.dump(part.comparators[0]))
                for part in parts
                if isinstance(part, ast.Compare)
            )
            if first == second and isinstance(parts[0], ast.Compare):
                return [ast.Compare(parts[0].left, [ast.Eq()], parts[0].comparators)]
    return parts


def _is_trivial(test: ast.expr) -> bool:
    """Such as out == out, which asks for nan."""
    return isinstance(test, ast.Compare) and ast.dump(test.left) == ast.dump(test.comparators[0])
