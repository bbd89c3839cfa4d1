"""The instructions of a row, or of one row in each lane of a vector, as the lines of a function."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from engine.programs.llvm.chunks import fused_of
from engine.programs.llvm.code import Code, register_of
from engine.programs.llvm.control import with_round
from engine.programs.llvm.late import Late, LatePace
from engine.programs.llvm.loops import Pace, map_span, reduce_spans
from engine.programs.llvm.module import LlvmModule
from engine.programs.lower.ir import (
    Assign,
    Comment,
    Guard,
    Map,
    Operand,
    Reduce,
    Roll,
    Rolled,
    Span,
    Variable,
)


class Instructions:
    """Writes the instructions of one function."""

    def __init__(
        self, module: LlvmModule, shared: set[Variable], mark: Variable, late: Late | None
    ) -> None:
        self.module = module
        self.code = Code(module.functions)
        self.formulas = module.formulas(self.code, module.shape.width)
        self.pace = Pace(self.code, module, module.shape.width)
        if late is not None:
            self.pace = LatePace(self.code, module, late.update)
        self.shared = shared
        self.mark = mark
        self.registers: dict[Variable, str] = {}

    def write(self, instructions: Sequence[Rolled]) -> None:
        fused, done, last = fused_of(instructions), set[Variable](), self.last(instructions)
        for instruction in instructions:
            match instruction:
                case Comment(text):
                    self.code.lines.append(f"  ; {' '.join(text.split())}")
                case Assign(target):
                    final = last.get(target, instruction) is instruction
                    self.assign(target, self.value(instruction), final)
                case Reduce(target, _, _, _, _, None):
                    self.assign(target, self.unrolled(instruction))
                case Reduce(target):
                    if target not in done:
                        self.reductions(fused[target])
                        done.update(reduction.target for reduction in fused[target])
                case Map(run):
                    map_span(self.pace, instruction, self.operands(instruction.names))
                    self.forget(run)
                case Guard(tree, names):
                    self.check(tree, names)
                case Roll(body, rounds):
                    self.rounds(body, len(rounds))

    def last(self, instructions: Sequence[Rolled]) -> dict[Variable, Rolled]:
        """What sets or adds to a variable last, where no loop may read it from memory before."""
        if not self.module.shape.written_out:
            return {}
        return {each.target: each for each in instructions if isinstance(each, Assign)}

    def rounds(self, body: Sequence[Rolled], count: int) -> None:
        """What one round hands to the next goes through memory."""

        def one() -> None:
            self.registers = {}
            self.write(body)

        with_round(self.code, count, one)
        self.registers = {}

    def reductions(self, reductions: Sequence[Reduce]) -> None:
        """Sums over the same neighbours, such as the neurons of a layer, in one loop."""
        common = self.operands(reductions[0].names)
        found = reduce_spans(self.pace, self.module, reductions, common)
        for reduction, register in zip(reductions, found):
            self.assign(reduction.target, register)

    def forget_parameters(self) -> None:
        """Those that backward needs are loaded again: nothing has so many registers."""
        self.registers = {v: r for v, r in self.registers.items() if v.kind != "parameter"}

    def forget(self, span: Span) -> None:
        """What a loop has written must be loaded again."""
        for variable in list(self.registers):
            other = variable.step != span.step or variable.index in span.indices
            if variable.kind == span.kind and other:
                del self.registers[variable]

    # Operands.

    def operands(self, names: Mapping[str, Operand]) -> dict[str, str]:
        return {name: self.operand(operand) for name, operand in names.items()}

    def operand(self, operand: Operand) -> str:
        if not isinstance(operand, Variable):
            return self.formulas.constant(operand)
        register = self.registers.get(operand)
        if register is None:
            register = self.registers[operand] = self.load(operand)
        return register

    def load(self, variable: Variable) -> str:
        array = register_of(variable.kind)
        if variable.kind == "parameter" or (variable.kind == "input" and self.formulas.width == 1):
            # One number for all lanes.
            address = self.code.moved(array, variable.index, variable.step)
            return self.formulas.spread(self.code.fresh(f"load double, ptr {address}"))
        address = self.code.moved(array, variable.index, variable.step, self.formulas.type)
        return self.code.fresh(f"load {self.formulas.type}, ptr {address}, align 8")

    def store(self, variable: Variable, register: str) -> None:
        array = register_of(variable.kind)
        address = self.code.moved(array, variable.index, variable.step, self.formulas.type)
        self.code.act(f"store {self.formulas.type} {register}, ptr {address}, align 8")

    # Instructions.

    def value(self, each: Assign) -> str:
        """What becomes of a target by a formula."""
        target, tree, formulas = each.target, each.tree, self.formulas
        known = self.operands(each.names)
        # Gradients add up over the rows of a batch as well.
        if not each.accumulate and target.kind != "gradient":
            return formulas.write(tree, known)
        if each.fused or (not each.accumulate and formulas.width == 1):
            # Of a row only the first product: two of them must cancel where they do on nodes.
            register = formulas.added(self.operand(target), tree, known)
        else:
            register = formulas.write(tree, known)
            register = formulas.on("fadd", self.operand(target), register)
        # In another round it may be one that has another name here.
        if self.code.round:
            self.forget(Span(target.kind, target.index, 1, step=target.step))
        return register

    def assign(self, target: Variable, register: str, final: bool = True) -> None:
        self.registers[target] = register
        if self.code.lines and self.code.lines[-1].startswith(f"  {register} = "):
            self.code.lines[-1] += f"  ; {target.name}"
        stored = target.stored or target in self.shared or self.code.round
        if final and (target.kind == "gradient" or stored):
            self.store(target, register)

    def unrolled(self, reduction: Reduce) -> str:
        common = self.operands(reduction.names)
        elements = [{**common, **self.operands(element)} for element in reduction.elements]
        return self.formulas.reduced(reduction.kind, reduction.tree, elements, reduction.fused)

    def where_defined(self, outputs: Sequence[str]) -> list[str]:
        """The outputs; nan where an operation was undefined."""
        type_, condition = self.formulas.type, self.formulas.condition
        undefined = self.operand(self.mark)
        defined = self.code.emit(f"fcmp ord {type_} {undefined}, {undefined}")
        return [
            self.code.emit(f"select {condition} {defined}, {type_} {output}, {type_} {undefined}")
            for output in outputs
        ]

    def check(self, tree: ast.expr, names: Mapping[str, Operand]) -> None:
        type_, condition = self.formulas.type, self.formulas.condition
        nan, zero = self.formulas.constant(float("nan")), self.formulas.constant(0.0)
        bad = self.formulas.write(tree, self.operands(names))
        found = self.code.emit(f"select {condition} {bad}, {type_} {nan}, {type_} {zero}")
        if self.mark in self.registers or self.mark in self.shared:
            found = self.code.emit(f"fadd {type_} {self.operand(self.mark)}, {found}")
        self.assign(self.mark, found)
