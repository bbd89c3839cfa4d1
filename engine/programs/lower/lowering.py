"""From a recorded graph to instructions: the sheet's formulas, node by node, forward and backward.

Backward is reverse mode: when the loop comes to a node, everything that uses it has contributed to
its adjoint; the node then contributes adjoint · partial to each of its operands.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Any

from engine.graph.value import Value
from engine.programs.lower.dead_ends import DeadEnds
from engine.programs.lower.ir import (
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
from engine.programs.lower.marks import Marks
from engine.programs.lower.op_formulas import (
    ADJOINT,
    LIVE,
    OpFormulas,
    names_of,
)
from engine.programs.lower.variables import Variables, adjoint_kind
from engine.programs.recording import Recording
from engine.sheet.computation import Step, needed

# Once, because what is known of a formula is remembered with it.
_LIVE, _NOTHING = ast.Name(LIVE), ast.Constant(0.0)


def lower(recording: Recording, longest: int = 16) -> Kernel:
    """The instructions of a graph.

    Sums and other reductions over more than `longest` neighbours become loops.
    """
    return Lowering(recording, longest).result()


class Lowering(Variables):
    """Writes the instructions of a graph, node by node."""

    def __init__(self, recording: Recording, longest: int) -> None:
        super().__init__(recording, longest)
        # What the value of a node needed and its derivatives need again.
        self.kept: dict[Value, dict[str, Operand]] = {}
        # The places of what has been set and is added to from then on, by the arrays.
        self.started = {kind: Marks() for kind in ("value", "adjoint", "gradient")}
        # For nodes that a path may not lead to: 0 where none does.
        self.lives: dict[Value, Variable] = {}

    def result(self) -> Kernel:
        recording = self.recording
        forward = list(self.forward())
        # Several outputs are a prediction, which has no derivative to compute.
        trained = bool(recording.parameters) and len(recording.outputs) == 1
        if trained:
            self.ends = DeadEnds(recording, self.operations, self.spans)
        backward = list(self.backward()) if trained else []
        return Kernel(
            self.inputs,
            self.parameters,
            forward,
            backward,
            trained,
            [self.operand(output) for output in recording.outputs],
            self.gradients(),
            self.slots,
        )

    def gradients(self) -> dict[int, Operand]:
        """Those that no instruction stores, by the places of their parameters."""
        started = self.started["gradient"]
        found: dict[int, Operand] = dict.fromkeys(started.others(len(self.parameters)), 0.0)
        for adjoint in self.adjoints.values():
            if adjoint.kind == "gradient" and not adjoint.stored:
                found[adjoint.index] = adjoint
        return dict(sorted(found.items()))

    # Forward.

    def forward(self) -> Iterator[Instruction]:
        scope: str | None = None
        for node in self.recording.nodes:
            if node.scope != scope and node.scope:
                yield Comment(node.scope)
            scope = node.scope
            yield from self.compute(node)

    def arguments(self, node: Value) -> tuple[OpFormulas, dict[str, Any]]:
        """The node's formulas, and what its operands' names stand for, but for those of spans."""
        op, formulas, operands = self.operations[node]
        names: dict[str, Any] = {}
        for name, arg in operands.items():
            if name not in op.sequences:
                names[name] = self.operand(arg)
            elif (node, name) not in self.spans:
                names[name] = list(map(self.operand, arg))
        return formulas, names

    def compute(self, node: Value) -> Iterator[Instruction]:
        formulas, arguments = self.arguments(node)
        op = self.operations[node].op
        names = {name: arg for name, arg in arguments.items() if name not in op.sequences}
        if formulas.undefined is not None:
            yield Guard(formulas.undefined, names, op.name, op.undefined)
        before = formulas.computation.before
        yield from self.steps(node, before, arguments, names)
        if before:
            self.kept[node] = {step.name: names[step.name] for step in before}
        yield Assign(self.variables[node], formulas.computation.value, names)

    def steps(
        self,
        node: Value,
        steps: Sequence[Step],
        arguments: dict[str, Any],
        names: dict[str, Operand],
    ) -> Iterator[Instruction]:
        """The common parts of a node's formulas, whose results join `names`."""
        op = self.operations[node].op
        for name, kind, tree in steps:
            target = self.temporary(name)
            if not kind:
                yield Assign(target, tree, names.copy())
                names[name] = target
                continue
            sequences = [item for item in names_of(tree) if item in op.sequences]
            common = {item: names[item] for item in names_of(tree) if item in names}
            spans = {item: self.spans.get((node, item)) for item in sequences}
            if all(spans.values()):
                known = {item: run for item, run in spans.items() if run}
                length = next(iter(known.values())).length
                yield Reduce(target, kind, tree, common, spans=known, length=length)
            else:
                columns = [arguments[item] for item in sequences]
                elements = [dict(zip(sequences, row)) for row in zip(*columns)]
                yield Reduce(target, kind, tree, common, elements, length=len(elements))
            names[name] = target

    # Backward.

    def backward(self) -> Iterator[Instruction]:
        scope: str | None = None
        (output,) = self.recording.outputs
        for node in reversed(self.recording.nodes):
            if node not in self.recording.active or node not in self.ends.reached:
                continue
            adjoint: Operand = 1.0 if node is output else self.adjoint(node)
            if node.scope != scope and node.scope:
                yield Comment(f"backward: {node.scope}")
            scope = node.scope
            yield from self.contribute(node, adjoint)

    def contribute(self, node: Value, adjoint: Operand) -> Iterator[Instruction]:
        formulas, arguments = self.arguments(node)
        op = self.operations[node].op
        names = {name: arg for name, arg in arguments.items() if name not in op.sequences}
        names |= {"out": self.variables[node], ADJOINT: adjoint, LIVE: self.lives.get(node, 1.0)}
        names |= self.kept.get(node, {})
        edges = self.ends.edges[node]
        wanted = {name: formulas.contributions[name] for name in edges}
        trees = [contribution.partial for contribution in wanted.values()]
        yield from self.steps(node, needed(formulas.computation.after, trees), arguments, names)
        for name, contribution in wanted.items():
            tree = contribution.product
            if adjoint.__class__ is float:
                tree = contribution.partial  # the adjoint of the output is 1
            elif self.ends.may_be_infinite(node, name):
                tree = contribution.guarded
            if (node, name) in self.spans:
                known = {item: names[item] for item in names_of(tree) if item in names}
                yield from self.add_run(node, name, tree, known)
            else:
                for operand, known in self.elements(node, name, edges[name], tree, names):
                    yield self.add(self.adjoint(operand), tree, known)
            asked = self.ends.asked_of(node, name)
            if asked:
                tree = contribution.live or _LIVE
                for operand, known in self.elements(node, name, asked, tree, names):
                    yield self.add(self.live(operand), tree, known)

    def elements(
        self,
        node: Value,
        name: str,
        places: Sequence[int],
        tree: ast.expr,
        names: dict[str, Operand],
    ) -> Iterator[tuple[Value, dict[str, Operand]]]:
        """The operands at these places, each with what the names of a formula stand for there."""
        op, _, grouped = self.operations[node]
        known = {item: names[item] for item in names_of(tree) if item in names}
        if name not in op.sequences:
            yield grouped[name], known
            return
        sequences = [item for item in names_of(tree) if item in op.sequences]
        for place in places:
            own = {item: self.operand(grouped[item][place]) for item in sequences}
            yield grouped[name][place], {**known, **own}

    def live(self, node: Value) -> Variable:
        """Whether a path leads to the node: the number of them, or 0."""
        if node not in self.lives:
            self.lives[node] = self.temporary(f"live_{self.variables[node].name}")
        return self.lives[node]

    def add(self, target: Variable, tree: ast.expr, names: dict[str, Operand]) -> Instruction:
        accumulate = self.started[target.kind].add_one(target.index)
        return Assign(target, tree, names, accumulate)

    def add_run(
        self, node: Value, name: str, tree: ast.expr, names: dict[str, Operand]
    ) -> Iterator[Instruction]:
        """A loop that adds to the adjoints of neighbours, or sets them if nothing has yet."""
        run, operation = self.spans[node, name], self.operations[node]
        kind = adjoint_kind(run.kind)
        started = self.started[kind]
        accumulate = started.any(run.indices)
        if accumulate:
            for place, operand in zip(run.indices, operation.operands[name]):
                if place not in started:
                    yield Assign(self.adjoint(operand), _NOTHING, {})
        started.add(run.indices)
        # Those that the formula uses; or its own, so that there is something to go over.
        used = [item for item in names_of(tree) if item in operation.op.sequences]
        spans = {item: self.spans[node, item] for item in used or [name]}
        yield Map(Span(kind, run.start, run.length), tree, names, spans, accumulate)
