"""Rows come to lie in lanes: of a table, columns follow each other."""

import re

import pytest

from engine.programs.llvm.code import Code
from engine.programs.llvm.rows import interleaved

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


@pytest.mark.parametrize(("rows", "shuffles"), [(2, 2), (4, 8), (8, 24)])
def test_an_input_of_all_rows_comes_after_the_one_before(rows, shuffles):
    table = [[10 * k + i for i in range(8)] for k in range(rows)]
    code = Computing(table)
    found = interleaved(code, [f"%row{k}" for k in range(rows)])
    numbers = [number for name in found for number in code.registers[name]]
    assert numbers == [number for column in zip(*table) for number in column]
    assert len(code.lines) == shuffles
