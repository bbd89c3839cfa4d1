"""`Op`: one operation, as a line of the formula sheet says it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any


class Op:
    """One line of the sheet.

    `operands`: names in order; a star marks a sequence of any length.
    `constants`: further arguments that are plain numbers, never differentiated, with defaults
    (None: must be given). `defaults`: operands that may be left out.
    `undefined`: where the operation has no value. `kinks`: where it has no derivative; there the
    sheet's partial is one of the one-sided ones, or lies between them.
    `domain`: per operand, where tests and examples sample it (default -2 to 2).
    `about`: meaning and source. `advice`: what to do instead where it is undefined.
    """

    __slots__ = (
        "about",
        "advice",
        "constants",
        "defaults",
        "domain",
        "formula",
        "kinks",
        "name",
        "operands",
        "partials",
        "sequences",
        "symbol",
        "undefined",
    )

    def __init__(
        self,
        name: str,
        symbol: str,
        formula: str,
        partials: tuple[str, ...],
        *,
        operands: str = "",
        constants: Mapping[str, float | None] | None = None,
        defaults: Mapping[str, float] | None = None,
        undefined: str = "",
        kinks: str = "",
        domain: Mapping[str, tuple[float, float]] | None = None,
        about: str = "",
        advice: str = "",
    ) -> None:
        declared = operands.split() or list("ab"[: len(partials)])
        if len(declared) != len(partials):
            raise ValueError(
                f"{name}: {len(declared)} operands ({' '.join(declared)}) "
                f"but {len(partials)} partial derivatives; give one for each operand"
            )
        self.name = name
        self.symbol = symbol
        self.formula = formula
        self.partials = partials
        self.operands = tuple(operand.rstrip("*") for operand in declared)
        self.sequences = frozenset(operand[:-1] for operand in declared if operand.endswith("*"))
        self.constants = dict(constants or {})
        self.defaults = dict(defaults or {})
        self.undefined = undefined
        self.kinks = kinks
        self.domain = dict(domain or {})
        self.about = about
        self.advice = advice

    def group(self, args: Sequence[Any]) -> list[Any]:
        """A node's operands, which it keeps in one row, by name: sequences as lists again."""
        names = (*self.operands, *self.constants)
        scalars = len(names) - len(self.sequences)
        length = (len(args) - scalars) // len(self.sequences) if self.sequences else 0
        grouped: list[Any] = []
        position = 0
        for name in names:
            if name in self.sequences:
                grouped.append(list(args[position : position + length]))
                position += length
            else:
                grouped.append(args[position])
                position += 1
        return grouped

    def __repr__(self) -> str:
        return f"Op({self.name!r}, {self.formula!r}, {self.partials!r})"
