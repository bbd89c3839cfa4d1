"""Training in LLVM: epochs of batches, each followed by an update; and outputs of many rows."""

from __future__ import annotations

from collections.abc import Sequence

from engine.programs.llvm.batch import (
    Shape,
    batch_of_rows,
    places,
    row,
    shape_of,
)
from engine.programs.llvm.code import Code, literal
from engine.programs.llvm.lanes import batch_of_lanes, gather
from engine.programs.llvm.loops import loop
from engine.programs.llvm.sample import LlvmModule, write_sample
from engine.programs.llvm.statements import MOST_SINGLE, TYPES, LlvmStatements, Typed
from engine.programs.llvm.update import write_update
from engine.programs.llvm.weights import deferred_gradients, uncovered, write_weights
from engine.programs.lower.ir import Kernel
from engine.programs.lower.loops import TRAIN
from engine.programs.lower.loops import loop as loop_of
from engine.programs.lower.rules import UpdateRule


def training_module(
    kernel: Kernel, rule: UpdateRule | None, width: int, single: bool, module: LlvmModule
) -> Shape:
    """Adds `@batch` and, with a rule, `@train`. `single`: a step is one row, so `@train` only.

    A rule that needs all gradients at once must have its steps of one row as batches.
    """
    shape = shape_of(kernel, width)
    deferred = deferred_gradients(kernel, single) if width == 1 else []
    write_sample(module, "sample", kernel, width, backward=True, deferred=deferred)
    if not single:
        if width > 1:
            batch_of_lanes(module, shape)
        else:
            if deferred:
                write_weights(module, deferred, shape.stride, shape.values)
            batch_of_rows(module, shape, deferred=bool(deferred))
    if rule is not None:
        write_update(module, rule, shape.parameters, single, deferred if single else ())
        _Train(module, shape, rule, single, uncovered(shape.parameters, deferred)).write()
    return shape


class _Train:
    """Writes `@train`, the text of the loops: how its arrays lie, and what it calls."""

    def __init__(
        self,
        module: LlvmModule,
        shape: Shape,
        rule: UpdateRule,
        single: bool,
        ranges: Sequence[range],
    ) -> None:
        self.module = module
        self.shape = shape
        self.single = single
        # The gradients that rows are added to, and that must therefore start at 0.
        self.ranges = ranges
        self.code = Code(module.functions)
        self.state = shape.parameters * len(rule.remembered)
        self.small = single and shape.parameters <= MOST_SINGLE
        self.weight = "1.0"

    def write(self) -> None:
        code, count = self.code, self.shape.parameters
        function = loop_of(TRAIN, count)
        names = {"parameters": "%p", "state": "%s", "gradient": "%g", "row_gradient": "%work"}
        lengths = (count, self.state, count, self.shape.stride)
        for (name, register), length in zip(names.items(), lengths):
            if self.small:
                # Copies that nothing else can reach, so that they are kept in registers.
                code.entry.append(f"  {register} = alloca [{max(length, 1)} x double], align 64")
            else:
                code.entry.append(f"  {register} = getelementptr double, ptr %{name}, i64 0")
        if self.small:
            _copy(code, "%parameters", "%p", count)
            _copy(code, "%state", "%s", self.state)
        if self.single:
            places(code, self.shape)
        calls = {"batch": self.row if self.single else self.batch, "update": self.update}
        LlvmStatements(self.module, code, function, names, calls, self.leave)
        given = [
            f"{TYPES.get(kind, 'ptr noalias')} %{name}" for name, kind in function.arguments.items()
        ]
        self.module.texts.append(
            f"define double @train({', '.join(given)}) {{\n{code.text()}\n}}\n"
        )

    def leave(self, result: str) -> None:
        if self.small:
            _copy(self.code, "%p", "%parameters", self.shape.parameters)
            _copy(self.code, "%s", "%state", self.state)
        self.code.act(f"ret double {result}")

    def batch(self, given: Sequence[Typed]) -> Typed:
        """The sums of gradients over some rows; the update divides them by how many these are."""
        _, _, _, start, stop, share, *_ = (each.text for each in given)
        self.clear()
        code = self.code
        loss = code.fresh(
            f"call double @batch(ptr %p, ptr %rows, ptr %order, i64 {start}, i64 {stop}, "
            f"double {share}, ptr %g, ptr %work)"
        )
        size = code.fresh(f"sub i64 {stop}, {start}")
        size = code.fresh(f"sitofp i64 {size} to double")
        self.weight = code.fresh(f"fdiv double 1.0, {size}")
        return Typed(loss, "double")

    def row(self, given: Sequence[Typed]) -> Typed:
        """The gradients of one row."""
        _, _, _, start, _, share, *_ = (each.text for each in given)
        code = self.code
        row(code, self.shape, start)
        self.clear()
        loss = code.fresh("call double @sample(ptr %p, ptr %x, ptr %g, ptr %v, ptr %d)")
        return Typed(code.fresh(f"fmul double {loss}, {share}"), "double")

    def update(self, given: Sequence[Typed]) -> Typed:
        row = (
            "ptr %x, ptr %g, ptr %v, ptr %d"
            if self.single
            else "ptr null, ptr %g, ptr null, ptr null"
        )
        self.code.act(
            f"call void @update(ptr %p, {row}, ptr %s, ptr %settings, double {given[2].text}, "
            f"double {self.weight})"
        )
        return Typed("", "void")

    def clear(self) -> None:
        """Sets the gradients to 0 that the rows of a batch add to."""
        code = self.code
        for indices in self.ranges:
            if len(indices) <= MOST_SINGLE:
                for index in indices:
                    # Not minus zero, though x + −0 would be x itself and save an addition: eagerly
                    # a gradient without contributions, or of −0 alone, is 0.
                    code.act(f"store double {literal(0.0)}, ptr {code.address('%g', index)}")
            else:
                code.functions["llvm.memset"] = "declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)"
                start = code.address("%g", indices.start)
                size = 8 * len(indices)
                code.act(f"call void @llvm.memset.p0.i64(ptr {start}, i8 0, i64 {size}, i1 false)")


