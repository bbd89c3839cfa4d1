"""One gradient explained: the chain of every path, in symbols, in formulas, in numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence

from engine.base.numbers import DIGITS, short, shown
from engine.base.spelling import Text
from engine.explaining.nudge import in_words
from engine.explaining.reasons import Reasons
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
from engine.sheet.dialects import in_latex

# Of a longer chain only the first and the last factors are written.
_FACTORS = 24
# Of the nodes without a name no more than this are spelled out.
_MOST_WHERE = 12
# Digits of the part of a gradient that is listed: no number of the graph.
_SHARE = 3


class Explanation:
    """Why ∂y/∂x is what it is.

    `text` is what it prints, `latex` what a notebook shows, `markdown` that within `$$`, `words`
    the same in sentences, with an x that is nudged. `paths`: the paths from y back to x that are
    listed, `count` how many there are, `value`: ∂y/∂x, the sum over all of them. `reason`: why
    that is 0, where it is.
    """

    def __init__(
        self, y: Value, x: Value, naming: Naming, limit: int = 4, digits: int = DIGITS
    ) -> None:
        paths = Paths(y, x)
        self.y, self.x = y, x
        self.count, self.value = paths.count, paths.gradient
        few = paths.count <= limit
        self.paths: list[Path] = list(paths.in_order() if few else paths.largest(limit))
        self.naming = naming
        self.in_text, self._in_latex = RoundingText(digits), RoundingLatex(digits)
        self._ambiguous: set[Edge] = set()
        if self.count > 1:
            written = [edge for path in self.paths for _, edge in written_edges(path)]
            self._ambiguous = paths.beside_others(written)
        self.reason = self._reason(self.in_text)
        self.text = Text(self._write_text())
        self.latex = self._write_latex()
        self.markdown = f"$$\n{self.latex}\n$$"

    @property
    def words(self) -> Text:
        """The explanation in sentences: how fast each node changes with the one before it, and what
        a small change of x comes to in each of them; that of y also as the graph computes it.
        """
        return in_words(self)

    def __repr__(self) -> str:
        return str(self.text)

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex}$"

    def _reason(self, dialect: Rounding) -> str:
        reasons = Reasons(self.naming, dialect)
        if not self.count:
            return reasons.independent(self.y, self.x)
        if self.count == 1:
            return reasons.of_path(self.paths[0])
        return reasons.of_sum(self.paths, self.value)

    def _write_text(self) -> str:
        gradient = f"∂{self.naming.text(self.y)}/∂{self.naming.text(self.x)}"
        if not self.count:
            return f"{gradient} = 0: {self.reason}"
        if not self.paths[0].edges:
            return f"{gradient} = 1"
        if self.count == 1:
            blocks = [_aligned(f"{gradient} = ", self.lines(self.paths[0]))]
        else:
            blocks = [
                f"Path {i}, {self.route(path)}, contributes\n    " + "\n  = ".join(self.lines(path))
                for i, path in enumerate(self.paths, 1)
            ]
            blocks.append(self._sum(gradient))
        if self.count > len(self.paths):
            blocks.insert(0, f"{counted(self.count)} paths; those with the largest products:")
        return "\n\n".join(blocks) + where(self.naming, self.in_text)

    def route(self, path: Path) -> str:
        """The nodes of a path by name, from y back to x; of a long one the ends."""
        steps = [self.naming.text(edge.operand) for _, edge in written_edges(path)]
        if more := _hidden(path):
            steps.insert(_FACTORS // 2, more)
        return " ← ".join([self.naming.text(self.y), *steps])

    def lines(self, path: Path, in_words: bool = True) -> list[str]:
        """The right sides of the equations of one path, each said once; else in LaTeX.

        The chain in symbols is left out where it would be wrong: of several paths between a node
        and its operand, the one along this edge alone has no symbol.
        """
        dialect = self.in_text if in_words else self._in_latex
        edges = written_edges(path)
        lines = [
            [
                local_derivative(*edge, self.naming, dialect=dialect, beside=i > 0)
                for i, edge in edges
            ],
            [
                local_derivative(*edge, self.naming, numbers=True, dialect=dialect, beside=i > 0)
                for i, edge in edges
            ],
            [number(edge.partial, dialect=dialect, beside=i > 0) for i, edge in edges],
        ]
        if self._ambiguous.isdisjoint(edge for _, edge in edges):
            name = Reasons(self.naming, dialect).name
            derivative = "∂{}/∂{}" if in_words else r"\frac{{\partial {}}}{{\partial {}}}"
            symbols = [derivative.format(name(edge.node), name(edge.operand)) for _, edge in edges]
            lines.insert(0, symbols)
        if more := _hidden(path):
            for line in lines:
                line.insert(_FACTORS // 2, more if in_words else in_latex(more))
        lines.append([number(path.product, dialect=dialect)])
        joined = [(" · " if in_words else r" \cdot ").join(line) for line in lines]
        said = [line for i, line in enumerate(joined) if i == 0 or line != joined[i - 1]]
        reason = Reasons(self.naming, dialect).of_path(path)
        if reason:
            said[-1] += f", {reason}" if in_words else rf" \quad {reason}"
        # The derivative by an operand is one edge, and stands on the left already.
        alone = self.count == 1 and len(path.edges) == 1
        return said[1:] if alone and len(said) > 1 else said

    def _sum(self, gradient: str) -> str:
        """What the paths add up to, and what part of it is listed."""
        value = number(self.value, dialect=self.in_text)
        why = f": {self.reason}" if self.reason else ""
        if self.count == len(self.paths):
            return f"Sum: {gradient} = {self._terms(self.in_text)} = {value}{why}"
        listed = sum(path.product for path in self.paths)
        remain = self.count - len(self.paths)
        return (
            f"These {len(self.paths)} add up to {number(listed, dialect=self.in_text)}"
            f"{_share(listed, self.value)}; "
            f"{counted(remain)} {'paths remain' if remain > 1 else 'path remains'}.\n"
            f"Sum over all: {gradient} = {value}{why}"
        )

    def _terms(self, dialect: Rounding) -> str:
        terms = [
            number(path.product, dialect=dialect, beside=i > 0) for i, path in enumerate(self.paths)
        ]
        return " + ".join(terms)

    def _write_latex(self) -> str:
        reasons = Reasons(self.naming, self._in_latex)
        y, x = reasons.name(self.y), reasons.name(self.x)
        gradient = rf"\frac{{\partial {y}}}{{\partial {x}}}"
        if not self.count:
            return rf"{gradient} = 0 \quad {reasons.independent(self.y, self.x)}"
        if not self.paths[0].edges:
            return f"{gradient} = 1"
        rows = []
        for i, path in enumerate(self.paths, 1):
            first, *lines = self.lines(path, in_words=False)
            if self.count > 1:
                # No equation: one path alone is not the gradient.
                rows.append(rf"\text{{path {i} contributes}} &\phantom{{{{}}={{}}}} {first}")
            else:
                rows.append(f"{gradient} &= {first}")
            rows += [f" &= {line}" for line in lines]
        if self.count > 1:
            more = self.count - len(self.paths)
            words = in_latex(f"({counted(more)} more path{'s' * (more > 1)})")
            terms = "" if more else f"{self._terms(self._in_latex)} = "
            rest = rf" \quad{words}" if more else ""
            if why := self._reason(self._in_latex):
                rest += rf" \quad {why}"
            value = number(self.value, dialect=self._in_latex)
            rows.append(rf"{gradient} &= {terms}{value}{rest}")
        return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"


def written_edges(path: Path) -> list[tuple[int, Edge]]:
    """The edges of a path that are written, each with its place: of a long one the ends."""
    edges = list(enumerate(path.edges))
    if len(edges) > _FACTORS:
        edges = [*edges[: _FACTORS // 2], *edges[-_FACTORS // 2 :]]
    return edges


def _hidden(path: Path) -> str:
    """What stands in the place of the edges that are not written."""
    hidden = len(path.edges) - _FACTORS
    return f"… {hidden:,} more …" if hidden > 0 else ""


def _share(part: float, whole: float) -> str:
    """What part of a gradient is listed, in words."""
    share = part / whole if whole else math.nan
    if not math.isfinite(share):
        return ""
    if part == whole:
        return ", all of the gradient"
    if short(share, _SHARE) == "1":
        return ", nearly all of the gradient"
    if 0 < share < 1:
        return f", {short(100 * share, _SHARE)} % of the gradient"
    return f", {shown(share, _SHARE)} times the gradient"


def where(naming: Naming, dialect: Rounding = TEXT) -> str:
    """What the names stand for that had to be made up; they may need further names."""
    lines: dict[str, str] = {}
    # The list may grow while this goes through it.
    for node in naming.anonymous:
        if len(lines) == _MOST_WHERE:
            break
        value = "" if node.op is None else f" = {number(node.data, dialect=dialect)}"
        name = naming.text(node)
        lines[name] = f"{name} = {expression(node, naming, dialect=dialect)}{value}"
    # By their numbers, as they are computed.
    written = [lines[name] for name in sorted(lines, key=lambda name: int(name[1:]))]
    if len(naming.anonymous) > len(lines):
        written.append("…")
    return "\n\nwhere " + "\n      ".join(written) if written else ""


def _aligned(left: str, lines: Sequence[str]) -> str:
    indent = " " * (len(left) - 2)
    return left + f"\n{indent}= ".join(lines)
