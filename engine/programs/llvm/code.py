"""The text of LLVM: numbers, and the lines of a function with its registers."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

# The registers of arrays: those of a row, and those that the loops call otherwise.
_REGISTERS = {"parameter": "%p", "input": "%x", "gradient": "%g", "value": "%v", "adjoint": "%d"}
_REGISTERS.update({"parameters": "%p", "state": "%s", "row_gradient": "%work"})


def literal(value: float) -> str:
    """A number exactly, by its bits.

    >>> literal(1.0)
    '0x3FF0000000000000'
    """
    return f"0x{struct.unpack('>Q', struct.pack('>d', value))[0]:016X}"


def register_of(name: str) -> str:
    """The register of an argument, or of the array of a kind of variables."""
    return _REGISTERS.get(name, f"%{name}")


class Code:
    """The lines of one function, with its registers.

    Equal instructions without side effects are written once; within a loop body only those of the
    body itself are found again.
    """

    def __init__(self, functions: dict[str, str]) -> None:
        self.lines: list[str] = []
        # What must stand at the start of the function, outside every loop.
        self.entry: list[str] = []
        # The declarations that the whole module needs, by name.
        self.functions = functions
        self.known: dict[str, str] = {}
        self.count = 0
        # The register of the round, within a `Roll`.
        self.round = ""
        # Where the function is called for several places, how far on each place is, if it moves.
        self.distances: Mapping[tuple[str, int], str] | None = None

    def text(self) -> str:
        return "\n".join([*self.entry, *self.lines])

    def new(self, stem: str = "") -> str:
        """A name for a register or a block that is not taken."""
        self.count += 1
        return f"{stem}{self.count}" if stem else f"%r{self.count}"

    def emit(self, instruction: str, comment: str = "") -> str:
        """The register that holds the result of a pure instruction."""
        register = self.known.get(instruction)
        if register is None:
            register = self.known[instruction] = self.new()
            note = f"  ; {comment}" if comment else ""
            self.lines.append(f"  {register} = {instruction}{note}")
        return register

    def act(self, instruction: str) -> None:
        """An instruction that has an effect: a store, a branch."""
        self.lines.append(f"  {instruction}")

    def fresh(self, instruction: str) -> str:
        """The register of an instruction whose result may differ each time: a load."""
        register = self.new()
        self.lines.append(f"  {register} = {instruction}")
        return register

    def spread(self, type_: str, register: str, width: int) -> str:
        """One number in every lane of a vector."""
        vector = f"<{width} x {type_}>"
        first = self.emit(f"insertelement {vector} poison, {type_} {register}, i32 0")
        lanes = f"<{width} x i32> zeroinitializer"
        return self.emit(f"shufflevector {vector} {first}, {vector} poison, {lanes}")

    def shuffled(self, vector: str, first: str, second: str, lanes: Sequence[int]) -> str:
        """These lanes of two vectors, where those of the second come after those of the first."""
        which = ", ".join(f"i32 {lane}" for lane in lanes)
        sides = f"{vector} {first}, {vector} {second}"
        return self.emit(f"shufflevector {sides}, <{len(lanes)} x i32> <{which}>")

    def address(self, array: str, index: int | str, type_: str = "double") -> str:
        """The address of an element of an array."""
        if index == 0:
            return array
        return self.emit(f"getelementptr inbounds {type_}, ptr {array}, i64 {index}")

    def moved(self, array: str, index: int, step: int, type_: str = "double") -> str:
        """The address of an element that lies by `step` further on in each round."""
        first = self.address(array, index, type_)
        if self.distances is not None:
            distance = self.distances[array, index]
            first = self.address(first, distance, type_) if distance else first
        if not step:
            return first
        return self.address(first, self.emit(f"mul i64 {self.round}, {step}"), type_)