def _copy(code: Code, source: str, target: str, count: int) -> None:
    for index in range(count):
        number = code.fresh(f"load double, ptr {code.address(source, index)}")
        code.act(f"store double {number}, ptr {code.address(target, index)}")


def evaluation_module(kernel: Kernel, width: int, module: LlvmModule) -> Shape:
    """Adds `@evaluate(p, rows, count, out, work)`: the outputs of each row, one after the other."""
    shape = shape_of(kernel, width)
    write_sample(module, "sample", kernel, width, backward=False)
    code = Code(module.functions)
    many = shape.outputs > 1
    vector = module.formulas(code, width)
    places(code, shape)
    if many:
        code.entry.append(f"  %out = alloca [{shape.outputs} x {vector.type}], align 64")

    def body(position: str) -> None:
        if width > 1:
            gather(code, shape, position, "%count", order=False)
        else:
            row(code, shape, position, order=False)
        given = "ptr %p, ptr %x, ptr null, ptr %v, ptr %d"
        result = code.fresh(f"call {vector.type} @sample({given}{', ptr %out' if many else ''})")
        if not many:
            code.act(
                f"store {vector.type} {result}, ptr {code.address('%results', position)}, align 8"
            )
            return
        for output in range(shape.outputs):
            place = code.address("%out", output, vector.type)
            lanes = code.fresh(f"load {vector.type}, ptr {place}, align 8")
            for lane in range(width):
                value = lanes
                if width > 1:
                    value = code.emit(f"extractelement {vector.type} {lanes}, i32 {lane}")
                number = code.emit(f"add i64 {position}, {lane}")
                index = code.emit(f"mul i64 {number}, {shape.outputs}")
                index = code.emit(f"add i64 {index}, {output}")
                code.act(f"store double {value}, ptr {code.address('%results', index)}")

    loop(code, 0, "%count", width, body)
    module.texts.append(
        "define void @evaluate(ptr noalias %p, ptr noalias %rows, i64 %count, "
        f"ptr noalias %results, ptr noalias %work) {{\n{code.text()}\n  ret void\n}}\n"
    )
    return shape
