"""Programs as Python source: complete, readable, on nothing but `math`.

It is also what the Python backend runs.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

from engine.dialects import ATOM, PRODUCT, SUM, Names, Piece
from engine.evaluate import FloatPython
from engine.programs.instructions import (
    Check,
    Comment,
    Compute,
    Each,
    Fold,
    Instruction,
    Instructions,
    Operand,
    Run,
    Variable,
)
from engine.programs.rules import UpdateRule, python_update

ARRAYS = {
    "parameter": "parameters",
    "input": "row",
    "value": "values",
    "adjoint": "adjoints",
    "gradient": "gradient",
}
# Functions of `math` that raise where a result is too large, although what is computed from it may
# be an ordinary number: a saturated sigmoid.
_GUARDED = ("exp", "expm1", "cosh")
_LINE = 90


class _ProgramPython(FloatPython):
    """Notes which functions the source needs."""

    def __init__(self) -> None:
        self.used: set[str] = set()

    def name(self, name: str) -> str:
        if name == "pi":
            self.used.add(name)
        return name

    def call(self, name: str, arguments: list[str]) -> Piece:
        if name not in ("abs", "max", "min"):
            self.used.add(name)
        return super().call(name, arguments)


class PythonSource:
    """The functions of a program: `forward`, `gradients`, `update` and `step`."""

    def __init__(self, program: Instructions, rule: UpdateRule | None) -> None:
        self.program = program
        self.rule = rule
        self.dialect = _ProgramPython()
        self.pieces: dict[Variable, Piece] = {}

    def functions(self) -> str:
        """The source of the functions, with what they import."""
        body = [*self.forward(), "", ""]
        if self.program.backward:
            body += [*self.gradients(), "", ""]
        if self.rule is not None:
            body += [*python_update(self.rule, self.dialect), "", ""]
            body += [*self.step(), "", ""]
        return "\n".join([*self.imports(), *body]).rstrip() + "\n"

    def imports(self) -> list[str]:
        guarded = [name for name in _GUARDED if name in self.dialect.used]
        plain = sorted(self.dialect.used.difference(guarded))
        lines = ["import math"] if guarded else []
        if guarded or plain:
            lines.append(f"from math import {', '.join([*(['inf'] if guarded else []), *plain])}")
        lines += ["", ""]
        for name in guarded:
            lines += [
                f"def {name}(a):",
                f'    """math.{name}, infinite where it overflows."""',
                "    try:",
                f"        return math.{name}(a)",
                "    except OverflowError:",
                "        return inf",
                "",
                "",
            ]
        return lines

    # Functions.

    def forward(self) -> Iterator[str]:
        several = len(self.program.outputs) > 1
        yield "def forward(parameters, row):"
        yield f'    """The {"outputs" if several else "output"} for one row."""'
        yield from self.opening(backward=False)
        yield from self.body(self.program.forward)
        outputs = [self.written(output) for output in self.program.outputs]
        yield f"    return {'[' + ', '.join(outputs) + ']' if several else outputs[0]}"

    def gradients(self) -> Iterator[str]:
        yield "def gradients(parameters, row):"
        yield '    """The loss of one row, and its derivative with respect to every parameter."""'
        yield from self.opening(backward=True)
        yield from self.body(self.program.forward)
        yield ""
        yield from self.body(self.program.backward)
        found = self.program.gradients
        if any(gradient is not None and gradient.stored for gradient in found):
            result = "gradient"
        else:
            result = f"[{', '.join('0.0' if g is None else g.name for g in found)}]"
        yield from _wrapped("    return ", f"{self.written(self.program.outputs[0])}, {result}")

    def opening(self, backward: bool) -> Iterator[str]:
        for variables, array in (
            (self.program.parameters, "parameters"),
            (self.program.inputs, "row"),
        ):
            if variables and not variables[0].stored:
                names = ", ".join(variable.name for variable in variables)
                yield from _wrapped("    ", f"{names}{',' * (len(variables) == 1)} = {array}", True)
        arrays = ["value", *(["adjoint", "gradient"] if backward else [])]
        every = [*self.program.forward, *(self.program.backward if backward else ())]
        needed = {kind for entry in every for kind in _arrays(entry)}
        for kind in arrays:
            if kind in needed:
                length = self.program.values
                if kind == "gradient":
                    length = len(self.program.parameters)
                yield f"    {ARRAYS[kind]} = [0.0] * {length}"

    def step(self) -> Iterator[str]:
        assert self.rule is not None
        yield "def step(parameters, rows, number, settings, state):"
        yield '    """One update by the mean gradient of the rows; returns their mean loss before."""'
        yield "    total, sums = 0.0, [0.0] * len(parameters)"
        yield "    for row in rows:"
        yield "        loss, found = gradients(parameters, row)"
        yield "        total += loss / len(rows)"
        yield "        sums = [previous + gradient for previous, gradient in zip(sums, found)]"
        yield "    means = [gradient / len(rows) for gradient in sums]"
        yield "    update(parameters, means, number, *settings, *state)"
        yield "    return total"

    # Instructions.

    def body(self, instructions: Sequence[Instruction]) -> Iterator[str]:
        for instruction in instructions:
            match instruction:
                case Comment(text):
                    yield f"    # {' '.join(text.split())}"
                case Compute(target, tree, names, accumulate):
                    sign = "+=" if accumulate else "="
                    text = self.dialect.write(tree, self.names(names))
                    yield from _wrapped(f"    {self.place(target)} {sign} ", text)
                case Fold():
                    self.pieces[instruction.target] = self.fold(instruction)
                case Each():
                    yield from self.each(instruction)
                case Check(tree, names, operation, where):
                    yield f"    if {self.dialect.write(tree, self.names(names))}:"
                    yield f'        raise ValueError("{operation} is undefined where {where}")'

    def fold(self, fold: Fold) -> Piece:
        """A reduction as an expression; what uses it has it written in its place."""
        if fold.runs is None:
            terms = []
            for element in fold.elements:
                names = {**self.names(fold.names), **self.names(element)}
                terms.append(self.dialect.within(fold.tree, PRODUCT, names))
            if fold.kind == "sum":
                return " + ".join(terms) or "0.0", SUM
            return f"{fold.kind}({', '.join(terms)}{',' * (len(terms) == 1)})", ATOM
        names, head = self.loop(fold.names, fold.runs)
        return f"{fold.kind}([{self.dialect.write(fold.tree, names)} for {head}])", ATOM

    def each(self, each: Each) -> Iterator[str]:
        names, head = self.loop(each.names, each.runs)
        target = _slice(each.target)
        text = self.dialect.write(each.tree, names)
        if each.accumulate:
            elements, _, sequences = head.partition(" in ")
            head = f"previous, {elements} in zip({target}, {sequences.removeprefix('zip(')}"
            head += "" if sequences.startswith("zip(") else ")"
            text = f"previous + {self.dialect.within(each.tree, PRODUCT, names)}"
        yield from _wrapped("    ", f"{target} = [{text} for {head}]")

    def loop(
        self, names: Mapping[str, Operand], runs: Mapping[str, Run]
    ) -> tuple[dict[str, str | float | Piece], str]:
        """Names within a loop over neighbours, and its head."""
        if not runs:
            raise ValueError("a loop needs something to go over")
        single = {name: f"{name}_i" for name in runs}
        elements = ", ".join(single.values())
        slices = ", ".join(_slice(run) for run in runs.values())
        head = f"{elements} in {f'zip({slices})' if len(runs) > 1 else slices}"
        return {**self.names(names), **single}, head

    # Operands.

    def names(self, names: Mapping[str, Operand]) -> dict[str, str | float | Piece]:
        return {name: self.operand(operand) for name, operand in names.items()}

    def operand(self, operand: Operand) -> str | float | Piece:
        if not isinstance(operand, Variable):
            return operand
        return self.pieces.get(operand) or self.place(operand)

    def written(self, operand: Operand) -> str:
        written: Names = {"x": self.operand(operand)}
        return self.dialect.write(ast.Name("x"), written)

    def place(self, variable: Variable) -> str:
        if variable.stored:
            return f"{ARRAYS[variable.kind]}[{variable.index}]"
        return variable.name


def _arrays(instruction: Instruction) -> Iterator[str]:
    if isinstance(instruction, Each):
        yield instruction.target.kind
    elif isinstance(instruction, (Compute, Fold)) and instruction.target.stored:
        yield instruction.target.kind


def _slice(run: Run) -> str:
    return f"{ARRAYS[run.kind]}[{run.start}:{run.start + run.length}]"


def _wrapped(head: str, text: str, target: bool = False) -> Iterator[str]:
    """An assignment, over several lines in parentheses where it is long."""
    if len(head) + len(text) <= _LINE:
        yield head + text
        return
    left, right = (text.rsplit(" = ", 1)) if target else (text, "")
    pieces, line = left.split(" "), ""
    yield f"{head}("
    for piece in pieces:
        if line and len(line) + len(piece) > _LINE - 10:
            yield f"        {line}"
            line = ""
        line = f"{line} {piece}".strip()
    yield f"        {line}"
    yield f"    ){f' = {right}' if target else ''}"
