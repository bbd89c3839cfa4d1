"""Formulas in C: compiled by the C compiler that is there, they give what Python gives."""

import ctypes
import math
import shutil
import subprocess

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from engine.sheet.dialect_c import HELPERS, C
from engine.sheet.evaluate import IEEE
from engine.sheet.formula import read
from engine.sheet.ieee import NAMESPACE
from tests.engine.formulas import NAMES, formulas

COMPILER = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
POINTS = [(0.75, 1.5), (-2.0, 0.5), (3.0, -1.0), (0.0, 0.0), (-0.0, 1e300), (math.nan, math.inf)]

SPELLINGS = {
    "a ** 2 + b ** 3": "a * a + pow(b, 3.0)",
    "-a ** 0.5": "-pow(a, 0.5)",
    "2 / sqrt(pi)": "2.0 / sqrt(3.141592653589793)",
    "abs(a) % 2": "modulo(fabs(a), 2.0)",
    "max(a, min(b, 1))": "maximum(a, minimum(b, 1.0))",
    "a if a > 0 or b != 0 and a < 1 else -b": "a > 0.0 || (b != 0.0 && a < 1.0) ? a : -b",
    "(a if a <= b else b) * 2": "(a <= b ? a : b) * 2.0",
    "a - (b - 1)": "a - (b - 1.0)",
    "a / 3 * b": "a / 3.0 * b",
    "a // b - round(a)": "floor_quotient(a, b) - rint(a)",
}


@pytest.mark.parametrize(("formula", "expected"), SPELLINGS.items())
def test_formulas_are_spelled_as_c(formula, expected):
    assert C.write(read(formula)) == expected


def test_numbers_in_place_of_names_keep_every_digit():
    assert C.write(read("a - b"), {"a": 0.1 + 0.2, "b": -1e-7}) == "0.30000000000000004 - (-1e-07)"


@pytest.mark.skipif(COMPILER is None, reason="no C compiler")
@settings(max_examples=2, phases=[Phase.generate])  # many formulas at once, so not to be shrunk
@given(texts=st.lists(formulas(), min_size=40, max_size=40))
def test_compiled_formulas_give_what_the_same_formulas_give_in_python(texts, tmp_path_factory):
    trees = [read(text, NAMES) for text in texts]
    functions = [
        f"double f{number}(double a, double b) {{ return {C.write(tree)}; }}\n"
        for number, tree in enumerate(trees)
    ]
    folder = tmp_path_factory.mktemp("formulas")
    (folder / "f.c").write_text("".join(["#include <math.h>\n", HELPERS, *functions]))
    command = [COMPILER, "-fno-builtin", "-shared", "-fPIC"]
    subprocess.run([*command, "f.c", "-o", "f.so", "-lm"], cwd=folder, check=True)
    library = ctypes.CDLL(str(folder / "f.so"))
    for number, tree in enumerate(trees):
        function = getattr(library, f"f{number}")
        function.restype, function.argtypes = ctypes.c_double, [ctypes.c_double] * 2
        python = f"lambda a, b: {IEEE.write(tree)}"
        expected = eval(python, NAMESPACE)
        for a, b in POINTS:
            wanted, found = expected(a, b), function(a, b)
            same = found == wanted or (found != found and wanted != wanted)
            assert same, (C.write(tree), a, b, found, wanted)
