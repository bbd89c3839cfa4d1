"""What the texts of a whole program in Python and in C share: names, numbers, the header."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.programs.backend_python import LONGEST
from engine.programs.identifiers import Identifiers
from engine.programs.ir import Operand, Variable
from engine.programs.lowering import lower
from engine.programs.recording import Recording
from engine.programs.rules import Optimizer, UpdateRule
from engine.programs.variables import MOST_NAMES
from engine.value import Value


class ProgramText:
    """What both languages say of a program."""

    def __init__(
        self, recording: Recording, optimizer: Optimizer | None, rule: UpdateRule | None
    ) -> None:
        self.recording = recording
        self.optimizer = optimizer
        self.rule = rule
        self.program = lower(recording, LONGEST)
        self.inputs = _names(recording.inputs, self.program.inputs)
        self.parameters = _names(recording.parameters, self.program.parameters)
        self.outputs = [_name_of(output) for output in self.program.outputs]

    def header(self) -> Iterator[str]:
        """What the program computes, and what it prints when it is run."""
        inputs = f" from {_several(self.inputs, 'inputs')}" if self.inputs else ""
        count = len(self.parameters)
        with_ = f" with {count} parameter{'s' * (count != 1)}" if count else ""
        yield f"{_several(self.outputs, 'outputs')}, computed{inputs}{with_}. Made by chaingrad."
        yield ""
        if not self.trained:
            yield "Run by itself it prints the outputs for the recorded row."
            return
        printed = "the loss of the recorded row and its derivative by every parameter"
        if self.optimizer is None:
            yield f"Run by itself it prints {printed}."
            yield "It was compiled without an optimiser, so it has no function `step`."
        else:
            settings = ", ".join(f"{k} = {v:g}" for k, v in self.settings())
            yield (
                f"Run by itself it prints {printed}, and the parameters after one step of "
                f"{type(self.optimizer).__name__}: {settings}."
            )

    def settings(self) -> list[tuple[str, float]]:
        """The optimiser's settings in the order of the rule."""
        assert self.optimizer is not None
        assert self.rule is not None
        return [(name, self.optimizer.settings[name]) for name in self.rule.setting_names]

    def state(self) -> list[tuple[str, list[float]]]:
        """What the optimiser remembers in the order of the rule."""
        assert self.optimizer is not None
        assert self.rule is not None
        return [(name, self.optimizer.state[name]) for name in self.rule.state_names]

    @property
    def trained(self) -> bool:
        return self.program.trained

    @property
    def several(self) -> bool:
        return len(self.outputs) > 1


def _names(leaves: Sequence[Value], variables: Sequence[Variable]) -> list[str]:
    """Names for a table: those of the functions, where these name every leaf."""
    if len(leaves) <= MOST_NAMES:
        return [variable.name for variable in variables]
    identifiers = Identifiers()
    return [identifiers.new(leaf.label, variables[0].kind[0]) for leaf in leaves]


def _name_of(output: Operand) -> str:
    return output.name if isinstance(output, Variable) else "constant"


def _several(names: Sequence[str], kind: str) -> str:
    return ", ".join(names) if len(names) <= 12 else f"{len(names)} {kind}"
