"""A function as machine code: soon, and where it is called for much work, better."""

from __future__ import annotations

from typing import Any

from engine.programs.llvm.entry import packing
from engine.programs.llvm.shape import Shape
from engine.programs.lower.ir import Function
from engine.programs.run.llvm_host import host

# Code of more lines is first made quickly; to make less takes a tenth of a second at most.
LONG = 12_000
# For each line of it so many operations, one for each operand of each node in each row, take as
# much longer in code made quickly as it takes to make the better one (on average over networks).
PAYS = 30_000


class Compiled:
    """A function of a module; its numbers do not depend on how it was made.

    `pack`: what makes of its arguments what it is given. `best`: the better code, once it is made.
    """

    def __init__(self, text: str, function: Function, shape: Shape) -> None:
        self.shape, self.scratch = shape, shape.scratch
        self.pack = packing(function).pack
        self._source: tuple[str, Function] | None = (text, function)
        self.best: Any = None
        self._made: Any = None
        self._lines = text.count("\n")
        self._operations = 0

    def function(self, operations: int) -> Any:
        """That which is to compute so many operations more."""
        # What other threads do at the same time is done twice, and comes to the same.
        self._operations += operations
        quick = self._lines > LONG and self._operations < PAYS * self._lines
        source = self._source
        made = self._made
        if source is not None and (made is None or not quick):
            made = self._made = host().compile(*source, quick)
            if not quick:
                self.best, self._source = made, None
        return made
