"""What reduces a sequence to a number: where it begins, and how one more element joins.

From these rows follow eager Python, the table of the native core, programs in every language and
LaTeX. A new one is a row here and a line on the sheet, such as `Op("sum", "Σ", "sum(a)", …)`.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast


class Reduction:
    """`step`: what becomes of the result `a` with one more element `b`. `latex`: its sign.

    `of_two`: what generated code calls the same of two numbers, if formulas may ask for that too;
    `of_many`: what it calls the same of a list.
    """

    def __init__(
        self, name: str, identity: float, step: str, latex: str, of_many: str, of_two: str = ""
    ) -> None:
        self.name = name
        self.identity = identity
        self.step = step
        self.latex = latex
        self.of_many = of_many
        self.of_two = of_two

    @property
    def tree(self) -> ast.expr:
        """The step, as a formula."""
        import ast

        return ast.parse(self.step, mode="eval").body

    @property
    def operator(self) -> ast.operator | None:
        """That of a step which is an operation of its two numbers, such as a sum."""
        import ast

        return self.tree.op if isinstance(self.tree, ast.BinOp) else None

    @property
    def selects(self) -> bool:
        """Whether the result is one of the elements, as the largest of them is."""
        import ast

        return isinstance(self.tree, ast.IfExp)


# In a maximum and a minimum nan stays nan, and of equal numbers, such as 0 and −0, the first stays.
REDUCTIONS = {
    each.name: each
    for each in (
        Reduction("sum", 0.0, "a + b", r"\sum_i ", "sum"),
        Reduction(
            "max", float("-inf"), "b if b > a or b != b else a", r"\max_i ", "largest", "maximum"
        ),
        Reduction(
            "min", float("inf"), "b if b < a or b != b else a", r"\min_i ", "smallest", "minimum"
        ),
    )
}
