"""The rows of a batch in LLVM, one in each lane of a vector.

Where the last vector is not full, lanes beyond the end repeat the last row. Its gradients have a
place of their own, and are added for the lanes that count: a weight of 0 would not do, since 0·∞
is nan.
"""

from __future__ import annotations

from engine.programs.llvm.batch import (
    Shape,
    add_to_mean,
    define_batch,
    places,
    smallest,
    when,
)
from engine.programs.llvm.code import Code
from engine.programs.llvm.loops import loop
from engine.programs.llvm.sample import LlvmModule


def gather(code: Code, shape: Shape, position: str, stop: str, order: bool = True) -> None:
    """Fills `%x` with the rows from a position on, one in each lane; the last is repeated."""
    last = code.emit(f"sub i64 {stop}, 1")
    rows = []
    for lane in range(shape.width):
        place = smallest(code, code.emit(f"add i64 {position}, {lane}"), last)
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


def batch_of_lanes(module: LlvmModule, shape: Shape) -> None:
    """Adds `@batch`."""
    code = Code(module.functions)
    places(code, shape)
    formulas = module.formulas(code, shape.width)
    vector, condition, width = formulas.type, formulas.condition, shape.width
    zero = formulas.constant(0.0)
    count = code.fresh("sub i64 %stop, %start")
    rest = code.fresh(f"urem i64 {count}, {width}")
    partial = code.fresh(f"icmp ne i64 {rest}, 0")
    in_rest = _lanes_below(code, rest, width)

    def clear(array: str) -> None:
        def body(index: str) -> None:
            code.act(f"store {vector} {zero}, ptr {code.address(array, index, vector)}, align 8")

        loop(code, 0, shape.parameters, 1, body)

    clear("%lanes")
    when(code, partial, lambda: clear("%rest"))

    def body(position: str) -> None:
        gather(code, shape, position, "%stop")
        left = code.fresh(f"sub i64 %stop, {position}")
        full = code.fresh(f"icmp sge i64 {left}, {width}")
        gradients = code.fresh(f"select i1 {full}, ptr %lanes, ptr %rest")
        given = f"ptr %p, ptr %x, ptr {gradients}, ptr %v, ptr %d"
        losses = code.fresh(f"call {vector} @sample({given})")
        shares = code.fresh(f"fmul {vector} {losses}, {formulas.spread('%share')}")
        used = _lanes_below(code, left, width)
        shares = code.fresh(f"select {condition} {used}, {vector} {shares}, {vector} {zero}")
        add_to_mean(code, _sum_of(code, shares, width))

    loop(code, "%start", "%stop", width, body)

    def add_rest(index: str) -> None:
        place = code.address("%lanes", index, vector)
        before = code.fresh(f"load {vector}, ptr {place}, align 8")
        own = code.fresh(f"load {vector}, ptr {code.address('%rest', index, vector)}, align 8")
        own = code.fresh(f"select {condition} {in_rest}, {vector} {own}, {vector} {zero}")
        total = code.fresh(f"fadd {vector} {before}, {own}")
        code.act(f"store {vector} {total}, ptr {place}, align 8")

    when(code, partial, lambda: loop(code, 0, shape.parameters, 1, add_rest))

    def reduce(index: str) -> None:
        lanes = code.fresh(f"load {vector}, ptr {code.address('%lanes', index, vector)}, align 8")
        place = code.address("%g", index)
        previous = code.fresh(f"load double, ptr {place}")
        total = code.fresh(f"fadd double {previous}, {_sum_of(code, lanes, width)}")
        code.act(f"store double {total}, ptr {place}")

    loop(code, 0, shape.parameters, 1, reduce)
    define_batch(module, code)


def _lanes_below(code: Code, count: str, width: int) -> str:
    """Whether the number of each lane is smaller than a count."""
    first = code.emit(f"insertelement <{width} x i64> poison, i64 {count}, i32 0")
    zeros = f"<{width} x i32> zeroinitializer"
    counts = code.emit(f"shufflevector <{width} x i64> {first}, <{width} x i64> poison, {zeros}")
    numbers = ", ".join(f"i64 {lane}" for lane in range(width))
    return code.emit(f"icmp slt <{width} x i64> <{numbers}>, {counts}")


def _sum_of(code: Code, register: str, width: int) -> str:
    name = f"llvm.vector.reduce.fadd.v{width}f64"
    code.functions[name] = f"declare double @{name}(double, <{width} x double>)"
    return code.fresh(f"call reassoc double @{name}(double -0.0, <{width} x double> {register})")
