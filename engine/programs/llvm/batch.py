"""The rows of a batch in LLVM, one after the other, and how its memory is laid out.

`@batch` adds up their gradients, and returns the sum of their shares in the mean loss.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.programs.llvm.code import Code
from engine.programs.llvm.loops import loop
from engine.programs.llvm.sample import LlvmModule
from engine.programs.lower.ir import Kernel


@dataclass(frozen=True)
class Shape:
    """How a program is laid out: the lanes of a vector, and the lengths of its arrays."""

    width: int
    inputs: int
    parameters: int
    values: int
    outputs: int

    @property
    def stride(self) -> int:
        """Doubles for the values and adjoints of a row, one value more for what is undefined."""
        return 2 * self.values + 1

    @property
    def scratch(self) -> int:
        """Doubles of working memory.

        In lanes: a row, the gradients of full vectors and of the rest, values and adjoints. Else
        values, adjoints and the address of each row of a tile.
        """
        if self.width > 1:
            return self.width * (self.inputs + 2 * self.parameters + self.stride)
        return TILE * (self.stride + 1)


# So many rows of a batch wait with their values until all of them add to the gradients.
TILE = 32
BATCH = (
    "ptr noalias %p, ptr noalias %rows, ptr noalias %order, i64 %start, i64 %stop, "
    "double %share, ptr noalias %g, ptr noalias %work"
)


def shape_of(program: Kernel, width: int) -> Shape:
    sizes = len(program.inputs), len(program.parameters), program.values, len(program.outputs)
    return Shape(width, *sizes)


def places(code: Code, shape: Shape) -> None:
    """Names for the parts of the working memory where there is one row, or one in each lane."""
    starts = {"%v": 0}
    if shape.width > 1:
        rest = shape.inputs + shape.parameters
        starts = {"%x": 0, "%lanes": shape.inputs, "%rest": rest, "%v": rest + shape.parameters}
    starts["%d"] = starts["%v"] + shape.values + 1
    for name, start in starts.items():
        offset = start * shape.width
        code.entry.append(f"  {name} = getelementptr inbounds double, ptr %work, i64 {offset}")


def row(code: Code, shape: Shape, position: str, order: bool = True) -> None:
    """`%x`: the row at a position of the order."""
    number = position
    if order:
        number = code.fresh(f"load i64, ptr {code.address('%order', position, 'i64')}")
    offset = code.emit(f"mul i64 {number}, {shape.inputs}")
    code.lines.append(f"  %x = getelementptr inbounds double, ptr %rows, i64 {offset}")


def batch_of_rows(module: LlvmModule, shape: Shape, deferred: bool) -> None:
    """Adds `@batch`; with `deferred` there are gradients that `@weights` computes for a tile."""
    code = Code(module.functions)
    pointers = code.address("%work", TILE * shape.stride)

    def tile(first: str) -> None:
        end = code.emit(f"add i64 {first}, {TILE}")
        end = smallest(code, end, "%stop")

        def body(position: str) -> None:
            number = code.emit(f"sub i64 {position}, {first}")
            row(code, shape, position)
            code.act(f"store ptr %x, ptr {code.address(pointers, number, 'ptr')}")
            offset = code.emit(f"mul i64 {number}, {shape.stride}")
            v = code.address("%work", offset)
            d = code.address(v, shape.values + 1)
            given = f"ptr %p, ptr %x, ptr %g, ptr {v}, ptr {d}"
            loss = code.fresh(f"call double @sample({given})")
            add_to_mean(code, code.fresh(f"fmul double {loss}, %share"))

        loop(code, first, end, 1, body)
        if not deferred:
            return
        count = code.fresh(f"sub i64 {end}, {first}")
        new = code.fresh(f"icmp eq i64 {first}, %start")
        given = f"ptr %p, ptr %g, ptr %work, ptr {pointers}, i64 {count}, i1 {new}"
        code.act(f"call void @weights({given})")

    loop(code, "%start", "%stop", TILE, tile)
    define_batch(module, code)


def smallest(code: Code, first: str, second: str) -> str:
    code.functions["llvm.smin.i64"] = "declare i64 @llvm.smin.i64(i64, i64)"
    return code.emit(f"call i64 @llvm.smin.i64(i64 {first}, i64 {second})")


def when(code: Code, condition: str, body: Callable[[], None]) -> None:
    """Does something only where a condition holds."""
    then, after = code.new("then"), code.new("after")
    code.act(f"br i1 {condition}, label %{then}, label %{after}")
    code.lines.append(f"{then}:")
    outer, code.known = code.known, dict(code.known)
    body()
    code.known = outer
    code.act(f"br label %{after}")
    code.lines.append(f"{after}:")


def add_to_mean(code: Code, part: str) -> None:
    """Adds a share of the loss: the sum of finite losses themselves may overflow."""
    before = code.fresh("load double, ptr %mean")
    code.act(f"store double {code.fresh(f'fadd double {before}, {part}')}, ptr %mean")


def define_batch(module: LlvmModule, code: Code) -> None:
    """Adds the function to the module."""
    code.entry += ["  %mean = alloca double", "  store double 0.0, ptr %mean"]
    mean = code.fresh("load double, ptr %mean")
    module.texts.append(
        f"define double @batch({BATCH}) noinline {{\n{code.text()}\n  ret double {mean}\n}}\n"
    )
