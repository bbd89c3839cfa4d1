"""Where a row of a batch has its numbers, and what a gradient reads of them."""

from __future__ import annotations

from collections.abc import Sequence

from engine.programs.llvm.code import Code, register_of
from engine.programs.llvm.control import loop
from engine.programs.llvm.formulas import LlvmFormulas, type_of
from engine.programs.llvm.module import LlvmModule
from engine.programs.llvm.shape import WIDTH, Shape
from engine.programs.lower.ir import Map, Span, Variable
from engine.sheet.dialect import Piece


class Row:
    """Where the numbers of a row lie: in the arrays that a function is given."""

    def __init__(self, code: Code) -> None:
        self.code = code

    def array(self, kind: str) -> str:
        """The elements of an array, one after the other."""
        return register_of(kind)

    def place(self, variable: Variable) -> str:
        """The address of a number."""
        return self.code.moved(self.array(variable.kind), variable.index, variable.step)


class RowOfTile(Row):
    """That with a number among those of a tile, which may lie side by side in lanes."""

    def __init__(self, code: Code, module: LlvmModule, number: str) -> None:
        super().__init__(code)
        shape = module.shape
        self.number = number
        self.shape = shape
        self.width = shape.width
        lane = code.emit(f"and i64 {number}, {shape.width - 1}")
        first = code.emit(f"sub i64 {number}, {lane}")
        offset = code.emit(f"mul i64 {first}, {shape.stride}")
        offset = code.emit(f"add i64 {offset}, {lane}")
        self.values = code.address(code.address("%work", shape.first), offset)
        self.adjoints = code.address(self.values, (shape.values + 1) * shape.width)

    def array(self, kind: str) -> str:
        if kind == "input":
            rows = self.code.address("%work", self.shape.rows)
            place = self.code.address(rows, self.number, "ptr")
            return self.code.emit(f"load ptr, ptr {place}")
        if kind == "value" and self.width > 1:
            copies = self.code.address("%work", self.shape.copies)
            offset = self.code.emit(f"mul i64 {self.number}, {self.shape.values}")
            return self.code.address(copies, offset)
        return {"value": self.values, "adjoint": self.adjoints, "parameter": "%p"}[kind]

    def place(self, variable: Variable) -> str:
        if variable.kind not in ("value", "adjoint"):
            return super().place(variable)
        array = self.values if variable.kind == "value" else self.adjoints
        return self.code.moved(array, variable.index * self.width, variable.step * self.width)


def names_of(
    code: Code, formulas: LlvmFormulas, each: Map, row: Row, index: str | int
) -> dict[str, str | float | Piece]:
    """What the names of a gradient stand for at an index of its run, or in a vector from there."""
    names: dict[str, str | float | Piece] = {}
    for name, operand in each.names.items():
        if isinstance(operand, Variable):
            register = code.emit(f"load double, ptr {row.place(operand)}")
            names[name] = formulas.spread(register)
        else:
            names[name] = operand
    for name, run in each.spans.items():
        place = code.address(code.moved(row.array(run.kind), run.start, run.step), index)
        names[name] = code.emit(f"load {formulas.type}, ptr {place}, align 8")
    return names


def gather(code: Code, shape: Shape, rows: Sequence[str], target: str) -> None:
    """Copies rows to an array of vectors, in whose lanes each input has those of all rows."""
    width, vector = shape.width, type_of(shape.width)

    def store(type_: str, register: str, index: str | int) -> None:
        place = code.address(target, index, vector)
        code.act(f"store {type_} {register}, ptr {place}, align 8")

    def block(index: str) -> None:
        """As many neighbours of each row as fill a vector."""
        type_ = type_of(WIDTH)
        loads = (f"load {type_}, ptr {code.address(row, index)}, align 8" for row in rows)
        for place, register in enumerate(interleaved(code, [*map(code.fresh, loads)])):
            store(type_, register, code.emit(f"add i64 {index}, {place * WIDTH // width}"))

    def single(index: str) -> None:
        gathered = "poison"
        for lane, row in enumerate(rows):
            number = code.fresh(f"load double, ptr {code.address(row, index)}")
            gathered = code.emit(f"insertelement {vector} {gathered}, double {number}, i32 {lane}")
        store(vector, gathered, index)

    whole = shape.inputs - shape.inputs % WIDTH
    if whole:
        loop(code, 0, whole, WIDTH, block)
    if whole < shape.inputs:
        loop(code, whole, shape.inputs, 1, single)


def interleaved(code: Code, vectors: Sequence[str]) -> list[str]:
    """The first lanes of all vectors, then their second lanes, and so on; they are 2, 4 or 8."""
    found, half = [*vectors], len(vectors) // 2
    lanes = [lane // 2 + lane % 2 * WIDTH for lane in range(2 * WIDTH)]
    for _ in range(half.bit_length()):
        found = [
            code.shuffled(type_of(WIDTH), *pair, some)
            for pair in zip(found[:half], found[half:])
            for some in (lanes[:WIDTH], lanes[WIDTH:])
        ]
    return found


def copy_values(code: Code, module: LlvmModule, spans: Sequence[Span]) -> None:
    """Copies values row by row, where loops can go over them: in lanes they are not neighbours."""

    def row(number: str) -> None:
        arrays = RowOfTile(code, module, number)

        def one(index: str) -> None:
            here = code.emit(f"mul i64 {index}, {arrays.width}")
            value = code.fresh(f"load double, ptr {code.address(source, here)}")
            code.act(f"store double {value}, ptr {code.address(target, index)}")

        for span in spans:
            source = code.address(arrays.values, span.start * arrays.width)
            target = code.address(arrays.array("value"), span.start)
            loop(code, 0, span.length, 1, one)

    loop(code, 0, "%count", 1, row)
