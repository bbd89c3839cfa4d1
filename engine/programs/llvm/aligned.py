"""Loops over aligned parameters in LLVM: those that are given are moved, and moved back at the end.

What the rule remembers of each parameter is moved with it.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.programs.llvm.calls import Loops
from engine.programs.llvm.code import Code, register_of
from engine.programs.llvm.control import loop
from engine.programs.llvm.module import LlvmModule
from engine.programs.llvm.statements import Typed
from engine.programs.lower.aligned import Segment
from engine.programs.lower.ir import Function

# Arrays that are given, by what they are called where the loops work on them.
_GIVEN = {"%p": "%parameters", "%s": "%state"}
_COPY, _CLEAR = "llvm.memcpy.p0.p0.i64", "llvm.memset.p0.i64"


class AlignedLoops(Loops):
    """Works on parameters and state in working memory, where `@moved` copies them."""

    def __init__(
        self,
        module: LlvmModule,
        segments: Sequence[Segment],
        ranges: Sequence[range],
        remembered: int,
        fused: bool = False,
    ) -> None:
        super().__init__(module, ranges, fused=fused)
        origin = segments[-1].origin + segments[-1].length
        # For every array of parameters, or of what is remembered: where it is given, and where
        # it lies here.
        self.arrays = [("%parameters", 0, "%p", 0)]
        for row in range(remembered):
            self.arrays.append(("%state", row * origin, "%s", row * self.shape.parameters))
        write_moved(module, segments)

    def write(self, function: Function, given: Sequence[str] = ()) -> None:
        code, shape = self.code, self.shape
        code.functions[_CLEAR] = f"declare void @{_CLEAR}(ptr, i8, i64, i1)"
        for name, place in (("%p", shape.moved), ("%s", shape.moved + shape.parameters)):
            code.entry.append(f"  {name} = getelementptr inbounds double, ptr %work, i64 {place}")
        # Between the segments there is nothing, and nothing is not finite there.
        code.act(f"call void @{_CLEAR}(ptr %p, i8 0, i64 {8 * shape.aligned}, i1 false)")
        for outer, origin, own, start in self.arrays:
            self.move(outer, origin, own, start, "origins", "starts")
        registers = map(register_of, function.arguments)
        super().write(function, [_GIVEN.get(register, register) for register in registers])

    def leave(self, result: Typed) -> None:
        for outer, origin, own, start in self.arrays:
            self.move(own, start, outer, origin, "starts", "origins")
        super().leave(result)

    def move(
        self, source: str, first: int, target: str, start: int, before: str, after: str
    ) -> None:
        arrays = self.code.address(source, first), self.code.address(target, start)
        tables = f"@{before}", f"@{after}"
        given = (Typed(each, "ptr") for each in (*arrays, *tables))
        self.code.act(self.call("void", "moved", *given))


def write_moved(module: LlvmModule, segments: Sequence[Segment]) -> None:
    """Adds `@moved`, which copies the segments from the places of one table to those of another."""
    code, count = Code(module.functions), len(segments)
    code.functions[_COPY] = f"declare void @{_COPY}(ptr, ptr, i64, i1)"
    columns = {
        "starts": [segment.start for segment in segments],
        "origins": [segment.origin for segment in segments],
        "sizes": [8 * segment.length for segment in segments],
    }
    for name, numbers in columns.items():
        listed = ", ".join(f"i64 {number}" for number in numbers)
        module.texts.append(f"@{name} = internal constant [{count} x i64] [{listed}]")

    def one(index: str) -> None:
        def of(table: str) -> str:
            return code.fresh(f"load i64, ptr {code.address(table, index, 'i64')}")

        source, target = (
            code.address("%source", of("%before")),
            code.address("%target", of("%after")),
        )
        code.act(f"call void @{_COPY}(ptr {target}, ptr {source}, i64 {of('@sizes')}, i1 false)")

    loop(code, 0, count, 1, one)
    arguments = "ptr %source, ptr %target, ptr %before, ptr %after"
    module.texts.append(
        f"define internal void @moved({arguments}) noinline {{\n{code.text()}\n  ret void\n}}\n"
    )
