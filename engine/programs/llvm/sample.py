"""Instructions as LLVM functions that take one row, or one row in each lane of a vector.

A long graph becomes several functions (`engine.programs.llvm.chunks`).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from engine.programs.llvm.chunks import chunks_of, rolled_if_long, shared_by
from engine.programs.llvm.code import register_of
from engine.programs.llvm.instructions import Instructions
from engine.programs.llvm.late import ARGUMENTS, Late
from engine.programs.llvm.module import LlvmModule
from engine.programs.lower.ir import Assign, Guard, Map, Roll, Variable
from engine.programs.lower.repeats import Stretch

# The arrays that every function is given: parameters, one row, gradients, values, adjoints.
ARRAYS = "ptr noalias %p, ptr noalias %x, ptr noalias %g, ptr noalias %v, ptr noalias %d"


def write_sample(
    module: LlvmModule,
    backward: bool,
    deferred: Sequence[Map | Assign] = (),
    late: Late | None = None,
) -> None:
    """Adds `@sample` to the module, a function of one row, or of one in each lane.

    It returns the loss, or the first of several outputs, which it writes to `%out`. Where an
    operation is undefined the result is nan. Gradients are added to those in `%g`, but for those in
    `deferred`, which are left out; what they need then lies in memory. `late`: the updates that the
    row before has left to this one.
    """
    program, later = module.kernel, set(map(id, deferred))
    arguments = f"{ARRAYS}, {ARGUMENTS}" if late else ARRAYS
    given = [late.forward if late else program.forward]
    if backward:
        given.append([step for step in program.backward if id(step) not in later])
    checked = any(isinstance(item, Guard) for item in chain(*given))
    parts = [*given] if module.shape.written_out else rolled_if_long(given)
    instructions = list(chain(*parts))
    chunks = chunks_of(instructions)
    shared = shared_by(chunks, program.outputs)
    for each in deferred:
        shared.update(name for name in each.names.values() if isinstance(name, Variable))
    # Where an operation was undefined, one more value is nan; everywhere else it is 0.
    mark = Variable("value", program.values, "undefined")
    several = len(chunks) > 1
    if several or any(isinstance(item, Roll) for item in instructions):
        shared.add(mark)
    if several:
        calls = _write_chunks(module, chunks, shared, mark, late)
    writer = Instructions(module, shared, mark, None if several else late)
    if checked and mark in shared:
        writer.store(mark, writer.formulas.constant(0.0))
    if several:
        for call in calls:
            writer.code.act(call)
    else:
        for part in parts:
            writer.write(part)
            writer.forget_parameters()
    outputs = [writer.operand(output) for output in program.outputs]
    if checked:
        outputs = writer.where_defined(outputs)
    type_, out = writer.formulas.type, ""
    if len(outputs) > 1:
        out = ", ptr noalias %out"
        for index, output in enumerate(outputs):
            address = writer.code.address("%out", index, type_)
            writer.code.act(f"store {type_} {output}, ptr {address}, align 8")
    head = f"@sample({arguments}{out}) {'noinline' if several else 'alwaysinline'}"
    body = f"{writer.code.text()}\n  ret {type_} {outputs[0]}"
    module.texts.append(f"define internal {type_} {head} {{\n{body}\n}}\n")


def _write_chunks(
    module: LlvmModule,
    chunks: Sequence[Stretch],
    shared: set[Variable],
    mark: Variable,
    late: Late | None,
) -> list[str]:
    """Adds their functions, one for all that are the same but for their places; their calls."""
    names: dict[Stretch, str] = {}
    told = {chunk.first: len(chunk.distances) for chunk in chunks}
    arrays, calls = f"{ARRAYS}, {ARGUMENTS}" if late else ARRAYS, []
    for chunk in chunks:
        count = told[chunk.first]
        if chunk.first is chunk:
            names[chunk] = f"@sample_{len(names)}"
            writer = Instructions(module, shared, mark, late)
            registers = [f"%far{number}" for number in range(count)]
            if count:
                writer.code.distances = {(register_of(mark.kind), mark.index): ""} | {
                    (register_of(kind), index): "" if number is None else registers[number]
                    for (kind, index), number in chunk.moves.items()
                }
            writer.write(chunk.instructions)
            arguments = ", ".join([arrays, *(f"i64 {register}" for register in registers)])
            head = f"define internal void {names[chunk]}({arguments}) noinline"
            module.texts.append(f"{head} {{\n{writer.code.text()}\n  ret void\n}}\n")
        distances = chunk.distances or [0] * count
        given = [arrays.replace(" noalias", ""), *(f"i64 {distance}" for distance in distances)]
        calls.append(f"call void {names[chunk.first]}({', '.join(given)})")
    return calls
