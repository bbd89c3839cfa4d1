"""What the statements of a function do with its names."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from engine.programs.lower.ir import Assign, Reduce, Statement, Unpack, Variable
from engine.programs.lower.row import names_and_power, used_by


def used_once(statements: Sequence[Statement]) -> set[Variable]:
    """The results of reductions that one assignment uses once, so that they can stand in it."""
    reduced = {item.target for item in statements if isinstance(item, Reduce)}
    uses: Counter[Variable] = Counter()
    for statement in statements:
        inside = isinstance(statement, Assign) and not names_and_power(statement.tree)[1]
        for variable in used_by(statement):
            uses[variable] += 1 if inside else 2
    return {variable for variable in reduced if uses[variable] == 1}


def changed(statements: Iterable[Statement]) -> Iterator[str]:
    """The names whose numbers change after they have been given one."""
    for statement in statements:
        match statement:
            case Assign(target=target, accumulate=True):
                yield target.name
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AugAssign(target=ast.Name(id=name)):
                yield name
            case ast.For(body=body) | ast.If(body=body):
                yield from changed(body)


def names_given(statements: Iterable[Statement]) -> Iterator[str]:
    """The names of all variables that are given a number."""
    for statement in statements:
        match statement:
            case Assign(target=target) | Reduce(target=target):
                yield target.name
            case Unpack(variables=variables):
                yield from (variable.name for variable in variables)
            case ast.For(body=body) | ast.If(body=body):
                yield from names_given(body)
