"""One gradient explained: the chain of every path, in symbols, in formulas, in numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence

from engine.base.numbers import DIGITS, short
from engine.base.spelling import Text
from engine.explaining.branches import condition, is_kink
from engine.explaining.wording import (
    TEXT,
    Rounding,
    RoundingLatex,
    RoundingText,
    counted,
    expression,
    local_derivative,
    number,
)
from engine.graph.naming import Naming
from engine.graph.paths import Edge, Path, Paths
from engine.graph.value import Value
from engine.graph.walks import is_dead
from engine.sheet.dialects import in_latex

# Of a longer chain only the first and the last factors are written.
_FACTORS = 24
# Of the nodes without a name no more than this are spelled out.
_MOST_WHERE = 12
# Digits of the part of a gradient that is listed: no number of the graph.
_SHARE = 3


class Explanation:
    """Why ∂y/∂x is what it is.

    `text` is what it prints, `latex` what a notebook shows, `markdown` that within `$$`. `paths`:
    the paths from y back to x that are listed, `count` how many there are, `value`: ∂y/∂x, the sum
    over all of them.
    """

    def __init__(
        self, y: Value, x: Value, naming: Naming, limit: int = 4, digits: int = DIGITS
    ) -> None:
        paths = Paths(y, x)
        self.y, self.x = y, x
        self.count, self.value = paths.count, paths.gradient
        few = paths.count <= limit
        self.paths: list[Path] = list(paths.in_order() if few else paths.largest(limit))
        self._naming = naming
        self._in_text, self._in_latex = RoundingText(digits), RoundingLatex(digits)
        self.text = Text(self._write_text())
        self.latex = self._write_latex()
        self.markdown = f"$$\n{self.latex}\n$$"

    def __repr__(self) -> str:
        return str(self.text)

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex}$"

    def _write_text(self) -> str:
        gradient = f"∂{self._naming.text(self.y)}/∂{self._naming.text(self.x)}"
        if not self.count:
            y, x = self._naming.text(self.y), self._naming.text(self.x)
            return f"{gradient} = 0: {y} does not depend on {x}"
        if not self.paths[0].edges:
            return f"{gradient} = 1"
        blocks = [_aligned(f"{gradient} = ", self.lines(path)) for path in self.paths]
        if self.count > 1:
            blocks = [f"Path {i}:\n{block}" for i, block in enumerate(blocks, 1)]
            blocks.append(self._sum(gradient))
            if self.count > len(self.paths):
                blocks.insert(0, f"{counted(self.count)} paths; those with the largest products:")
        return "\n\n".join(blocks) + where(self._naming, self._in_text)

    def lines(self, path: Path, in_words: bool = True) -> list[str]:
        """The right sides of the equations of one path, each said once; else in LaTeX."""
        dialect = self._in_text if in_words else self._in_latex
        edges = list(enumerate(path.edges))
        hidden = len(edges) - _FACTORS if len(edges) > _FACTORS else 0
        if hidden:
            edges = [*edges[: _FACTORS // 2], *edges[-_FACTORS // 2 :]]
        name = self._naming.text if in_words else self._latex_name
        derivative = "∂{}/∂{}" if in_words else r"\frac{{\partial {}}}{{\partial {}}}"
        lines = [
            [derivative.format(name(edge.node), name(edge.operand)) for _, edge in edges],
            [
                local_derivative(*edge, self._naming, dialect=dialect, beside=i > 0)
                for i, edge in edges
            ],
            [
                local_derivative(*edge, self._naming, numbers=True, dialect=dialect, beside=i > 0)
                for i, edge in edges
            ],
            [number(edge.partial, dialect=dialect, beside=i > 0) for i, edge in edges],
        ]
        if hidden:
            more = f"… {hidden:,} more …"
            for line in lines:
                line.insert(_FACTORS // 2, more if in_words else in_latex(more))
        lines.append([number(path.product, dialect=dialect)])
        joined = [(" · " if in_words else r" \cdot ").join(line) for line in lines]
        said = [line for i, line in enumerate(joined) if i == 0 or line != joined[i - 1]]
        if is_dead(path.product) and in_words:
            said[-1] += self._why_dead(next(e for e in path.edges if is_dead(e.partial)))
        # The derivative by an operand is one edge, and stands on the left already.
        alone = self.count == 1 and len(path.edges) == 1
        return said[1:] if alone and len(said) > 1 else said

    def _why_dead(self, edge: Edge) -> str:
        """Why nothing passes an edge."""
        node, operand = self._naming.text(edge.node), self._naming.text(edge.operand)
        where = condition(edge.node, edge.position, self._naming)
        place = f"where {where}" if where else "here"
        kink = f"; {node} has a kink here" if is_kink(edge.node) else ""
        return f", for {node} does not change with {operand} {place}{kink}"

    def _latex_name(self, node: Value) -> str:
        return self._in_latex.name(self._naming.text(node))

    def _sum(self, gradient: str) -> str:
        """What the paths add up to, and what part of it is listed."""
        value = number(self.value, dialect=self._in_text)
        if self.count == len(self.paths):
            terms = [
                number(path.product, dialect=self._in_text, beside=i > 0)
                for i, path in enumerate(self.paths)
            ]
            return f"Sum: {gradient} = {' + '.join(terms)} = {value}"
        listed = sum(path.product for path in self.paths)
        part = listed / self.value if self.value else math.nan
        share = f", {short(part, _SHARE)} of the gradient" if math.isfinite(part) else ""
        remain = self.count - len(self.paths)
        return (
            f"These {len(self.paths)} add up to {number(listed, dialect=self._in_text)}{share}; "
            f"{counted(remain)} {'paths remain' if remain > 1 else 'path remains'}.\n"
            f"Sum over all: {gradient} = {value}"
        )

    def _write_latex(self) -> str:
        name = self._latex_name
        gradient = rf"\frac{{\partial {name(self.y)}}}{{\partial {name(self.x)}}}"
        if not self.count or not self.paths[0].edges:
            return f"{gradient} = {1 if self.count else 0}"
        rows = []
        for i, path in enumerate(self.paths, 1):
            lines = self.lines(path, in_words=False)
            label = rf"\text{{path {i}:}}\quad {gradient}" if self.count > 1 else gradient
            rows += [f"{label if j == 0 else ''} &= {line}" for j, line in enumerate(lines)]
        if self.count > 1:
            more = self.count - len(self.paths)
            words = in_latex(f"({counted(more)} more path{'s' * (more > 1)})")
            rest = rf" \quad{words}" if more else ""
            rows.append(rf"{gradient} &= {number(self.value, dialect=self._in_latex)}{rest}")
        return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"


def where(naming: Naming, dialect: Rounding = TEXT) -> str:
    """What the names stand for that had to be made up; they may need further names."""
    lines: list[str] = []
    # The list may grow while this goes through it.
    for node in naming.anonymous:
        if len(lines) == _MOST_WHERE:
            lines.append("      …")
            break
        value = "" if node.op is None else f" = {number(node.data, dialect=dialect)}"
        head = "     " if lines else "where"
        lines.append(
            f"{head} {naming.text(node)} = {expression(node, naming, dialect=dialect)}{value}"
        )
    return "\n\n" + "\n".join(lines) if lines else ""


def _aligned(left: str, lines: Sequence[str]) -> str:
    indent = " " * (len(left) - 2)
    return left + f"\n{indent}= ".join(lines)
