"""Rows come to lie in lanes: a table of them becomes one of inputs."""

import re

import pytest

from engine.programs.llvm.code import Code
from engine.programs.llvm.rows import transposed

SHUFFLE = re.compile(
    r"shufflevector <\d+ x double> (\S+), <\d+ x double> (\S+), <\d+ x i32> <(.*)>"
)


class Computing(Code):
    """Computes the shuffles that are written; a register is called after its number."""

    def __init__(self, table):
        super().__init__({})
        self.registers = {f"%row{k}": row for k, row in enumerate(table)}

    def emit(self, instruction, comment=""):
        register = super().emit(instruction, comment)
        first, second, lanes = SHUFFLE.fullmatch(instruction).groups()
        sides = self.registers[first] + self.registers[second]
        self.registers[register] = [sides[int(lane.split()[1])] for lane in lanes.split(", ")]
        return register


@pytest.mark.parametrize(("width", "shuffles"), [(2, 2), (4, 8), (8, 24)])
def test_lanes_and_vectors_change_places(width, shuffles):
    table = [[10 * k + i for i in range(width)] for k in range(width)]
    code = Computing(table)
    found = transposed(code, [f"%row{k}" for k in range(width)])
    assert [code.registers[name] for name in found] == [list(each) for each in zip(*table)]
    assert len(code.lines) == shuffles
