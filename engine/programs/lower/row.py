"""What a kernel computes for one row, as functions: `forward` and `gradients`."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from engine.programs.lower.ir import (
    Assign,
    Comment,
    Function,
    Guard,
    Instruction,
    Kernel,
    Map,
    NewArray,
    Operand,
    Reduce,
    Result,
    Roll,
    Span,
    Statement,
    Store,
    Unpack,
    Variable,
)

_NAN = ast.Constant(float("nan"))


def forward(kernel: Kernel) -> Function:
    """The output for one row; several of them are stored in an array."""
    several = len(kernel.outputs) > 1
    arguments = {"parameters": "Constants", "row": "Constants"}
    kept = needed(kernel.forward, kernel.outputs)
    body: list[Statement] = [*_opening(kernel, kept), *kept]
    if not several:
        about = "The output for one row."
        return Function("forward", about, arguments, "float", [*body, Result(kernel.outputs[0])])
    count = len(kernel.outputs)
    if any(isinstance(statement, Guard) for statement in kept):
        body.insert(0, Map(Span("outputs", 0, count, whole=True), _NAN, {}, {}))
    body.append(Store("outputs", dict(enumerate(kernel.outputs)), count))
    return Function(
        "forward", "The outputs for one row.", {**arguments, "outputs": "Numbers"}, "None", body
    )


def gradients(kernel: Kernel) -> Function:
    """The loss of one row, and its derivative by every parameter."""
    backward = needed(kernel.backward, [*kernel.gradients.values()])
    read = [variable for item in backward for variable in used_by(item)]
    ahead = needed(kernel.forward, [*read, *kernel.outputs])
    return Function(
        "gradients",
        "The loss of one row; sets its derivative by every parameter.",
        {"parameters": "Constants", "row": "Constants", "gradient": "Numbers"},
        "float",
        [
            *_opening(kernel, [*ahead, *backward]),
            *ahead,
            Comment("Backward, from the loss to the parameters."),
            *backward,
            Store("gradient", kernel.gradients, len(kernel.parameters)),
            Result(kernel.outputs[0]),
        ],
    )


def _opening(kernel: Kernel, instructions: Sequence[Instruction]) -> Iterator[Statement]:
    """Names for the elements of arrays that are used, and arrays for what is stored."""
    used = {variable for item in instructions for variable in used_by(item)}
    used.update(output for output in kernel.outputs if isinstance(output, Variable))
    for kind, variables in (("parameter", kernel.parameters), ("input", kernel.inputs)):
        named = [each for each in variables if each in used and not each.stored]
        if named:
            yield Unpack(kind, named, len(variables))
    kinds = stored_kinds(instructions)
    yield from (NewArray(kind, kernel.values) for kind in ("value", "adjoint") if kind in kinds)


def needed(instructions: Sequence[Instruction], wanted: Sequence[Operand]) -> list[Instruction]:
    """The instructions without those whose results nobody needs."""
    sought = set(wanted)
    kept: list[Instruction] = []
    for instruction in reversed(instructions):
        target = target_of(instruction)
        if target is not None and not target.stored and target not in sought:
            continue
        sought.update(used_by(instruction))
        kept.append(instruction)
    return kept[::-1]


def used_by(instruction: Statement) -> Iterator[Variable]:
    """The variables that an instruction reads by name, as often as it does."""
    if isinstance(instruction, (Result, Store)):
        operands = (
            [instruction.operand]
            if isinstance(instruction, Result)
            else instruction.elements.values()
        )
        yield from (operand for operand in operands if isinstance(operand, Variable))
    if not isinstance(instruction, (Assign, Reduce, Map, Guard)):
        return
    rows: Sequence[Mapping[str, Operand]] = [instruction.names]
    if isinstance(instruction, Reduce) and instruction.spans is None:
        rows = [{**instruction.names, **own} for own in instruction.elements]
    for names in rows:
        for name in names_and_power(instruction.tree)[0]:
            operand = names.get(name)
            if isinstance(operand, Variable):
                yield operand


@lru_cache(maxsize=4096)
def names_and_power(tree: ast.expr) -> tuple[list[str], bool]:
    """The names in a formula, as often as they stand there, and whether it has a power.

    Remembered, because many instructions share the few formulas of the sheet.
    """
    parts = list(ast.walk(tree))
    names = [part.id for part in parts if isinstance(part, ast.Name)]
    return names, any(isinstance(part, ast.Pow) for part in parts)


def target_of(instruction: Statement | Roll) -> Variable | None:
    """The variable that an instruction sets or adds to, unless it is a span of them."""
    return instruction.target if isinstance(instruction, (Assign, Reduce)) else None


def stored_kinds(instructions: Sequence[Instruction]) -> set[str]:
    """The kinds of variables that the instructions write to arrays."""
    found: set[str] = set()
    for instruction in instructions:
        target = target_of(instruction)
        if isinstance(instruction, Map):
            found.add(instruction.target.kind)
        elif target is not None and target.stored:
            found.add(target.kind)
    return found
