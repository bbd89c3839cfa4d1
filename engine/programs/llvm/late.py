"""Updates that wait in LLVM: made for a row by the loops that read the parameters for the next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from engine.programs.llvm.code import Code
from engine.programs.llvm.formulas import LlvmFormulas
from engine.programs.llvm.loops import Apply, Pace
from engine.programs.llvm.module import LlvmModule
from engine.programs.llvm.rows import Row, names_of
from engine.programs.lower.ir import Instruction, Map, Reduce, Span

# What a function is given for them: whether there was a row before, what that was given and has
# computed, and what the rule needs.
ARGUMENTS = (
    "i1 %late, ptr noalias %last_input, ptr noalias %last_value, ptr noalias %last_adjoint, "
    "double %step, ptr noalias %settings, ptr noalias %s"
)


class Late(NamedTuple):
    """The instructions with such updates, the gradients of these, and what makes them."""

    forward: Sequence[Instruction]
    gradients: Sequence[Map]
    update: Callable[[Code], Apply]


class LatePace(Pace):
    """Reads parameters after the updates that they wait for."""

    def __init__(self, code: Code, module: LlvmModule, update: Callable[[Code], Apply]) -> None:
        super().__init__(code, module, lanes=1)
        self.apply = update(code)
        self.row = Row(code)

    def element(
        self, formulas: LlvmFormulas, reduction: Reduce, run: Span, index: str | int
    ) -> str:
        late = reduction.late
        if late is None or run.kind != "parameter":
            return super().element(formulas, reduction, run, index)
        names = names_of(self.code, formulas, late, self.row, index)
        return self.apply(formulas, run, index, formulas.write(late.tree, names))
