"""Why a gradient is 0, or a path adds nothing to it."""

from __future__ import annotations

from engine.explaining.branches import condition, is_kink
from engine.explaining.wording import Rounding, expression, local_derivative
from engine.graph.naming import Naming
from engine.graph.paths import Edge, Path
from engine.graph.value import Value
from engine.graph.walks import is_dead
from engine.sheet.dialects import Latex


class Reasons:
    """The reasons in the words of one dialect: written mathematics, or LaTeX.

    >>> from engine.explaining.wording import TEXT
    >>> x, w = Value(0.0, label="x"), Value(3.0, label="w")
    >>> y = x * w
    >>> Reasons(Naming([x, w, y], {"y": y}), TEXT).of_path(Path((Edge(y, 1),), 0.0))
    'multiplied by 0: y does not change with w where x = 0'
    """

    def __init__(self, naming: Naming, dialect: Rounding) -> None:
        self._naming, self._dialect = naming, dialect

    def words(self, text: str) -> str:
        """Words of our own between names and formulas."""
        return rf"\text{{{text}}}" if isinstance(self._dialect, Latex) else text

    def name(self, node: Value) -> str:
        """The name of a node."""
        name = self._naming.text(node)
        return self._dialect.name(name) if isinstance(self._dialect, Latex) else name

    def independent(self, y: Value, x: Value) -> str:
        """That there is no path."""
        return f"{self.name(y)}{self.words(' does not depend on ')}{self.name(x)}"

    def of_path(self, path: Path) -> str:
        """Why the product along a path is 0; empty where it is not."""
        if path.product != 0:
            return ""
        dead = next((edge for edge in path.edges if is_dead(edge.partial)), None)
        if dead is not None:
            return self._dead(dead)
        zero = next((edge for edge in path.edges if edge.partial == 0), None)
        if zero is None:
            return self.words("the product is too small for a float")
        factor = local_derivative(
            zero.node, zero.position, self._naming, dialect=self._dialect, beside=False
        )
        where = f"{self.words(' where ')}{factor} = 0" if factor != "0" else self.words(" here")
        return f"{self.words('multiplied by 0: ')}{self._still(zero)}{where}"

    def of_sum(self, paths: list[Path], gradient: float) -> str:
        """Why the sum over several paths is 0; empty where it is not."""
        if gradient != 0:
            return ""
        if all(path.product == 0 for path in paths):
            return self.words("no path adds anything")
        return self.words("the paths cancel each other")

    def _dead(self, edge: Edge) -> str:
        """Why nothing passes an edge at which a path ends."""
        where = condition(edge.node, edge.position, self._naming, self._dialect)
        kink = f"{self.words('; ')}{self.name(edge.node)}{self.words(' has a kink here')}"
        if where:
            place = f"{self.words(' where ')}{where}"
        else:
            formula = expression(edge.node, self._naming, dialect=self._dialect)
            place = f"{self.words(' in ')}{self.name(edge.node)} = {formula}"
        return f"{self.words('for ')}{self._still(edge)}{place}{kink if is_kink(edge.node) else ''}"

    def _still(self, edge: Edge) -> str:
        unchanged = self.words(" does not change with ")
        return f"{self.name(edge.node)}{unchanged}{self.name(edge.operand)}"
