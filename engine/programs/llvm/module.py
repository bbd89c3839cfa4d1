"""The text of an LLVM module as it grows, and what all of its functions are written for."""

from __future__ import annotations

from collections.abc import Sequence

from engine.programs.llvm.code import Code
from engine.programs.llvm.formulas import LlvmFormulas
from engine.programs.llvm.shape import shape_of
from engine.programs.lower.ir import Function, Kernel


class LlvmModule:
    """Declarations and functions by and by, and the layout of memory that all of them share.

    `function`: the last of its loops, which is the one to be called.
    """

    function: Function

    def __init__(
        self,
        kernel: Kernel,
        width: int,
        vector_functions: Sequence[str],
        written_out: bool = False,
    ) -> None:
        self.kernel = kernel
        self.shape = shape_of(kernel, width, written_out)
        # Where there are parameters, one after the other.
        self.parameters = [range(self.shape.parameters)]
        self.functions: dict[str, str] = {}
        self.texts: list[str] = []
        self.vector_functions = vector_functions

    def formulas(self, code: Code, width: int) -> LlvmFormulas:
        return LlvmFormulas(code, width, self.vector_functions)

    def text(self) -> str:
        return "\n".join([*self.functions.values(), "", *self.texts])
