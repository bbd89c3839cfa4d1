"""The functions of a program as C: what `source_python` writes, for a compiler of C99 or later."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence

from engine.dialect import ATOM, PRODUCT, SUM, Names, Piece
from engine.programs.ir import (
    Assign,
    Comment,
    Guard,
    Instruction,
    Kernel,
    Map,
    Operand,
    Reduce,
    Span,
    Variable,
)
from engine.programs.rules import UpdateRule
from engine.programs.source_c_text import START, ProgramC, assigned, comment, helpers, reduced
from engine.programs.source_c_update import c_step, c_update
from engine.programs.source_common import (
    ARRAYS,
    stored_kinds,
    used_by,
    used_once,
)

# What `Identifiers` may call a variable, and C cannot: what the functions call or refer to, and
# macros, some of which compilers define without being asked.
_TAKEN = re.compile(
    r"pow|fabs|fmod|rint|maximum|minimum|modulo|floor_quotient|outputs|isnan|isfinite|linux|unix|i386"
    r"|P_tmpdir|NAN|INFINITY|NULL|EOF"
    r"|HUGE\w*|BUFSIZ|DOMAIN|SING|OVERFLOW|UNDERFLOW|[PT]LOSS|L_\w+|\w+_M(AX|IN)|MAXFLOAT"
    r"|(M|FP|SEEK|MATH|X)_\w+"
)
# Up to so many numbers are compared in one expression.
_MOST_NESTED = 8


class CFunctions:
    """The functions of a program: `forward`, `gradients`, `update` and `step`.

    They refer to the numbers of parameters and inputs, PARAMETERS and INPUTS.
    """

    def __init__(self, program: Kernel, rule: UpdateRule | None) -> None:
        self.program = program
        self.rule = rule
        self.dialect = ProgramC()
        self.pieces: dict[Variable, Piece] = {}
        self.inlined = used_once([*program.forward, *program.backward])

    def functions(self) -> str:
        """The functions, after those that C itself lacks."""
        parts = [self.forward()]
        if self.program.trained:
            parts.append(self.gradients())
        if self.rule is not None:
            parts += [c_update(self.rule, self.dialect), c_step()]
        texts = ["\n".join(part) for part in parts]
        return "\n\n".join([*helpers(self.dialect.used), *texts]) + "\n"

    # Functions.

    def forward(self) -> Iterator[str]:
        program = self.program
        several = len(program.outputs) > 1
        live = _live(program.forward, program.outputs)
        arrays = "const double parameters[], const double row[]"
        if several:
            yield "/* The outputs for one row; nan where an operation is undefined. */"
            yield f"static void forward({arrays}, double outputs[])"
        else:
            yield "/* The output for one row; nan where an operation is undefined. */"
            yield f"static double forward({arrays})"
        yield "{"
        undefined = "return NAN;"
        if several and any(isinstance(entry, Guard) for entry in live):
            undefined = "return;"
            yield f"    for (int i = 0; i < {len(program.outputs)}; i++)"
            yield "        outputs[i] = NAN;"
        yield from self.opening(live)
        yield from self.statements(live, undefined)
        if several:
            for index, output in enumerate(program.outputs):
                yield f"    outputs[{index}] = {self.written(output)};"
        else:
            yield f"    return {self.written(program.outputs[0])};"
        yield "}"

    def gradients(self) -> Iterator[str]:
        program = self.program
        found = [gradient for gradient in program.gradients if gradient is not None]
        backward = _live(program.backward, found)
        read = [variable for entry in backward for variable in used_by(entry)]
        forward = _live(program.forward, [*read, *program.outputs])
        yield "/* The loss of one row, and its derivative by every parameter. */"
        yield (
            "static double gradients(const double parameters[], const double row[], "
            "double gradient[])"
        )
        yield "{"
        yield from self.opening([*forward, *backward])
        yield from self.statements(forward, "return NAN;")
        yield ""
        yield "    /* Backward, from the loss to the parameters. */"
        yield from self.statements(backward, "return NAN;")
        for index, gradient in enumerate(program.gradients):
            if gradient is None or not gradient.stored:
                text = "0.0" if gradient is None else self.place(gradient)
                yield f"    gradient[{index}] = {text};"
        yield f"    return {self.written(program.outputs[0])};"
        yield "}"

    def opening(self, instructions: Sequence[Instruction]) -> Iterator[str]:
        """Names for the elements that instructions use; arrays for what they store."""
        used = {variable for entry in instructions for variable in used_by(entry)}
        used |= {output for output in self.program.outputs if isinstance(output, Variable)}
        in_loops = {run.kind for entry in instructions for run in _runs(entry)}
        for kind, variables in (
            ("parameter", self.program.parameters),
            ("input", self.program.inputs),
        ):
            array = ARRAYS[kind]
            needed = [variable for variable in variables if variable in used]
            for variable in needed:
                if not variable.stored:
                    yield f"    const double {self.place(variable)} = {array}[{variable.index}];"
            if not needed and kind not in in_loops:
                yield f"    (void){array};"
        for kind in ("value", "adjoint"):
            if kind in stored_kinds(instructions):
                yield f"    double {ARRAYS[kind]}[{self.program.values}] = {{0.0}};"

    # Instructions.

    def statements(self, instructions: Sequence[Instruction], undefined: str) -> Iterator[str]:
        changed = {
            entry.target for entry in instructions if isinstance(entry, Assign) and entry.accumulate
        }
        for instruction in instructions:
            match instruction:
                case Comment(text):
                    yield f"    /* {comment(text)} */"
                case Assign(target, tree, names, accumulate):
                    kind = "double " if target in changed else "const double "
                    kind = "" if accumulate or target.stored else kind
                    sign = "+=" if accumulate else "="
                    text = self.dialect.write(tree, self.names(names))
                    yield from assigned(f"    {kind}{self.place(target)} {sign} ", text)
                case Reduce():
                    yield from self.fold(instruction)
                case Map(target, tree, names, spans, accumulate):
                    text = self.dialect.write(tree, self.within_loop(names, spans))
                    sign = "+=" if accumulate else "="
                    yield f"    for (int i = 0; i < {target.length}; i++)"
                    yield from assigned(f"        {_element(target)} {sign} ", text)
                case Guard(tree, names, operation, where):
                    yield f"    /* {comment(f'{operation} is undefined where {where}')} */"
                    yield f"    if ({self.dialect.write(tree, self.names(names))})"
                    yield f"        {undefined}"

    def fold(self, fold: Reduce) -> Iterator[str]:
        """A reduction: a loop, or an expression that may stand in what uses it."""
        name = self.place(fold.target)
        if fold.spans is not None:
            text = self.dialect.write(fold.tree, self.within_loop(fold.names, fold.spans))
            head = f"for (int i = 0; i < {fold.length}; i++)"
            yield from reduced(name, fold.kind, text, head, self.dialect)
            return
        terms = []
        for own in fold.elements:
            names = {**self.names(fold.names), **self.names(own)}
            terms.append(self.dialect.visit(fold.tree, names))
        if fold.kind == "sum":
            texts = [text if own >= PRODUCT else f"({text})" for text, own in terms]
            piece = " + ".join(texts) or "0.0", SUM
        else:
            piece = terms[0] if terms else (START[fold.kind], ATOM)
            for term in terms[1:_MOST_NESTED]:
                piece = self.dialect.call(fold.kind, [piece[0], term[0]])
        rest = terms[_MOST_NESTED:] if fold.kind != "sum" else []
        if fold.target in self.inlined and not rest:
            self.pieces[fold.target] = piece
            return
        yield from assigned(f"    {'' if rest else 'const '}double {name} = ", piece[0])
        for term in rest:
            yield f"    {name} = {self.dialect.call(fold.kind, [name, term[0]])[0]};"

    # Operands.

    def within_loop(
        self, names: Mapping[str, Operand], spans: Mapping[str, Span]
    ) -> dict[str, str | float | Piece]:
        return {**self.names(names), **{name: _element(run) for name, run in spans.items()}}

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
        # No identifier made from a label ends with an underscore.
        return variable.name + "_" * bool(_TAKEN.fullmatch(variable.name))


def _live(instructions: Sequence[Instruction], wanted: Sequence[Operand]) -> list[Instruction]:
    """The instructions without those whose results nobody needs: compilers warn of them."""
    needed = set(wanted)
    kept: list[Instruction] = []
    for instruction in reversed(instructions):
        if isinstance(instruction, (Assign, Reduce)):
            target = instruction.target
            if not target.stored and target not in needed:
                continue
        needed.update(used_by(instruction))
        kept.append(instruction)
    return kept[::-1]


def _runs(instruction: Instruction) -> Iterator[Span]:
    if isinstance(instruction, (Reduce, Map)):
        yield from (instruction.spans or {}).values()


def _element(run: Span) -> str:
    return f"{ARRAYS[run.kind]}[{f'{run.start} + ' if run.start else ''}i]"
