"""From a recorded graph to instructions: the sheet's formulas, node by node, forward and backward.

Backward is reverse mode: when the loop comes to a node, everything that uses it has contributed to
its adjoint; the node then contributes adjoint · partial to each of its operands.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Any

from engine.computation import Step, needed
from engine.programs.identifiers import Identifiers
from engine.programs.instructions import (
    Check,
    Comment,
    Compute,
    Each,
    Fold,
    Instruction,
    Instructions,
    Kind,
    Operand,
    Run,
    Variable,
)
from engine.programs.op_formulas import ADJOINT, OpFormulas, formulas_of, names_of
from engine.programs.recorded import Recorded
from engine.value import Value

# Of more parameters or inputs than this a source names none; they are elements of their array.
MOST_NAMES = 64


def lower(recorded: Recorded, longest: int = 16) -> Instructions:
    """The instructions of a graph.

    Sums and other reductions over more than `longest` neighbours become loops.
    """
    return _Lowering(recorded, longest).result()


class _Lowering:
    def __init__(self, recorded: Recorded, longest: int) -> None:
        self.recorded = recorded
        self.longest = longest
        identifiers = self.identifiers = Identifiers()
        self.variables: dict[Value, Variable] = {}
        for kind, leaves in (("input", recorded.inputs), ("parameter", recorded.parameters)):
            many = len(leaves) > MOST_NAMES
            for index, leaf in enumerate(leaves):
                name = f"{kind}{index}" if many else identifiers.new(leaf.label, kind[0])
                self.variables[leaf] = Variable(kind, index, name, stored=many)  # type: ignore[arg-type]
        # What the value of a node needed and its derivatives need again.
        self.kept: dict[Value, dict[str, Operand]] = {}
        self.active = {self.variables[leaf] for leaf in recorded.parameters}
        self.slots = 0
        self.runs: dict[tuple[Value, str], Run] = {}
        self.find_runs()
        for node in recorded.nodes:
            if node not in self.variables:
                self.new_value(node)
        self.adjoints: dict[Variable, Variable] = {}
        self.started: set[Variable] = set()

    def result(self) -> Instructions:
        recorded = self.recorded
        forward = list(self.forward())
        # Several outputs are a prediction, which has no derivative to compute.
        trained = recorded.parameters and len(recorded.outputs) == 1
        backward = list(self.backward()) if trained else []
        gradients = [self.adjoints.get(self.variables[leaf]) for leaf in recorded.parameters]
        return Instructions(
            [self.variables[leaf] for leaf in recorded.inputs],
            [self.variables[leaf] for leaf in recorded.parameters],
            forward,
            backward,
            [self.operand(output) for output in recorded.outputs],
            gradients,
            self.slots,
        )

    # Variables.

    def new_value(self, node: Value, stored: bool = False) -> Variable:
        name = self.identifiers.new(node.label, "t")
        variable = self.variables[node] = Variable("value", self.slots, name, stored)
        if node in self.recorded.active:
            self.active.add(variable)
        self.slots += 1
        return variable

    def operand(self, arg: Value | float) -> Operand:
        """The variable of a node, or the number of a constant."""
        variable = self.variables.get(arg)  # type: ignore[arg-type]
        return self.recorded.number(arg) if variable is None else variable

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
        self.inner: set[Any] = set(self.recorded.nodes)
        for node in self.recorded.nodes:
            assert node.op is not None
            if not node.op.sequences or len(node.args) <= self.longest:
                continue
            grouped = dict(zip(node.op.operands, node.op.group(node.args)))
            found = {name: self.run(grouped[name]) for name in node.op.sequences}
            if None not in found.values():
                self.runs.update({(node, name): run for name, run in found.items() if run})
        # A row is taken apart into names, or all of it is left in its array.
        for leaves in (self.recorded.inputs, self.recorded.parameters):
            stored = any(self.variables[leaf].stored for leaf in leaves)
            for leaf in leaves:
                self.variables[leaf].stored = stored

    def run(self, operands: Sequence[Value | float]) -> Run | None:
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
        return Run(first.kind, first.index, len(operands))

    # Forward.

    def forward(self) -> Iterator[Instruction]:
        scope: str | None = None
        for node in self.recorded.nodes:
            if node.scope != scope and node.scope:
                yield Comment(node.scope)
            scope = node.scope
            yield from self.compute(node)

    def arguments(self, node: Value) -> tuple[OpFormulas, dict[str, Any]]:
        """The node's formulas, and what its operands' names stand for."""
        op = node.op
        assert op is not None
        grouped = op.group(node.args)
        length = 0
        for name, arg in zip(op.operands, grouped):
            if name in op.sequences:
                length = len(arg)
        constants = tuple(map(float, grouped[len(op.operands) :]))
        names = {
            name: list(map(self.operand, arg)) if name in op.sequences else self.operand(arg)
            for name, arg in zip(op.operands, grouped)
        }
        return formulas_of(op, constants, length), names

    def compute(self, node: Value) -> Iterator[Instruction]:
        formulas, arguments = self.arguments(node)
        op = node.op
        assert op is not None
        names = {name: arg for name, arg in arguments.items() if name not in op.sequences}
        if formulas.undefined is not None:
            yield Check(formulas.undefined, names, op.name, op.undefined)
        before = formulas.computation.before
        yield from self.steps(node, before, arguments, names)
        if before:
            self.kept[node] = {step.name: names[step.name] for step in before}
        yield Compute(self.variables[node], formulas.computation.value, names)

    def steps(
        self,
        node: Value,
        steps: Sequence[Step],
        arguments: dict[str, Any],
        names: dict[str, Operand],
    ) -> Iterator[Instruction]:
        """The common parts of a node's formulas, whose results join `names`."""
        op = node.op
        assert op is not None
        for name, kind, tree in steps:
            target = self.temporary(name)
            if not kind:
                yield Compute(target, tree, names.copy())
                names[name] = target
                continue
            sequences = [entry for entry in names_of(tree) if entry in op.sequences]
            common = {entry: names[entry] for entry in names_of(tree) if entry in names}
            runs = {entry: self.runs.get((node, entry)) for entry in sequences}
            if all(runs.values()):
                known = {entry: run for entry, run in runs.items() if run}
                length = next(iter(known.values())).length
                yield Fold(target, kind, tree, common, runs=known, length=length)
            else:
                columns = [arguments[entry] for entry in sequences]
                elements = [dict(zip(sequences, row)) for row in zip(*columns)]
                yield Fold(target, kind, tree, common, elements, length=len(elements))
            names[name] = target

    # Backward.

    def backward(self) -> Iterator[Instruction]:
        scope: str | None = None
        (output,) = self.recorded.outputs
        for node in reversed(self.recorded.nodes):
            if node not in self.recorded.active:
                continue
            variable = self.variables[node]
            adjoint: Operand = 1.0 if node is output else self.adjoint(variable)
            if node.scope != scope and node.scope:
                yield Comment(f"backward: {node.scope}")
            scope = node.scope
            yield from self.contribute(node, adjoint)

    def contribute(self, node: Value, adjoint: Operand) -> Iterator[Instruction]:
        formulas, arguments = self.arguments(node)
        op = node.op
        assert op is not None
        names = {name: arg for name, arg in arguments.items() if name not in op.sequences}
        names |= {"out": self.variables[node], ADJOINT: adjoint}
        wanted = {
            name: tree
            for name, tree in formulas.computation.partials.items()
            if self.is_active(arguments[name])
        }
        names |= self.kept.get(node, {})
        after = needed(formulas.computation.after, list(wanted.values()))
        yield from self.steps(node, after, arguments, names)
        for name, tree in wanted.items():
            if isinstance(tree, ast.BinOp) and adjoint.__class__ is float:
                tree = tree.right  # the adjoint of the output is 1
            known = {entry: names[entry] for entry in names_of(tree) if entry in names}
            if name not in op.sequences:
                yield self.add(arguments[name], tree, known)
            elif (node, name) in self.runs:
                yield from self.add_run(node, name, tree, known)
            else:
                sequences = [entry for entry in names_of(tree) if entry in op.sequences]
                for index, operand in enumerate(arguments[name]):
                    if self.is_active(operand):
                        own = {entry: arguments[entry][index] for entry in sequences}
                        yield self.add(operand, tree, {**known, **own})

    def is_active(self, argument: Any) -> bool:
        if isinstance(argument, list):
            return any(map(self.is_active, argument))
        return isinstance(argument, Variable) and argument in self.active

    def add(self, operand: Variable, tree: ast.expr, names: dict[str, Operand]) -> Instruction:
        target = self.adjoint(operand)
        accumulate = target in self.started
        self.started.add(target)
        return Compute(target, tree, names, accumulate)

    def add_run(
        self, node: Value, name: str, tree: ast.expr, names: dict[str, Operand]
    ) -> Iterator[Instruction]:
        """A loop that adds to the adjoints of neighbours, or sets them if nothing has yet."""
        op, run = node.op, self.runs[node, name]
        assert op is not None
        operands = op.group(node.args)[op.operands.index(name)]
        targets = [self.adjoint(self.variables[operand]) for operand in operands]
        fresh = [target for target in targets if target not in self.started]
        accumulate = len(fresh) < len(targets)
        if accumulate:
            for target in fresh:
                yield Compute(target, ast.Constant(0.0), {})
        self.started.update(targets)
        # Those that the formula uses; or its own, so that there is something to go over.
        used = [entry for entry in names_of(tree) if entry in op.sequences]
        runs = {entry: self.runs[node, entry] for entry in used or [name]}
        kind: Kind = targets[0].kind
        yield Each(Run(kind, run.start, run.length), tree, names, runs, accumulate)
