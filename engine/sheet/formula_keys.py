"""Which formulas are equal: a number for each, where their texts would be much slower.

>>> from engine.sheet.formula import read
>>> key_of = Keys()
>>> key_of(read("sin(a + 1)")) == key_of(read("sin(a+1)"))
True
>>> key_of(read("a + 1")) == key_of(read("1 + a"))
False
"""

from __future__ import annotations

import ast

from engine.sheet.formula import children


class Keys:
    """A number for each formula, the same for equal ones; that of a part is found once."""

    def __init__(self) -> None:
        self.known: dict[ast.expr, int] = {}
        self.numbers: dict[object, int] = {}

    def __call__(self, tree: ast.expr) -> int:
        if tree not in self.known:
            whole = (_own_key(tree), *map(self, children(tree)))
            self.known[tree] = self.numbers.setdefault(whole, len(self.numbers))
        return self.known[tree]


def _own_key(tree: ast.expr) -> object:
    """What a part of a formula is but for its own parts."""
    match tree:
        case ast.Name(id=name) | ast.Call(func=ast.Name(id=name)):
            return name
        case ast.Constant(value=value):
            return value.__class__, value
        case ast.BinOp(op=sign) | ast.UnaryOp(op=sign) | ast.Compare(ops=[sign]):
            return sign.__class__
        case ast.BoolOp(op=joined):
            return joined.__class__
        case ast.IfExp():
            return "if"
    raise TypeError(f"not part of a checked formula: {ast.dump(tree)}")
