"""What the writers of Python and of C share: what instructions use, and lines of text."""

from __future__ import annotations

import ast
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from engine.programs.ir import (
    Assign,
    Comment,
    Instruction,
    Map,
    Operand,
    Reduce,
    Variable,
)

# What a program calls the array of each kind of variables.
ARRAYS = {
    "parameter": "parameters",
    "input": "row",
    "value": "values",
    "adjoint": "adjoints",
    "gradient": "gradient",
}
LINE = 99


def used_once(instructions: Sequence[Instruction]) -> set[Variable]:
    """The results of folds that one assignment uses once, so that they can stand in it."""
    folded = {entry.target for entry in instructions if isinstance(entry, Reduce)}
    uses: Counter[Variable] = Counter()
    for instruction in instructions:
        inside = isinstance(instruction, Assign) and not _read_in(instruction.tree)[1]
        for variable in used_by(instruction):
            uses[variable] += 1 if inside else 2
    return {variable for variable in folded if uses[variable] == 1}


def used_by(instruction: Instruction) -> Iterator[Variable]:
    """The variables that an instruction reads by name, as often as it does."""
    if isinstance(instruction, Comment):
        return
    rows: Sequence[Mapping[str, Operand]] = [instruction.names]
    if isinstance(instruction, Reduce) and instruction.spans is None:
        rows = [{**instruction.names, **own} for own in instruction.elements]
    for names in rows:
        for name in _read_in(instruction.tree)[0]:
            operand = names.get(name)
            if isinstance(operand, Variable):
                yield operand


@lru_cache(maxsize=4096)
def _read_in(tree: ast.expr) -> tuple[list[str], bool]:
    """The names in a formula, as often as they stand there, and whether it has a power.

    Remembered, because many instructions share the few formulas of the sheet.
    """
    parts = list(ast.walk(tree))
    names = [part.id for part in parts if isinstance(part, ast.Name)]
    return names, any(isinstance(part, ast.Pow) for part in parts)


def target_of(instruction: Instruction) -> Variable | None:
    """The variable that an instruction sets or adds to, unless it is a run of them."""
    return instruction.target if isinstance(instruction, (Assign, Reduce)) else None


def stored_kinds(instructions: Iterable[Instruction]) -> set[str]:
    """The kinds of variables that the instructions write to arrays."""
    found: set[str] = set()
    for instruction in instructions:
        target = target_of(instruction)
        if isinstance(instruction, Map):
            found.add(instruction.target.kind)
        elif target is not None and target.stored:
            found.add(target.kind)
    return found


def printable(text: str) -> str:
    """A label or a scope as it may stand in a comment: in one line, without invisible signs.

    >>> printable("one\\ntwo\\u202e")
    'one two'
    """
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def filled(text: str, indent: int) -> list[str]:
    """Lines of names or terms, as many in each as fit."""
    margin = " " * indent
    return textwrap.wrap(
        text,
        LINE,
        initial_indent=margin,
        subsequent_indent=margin,
        break_long_words=False,
        break_on_hyphens=False,
    )
