"""The program of a live page, in JavaScript: every number of the graph, for any numbers of leaves.

`trace` computes values and local derivatives, `backward` the gradients, and `train` makes steps of
gradient descent. All of it is printed from the formula sheet, and from loops in its language.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Sequence

from engine.graph.paths import Edge
from engine.graph.value import Value
from engine.graph.walks import is_dead
from engine.page.notation import LocalForm
from engine.programs.lower.ir import Assign, Comment, Function, Instruction, Result, Variable
from engine.programs.lower.loops import functions
from engine.programs.lower.lowering import Lowering, lower
from engine.programs.lower.op_formulas import LIVE, names_of
from engine.programs.lower.rules import UpdateRule
from engine.programs.lower.statements import function
from engine.programs.recording import Recording
from engine.programs.write.javascript import JavaScriptWriter
from engine.programs.write.program import LONGEST
from engine.sheet.computation import needed
from engine.sheet.inlining import inlined, replaced

BACKWARD = """
def backward(locals: Constants, alive: Constants, users: Order, operands: Order, live: Numbers,
             gradients: Numbers) -> None:
    "Adds up, edge by edge, what arrives at every node; nothing passes where a path has ended."
    for edge in range(EDGES):
        if live[users[edge]] * alive[edge] != 0.0:
            live[operands[edge]] = 1.0
            gradients[operands[edge]] += locals[edge] * gradients[users[edge]]
"""
_NOTHING = ast.Constant(0.0)
DESCENT = (("parameter", "parameter - rate * gradient"),)


def program_source(
    order: Sequence[Value],
    edges: Sequence[Edge],
    forms: Sequence[LocalForm],
    training: Recording | None,
) -> str:
    """A JavaScript expression for the object of the page's functions.

    `order`: all nodes, operands before their users, whose places are those of `values`; `edges`:
    from the output back, with the textbook form of each. `training`: what `train` is made for, if
    anything; its rows hold the inputs in their order.
    """
    leaves = [node for node in order if node.op is None]
    tracing = _Tracing(Recording([order[-1]], leaves, []), order, edges, forms)
    parts = [tracing.function(), function(BACKWARD, {"EDGES": len(edges)})]
    names = ["trace", "backward"]
    if training is not None:
        rule = UpdateRule(DESCENT, ["rate"])
        parts += functions(lower(training, LONGEST), rule, wanted="train")
        names.append("train")
    writer = JavaScriptWriter()
    texts = writer.functions(parts)
    body = "\n\n".join([*writer.helpers(), *texts])
    return f"(() => {{\n{body}\n\nreturn {{ {', '.join(names)} }};\n}})()"


class _Tracing(Lowering):
    """Forward through a graph, with the local derivative of every edge and whether it ends."""

    def __init__(
        self,
        recording: Recording,
        order: Sequence[Value],
        edges: Sequence[Edge],
        forms: Sequence[LocalForm],
    ) -> None:
        super().__init__(recording, longest=sys.maxsize)
        for place, node in enumerate(order):
            self.variables[node] = Variable("value", place, f"value {place}", stored=True)
        self.order = order
        self.numbered: dict[Value, list[tuple[int, Edge, LocalForm]]] = {}
        for number, (edge, form) in enumerate(zip(edges, forms)):
            self.numbered.setdefault(edge.node, []).append((number, edge, form))

    def function(self) -> Function:
        arrays = ("values", "locals", "alive", "branches")
        about = (
            "The value of every operation; the local derivative of every edge, whether the path "
            "goes on there, and which branch of the formula holds. NaN where one is undefined."
        )
        body = [*self.instructions(), Result(1.0)]
        return Function("trace", about, dict.fromkeys(arrays, "Numbers"), "float", body)

    def instructions(self) -> Iterator[Instruction]:
        for node in self.order:
            if node in self.recording.numbers:
                # Computed from plain numbers alone.
                constant = ast.Constant(self.recording.numbers[node])
                yield Assign(self.variables[node], constant, {})
            elif node.op is not None:
                yield Comment(node.label or node.op.name)
                yield from self.compute(node)
                yield from self.locals(node)

    def locals(self, node: Value) -> Iterator[Instruction]:
        edges = self.numbered.get(node, [])
        formulas, arguments = self.arguments(node)
        op = node.op
        assert op is not None
        names = {name: arg for name, arg in arguments.items() if name not in op.sequences}
        names |= {"out": self.variables[node], **self.kept.get(node, {})}
        places = [op.place(len(node.args), edge.position) for _, edge, _ in edges]
        contributions = [formulas.contributions[name] for name, _ in places]
        trees = [contribution.partial for contribution in contributions]
        yield from self.steps(node, needed(formulas.computation.after, trees), arguments, names)
        for (number, edge, form), (_, index), contribution in zip(edges, places, contributions):
            own = {item: arguments[item][index] for item in op.sequences} | names
            results = {"locals": contribution.partial}
            # A plain number 0 as the other factor ends the path, whatever the numbers are.
            cut = contribution.live is None and is_dead(node.partials[edge.position])
            if cut or contribution.is_nothing:
                results = {"locals": _NOTHING, "alive": _NOTHING}
            elif contribution.live is not None:
                results["alive"] = replaced(contribution.live, {LIVE: ast.Constant(1.0)})
            if len(form.branches) > 1:
                results["branches"] = inlined(form.chosen)
            for array, tree in results.items():
                known = {name: own[name] for name in names_of(tree) if name in own}
                yield Assign(Variable(array, number, array, stored=True), tree, known)
