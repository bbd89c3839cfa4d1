"""How a program's memory is laid out in LLVM."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from engine.programs.lower.ir import Kernel

# So many rows of a batch wait with their values until all of them add to the gradients; where all
# is written out, of few values, more rows do.
TILE, LARGE_TILE = 32, 128
# So many neighbours are a vector in loops, which is a line of the processor's cache.
WIDTH = 8


@dataclass(frozen=True)
class Shape:
    """The lanes of a vector, the lengths of a program's arrays, and the rows of a tile.

    `aligned`: the numbers that are moved to where vectors may begin, parameters and state.
    `written_out`: whether instructions are on single numbers, and no loop goes over neighbours.
    """

    width: int
    inputs: int
    parameters: int
    values: int
    outputs: int
    tile: int = 1
    aligned: int = 0
    written_out: bool = False

    @property
    def keeps_inputs(self) -> bool:
        """Whether rows in lanes lie in the tile, behind their adjoints."""
        return self.written_out and self.tile > 1

    @property
    def stride(self) -> int:
        """Doubles for the values and adjoints of a row, one value more for what is undefined."""
        return 2 * self.values + 1 + (self.inputs if self.keeps_inputs else 0)

    @property
    def first(self) -> int:
        """Where the values and adjoints of a tile begin in working memory; rows in lanes before."""
        return self.width * self.inputs if self.width > 1 and not self.keeps_inputs else 0

    @property
    def copies(self) -> int:
        """Where the values of a tile lie once more, row by row."""
        return self.first + self.tile * self.stride

    @property
    def rows(self) -> int:
        """Where the addresses of the rows of a tile lie."""
        copied = self.width > 1 and not self.keeps_inputs
        return self.copies + (self.tile * self.values if copied else 0)

    @cached_property
    def scratch(self) -> int:
        """Doubles of working memory.

        In lanes, without a tile: a row, the gradients of full vectors and of the rest, values and
        adjoints.
        """
        if self.width > 1 and self.tile == 1:
            return self.width * (self.inputs + 2 * self.parameters + self.stride)
        return self.moved + self.aligned

    @property
    def moved(self) -> int:
        """Where parameters and state lie once more, aligned."""
        end = self.rows + self.tile
        return end + -end % WIDTH

    def places(self) -> list[str]:
        """Names for parts of the working memory, where there is one row, or one in each lane."""
        starts = {"%v": 0}
        if self.width > 1:
            rest = self.inputs + self.parameters
            starts = {"%x": 0, "%full": self.inputs, "%rest": rest, "%v": rest + self.parameters}
        starts["%d"] = starts["%v"] + self.values + 1
        return [
            f"  {name} = getelementptr inbounds double, ptr %work, i64 {start * self.width}"
            for name, start in starts.items()
        ]


def shape_of(kernel: Kernel, width: int, written_out: bool = False) -> Shape:
    """That of a kernel with so many lanes."""
    sizes = len(kernel.inputs), len(kernel.parameters), kernel.values, len(kernel.outputs)
    return Shape(width, *sizes, written_out=written_out)
