"""The variables of a program: which number of the graph each is, and which lie side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, overload

from engine.graph.value import Value
from engine.programs.lower.identifiers import Identifiers
from engine.programs.lower.ir import Kind, Operand, Span, Variable
from engine.programs.lower.op_formulas import operation_of
from engine.programs.recording import Recording

# Of more parameters or inputs than this a source names none; they are elements of their array.
MOST_NAMES = 64


class Leaves(Sequence[Variable]):
    """The variables of inputs or parameters.

    Where they are many, each is made when it is first asked for: the loops of wide layers go over
    spans, and ask for few of them.
    """

    def __init__(self, kind: Kind, leaves: Sequence[Value], identifiers: Identifiers) -> None:
        self.kind = kind
        self.leaves = leaves
        self.places = dict(zip(leaves, range(len(leaves))))
        self.made: dict[int, Variable] = {}
        if len(leaves) <= MOST_NAMES:
            for index, leaf in enumerate(leaves):
                self.made[index] = Variable(kind, index, identifiers.new(leaf.label, kind[0]))

    def __len__(self) -> int:
        return len(self.leaves)

    @overload
    def __getitem__(self, index: int) -> Variable: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Variable]: ...
    def __getitem__(self, index: int | slice) -> Variable | Sequence[Variable]:
        if isinstance(index, slice):
            return [self[place] for place in range(len(self))[index]]
        place = range(len(self))[index]
        if place not in self.made:
            self.made[place] = Variable(self.kind, place, f"{self.kind}{place}", stored=True)
        return self.made[place]

    def span(self, operands: Sequence[Value | float]) -> Span | None:
        """Where they lie, if they are neighbours here."""
        start = self.places.get(operands[0])  # type: ignore[arg-type]
        if start is None or self.leaves[start : start + len(operands)] != operands:
            return None
        # A row is taken apart into names, or all of it is left in its array.
        for variable in self.made.values():
            variable.stored = True
        return Span(self.kind, start, len(operands))


class Variables:
    """Those of a recorded graph; sequences of more than `longest` neighbours become spans."""

    def __init__(self, recording: Recording, longest: int) -> None:
        self.recording = recording
        self.longest = longest
        self.operations = {node: operation_of(node) for node in recording.nodes}
        identifiers = self.identifiers = Identifiers()
        self.inputs = Leaves("input", recording.inputs, identifiers)
        self.parameters = Leaves("parameter", recording.parameters, identifiers)
        self.variables: dict[Value, Variable] = {}
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

    def variable(self, node: Any) -> Variable | None:
        """That of a node, an input or a parameter; None for a constant."""
        found = self.variables.get(node)
        if found is None:
            for leaves in (self.parameters, self.inputs):
                place = leaves.places.get(node)
                if place is not None:
                    found = self.variables[node] = leaves[place]
        return found

    def operand(self, arg: Value | float) -> Operand:
        """The variable of a node, or the number of a constant."""
        variable = self.variable(arg)
        return self.recording.number(arg) if variable is None else variable

    def adjoint(self, node: Value) -> Variable:
        """The derivative of the output with respect to a node or a parameter."""
        variable = self.variable(node)
        assert variable is not None
        found = self.adjoints.get(variable)
        if found is None:
            kind = adjoint_kind(variable.kind)
            name = f"d_{variable.name}"
            if not variable.stored:
                name = self.identifiers.free(name, "d")  # a label may be d_w, too
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
        for node, (op, _, operands) in self.operations.items():
            if not op.sequences or len(node.args) <= self.longest:
                continue
            found = {name: self.run(operands[name]) for name in op.sequences}
            if None not in found.values():
                self.spans.update({(node, name): run for name, run in found.items() if run})

    def run(self, operands: Sequence[Value | float]) -> Span | None:
        if len(operands) <= self.longest:
            return None
        for leaves in (self.parameters, self.inputs):
            if operands[0] in leaves.places:
                return leaves.span(operands)
        if not all(operand in self.operations for operand in operands):
            return None
        fresh = all(operand not in self.variables for operand in operands)
        if fresh and len(set(operands)) == len(operands):
            for operand in operands:
                self.new_value(operand)  # type: ignore[arg-type]
        found = [self.variables.get(operand) for operand in operands]  # type: ignore[arg-type]
        variables = [variable for variable in found if variable is not None]
        start = variables[0].index if variables else 0
        neighbours = range(start, start + len(operands))
        if [variable.index for variable in variables] != [*neighbours]:
            return None
        for variable in variables:
            variable.stored = True
        return Span("value", start, len(operands))


def adjoint_kind(kind: Kind) -> Kind:
    """The array of the derivatives with respect to what is in this one."""
    return "gradient" if kind == "parameter" else "adjoint"
