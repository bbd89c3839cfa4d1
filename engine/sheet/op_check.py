"""Operations as they may be made: names that are free, formulas of the language of the sheet."""

from __future__ import annotations

from keyword import iskeyword

from engine.sheet.formula import FUNCTIONS, read_finite
from engine.sheet.op import Op
from engine.sheet.reductions import REDUCTIONS

# What generated functions call things by.
_TAKEN = frozenset(
    "args out partials node n pi inf nan Value record new current_mode apply row UNUSUAL float "
    "isinstance len tuple zip TypeError ValueError".split()
)


def check(op: Op) -> None:
    """Raises what making an operation raises for its names, numbers and formulas."""
    names = [*op.operands, *op.constants]
    for name in (op.name, *names, *op.defaults):
        if not isinstance(name, str) or not name.isidentifier() or iskeyword(name):
            raise ValueError(f"operation {op.name!r}: {name!r} is not an identifier")
    for name in names:
        if name in _TAKEN | FUNCTIONS | REDUCTIONS.keys() or names.count(name) > 1:
            raise ValueError(f"{op.name}: the name {name!r} is taken; choose another one")
    if op.name.upper() in _TAKEN:
        raise ValueError(f"an operation cannot be called {op.name!r}; choose another name")
    for name, number in (*op.constants.items(), *op.defaults.items()):
        if number is not None and not isinstance(number, (int, float)):
            raise ValueError(f"{op.name}: the default of {name} must be a number")
    known = [*names, *(["n"] if op.sequences else [])]
    for formula in (op.formula, *op.partials):
        read_finite(formula, [*known, "out"] if formula is not op.formula else known)
    for condition in filter(None, (op.undefined, op.kinks)):
        read_finite(condition, known)
