"""The functions of a program as Python source: readable, on nothing but `math`.

It is also what the Python backend runs.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

from engine.dialect import PRODUCT, SUM, Names, Piece
from engine.evaluate import element
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
from engine.programs.rules import UpdateRule, python_update
from engine.programs.source_common import (
    ARRAYS,
    LINE,
    filled,
    printable,
    stored_kinds,
    target_of,
    used_once,
)
from engine.programs.source_python_text import CALLED, ProgramPython, listed, wrapped

# Of more terms than this a sum is not written with +: Python's compiler goes only so deep.
_MOST_TERMS = 100


MEAN = '''\
def mean(numbers):
    """The mean, also where the sum overflows."""
    total = sum(numbers)
    if total - total == 0.0:
        return total / len(numbers)
    return sum([number / len(numbers) for number in numbers])'''


class PythonSource:
    """The functions of a program: `forward`, `gradients`, `update` and `step`."""

    def __init__(self, program: Kernel, rule: UpdateRule | None) -> None:
        self.program = program
        self.rule = rule
        self.dialect = ProgramPython()
        self.pieces: dict[Variable, Piece] = {}
        every = [*program.forward, *program.backward]
        self.inlined = used_once(every)
        self.names_taken = {
            variable.name
            for variable in (*program.inputs, *program.parameters, *map(target_of, every))
            if variable is not None
        }

    def functions(self) -> str:
        """The functions, with what they import."""
        body = self.body()
        return "\n".join([*self.dialect.imports(), "", "", body])

    def body(self) -> str:
        """The functions alone. What they import is known once they are written."""
        parts = [self.forward()]
        if self.program.trained:
            parts.append(self.gradients())
        if self.rule is not None:
            parts += [self.update(self.rule), self.step()]
        texts = ["\n".join(part) for part in parts]
        return "\n\n\n".join([*self.helpers(), *texts]) + "\n"

    def helpers(self) -> list[str]:
        """What the functions call and `math` does not have."""
        return [*self.dialect.helpers(), *([MEAN] if self.rule is not None else [])]

    # Functions.

    def forward(self) -> Iterator[str]:
        several = len(self.program.outputs) > 1
        yield "def forward(parameters, row):"
        yield f'    """The {"outputs" if several else "output"} for one row."""'
        yield from self.opening(backward=False)
        yield from self.statements(self.program.forward)
        outputs = [self.written(output) for output in self.program.outputs]
        yield from listed("    return ", outputs) if several else [f"    return {outputs[0]}"]

    def gradients(self) -> Iterator[str]:
        yield "def gradients(parameters, row):"
        yield '    """The loss of one row, and its derivative by every parameter."""'
        yield from self.opening(backward=True)
        yield from self.statements(self.program.forward)
        yield ""
        yield "    # Backward, from the loss to the parameters."
        yield from self.statements(self.program.backward)
        loss, found = self.written(self.program.outputs[0]), self.program.gradients
        if not any(gradient is not None and gradient.stored for gradient in found):
            names = ["0.0" if gradient is None else self.place(gradient) for gradient in found]
            yield from listed(f"    return {loss}, ", names)
            return
        for index, gradient in enumerate(found):
            if gradient is not None and not gradient.stored:
                yield f"    gradient[{index}] = {self.place(gradient)}"
        yield f"    return {loss}, gradient"

    def opening(self, backward: bool) -> Iterator[str]:
        for variables, array in (
            (self.program.parameters, "parameters"),
            (self.program.inputs, "row"),
        ):
            named = [variable for variable in variables if not variable.stored]
            names = ", ".join(map(self.place, named)) + "," * (len(named) == 1)
            if named and len(named) == len(variables):
                if len(names) + len(array) + 7 <= LINE:
                    yield f"    {names} = {array}"
                else:
                    yield from ["    (", *filled(names, 8), f"    ) = {array}"]
            else:
                for variable in named:
                    yield f"    {self.place(variable)} = {array}[{variable.index}]"
        arrays = ["value", *(["adjoint", "gradient"] if backward else [])]
        every = [*self.program.forward, *(self.program.backward if backward else ())]
        needed = stored_kinds(every)
        for kind in arrays:
            if kind in needed:
                length = self.program.values
                if kind == "gradient":
                    length = len(self.program.parameters)
                yield f"    {ARRAYS[kind]} = [0.0] * {length}"

    def update(self, rule: UpdateRule) -> Iterator[str]:
        head, *body = python_update(rule, self.dialect)
        if len(head) <= LINE:
            yield head
        else:
            name, _, arguments = head.removesuffix("):").partition("(")
            yield from [f"{name}(", *filled(arguments, 4), "):"]
        yield '    """Changes the parameters, in place, by their gradients."""'
        yield from body

    def step(self) -> Iterator[str]:
        yield "def step(parameters, rows, number, settings, state):"
        yield '    """The update of this number, by the mean gradient of the rows.'
        yield ""
        yield "    Changes the parameters and the state; returns the mean loss before."
        yield '    """'
        yield "    found = [gradients(parameters, row) for row in rows]"
        yield "    means = [mean(column) for column in zip(*[gradient for _, gradient in found])]"
        yield "    update(parameters, means, number, *settings, *state)"
        yield "    return mean([loss for loss, _ in found])"

    # Instructions.

    def statements(self, instructions: Sequence[Instruction]) -> Iterator[str]:
        for instruction in instructions:
            match instruction:
                case Comment(text):
                    yield f"    # {printable(text)}"
                case Assign(target, tree, names, accumulate):
                    sign = "+=" if accumulate else "="
                    text = self.dialect.write(tree, self.names(names))
                    yield from wrapped(f"    {self.place(target)} {sign} ", text)
                case Reduce(target):
                    piece = self.fold(instruction)
                    if target in self.inlined:
                        self.pieces[target] = piece
                    else:
                        yield from wrapped(f"    {self.place(target)} = ", piece[0])
                case Map():
                    yield from self.each(instruction)
                case Guard(tree, names, operation, where):
                    yield from wrapped("    if ", self.dialect.write(tree, self.names(names)), ":")
                    yield f'        raise ValueError("{operation} is undefined where {where}")'

    def fold(self, fold: Reduce) -> Piece:
        """A reduction as an expression."""
        if fold.spans is not None:
            names, head = self.loop(fold.names, fold.spans, {})
            text = f"[{self.dialect.write(fold.tree, names)} for {head}]"
            return self.dialect.call(fold.kind, [text])
        terms = []
        for own in fold.elements:
            names = {**self.names(fold.names), **self.names(own)}
            terms.append(self.dialect.within(fold.tree, PRODUCT, names))
        if fold.kind == "sum" and 0 < len(terms) <= _MOST_TERMS:
            return " + ".join(terms), SUM
        return self.dialect.call(fold.kind, [f"[{', '.join(terms)}]"])

    def each(self, each: Map) -> Iterator[str]:
        target = _slice(each.target)
        before = self.unused("before")
        also = {before: target} if each.accumulate else {}
        names, head = self.loop(each.names, each.spans, also)
        if each.accumulate:
            text = f"[{before} + {self.dialect.within(each.tree, PRODUCT, names)} for {head}]"
        elif head:
            text = f"[{self.dialect.write(each.tree, names)} for {head}]"
        else:
            text = f"[{self.dialect.write(each.tree, names)}] * {each.target.length}"
        yield from wrapped(f"    {target} = ", text)

    def loop(
        self, names: Mapping[str, Operand], spans: Mapping[str, Span], also: Mapping[str, str]
    ) -> tuple[dict[str, str | float | Piece], str]:
        """Names within a loop over neighbours, and its head; empty without anything to go over."""
        own = {name: self.unused(element(name)) for name in spans}
        slices = {**also, **{own[name]: _slice(run) for name, run in spans.items()}}
        written = ", ".join(slices.values())
        head = f"{', '.join(slices)} in {f'zip({written})' if len(slices) > 1 else written}"
        return {**self.names(names), **own}, head if slices else ""

    def unused(self, name: str) -> str:
        """The name, or a longer one where a variable is called like that."""
        while name in self.names_taken:
            name += "_"
        return name

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
        # No identifier made from a label ends with an underscore.
        return variable.name + "_" * (variable.name in CALLED)


def _slice(run: Span) -> str:
    return f"{ARRAYS[run.kind]}[{run.start}:{run.start + run.length}]"
