"""A whole program as text: data, functions, and what it prints when it is run by itself.

One number per line: `loss 225`, `gradient w111 240` and, after a step on the recorded row,
`parameter w111 -23.9`; a prediction prints its outputs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.graph.value import Value
from engine.programs.lower.identifiers import Identifiers
from engine.programs.lower.ir import Function, Operand, Variable
from engine.programs.lower.loops import functions
from engine.programs.lower.lowering import lower
from engine.programs.lower.rules import Optimizer, UpdateRule
from engine.programs.lower.statements import function
from engine.programs.lower.variables import MOST_NAMES
from engine.programs.recording import Recording
from engine.programs.write.braces import comment
from engine.programs.write.tables import Table
from engine.programs.write.text import filled

# Sums of up to so many terms are written out.
LONGEST = 16

LOSS = """
def main() -> None:
    "Prints what the program comes to."
    evaluate(parameters, recorded, 1, losses)
    show("loss", "", losses[0])
    batch(parameters, recorded, order, 0, 1, 1.0, gradient, row_gradient)
    for i in range(PARAMETERS):
        show("gradient ", names[i], gradient[i])
"""
STEP = """
    train(parameters, state, settings, recorded, order, 1, 1, 1, 1.0, steps, losses, gradient,
          row_gradient)
    for i in range(PARAMETERS):
        show("parameter ", names[i], parameters[i])
"""
OUTPUTS = """
def main() -> None:
    "Prints what the program comes to."
    evaluate(parameters, recorded, 1, outputs)
    for i in range(OUTPUTS):
        show("output ", names[i], outputs{row}[i])
"""


class ProgramText:
    """What all languages say of a program: its header, its data, its functions and `main`."""

    def __init__(
        self, recording: Recording, optimizer: Optimizer | None, rule: UpdateRule | None
    ) -> None:
        self.recording = recording
        self.optimizer = optimizer
        self.rule = rule
        self.kernel = lower(recording, LONGEST)
        self.inputs = _names(recording.inputs, self.kernel.inputs)
        self.parameters = _names(recording.parameters, self.kernel.parameters)
        self.outputs = [_name_of(output) for output in self.kernel.outputs]

    def functions(self) -> list[Function]:
        """Those that the program needs."""
        return functions(self.kernel, self.rule)

    def main(self) -> Function:
        """What the program does when it is run by itself."""
        sizes = {"PARAMETERS": len(self.parameters), "OUTPUTS": len(self.outputs)}
        if not self.kernel.trained:
            several = len(self.outputs) > 1
            return function(OUTPUTS.format(row="[0]" * several), sizes)
        return function(LOSS + (STEP if self.optimizer is not None else ""), sizes)

    def header(self) -> Iterator[str]:
        """What the program computes, and what it prints when it is run."""
        inputs = f" from {_several(self.inputs, 'inputs')}" if self.inputs else ""
        count = len(self.parameters)
        with_ = f" with {count} parameter{'s' * (count != 1)}" if count else ""
        yield f"{_several(self.outputs, 'outputs')}, computed{inputs}{with_}. Made by chaingrad."
        yield ""
        if not self.kernel.trained:
            yield "Run by itself it prints the outputs for the recorded row."
            return
        printed = "the loss of the recorded row and its derivative by every parameter"
        if self.optimizer is None or self.rule is None:
            yield f"Run by itself it prints {printed}."
            yield "It was compiled without an optimiser, so it has no function `train`."
            return
        given = self.optimizer.settings
        settings = ", ".join(f"{name} = {given[name]:g}" for name in self.rule.setting_names)
        yield (
            f"Run by itself it prints {printed}, and the parameters after one step of "
            f"{type(self.optimizer).__name__}: {settings}."
        )

    def tables(self) -> Iterator[Table]:
        """The data that `main` uses."""
        leaves = self.recording.parameters
        count, outputs = len(leaves), len(self.outputs)
        notes = [_note(leaf, name) for leaf, name in zip(leaves, self.parameters)]
        yield Table("parameters", "Numbers", [leaf.data for leaf in leaves], "", notes)
        recorded = [leaf.data for leaf in self.recording.inputs]
        notes = [_note(leaf, name) for leaf, name in zip(self.recording.inputs, self.inputs)]
        yield Table("recorded", "Rows", [recorded], "The row that was recorded.", notes)
        if not self.kernel.trained:
            yield Table("names", "Texts", self.outputs)
            zeros = [0.0] * outputs
            several = outputs > 1
            yield Table(
                "outputs", "Outputs" if several else "Numbers", [zeros] if several else zeros
            )
            return
        yield Table("names", "Texts", self.parameters)
        yield Table("order", "Order", [0], "Which row is visited when.")
        if self.optimizer is not None and self.rule is not None:
            given, state = self.optimizer.settings, self.optimizer.state
            names = self.rule.setting_names
            yield Table(
                "settings",
                "Constants",
                [given[name] for name in names],
                "Of the optimiser: its settings, what it remembers for each parameter, and how "
                "many updates it has made.",
                names,
            )
            rows = [state[name] for name in self.rule.state_names]
            yield Table("state", "State", rows, "", self.rule.state_names)
            yield Table("steps", "float", [float(self.optimizer.steps)])
        yield Table("losses", "Numbers", [0.0], "Space for results.")
        yield Table("gradient", "Numbers", [0.0] * count)
        yield Table("row_gradient", "Numbers", [0.0] * count)


def _names(leaves: Sequence[Value], variables: Sequence[Variable]) -> list[str]:
    """Names for a table: those of the functions, where these name every leaf."""
    if len(leaves) <= MOST_NAMES:
        return [variable.name for variable in variables]
    identifiers = Identifiers()
    return [identifiers.new(leaf.label, variables[0].kind[0]) for leaf in leaves]


def _note(leaf: Value, name: str) -> str:
    """The name, and the label where it says more than the name that was made from it."""
    label = comment(leaf.label or "")
    return name if label in (name, "") else f"{name}: {label}"


def _name_of(output: Operand) -> str:
    return output.name if isinstance(output, Variable) else "constant"


def _several(names: Sequence[str], kind: str) -> str:
    return ", ".join(names) if len(names) <= 12 else f"{len(names)} {kind}"


def paragraphs(texts: Iterator[str], indent: int) -> Iterator[str]:
    """Each text in lines of its own."""
    for text in texts:
        yield from filled(text, indent) or [""]
