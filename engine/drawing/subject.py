"""What a drawing says of a graph: names, styles and gradients of nodes, labels of edges.

The views differ in which nodes share a box; what is said of a node is the same in all of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping

from engine.base.numbers import DIGITS, shown
from engine.drawing.path import highlighted_nodes, operands
from engine.drawing.style import (
    ARROW,
    DATA,
    DIM_ARROW,
    DIM_LOCAL,
    GRADIENT,
    LOCAL,
    LOSS,
    MUTED,
    OPERATION,
    PARAMETER,
    Style,
    dimmed,
    head_label,
    plain_name,
    quoted,
    value_box,
)
from engine.drawing.symbols import given_inputs, symbol_of
from engine.graph.naming import Naming
from engine.graph.value import Value
from engine.graph.walks import is_dead, topological_order

# Where data enters and leaves a box, by the direction of the drawing.
_PORTS = {"LR": ("e", "w"), "RL": ("w", "e"), "TB": ("s", "n"), "BT": ("n", "s")}
DIRECTIONS = tuple(_PORTS)


class Subject:
    """A graph to draw.

    `order`: its nodes, operands first; `identity`: their ids in DOT, by that order, so that the
    same graph gives the same text; `naming`: their names in texts. `users`: per node the nodes that
    use it, each with the local derivative, once per edge. `highlighted`: the nodes on the paths
    that are, None for an ordinary drawing.

    With `gradients` the picture is live: its numbers change when it is shown, so that its parts
    have ids, tooltips say no numbers, and the gradients are these, whatever `backward` has left.
    """

    def __init__(
        self,
        root: Value,
        names: Mapping[str, object],
        path: Collection[Value],
        direction: str = "LR",
        digits: int = DIGITS,
        gradients: Mapping[Value, float] | None = None,
    ) -> None:
        self.root = root
        self.order = topological_order(root)
        self.identity = {node: f"n{number}" for number, node in enumerate(self.order, 1)}
        self.users: dict[Value, list[tuple[Value, float]]] = {node: [] for node in self.order}
        for node in self.order:
            for operand, partial in operands(node):
                self.users[operand].append((node, partial))
        # The numbers that stand beside the drawing in boxes of their own, by position.
        self.inputs = {node: given for node in self.order if (given := given_inputs(node))}
        self.highlighted = highlighted_nodes(self.order, path) if path else None
        self.direction = direction
        self.tail_port, self.head_port = _PORTS[direction]
        self.digits = digits
        self.naming = Naming(self.order, names)
        self.is_live = gradients is not None
        self._gradients = gradients
        # What the root's own gradient is: 0 says that `backward` has not run.
        self.seed = root.grad if gradients is None else 1.0
        # How many of the edges between two nodes have been drawn.
        self._drawn: Counter[tuple[Value, Value]] = Counter()

    def shown(self, number: float) -> str:
        """A number in the digits of this drawing."""
        return shown(number, self.digits)

    def range(self, numbers: Collection[float]) -> str:
        """The least and the greatest of some numbers."""
        least, most = self.shown(min(numbers)), self.shown(max(numbers))
        return least if least == most else f"{least} … {most}"

    def name(self, node: Value) -> str:
        """The node's label, else the name or number that it has in texts, too."""
        labelled = node.label and node.label.strip()
        return plain_name(node.label if labelled else self.naming.text(node))

    def is_highlighted(self, node: Value) -> bool:
        return self.highlighted is None or node in self.highlighted

    def style(self, node: Value) -> Style:
        if node.op is None:
            style = PARAMETER if node.role == "parameter" else DATA
        else:
            style = LOSS if node is self.root else OPERATION
        return style if self.is_highlighted(node) else dimmed(style)

    def gradient(self, node: Value) -> str:
        """The gradient in words. `backward` gives the root 1, so a 0 there says it has not run."""
        gradient = self.gradient_of(node)
        if self.seed:
            return f"grad {self.shown(gradient)}"
        # Leaves keep what an earlier backward, perhaps of another output, has added up.
        return f"grad {self.shown(gradient)} (earlier)" if gradient else "backward not run"

    def gradient_of(self, node: Value) -> float:
        return node.grad if self._gradients is None else self._gradients.get(node, 0.0)

    def tooltip(self, node: Value) -> str:
        made_by = "" if node.op is None else f" = {node.op.name}(…)"
        name, value = self.name(node), self.shown(node.data)
        if self.is_live:
            return quoted(f"{name}{made_by}")
        return quoted(f"{name}{made_by}: value {value}, {self.gradient(node)}")

    def cell(self, node: Value) -> str:
        """What the ids of a node's cells begin with: nothing where its numbers stay."""
        return self.identity[node] if self.is_live else ""

    def mark(self, identity: str, kind: str) -> str:
        """The attributes of a box or an arrow by which a live picture finds it; else none."""
        return f', id="{identity}", class="{kind}"' if self.is_live else ""

    def symbol(self, node: Value) -> tuple[str, str]:
        """The operation of a result, and the constants that stand nowhere else."""
        return symbol_of(node, self.digits, self.inputs.get(node, {}))

    def box(self, node: Value, more: str = "") -> str:
        """The line of DOT for a box of one node; `more`: what else there is to say of it."""
        symbol, note = (None, "") if node.op is None else self.symbol(node)
        label = value_box(
            self.style(node),
            symbol,
            self.name(node),
            self.shown(node.data),
            self.gradient(node),
            more or note,
            self.cell(node),
        )
        identity = self.identity[node]
        kind = node.role if node.op is None else "output" if node is self.root else "operation"
        options = f"tooltip={self.tooltip(node)}{self.mark(identity, kind)}"
        return f"\t{identity} [label={label}, {options}]\n"

    def local(self, partial: float, highlighted: bool = True) -> str:
        """The colour of a local derivative; a factor of 1 changes nothing and is muted."""
        if not highlighted:
            return DIM_LOCAL
        if self.highlighted is not None:
            return GRADIENT
        return MUTED if partial == 1 else LOCAL

    def edge(
        self,
        ends: str,
        operand: Value,
        node: Value,
        partial: float,
        options: str = "",
        padding: tuple[str, str] = (" ", " "),
        at_head: bool = False,
    ) -> str:
        """The line of DOT for one operand of one node; `ends` reads `n1 -> n2`, with ports.

        Dashed where the path ends, at a branch that is not taken. `at_head`: its label stands
        where it arrives.
        """
        highlighted = self.is_highlighted(operand)
        arrow, local = self.arrow(highlighted), self.local(partial, highlighted)
        factor = f"×{self.shown(partial)}"
        label = f'label="{padding[0]}{factor}{padding[1]}"'
        if at_head:
            label = head_label(factor, self.head_port == "e")
        tooltip = f"∂{self.name(node)}/∂{self.name(operand)}"
        if self.is_live:
            options += self.mark(self._edge(operand, node), "local")
        else:
            tooltip += f" = {self.shown(partial)}"
        if is_dead(partial) and not self.is_live:
            tooltip += ": the path ends here"
            options += ", style=dashed"
        return (
            f'\t{ends} [{label}, color="{arrow}", '
            f'fontcolor="{local}", edgetooltip={quoted(tooltip)}{options}]\n'
        )

    def _edge(self, operand: Value, node: Value) -> str:
        """The id of an arrow: its nodes, and which of the edges between them it is."""
        self._drawn[operand, node] += 1
        return edge_id(self.identity[operand], self.identity[node], self._drawn[operand, node])

    def arrow(self, highlighted: bool) -> str:
        if self.highlighted is None:
            return ARROW
        return GRADIENT if highlighted else DIM_ARROW


def edge_id(tail: str, head: str, number: int) -> str:
    """The id of the edge from one node to another of a live picture; there may be several."""
    return f"{tail}_{head}_{number}"
