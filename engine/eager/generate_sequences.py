"""Source of the eager operations on sequences: loops over their elements."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from itertools import combinations

from engine.eager.generate_parts import (
    as_tuple,
    indented,
    is_plain,
    partial_text,
    recorded,
    undefined_check,
)
from engine.eager.methods import constant_name
from engine.sheet.computation import Step, computation
from engine.sheet.evaluate import FAST, each, element, elements_of, partial_source
from engine.sheet.formula import names_in
from engine.sheet.op import Op
from engine.sheet.reductions import REDUCTIONS


def sequence_body(op: Op) -> Iterator[str]:
    """The operation on sequences, each of `Value`s only or of floats only; the rest to `apply`."""
    sequences = [name for name in op.operands if name in op.sequences]
    return _one_sequence(op) if len(sequences) == 1 else _several_sequences(op, sequences)


def _one_sequence(op: Op) -> Iterator[str]:
    """Loops over the numbers of a sequence of `Value`s: for each reduction, then the partials.

    The other operands are `Value`s as well.
    """
    (name,) = op.sequences
    scalars = [operand for operand in op.operands if operand != name]
    own = computation(op)
    args = ["elements" if x == name else x for x in [*op.operands, *op.constants]]
    yield f"elements = {_row(name)}"
    # Kept, because the names will stand for numbers.
    given = "*given" if scalars else ", ".join(args)
    if scalars:
        yield f"given = {as_tuple(args)}"
    yield "try:"
    yield "    n = len(elements)"
    # Other objects may have `data` too; one test keeps out sequences of them.
    tests = " or ".join(f"not isinstance({x}, Value)" for x in ["elements[0]", *scalars])
    yield f"    if {tests}:"
    yield "        raise TypeError"
    yield f"    {name} = [x._data_ for x in elements]"
    for constant in op.constants:
        yield f"    if not {is_plain(constant)}:"
        yield "        raise TypeError"
        yield f"    {constant} = float({constant})"
    alone = args == ["elements"]
    starred = as_tuple(["*elements" if x == "elements" else x for x in args])
    yield f"    args = {'elements' if alone else starred}"
    for scalar in scalars:
        yield f"    {scalar} = {scalar}._data_"
    if op.constants:
        yield from undefined_check(op, given)
    yield from indented(_steps(op, own.before))
    yield f"    out = {FAST.write(own.value)}"
    yield from indented(_steps(op, own.after))
    texts = [partial_source(op, operand, tree, FAST) for operand, tree in own.partials.items()]
    if alone:
        yield f"    partials = tuple({texts[0]})"
    else:
        spread = ["*" * (x == name) + text for x, text in zip(op.operands, texts)]
        yield f"    partials = {as_tuple(spread + ['None'] * len(op.constants))}"
    yield "except UNUSUAL:"
    yield f"    return apply({constant_name(op)}, {given})"
    yield from recorded(op)


def _row(name: str) -> str:
    # Outside of any `try`, because what an iterator raises is not the operation's; and once,
    # because it cannot be gone through again.
    sequence = f"type({name}) is list or type({name}) is tuple"
    return f"tuple({name}) if {sequence} else row({name})"


def _steps(op: Op, steps: Iterable[Step]) -> Iterator[str]:
    """The common parts of the formulas: numbers, and reductions as loops over the elements.

    Reductions that do not need each other share a loop.
    """
    loop: list[Step] = []
    for step in steps:
        if loop and (not step.kind or {own.name for own in loop}.intersection(names_in(step.tree))):
            yield from _loop(op, loop)
            loop = []
        if step.kind:
            yield f"{step.name} = {FAST.number(REDUCTIONS[step.kind].identity)}"
            loop.append(step)
        else:
            yield f"{step.name} = {FAST.write(step.tree)}"
    if loop:
        yield from _loop(op, loop)


def _loop(op: Op, steps: list[Step]) -> Iterator[str]:
    """The reductions of one loop; sums over a choice by the same condition share its test."""
    elements = elements_of(op)
    choices: dict[str, tuple[list[str], list[str]]] = {}
    yield f"for {each([operand for operand in op.operands if operand in op.sequences])}:"
    for name, kind, tree in steps:
        if kind == "sum" and isinstance(tree, ast.IfExp):
            branches = choices.setdefault(FAST.write(tree.test, elements), ([], []))
            for lines, branch in zip(branches, (tree.body, tree.orelse)):
                if not (isinstance(branch, ast.Constant) and branch.value == 0):
                    lines.append(f"{name} += {FAST.write(branch, elements)}")
        else:
            yield f"    {FAST.further(REDUCTIONS[kind], name, FAST.visit(tree, elements))}"
    for test, (then, otherwise) in choices.items():
        yield f"    if {test}:"
        yield from indented(then or ["pass"], 2)
        if otherwise:
            yield "    else:"
            yield from indented(otherwise, 2)


def _several_sequences(op: Op, sequences: list[str]) -> Iterator[str]:
    """One loop that adds up a sum and collects its partials on the way, as for `dot`.

    Written once for each set of sequences that are `Value`s. The other operands are scalars.
    """
    own = computation(op)
    if (
        [step.kind for step in own.before] != ["sum"]
        or own.after
        or any(
            {"out", own.before[0].name}.intersection(names_in(tree))
            for tree in own.partials.values()
        )
    ):
        raise ValueError(
            f"{op.name}: with several sequences the value must hold one sum, the partials none"
        )
    for name in sequences:
        yield f"{name} = {_row(name)}"
    yield "try:"
    yield f"    n = len({sequences[0]})"
    for name in sequences[1:]:
        yield f"    if len({name}) != n:"
        yield "        raise ValueError"
    yield from indented(_sum_of_sequences(op, sequences))
    yield "except UNUSUAL:"
    yield f"    return apply({constant_name(op)}, {', '.join(op.operands)})"
    yield from recorded(op)


def _sum_of_sequences(op: Op, sequences: list[str]) -> Iterator[str]:
    [(total, _, body)], value, _, partials = computation(op)
    elements = elements_of(op)
    scalars = [name for name in op.operands if name not in sequences]
    for name in scalars:
        yield f"{name}_data = {name} if type({name}) is float else {name}._data_"
    yield f"{total} = 0.0"
    for name in sequences:
        yield f"{name}_partials = []"
    for number, nodes in enumerate(_subsets(sequences)):
        tests = [
            f"isinstance({name}[0], Value)" if name in nodes else f"type({name}[0]) is float"
            for name in sequences
        ]
        yield f"{'elif' if number else 'if'} {' and '.join(tests)}:"
        yield f"    for {each(sequences)}:"
        for name in sequences:
            if name in nodes:
                yield f"        {element(name)} = {element(name)}._data_"
            else:
                yield f"        if type({element(name)}) is not float:"
                yield "            raise TypeError"
        yield f"        {total} += {FAST.write(body, elements)}"
        plain = [name for name in sequences if name not in nodes]
        for name in nodes:
            yield f"        {name}_partials.append({partial_text(partials[name], plain, elements)})"
        for name in sequences:
            if name not in nodes:
                yield f"    {name}_partials = [None] * n"
    # Numbers only, or nothing at all.
    yield "else:"
    yield "    raise TypeError"
    yield f"out = {FAST.write(value, {name: f'{name}_data' for name in scalars})}"
    yield f"args = {as_tuple([f'*{name}' if name in sequences else name for name in op.operands])}"
    yield "partials = ("
    for name in op.operands:
        if name in sequences:
            yield f"    *{name}_partials,"
        else:
            text = FAST.write(partials[name], {name: f"{name}_data" for name in scalars})
            yield f"    None if type({name}) is float else {text},"
    yield ")"


def _subsets(names: list[str]) -> Iterator[list[str]]:
    """All but the empty one, the largest first."""
    for size in range(len(names), 0, -1):
        yield from map(list, combinations(names, size))
