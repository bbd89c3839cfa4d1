"""All gradients of an output explained, as a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.base.numbers import DIGITS, shown
from engine.base.spelling import Text
from engine.explaining.paths import Explanation, where
from engine.explaining.wording import RoundingText, counted
from engine.graph.naming import Naming
from engine.graph.value import Value
from engine.graph.walks import topological_order


class GradientTable:
    """All parameters of an output: value, gradient, and the chain where there is only one."""

    def __init__(
        self, y: Value, names: Mapping[str, Any] | None = None, digits: int = DIGITS
    ) -> None:
        order = topological_order(y)
        leaves = [node for node in order if node.op is None]
        self.y = y
        self.parameters = [leaf for leaf in leaves if leaf.role == "parameter"] or leaves
        self._naming = Naming(order, names)
        self.explanations = [
            Explanation(y, leaf, self._naming, digits=digits) for leaf in self.parameters
        ]
        self._digits = digits
        self.text = Text("\n".join(self._rows()) + where(self._naming, RoundingText(digits)))
        self.markdown = self._write_markdown()

    def __repr__(self) -> str:
        return str(self.text)

    def _repr_markdown_(self) -> str:
        return self.markdown

    def _cells(self) -> list[list[str]]:
        y = self._naming.text(self.y)
        cells = [["", "value", f"∂{y}/∂·", "chain"]]
        for leaf, explanation in zip(self.parameters, self.explanations):
            chain = f"{counted(explanation.count)} paths"
            if explanation.count == 1:
                lines = explanation.lines(explanation.paths[0])
                chain = lines[1] if len(lines) > 1 else lines[0]
                # The reason for a 0 stands at the end of the last line.
                if explanation.reason and explanation.reason not in chain:
                    chain += f", {explanation.reason}"
            elif explanation.reason:
                chain += f", {explanation.reason}"
            name = self._naming.text(leaf)
            numbers = [shown(number, self._digits) for number in (leaf.data, explanation.value)]
            cells.append([name, *numbers, chain])
        return cells

    def _rows(self) -> list[str]:
        cells = self._cells()
        widths = [max(len(row[i]) for row in cells) for i in range(3)]
        return [
            f"{name:{widths[0]}}  {value:>{widths[1]}}  {gradient:>{widths[2]}}  {chain}".rstrip()
            for name, value, gradient, chain in cells
        ]

    def _write_markdown(self) -> str:
        head, *rows = ["| " + " | ".join(map(_markdown, row)) + " |" for row in self._cells()]
        return "\n".join([head, "|---" * 4 + "|", *rows])


def _markdown(cell: str) -> str:
    """A cell of a table: no markup, no border."""
    return cell.replace("&", "&amp;").replace("<", "&lt;").replace("|", r"\|")
