"""The variables of a program: which number of the graph each is, and which lie side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.graph.value import Value
from engine.programs.lower.identifiers import Identifiers
from engine.programs.lower.ir import Kind, Operand, Span, Variable
from engine.programs.lower.op_formulas import op_of, operands_of
from engine.programs.recording import Recording

# Of more parameters or inputs than this a source names none; they are elements of their array.
MOST_NAMES = 64


class Variables:
    """Those of a recorded graph; sequences of more than `longest` neighbours become spans."""

    def __init__(self, recording: Recording, longest: int) -> None:
        self.recording = recording
        self.longest = longest
        identifiers = self.identifiers = Identifiers()
        self.variables: dict[Value, Variable] = {}
        for kind, leaves in (("input", recording.inputs), ("parameter", recording.parameters)):
            many = len(leaves) > MOST_NAMES
            for index, leaf in enumerate(leaves):
                name = f"{kind}{index}" if many else identifiers.new(leaf.label, kind[0])
                self.variables[leaf] = Variable(kind, index, name, stored=many)
        self.slots = 0
        self.spans: dict[tuple[Value, str], Span] = {}
        self.find_runs()
        for node in recording.nodes:
            if node not in self.variables:
                self.new_value(node)
        self.adjoints: dict[Variable, Variable] = {}

    def new_value(self, node: Value, stored: bool = False) -> Variable:
        name = self.identifiers.new(node.label, "t")
        variable = self.variables[node] = Variable("value", self.slots, name, stored)
        self.slots += 1
        return variable

    def operand(self, arg: Value | float) -> Operand:
        """The variable of a node, or the number of a constant."""
        variable = self.variables.get(arg)  # type: ignore[arg-type]
        return self.recording.number(arg) if variable is None else variable

    def adjoint(self, variable: Variable) -> Variable:
        """The derivative of the output with respect to a variable."""
        found = self.adjoints.get(variable)
        if found is None:
            kind: Kind = "gradient" if variable.kind == "parameter" else "adjoint"
            name = f"d_{variable.name}"
            if not variable.stored:
                name = self.identifiers.new(name, "d")  # a label may be d_w, too
            found = Variable(kind, variable.index, name, variable.stored)
            self.adjoints[variable] = found
        return found

    def temporary(self, name: str) -> Variable:
        """A value that no node holds: a sum within a formula."""
        self.slots += 1
        return Variable("value", self.slots - 1, self.identifiers.new(name, "t"))

    # Loops.

    def find_runs(self) -> None:
        """Finds the sequences that loops can go over, and gives their nodes neighbouring places."""
        self.inner: set[Any] = set(self.recording.nodes)
        for node in self.recording.nodes:
            op = op_of(node)
            if not op.sequences or len(node.args) <= self.longest:
                continue
            grouped = operands_of(node)
            found = {name: self.run(grouped[name]) for name in op.sequences}
            if None not in found.values():
                self.spans.update({(node, name): run for name, run in found.items() if run})
        # A row is taken apart into names, or all of it is left in its array.
        for leaves in (self.recording.inputs, self.recording.parameters):
            stored = any(self.variables[leaf].stored for leaf in leaves)
            for leaf in leaves:
                self.variables[leaf].stored = stored

    def run(self, operands: Sequence[Value | float]) -> Span | None:
        if len(operands) <= self.longest:
            return None
        fresh = all(arg in self.inner and arg not in self.variables for arg in operands)
        if fresh and len(set(operands)) == len(operands):
            for arg in operands:
                self.new_value(arg)  # type: ignore[arg-type]
        variables = [self.variables.get(arg) for arg in operands]  # type: ignore[arg-type]
        first = variables[0]
        if first is None:
            return None
        for index, variable in enumerate(variables, first.index):
            if variable is None or variable.kind != first.kind or variable.index != index:
                return None
        for variable in variables:
            assert variable is not None
            variable.stored = True
        return Span(first.kind, first.index, len(operands))
