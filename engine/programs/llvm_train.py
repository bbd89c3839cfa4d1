"""Training in LLVM: epochs of batches, each followed by an update; and outputs of many rows."""

from __future__ import annotations

from collections.abc import Sequence

from engine.programs.ir import Kernel, Reduce, Span, Variable
from engine.programs.llvm_batch import (
    BATCH,
    Shape,
    add_to_mean,
    batch_of_rows,
    places,
    row,
    shape_of,
    smallest,
    stop_unless_finite,
    unless,
)
from engine.programs.llvm_code import Code, literal
from engine.programs.llvm_lanes import batch_of_lanes, gather
from engine.programs.llvm_loops import loop, reduce_spans
from engine.programs.llvm_sample import LlvmModule, write_sample
from engine.programs.llvm_update import MOST_SINGLE, write_update
from engine.programs.llvm_weights import deferred_gradients, uncovered, write_weights
from engine.programs.rules import UpdateRule
from engine.sheet.formula import read


def training_module(
    program: Kernel, rule: UpdateRule | None, width: int, single: bool, module: LlvmModule
) -> Shape:
    """Adds `@gradients` and, with a rule, `@train`. `single`: a step is one row, so `@train` only.

    A rule that needs all gradients at once must have its steps of one row as batches.
    """
    shape = shape_of(program, width)
    deferred = deferred_gradients(program, single) if width == 1 else []
    write_sample(module, "sample", program, width, backward=True, deferred=deferred)
    if not single:
        if width > 1:
            batch_of_lanes(module, shape)
        else:
            if deferred:
                write_weights(module, deferred, shape.stride, shape.values)
            batch_of_rows(module, shape, waiting=bool(deferred))
        module.texts.append(
            f"define i64 @gradients({BATCH}) {{\n"
            "  %found = call i64 @batch(ptr %p, ptr %rows, ptr %order, i64 %start, i64 %stop, "
            "double %share, ptr %mean, ptr %g, ptr %work)\n  ret i64 %found\n}\n"
        )
    if rule is not None:
        write_update(module, rule, shape.parameters, single, deferred if single else ())
        _finite(module, shape.parameters)
        _Train(module, shape, rule, single, uncovered(shape.parameters, deferred)).write()
    return shape


class _Train:
    """Writes `@train`. It returns −1 when all epochs are done.

    Where a loss is not finite it returns which visit of a row that was, counted over all epochs;
    −3 − e when a parameter is not finite after epoch e, counted from 0.
    """

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

    def write(self) -> None:
        code, count = self.code, self.shape.parameters
        code.entry.append("  %steps = alloca double")
        code.act("store double %done, ptr %steps")
        if self.small:
            # Copies that nothing else can reach, so that the compiler keeps them in registers.
            lengths = {"%p": count, "%s": self.state, "%g": count, "%work": self.shape.stride}
            for name, length in lengths.items():
                code.entry.append(f"  {name} = alloca [{max(length, 1)} x double], align 64")
            _copy(code, "%parameters", "%p", count)
            _copy(code, "%state", "%s", self.state)
        if self.single:
            places(code, self.shape)
        loop(code, 0, "%epochs", 1, self.epoch)
        self.leave("-1")
        given = ("parameters", "state", "gradients", "memory")
        p, s, g, work = given if self.small else ("p", "s", "g", "work")
        self.module.texts.append(
            f"define i64 @train(ptr noalias %{p}, ptr noalias %{s}, ptr noalias %c, "
            "ptr noalias %rows, ptr noalias %order, i64 %count, i64 %size, i64 %epochs, "
            f"double %share, double %done, ptr noalias %means, ptr noalias %{g}, "
            f"ptr noalias %{work}) {{\n{code.text()}\n}}\n"
        )

    def leave(self, result: str) -> None:
        if self.small:
            _copy(self.code, "%p", "%parameters", self.shape.parameters)
            _copy(self.code, "%s", "%state", self.state)
        self.code.act(f"ret i64 {result}")

    def epoch(self, index: str) -> None:
        code = self.code
        mean = code.address("%means", index)

        def failed(position: str) -> None:
            before = code.fresh(f"mul i64 {index}, %count")
            self.leave(code.fresh(f"add i64 {before}, {position}"))

        def batch(start: str) -> None:
            stop = smallest(code, code.emit(f"add i64 {start}, %size"), "%count")
            self.clear()
            found = code.fresh(
                f"call i64 @batch(ptr %p, ptr %rows, ptr %order, i64 {start}, i64 {stop}, "
                f"double %share, ptr {mean}, ptr %g, ptr %work)"
            )
            unless(code, code.fresh(f"icmp slt i64 {found}, 0"), lambda: failed(found))
            size = code.fresh(f"sub i64 {stop}, {start}")
            size = code.fresh(f"sitofp i64 {size} to double")
            self.update("null", "null", "null", code.fresh(f"fdiv double 1.0, {size}"))

        def visit(position: str) -> None:
            row(code, self.shape, position)
            self.clear()
            loss = code.fresh("call double @sample(ptr %p, ptr %x, ptr %g, ptr %v, ptr %d)")
            stop_unless_finite(code, loss, mean, lambda: failed(position))
            add_to_mean(code, loss, mean)
            self.update("%x", "%v", "%d", "1.0")

        if self.single:
            loop(code, 0, "%count", 1, visit)
        else:
            loop(code, 0, "%count", "%size", batch)
        fine = code.fresh("call i1 @finite(ptr %p)")
        unless(code, fine, lambda: self.leave(code.fresh(f"sub i64 -3, {index}")))

    def update(self, x: str, v: str, d: str, weight: str) -> None:
        code = self.code
        step = code.fresh("load double, ptr %steps")
        step = code.fresh(f"fadd double {step}, 1.0")
        code.act(f"store double {step}, ptr %steps")
        code.act(
            f"call void @update(ptr %p, ptr {x}, ptr %g, ptr {v}, ptr {d}, ptr %s, ptr %c, "
            f"double {step}, double {weight})"
        )

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


def _finite(module: LlvmModule, count: int) -> None:
    """`@finite(p)`: whether all parameters are; a − a is 0 for those that are, else nan."""
    code = Code(module.functions)
    if count <= MOST_SINGLE:
        total = literal(0.0)
        for index in range(count):
            number = code.emit(f"load double, ptr {code.address('%p', index)}")
            nothing = code.emit(f"fsub double {number}, {number}")
            total = code.emit(f"fadd reassoc double {total}, {nothing}")
    else:
        spans = {"a": Span("parameter", 0, count)}
        fold = Reduce(Variable("temporary", 0, "total"), "sum", read("a - a"), {}, (), spans, count)
        total = reduce_spans(code, module, [fold], {})[0]
    code.act(f"ret i1 {code.fresh(f'fcmp oeq double {total}, 0.0')}")
    module.texts.append(
        f"define internal i1 @finite(ptr noalias %p) alwaysinline {{\n{code.text()}\n}}\n"
    )


def evaluation_module(program: Kernel, width: int, module: LlvmModule) -> Shape:
    """Adds `@evaluate(p, rows, count, out, work)`: the outputs of each row, one after the other."""
    shape = shape_of(program, width)
    write_sample(module, "sample", program, width, backward=False)
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
