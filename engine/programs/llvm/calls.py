"""What the loops call in LLVM: functions of the module, and what is done with lanes and tiles."""

from __future__ import annotations

from collections.abc import Sequence

from engine.programs.llvm.code import Code, literal
from engine.programs.llvm.module import LlvmModule
from engine.programs.llvm.rows import RowOfTile, gather
from engine.programs.llvm.shape import TILE
from engine.programs.llvm.statements import LlvmStatements, Typed
from engine.programs.lower.ir import Function


class Loops(LlvmStatements):
    """What the loops call: functions of the module, and what is done with the lanes of a vector.

    `ranges`: the gradients that rows are added to, and that must therefore start at 0. `state`:
    how many numbers are remembered. `fused`: whether `@weights` updates after the last tile.
    """

    def __init__(
        self,
        module: LlvmModule,
        ranges: Sequence[range] = (),
        state: int = 0,
        fused: bool = False,
    ) -> None:
        super().__init__(module)
        self.shape = module.shape
        self.ranges = ranges
        self.state = state
        self.fused = fused
        self.code.entry += self.shape.places()
        # The row at last, where it has its values and adjoints, and what its gradient weighs.
        self.row, self.values, self.adjoints, self.weight = "null", "%v", "%d", "1.0"
        # The rows that lie in lanes now; how many the last tile has, and whether it is the first.
        self.gathered: Sequence[Typed] = ()
        self.last: tuple[Typed, ...] = ()

    def call(self, result: str, name: str, *given: Typed) -> str:
        return f"call {result} @{name}({', '.join(f'{each.type} {each.text}' for each in given)})"

    def sample(self, *given: str) -> Typed:
        """The output of a row, or of one in each lane."""
        type_ = self.formulas.type
        arrays = [*given[:3], self.values, self.adjoints, *given[3:]]
        called = self.call(type_, "sample", *(Typed(array, "ptr") for array in arrays))
        return Typed(self.code.fresh(called), type_)

    # Training.

    def call_batch(self, *given: Typed) -> Typed:
        """The sums of gradients over some rows; the update divides them by how many these are."""
        code, (_, _, _, start, stop, *_) = self.code, given
        self.clear()
        loss = code.fresh(self.call("double", "batch", *given))
        size = code.fresh(f"sub i64 {stop.text}, {start.text}")
        if self.fused:
            count = code.fresh(f"add i64 {size}, -1")
            count = code.fresh(f"and i64 {count}, {TILE - 1}")
            first = code.fresh(f"icmp sle i64 {size}, {TILE}")
            count = code.fresh(f"add i64 {count}, 1")
            self.last = Typed(count, "i64"), Typed(first, "i1"), Typed("true", "i1")
        size = code.fresh(f"sitofp i64 {size} to double")
        self.weight = code.fresh(f"fdiv double 1.0, {size}")
        return Typed(loss, "double")

    def call_gradients(self, parameters: Typed, row: Typed, gradient: Typed) -> Typed:
        self.clear()
        self.row = row.text
        return self.call_add_gradients(parameters, row, gradient)

    def call_gradients_after(
        self,
        parameters: Typed,
        row: Typed,
        gradient: Typed,
        start: Typed,
        *rule: Typed,
    ) -> Typed:
        """The same after the updates that the row before has left to this one, if there was one."""
        code = self.code
        self.clear()
        here = code.emit(f"and i64 {start.text}, 1")
        last = RowOfTile(code, self.module, code.emit(f"xor i64 {here}, 1"))
        self.row = self.call_kept(row, Typed(here, "i64")).text
        late = code.emit(f"icmp ne i64 {start.text}, 0")
        inputs = code.fresh(f"select i1 {late}, ptr {last.array('input')}, ptr {row.text}")
        arrays = parameters.text, row.text, gradient.text, self.values, self.adjoints
        given = [Typed(array, "ptr") for array in arrays]
        given.append(Typed(late, "i1"))
        given += [Typed(array, "ptr") for array in (inputs, last.values, last.adjoints)]
        return Typed(code.fresh(self.call("double", "sample", *given, *rule)), "double")

    def call_add_gradients(self, parameters: Typed, row: Typed, gradient: Typed) -> Typed:
        return self.sample(parameters.text, row.text, gradient.text)

    def call_update(self, *given: Typed) -> None:
        weight = Typed(self.weight, "double")
        given, last = given[:5], given[5:]
        if self.fused:
            parameters, gradient, *others = given
            arrays = parameters, gradient, Typed("%work", "ptr")
            self.code.act(self.call("void", "weights", *arrays, *self.last, *others, weight))
        row = (Typed(array, "ptr") for array in (self.row, self.values, self.adjoints))
        self.code.act(self.call("void", "update", *given, *row, weight, *last))

    def clear(self) -> None:
        """Sets the gradients to 0 that the rows of a batch add to."""
        # Not minus zero, though x + −0 would be x itself and save an addition: eagerly a gradient
        # without contributions, or of −0 alone, is 0.
        code, name = self.code, "llvm.memset.p0.i64"
        for indices in self.ranges:
            code.functions[name] = f"declare void @{name}(ptr, i8, i64, i1)"
            start, size = code.address("%g", indices.start), 8 * len(indices)
            code.act(f"call void @{name}(ptr {start}, i8 0, i64 {size}, i1 false)")

    # Tiles.

    def call_kept(self, row: Typed, number: Typed) -> Typed:
        """The row; it and what is computed of it are kept by its number until the tile is over."""
        code, shape = self.code, self.shape
        offset = code.emit(f"mul i64 {number.text}, {shape.stride}")
        self.values = code.address(code.address("%work", shape.first), offset)
        self.adjoints = code.address(self.values, (shape.values + 1) * shape.width)
        if shape.keeps_inputs:
            row = Typed(code.address(self.adjoints, shape.values * shape.width), "ptr")
            self.gather(row.text)
            return row
        place = code.address(code.address("%work", shape.rows), number.text, "ptr")
        for lane, each in enumerate(self.gathered or [row]):
            code.act(f"store ptr {each.text}, ptr {code.address(place, lane, 'ptr')}")
        return row

    def call_weights(self, *given: Typed) -> None:
        """After a tile which is followed by others, or where there is nothing to update."""
        kinds = (
            ("i1", "false"),
            ("double", "0.0"),
            ("ptr", "null"),
            ("ptr", "null"),
            ("double", "0.0"),
        )
        others = [Typed(text, type_) for type_, text in kinds] if self.fused else []
        self.code.act(self.call("void", "weights", *given, *others))

    # Lanes.

    def call_gathered(self, *rows: Typed) -> Typed:
        """The rows, one in each lane."""
        self.gathered = rows
        if not self.shape.keeps_inputs:
            self.gather("%x")
        return Typed("%x", "ptr")

    def gather(self, place: str) -> None:
        """Stores the rows in lanes."""
        gather(self.code, self.shape, [row.text for row in self.gathered], place)

    def call_counted(self, numbers: Typed, count: Typed) -> Typed:
        """What is in so many lanes from the first on, and 0 in the others."""
        formulas = self.formulas
        lanes = ", ".join(f"double {lane}.0" for lane in range(self.shape.width))
        least = formulas.spread(self.code.emit(f"sitofp i64 {count.text} to double"))
        used = formulas.on("fcmp olt", f"<{lanes}>", least)
        zero = formulas.constant(0.0)
        return numbers._replace(text=formulas.selected(used, numbers.text, zero))

    def call_total(self, numbers: Typed) -> Typed:
        """The sum over all lanes."""
        name = f"llvm.vector.reduce.fadd.{self.formulas.suffix}"
        self.code.functions[name] = f"declare double @{name}(double, {self.formulas.type})"
        start = Typed(literal(-0.0), "double")
        return Typed(self.code.fresh(self.call("reassoc double", name, start, numbers)), "double")

    # Outputs.

    def call_forward(self, parameters: Typed, row: Typed, *outputs: Typed) -> Typed | None:
        """The output, or none where several of them are stored."""
        code, vector, width = self.code, self.formulas.type, self.shape.width
        given = parameters.text, row.text, "null"
        if width == 1 or not outputs:
            return self.sample(*given, *(each.text for each in outputs))
        code.entry.append(f"  %out = alloca [{self.shape.outputs} x {vector}], align 64")
        self.sample(*given, "%out")
        for output in range(self.shape.outputs):
            lanes = code.fresh(
                f"load {vector}, ptr {code.address('%out', output, vector)}, align 8"
            )
            for lane in range(width):
                value = code.emit(f"extractelement {vector} {lanes}, i32 {lane}")
                place = code.address(outputs[0].text, lane * self.shape.outputs + output)
                code.act(f"store double {value}, ptr {place}")
        return None


class SmallLoops(Loops):
    """Works on copies that nothing else can reach, so that they are kept in registers."""

    def write(self, function: Function, given: Sequence[str] = ()) -> None:
        code, count = self.code, self.shape.parameters
        self.copies = [("%parameters", "%p", count), ("%state", "%s", self.state)]
        lengths = [*(each[1:] for each in self.copies), ("%g", count), ("%work", self.shape.stride)]
        code.entry[:0] = [
            f"  {register} = alloca [{max(length, 1)} x double], align 64"
            for register, length in lengths
        ]
        for outer, own, length in self.copies:
            _copy(code, outer, own, length)
        super().write(function, [f"%{name}" for name in function.arguments])

    def leave(self, result: Typed) -> None:
        for outer, own, length in self.copies:
            _copy(self.code, own, outer, length)
        super().leave(result)


def _copy(code: Code, source: str, target: str, count: int) -> None:
    for index in range(count):
        number = code.fresh(f"load double, ptr {code.address(source, index)}")
        code.act(f"store double {number}, ptr {code.address(target, index)}")
