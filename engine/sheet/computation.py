"""What an operation computes, in order: what its value and its partial derivatives have in common.

A reduction is computed once and outside every loop, and so is a part that stands in several
formulas, such as exp(−|a|) in a sigmoid and in its derivative. Every way of computing follows this
order: eager functions, the checked path, the native table, compiled programs.

>>> from engine.sheet.op import Op
>>> bell = computation(Op("bell", "bell", "exp(-a ** 2)", ("-2 * a * exp(-a ** 2)",)))
>>> [(step.name, ast.unparse(step.tree)) for step in bell.before]
[('exp_1', 'exp(-a ** 2)')]
>>> ast.unparse(bell.value), ast.unparse(bell.partials["a"]), bell.after
('exp_1', '-2 * a * exp_1', [])
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Sequence
from functools import cache
from typing import NamedTuple

from engine.sheet.formula import children, is_reduction, names_in, read
from engine.sheet.formula_keys import Keys
from engine.sheet.inlining import inlined, mapped
from engine.sheet.op import Op

# What costs about as much as looking up a number is computed again; as is a square.
_CHEAP = frozenset({"abs", "max", "min"})

# In a partial derivative: the 0 behind which a path ends, as that of a branch that is not taken.
# Unlike a number 0, it is never multiplied by what lies behind.
DEAD = "(dead)"


class Step(NamedTuple):
    """A number that formulas refer to by `name`.

    `kind`: "sum", "max" or "min" of the tree over all elements, or "" for the tree itself.
    """

    name: str
    kind: str
    tree: ast.expr


class Computation(NamedTuple):
    """The value after the steps before it; then further steps, then the partial derivatives."""

    before: list[Step]
    value: ast.expr
    after: list[Step]
    partials: dict[str, ast.expr]


def parameters(op: Op) -> list[str]:
    """The names that a formula of the operation may use, but for its value `out`."""
    return [*op.operands, *op.constants, *(["n"] if op.sequences else [])]


@cache
def computation(op: Op) -> Computation:
    """That of an operation, by its line of the sheet; in its partials a branch of 0 is `DEAD`."""
    return computation_of(op, lambda tree: tree, with_dead_ends)


def with_dead_ends(partial: ast.expr) -> ast.expr:
    """A partial derivative with `DEAD` for the number 0 that a choice, or all of it, gives.

    >>> ast.unparse(with_dead_ends(read("0 if a <= 0 else 1")))
    '(dead) if a <= 0 else 1'
    """
    match partial:
        case ast.Constant(value=0):
            return ast.Name(DEAD)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return ast.IfExp(test, with_dead_ends(body), with_dead_ends(orelse))
    return partial


def computation_of(
    op: Op,
    change: Callable[[ast.expr], ast.expr],
    change_partial: Callable[[ast.expr], ast.expr] = lambda tree: tree,
) -> Computation:
    """That of an operation whose formulas are changed first: partial derivatives by
    `change_partial`, then all of them by `change`, such as by constants put in."""
    known = [*parameters(op), "out"]
    texts = [op.formula, *op.partials]
    read_trees = [read(text, known) for text in texts]
    # A 0 within an operation that is called is not a branch of this partial.
    read_trees[1:] = map(change_partial, read_trees[1:])
    trees = [change(inlined(tree)) for tree in read_trees]
    reductions, (value, *partials) = hoist(trees)
    sharing = _Sharing(op.sequences, reductions)
    # What only partial derivatives have in common is left to them: often not all are wanted.
    value, *partials = sharing.share([value], partials)
    partials = sharing.share(partials, [])
    before = needed(sharing.steps, [value])
    after = [step for step in needed(sharing.steps, partials) if step not in before]
    return Computation(before, value, after, dict(zip(op.operands, partials, strict=True)))


def needed(steps: Sequence[Step], trees: Sequence[ast.expr]) -> list[Step]:
    """The steps that formulas refer to, also by other steps; each after those that it refers to."""
    if not steps:
        return []
    by_name = {step.name: step for step in steps}
    found: dict[str, Step] = {}

    def visit(tree: ast.expr) -> None:
        for name in names_in(tree):
            if name in by_name and name not in found:
                visit(by_name[name].tree)
                found[name] = by_name[name]

    for tree in trees:
        visit(tree)
    return list(found.values())


def hoist(trees: Sequence[ast.expr]) -> tuple[list[Step], list[ast.expr]]:
    """Takes the reductions out of formulas, innermost first, and puts their names there."""
    found: dict[int, Step] = {}
    taken, key_of = _names(trees), Keys()

    def name(node: ast.expr) -> ast.expr:
        if not (isinstance(node, ast.Call) and is_reduction(node)):
            return node
        # Numbered by what they are, so that equal reductions share one name.
        key, kind = key_of(node), ast.unparse(node.func)
        if key not in found:
            found[key] = Step(_free(kind, len(found) + 1, taken), kind, node.args[0])
        return ast.Name(found[key].name)

    remaining = [mapped(tree, name) for tree in trees]
    return list(found.values()), remaining


def _names(trees: Sequence[ast.expr]) -> set[str]:
    return {name for tree in trees for name in names_in(tree)}


def _free(stem: str, number: int, taken: set[str]) -> str:
    """A name with this number, or the next one: operands may be called like that, too."""
    while f"{stem}_{number}" in taken:
        number += 1
    taken.add(f"{stem}_{number}")
    return f"{stem}_{number}"


class _Part(NamedTuple):
    """A part of a formula, whether it is computed in any case, and how often."""

    key: int
    tree: ast.expr
    always: bool
    times: int


class _Sharing:
    """Takes out of formulas what is worth computing once."""

    def __init__(self, sequences: Collection[str], steps: Sequence[Step]) -> None:
        self.sequences = sequences
        self.steps = list(steps)

    def share(self, trees: list[ast.expr], others: Sequence[ast.expr]) -> list[ast.expr]:
        """All formulas, without the parts that `trees` compute anyhow and that stand there, or in
        `others`, more than once; the largest first."""
        trees = [*trees, *others]
        taken = _names([*trees, *(step.tree for step in self.steps)])
        own = len(trees) - len(others)
        while True:
            inside = needed(self.steps, trees[:own])
            bodies = [step.tree for step in inside]
            rest = [step.tree for step in self.steps if step not in inside]
            key_of = Keys()
            parts = [self.parts(tree, True, key_of) for tree in (*trees[:own], *bodies)]
            parts += [self.parts(tree, False, key_of) for tree in (*trees[own:], *rest)]
            best = _most_worthwhile([part for each in parts for part in each])
            if best is None:
                return trees
            name = _free(_stem(best.tree), len(self.steps) + 1, taken)

            def named(
                node: ast.expr, key: int = best.key, name: str = name, key_of: Keys = key_of
            ) -> ast.expr:
                return ast.Name(name) if key_of(node) == key else node

            trees = [mapped(tree, named) for tree in trees]
            self.steps = [step._replace(tree=mapped(step.tree, named)) for step in self.steps]
            self.steps.append(Step(name, "", best.tree))

    def parts(self, tree: ast.expr, always: bool, key_of: Keys) -> list[_Part]:
        """The parts that cost something and are the same for all elements of a sequence."""
        found: list[_Part] = []
        cheap: list[_Part] = []

        def visit(node: ast.expr, always: bool) -> tuple[bool, bool, bool]:
            """Whether the part costs something, whether it differs from element to element, and
            whether it stays where it is."""
            if isinstance(node, ast.Name):
                # A dead end stays where it is seen to be one.
                return False, node.id in self.sequences, node.id == DEAD
            if isinstance(node, ast.Constant):
                return False, False, False
            costly, own, stays = _costs(node), False, False
            for place, child in enumerate(children(node)):
                # Of a choice, and of `and` and `or`, only the first part is computed in any case.
                certain = place == 0 or not isinstance(node, (ast.IfExp, ast.BoolOp))
                costs, varies, is_dead = visit(child, always and certain)
                costly, own, stays = costly or costs, own or varies, stays or is_dead
            whole = isinstance(node, (ast.Compare, ast.BoolOp)) or stays
            if not whole and not own and (costly or isinstance(node, ast.BinOp)):
                (found if costly else cheap).append(_Part(key_of(node), node, always, 1))
            return costly, own, stays

        _, in_loop, _ = visit(tree, always)
        # Out of a loop, even a sum of two numbers is worth taking.
        return [part._replace(times=2) for part in found + cheap] if in_loop else found


def _most_worthwhile(parts: Sequence[_Part]) -> _Part | None:
    """The largest part that is computed in any case and stands there more than once."""
    counts: dict[int, int] = {}
    always: dict[int, _Part] = {}
    for part in parts:
        counts[part.key] = counts.get(part.key, 0) + part.times
        if part.always:
            always.setdefault(part.key, part)
    found = [part for key, part in always.items() if counts[key] > 1]
    return max(found, key=lambda part: len([*ast.walk(part.tree)]), default=None)


def _costs(node: ast.expr) -> bool:
    """Whether it is a function, a division, a remainder, or a power that is not a product."""
    match node:
        case ast.Call(func=ast.Name(id=name)):
            return name not in _CHEAP
        case ast.BinOp(op=ast.Pow(), right=exponent):
            return not isinstance(exponent, ast.Constant)
    return isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Div, ast.FloorDiv, ast.Mod))


def _stem(tree: ast.expr) -> str:
    """What the name of a shared part begins with: its function's, if it is a call."""
    match tree:
        case ast.Call(func=ast.Name(id=name)):
            return name
    return "shared"
