"""`Op`: one operation, as a line of the formula sheet says it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, ClassVar


class Op:
    """One line of the sheet.

    `operands`: names in order; a star marks a sequence of any length.
    `constants`: further arguments that are plain numbers, never differentiated, with defaults
    (None: must be given). `defaults`: operands that may be left out.
    `undefined`: where the operation has no value. `kinks`: where it has no derivative; there the
    sheet's partial is one of the one-sided ones, or lies between them.
    `domain`: per operand, where tests and examples sample it (default -2 to 2).
    `taught`: textbook forms of partials, by operand, and of the formula, as "out": shorter, and
    equal, but not in floating point at every number.
    `about`: meaning and source. `advice`: what to do instead where it is undefined.

    Raises ValueError for a name that is not an identifier or is taken, and a FormulaError, which is
    one, for a formula that is not of the language of the sheet; so no text is ever run.

    `origin`: of what `engine.sheet.derived` makes, the operation whose derivative it is part of,
    and which part; `derived` keeps what it has made of this one.

    >>> Op("area", "area", "a * b / 2", ("b / 2", "a / 2")).operands
    ('a', 'b')
    """

    # What looks at every operation that is made. None while the sheet itself is read: its tests
    # check it, so that importing it stays light.
    check: ClassVar[Callable[[Op], None] | None] = None

    __slots__ = (
        "about",
        "advice",
        "constants",
        "defaults",
        "derived",
        "domain",
        "formula",
        "kinks",
        "name",
        "operands",
        "origin",
        "partials",
        "sequences",
        "symbol",
        "taught",
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
        taught: Mapping[str, str] | None = None,
        about: str = "",
        advice: str = "",
        origin: tuple[Op, str, str] | None = None,
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
        self.taught = dict(taught or {})
        self.about = about
        self.advice = advice
        self.origin = origin
        self.derived: dict[str, Any] = {}
        if self.check is not None and origin is None:
            self.check()

    def bind(self, args: Sequence[Any]) -> list[Any]:
        """A node's operands, which it keeps in one row, by name: sequences as lists again."""
        if not self.sequences:
            return list(args)
        names = (*self.operands, *self.constants)
        scalars = len(names) - len(self.sequences)
        length = (len(args) - scalars) // len(self.sequences)
        bound: list[Any] = []
        position = 0
        for name in names:
            if name in self.sequences:
                bound.append(list(args[position : position + length]))
                position += length
            else:
                bound.append(args[position])
                position += 1
        return bound

    def place(self, count: int, position: int) -> tuple[str, int]:
        """Of one of a node's `count` args: the name of its parameter, and its index within it."""
        start = 0
        for name, size in self._sizes(count):
            if position < start + size:
                return name, position - start
            start += size
        raise IndexError(position)

    def position(self, count: int, parameter: str, index: int) -> int:
        """The inverse of `place`; the index within what is not a sequence does not matter."""
        start = 0
        for name, size in self._sizes(count):
            if name == parameter:
                return start + min(index, size - 1)
            start += size
        raise KeyError(parameter)

    def _sizes(self, count: int) -> list[tuple[str, int]]:
        """How many of a node's `count` args each parameter has."""
        names = (*self.operands, *self.constants)
        length = (count - len(names)) // len(self.sequences) + 1 if self.sequences else 1
        return [(name, length if name in self.sequences else 1) for name in names]

    def __getstate__(self) -> dict[str, Any]:
        """What pickle keeps: all but what has been made of the operation."""
        return {name: getattr(self, name) for name in self.__slots__ if name != "derived"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.derived = {}
        for name, value in state.items():
            setattr(self, name, value)

    def __repr__(self) -> str:
        return f"Op({self.name!r}, {self.formula!r}, {self.partials!r})"
