"""The functions around one row, in LLVM: batches, epochs, and losses or outputs of many rows.

`@batch` adds up the gradients of some rows; `@train` runs whole epochs of batches and updates. Both
stop at the first row whose loss is not finite. `@evaluate` computes outputs only.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.programs.instructions import Instructions
from engine.programs.llvm_formulas import Code, literal
from engine.programs.llvm_loops import loop
from engine.programs.llvm_sample import LlvmModule, write_sample
from engine.programs.llvm_update import MOST_SINGLE, write_update
from engine.programs.rules import UpdateRule


@dataclass(frozen=True)
class Shape:
    """How a program is laid out: the lanes of a vector, and the lengths of its arrays."""

    width: int
    inputs: int
    parameters: int
    values: int
    outputs: int

    @property
    def scratch(self) -> int:
        """Doubles of working memory: a row in lanes, gradients in lanes, values, adjoints."""
        tile = self.inputs + self.parameters if self.width > 1 else 0
        return self.width * (tile + 2 * self.values + 1)

    def places(self) -> dict[str, int]:
        """Where in the working memory each array starts."""
        v = self.width * (self.inputs + self.parameters) if self.width > 1 else 0
        return {
            "%x": 0,
            "%lanes": self.width * self.inputs,
            "%v": v,
            "%d": v + self.width * (self.values + 1),
        }


_BATCH = (
    "ptr noalias %p, ptr noalias %rows, ptr noalias %order, i64 %start, i64 %stop, "
    "double %share, ptr noalias %mean, ptr noalias %g, ptr noalias %work"
)


def training_module(
    program: Instructions, rule: UpdateRule | None, width: int, single: bool, module: LlvmModule
) -> Shape:
    """Adds `@gradients` and, with a rule, `@train`. `single`: every batch is one row."""
    shape = Shape(
        width, len(program.inputs), len(program.parameters), program.values, len(program.outputs)
    )
    write_sample(module, "sample", program, width, backward=True)
    (_batch_of_lanes if width > 1 else _batch_of_rows)(module, shape)
    _gradients(module, shape)
    if rule is not None:
        small = single and shape.parameters <= MOST_SINGLE
        write_update(module, rule, shape.parameters, single=small)
        _finite(module, shape.parameters)
        _train(module, shape, rule, single, small)
    return shape


def evaluation_module(program: Instructions, width: int, module: LlvmModule) -> Shape:
    """Adds `@evaluate(p, rows, count, out, work)`: the outputs of each row, one after the other."""
    shape = Shape(
        width, len(program.inputs), len(program.parameters), program.values, len(program.outputs)
    )
    write_sample(module, "sample", program, width, backward=False)
    code = Code(module.functions)
    many = shape.outputs > 1
    vector = module.formulas(code, width)
    _places(code, shape)
    if many:
        code.entry.append(f"  %out = alloca [{shape.outputs} x {vector.type}], align 64")

    def body(position: str) -> None:
        if width > 1:
            _gather(code, shape, position, "%count", order=False)
        else:
            _row(code, shape, position, order=False)
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
                row = code.emit(f"add i64 {position}, {lane}")
                index = code.emit(f"mul i64 {row}, {shape.outputs}")
                index = code.emit(f"add i64 {index}, {output}")
                code.act(f"store double {value}, ptr {code.address('%results', index)}")

    loop(code, 0, "%count", width, body)
    module.texts.append(
        "define void @evaluate(ptr noalias %p, ptr noalias %rows, i64 %count, "
        f"ptr noalias %results, ptr noalias %work) {{\n{code.text()}\n  ret void\n}}\n"
    )
    return shape


def _places(code: Code, shape: Shape) -> None:
    """Names for the parts of the working memory."""
    for name, start in shape.places().items():
        if name in ("%v", "%d") or shape.width > 1:
            code.entry.append(f"  {name} = getelementptr inbounds double, ptr %work, i64 {start}")


def _row(code: Code, shape: Shape, position: str, order: bool = True) -> None:
    """`%x`: the row at a position of the order."""
    number = position
    if order:
        number = code.fresh(f"load i64, ptr {code.address('%order', position, 'i64')}")
    offset = code.emit(f"mul i64 {number}, {shape.inputs}")
    code.lines.append(f"  %x = getelementptr inbounds double, ptr %rows, i64 {offset}")


def _gather(code: Code, shape: Shape, position: str, stop: str, order: bool = True) -> None:
    """Fills `%x` with the rows from a position on, one in each lane; the last is repeated."""
    last = code.emit(f"sub i64 {stop}, 1")
    module = code.functions
    module["llvm.smin.i64"] = "declare i64 @llvm.smin.i64(i64, i64)"
    rows = []
    for lane in range(shape.width):
        place = code.emit(f"add i64 {position}, {lane}")
        place = code.emit(f"call i64 @llvm.smin.i64(i64 {place}, i64 {last})")
        if order:
            place = code.fresh(f"load i64, ptr {code.address('%order', place, 'i64')}")
        offset = code.emit(f"mul i64 {place}, {shape.inputs}")
        rows.append(code.address("%rows", offset))

    def body(index: str) -> None:
        vector = f"<{shape.width} x double>"
        gathered = "poison"
        for lane, row in enumerate(rows):
            number = code.fresh(f"load double, ptr {code.address(row, index)}")
            gathered = code.emit(f"insertelement {vector} {gathered}, double {number}, i32 {lane}")
        code.act(f"store {vector} {gathered}, ptr {code.address('%x', index, vector)}, align 8")

    if shape.inputs:
        loop(code, 0, shape.inputs, 1, body)


def _batch_of_rows(module: LlvmModule, shape: Shape) -> None:
    code = Code(module.functions)
    _places(code, shape)

    def body(position: str) -> None:
        _row(code, shape, position)
        given = "ptr %p, ptr %x, ptr %g, ptr %v, ptr %d"
        loss = code.fresh(f"call double @sample({given})")
        rest = code.fresh(f"fsub double {loss}, {loss}")
        finite = code.fresh(f"fcmp oeq double {rest}, 0.0")
        stop, go_on = code.new("stop"), code.new("on")
        code.act(f"br i1 {finite}, label %{go_on}, label %{stop}")
        code.lines.append(f"{stop}:")
        code.act(f"store double {loss}, ptr %mean")
        code.act(f"ret i64 {position}")
        code.lines.append(f"{go_on}:")
        _add_to_mean(code, loss)

    loop(code, "%start", "%stop", 1, body)
    _define_batch(module, code)


def _batch_of_lanes(module: LlvmModule, shape: Shape) -> None:
    code = Code(module.functions)
    _places(code, shape)
    formulas = module.formulas(code, shape.width)
    vector, condition, width = formulas.type, formulas.condition, shape.width
    zero, one = formulas.constant(0.0), formulas.constant(1.0)

    def clear(index: str) -> None:
        place = code.address("%lanes", index, vector)
        code.act(f"store {vector} {zero}, ptr {place}, align 8")

    loop(code, 0, shape.parameters, 1, clear)

    def body(position: str) -> None:
        _gather(code, shape, position, "%stop")
        # Lanes beyond the end of the batch repeat its last row, without a weight.
        rest = code.fresh(f"sub i64 %stop, {position}")
        first = code.emit(f"insertelement <{width} x i64> poison, i64 {rest}, i32 0")
        rests = code.emit(
            f"shufflevector <{width} x i64> {first}, <{width} x i64> poison, "
            f"<{width} x i32> zeroinitializer"
        )
        numbers = ", ".join(f"i64 {lane}" for lane in range(width))
        used = code.emit(f"icmp slt <{width} x i64> <{numbers}>, {rests}")
        seed = code.emit(f"select {condition} {used}, {vector} {one}, {vector} {zero}")
        given = f"ptr %p, ptr %x, ptr %lanes, ptr %v, ptr %d, {vector} {seed}"
        losses = code.fresh(f"call {vector} @sample({given})")
        difference = code.fresh(f"fsub {vector} {losses}, {losses}")
        bad = code.fresh(f"fcmp une {vector} {difference}, {zero}")
        bits = code.fresh(f"bitcast {condition} {bad} to i{width}")
        fine = code.fresh(f"icmp eq i{width} {bits}, 0")
        stop, go_on = code.new("stop"), code.new("on")
        code.act(f"br i1 {fine}, label %{go_on}, label %{stop}")
        code.lines.append(f"{stop}:")
        code.functions[f"llvm.cttz.i{width}"] = (
            f"declare i{width} @llvm.cttz.i{width}(i{width}, i1)"
        )
        lane = code.fresh(f"call i{width} @llvm.cttz.i{width}(i{width} {bits}, i1 true)")
        lane = code.fresh(f"zext i{width} {lane} to i64")
        loss = code.fresh(f"extractelement {vector} {losses}, i64 {lane}")
        code.act(f"store double {loss}, ptr %mean")
        where = code.fresh(f"add i64 {position}, {lane}")
        code.act(f"ret i64 {where}")
        code.lines.append(f"{go_on}:")
        weighed = code.fresh(f"fmul {vector} {losses}, {seed}")
        _add_to_mean(code, _sum_of(code, weighed, width))

    loop(code, "%start", "%stop", width, body)

    def reduce(index: str) -> None:
        lanes = code.fresh(f"load {vector}, ptr {code.address('%lanes', index, vector)}, align 8")
        place = code.address("%g", index)
        previous = code.fresh(f"load double, ptr {place}")
        total = code.fresh(f"fadd double {previous}, {_sum_of(code, lanes, width)}")
        code.act(f"store double {total}, ptr {place}")

    loop(code, 0, shape.parameters, 1, reduce)
    _define_batch(module, code)


def _sum_of(code: Code, register: str, width: int) -> str:
    name = f"llvm.vector.reduce.fadd.v{width}f64"
    code.functions[name] = f"declare double @{name}(double, <{width} x double>)"
    return code.fresh(f"call reassoc double @{name}(double -0.0, <{width} x double> {register})")


def _add_to_mean(code: Code, loss: str) -> None:
    # Shares are added, because the sum of finite losses may overflow.
    part = code.fresh(f"fmul double {loss}, %share")
    before = code.fresh("load double, ptr %mean")
    after = code.fresh(f"fadd double {before}, {part}")
    code.act(f"store double {after}, ptr %mean")


def _define_batch(module: LlvmModule, code: Code, inline: str = "noinline") -> None:
    module.texts.append(
        f"define internal i64 @batch({_BATCH}) {inline} {{\n{code.text()}\n  ret i64 -1\n}}\n"
    )


def _gradients(module: LlvmModule, shape: Shape) -> None:
    """The sum of the gradients of rows, and the sum of their losses times the share."""
    module.texts.append(
        f"define i64 @gradients({_BATCH}) {{\n"
        "  %found = call i64 @batch(ptr %p, ptr %rows, ptr %order, i64 %start, i64 %stop, "
        "double %share, ptr %mean, ptr %g, ptr %work)\n  ret i64 %found\n}\n"
    )


def _finite(module: LlvmModule, count: int) -> None:
    """`@finite(p)`: whether all parameters are."""
    code = Code(module.functions)
    code.entry.append("  %sum = alloca double")
    code.act("store double 0.0, ptr %sum")

    def body(index: str) -> None:
        number = code.fresh(f"load double, ptr {code.address('%p', index)}")
        nothing = code.fresh(f"fsub double {number}, {number}")
        before = code.fresh("load double, ptr %sum")
        code.act(f"store double {code.fresh(f'fadd reassoc double {before}, {nothing}')}, ptr %sum")

    if count <= MOST_SINGLE:
        for index in range(count):
            body(str(index))
    else:
        loop(code, 0, count, 1, body)
    total = code.fresh("load double, ptr %sum")
    code.act(f"ret i1 {code.fresh(f'fcmp oeq double {total}, 0.0')}")
    module.texts.append(
        f"define internal i1 @finite(ptr noalias %p) alwaysinline {{\n{code.text()}\n}}\n"
    )


def _train(module: LlvmModule, shape: Shape, rule: UpdateRule, single: bool, small: bool) -> None:
    """Epochs of batches. Returns −1, or which visit of a row went wrong, counted over all epochs;
    the number of visits after an epoch whose last update left a parameter that is not finite."""
    code = Code(module.functions)
    count, state = shape.parameters, shape.parameters * len(rule.remembered)
    code.entry.append("  %steps = alloca double")
    code.act("store double %done, ptr %steps")
    p, s, g, work = "%parameters", "%state", "%gradients", "%work"
    if small:
        # Copies that nothing else can reach, so that the compiler keeps them in registers.
        p, s, g, work = "%p", "%s", "%g", "%w"
        for name, length in ((p, count), (s, state), (g, count), (work, shape.scratch)):
            code.entry.append(f"  {name} = alloca [{max(length, 1)} x double], align 64")
        _copy(code, "%parameters", p, count)
        _copy(code, "%state", s, state)

    def epoch(index: str) -> None:
        mean = code.address("%means", index)

        def batch(start: str) -> None:
            if single:
                stop = code.emit(f"add i64 {start}, 1")
            else:
                code.functions["llvm.smin.i64"] = "declare i64 @llvm.smin.i64(i64, i64)"
                stop = code.emit(f"add i64 {start}, %size")
                stop = code.emit(f"call i64 @llvm.smin.i64(i64 {stop}, i64 %count)")
            _clear(code, g, count, small)
            found = code.fresh(
                f"call i64 @batch(ptr {p}, ptr %rows, ptr %order, i64 {start}, i64 {stop}, "
                f"double %share, ptr {mean}, ptr {g}, ptr {work})"
            )
            fine = code.fresh(f"icmp slt i64 {found}, 0")
            stopped, go_on = code.new("stopped"), code.new("on")
            code.act(f"br i1 {fine}, label %{go_on}, label %{stopped}")
            code.lines.append(f"{stopped}:")
            before = code.fresh(f"mul i64 {index}, %count")
            leave(code.fresh(f"add i64 {before}, {found}"))
            code.lines.append(f"{go_on}:")
            if not single:
                _divide(code, g, count, start, stop)
            step = code.fresh("load double, ptr %steps")
            step = code.fresh(f"fadd double {step}, 1.0")
            code.act(f"store double {step}, ptr %steps")
            code.act(f"call void @update(ptr {p}, ptr {g}, ptr {s}, ptr %c, double {step})")

        loop(code, 0, "%count", "1" if single else "%size", batch)
        fine = code.fresh(f"call i1 @finite(ptr {p})")
        stopped, go_on = code.new("stopped"), code.new("on")
        code.act(f"br i1 {fine}, label %{go_on}, label %{stopped}")
        code.lines.append(f"{stopped}:")
        after = code.fresh(f"add i64 {index}, 1")
        leave(code.fresh(f"sub i64 -2, {after}"))
        code.lines.append(f"{go_on}:")

    def leave(result: str) -> None:
        if small:
            _copy(code, p, "%parameters", count)
            _copy(code, s, "%state", state)
        code.act(f"ret i64 {result}")

    loop(code, 0, "%epochs", 1, epoch)
    leave("-1")
    module.texts.append(
        "define i64 @train(ptr noalias %parameters, ptr noalias %state, ptr noalias %c, "
        "ptr noalias %rows, ptr noalias %order, i64 %count, i64 %size, i64 %epochs, "
        "double %share, double %done, ptr noalias %means, ptr noalias %gradients, "
        f"ptr noalias %work) {{\n{code.text()}\n}}\n"
    )


def _copy(code: Code, source: str, target: str, count: int) -> None:
    for index in range(count):
        number = code.fresh(f"load double, ptr {code.address(source, index)}")
        code.act(f"store double {number}, ptr {code.address(target, index)}")


def _clear(code: Code, array: str, count: int, small: bool) -> None:
    if small:
        for index in range(count):
            # Minus zero, because x + −0 is x itself, which the compiler then knows.
            code.act(f"store double {literal(-0.0)}, ptr {code.address(array, index)}")
        return
    code.functions["llvm.memset"] = "declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)"
    code.act(f"call void @llvm.memset.p0.i64(ptr {array}, i8 0, i64 {8 * count}, i1 false)")


def _divide(code: Code, array: str, count: int, start: str, stop: str) -> None:
    """The mean of a batch from its sum."""
    size = code.fresh(f"sub i64 {stop}, {start}")
    divisor = code.fresh(f"sitofp i64 {size} to double")

    def body(index: str) -> None:
        place = code.address(array, index)
        number = code.fresh(f"load double, ptr {place}")
        code.act(f"store double {code.fresh(f'fdiv double {number}, {divisor}')}, ptr {place}")

    loop(code, 0, count, 1, body)
