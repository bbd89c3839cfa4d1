"""Labels become identifiers of Python and of C: each its own, none with a meaning of its own."""

import keyword
import re
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

import engine
from engine import Value
from engine.programs.lower.identifiers import Identifiers
from engine.sheet.formula import CONSTANTS, FUNCTIONS, REDUCTIONS
from tests.engine.programs.running import COMPILER

SPELLINGS = {
    "w111": "w111",
    "ŷ": "y_hat",
    "x̄": "x_bar",
    "σ(z)": "sigma_z",
    "δ_1": "delta_1",
    "é": "e",
    "hidden layer #2": "hidden_layer_2",
    "__w__": "w",
    "1st": "_1st",
    "for": "for_",
    "double": "double_",
    "exp": "exp_",
    "row": "row_",
    "🦊": "t1",
    "": "t1",
    None: "t1",
    "x" * 50: "x" * 40,
}


@pytest.mark.parametrize(("label", "name"), SPELLINGS.items())
def test_a_label_is_spelled_as_an_identifier(label, name):
    assert Identifiers().new(label, "t") == name


def test_equal_labels_are_numbered_and_numbers_in_use_left_out():
    identifiers = Identifiers()
    labels = ["w_2", "w", "w", "w", "for", "for", None, "t3", None, None]
    names = [identifiers.new(label, "t") for label in labels]
    assert names == ["w_2", "w", "w_3", "w_4", "for_", "for__2", "t1", "t3", "t2", "t4"]


labels = st.none() | st.text(max_size=6) | st.sampled_from(["w", "for", "int", "max", "t1", "w_2"])


@given(labels=st.lists(labels, max_size=30))
def test_names_are_identifiers_and_never_the_same(labels):
    identifiers = Identifiers()
    names = [identifiers.new(label, "t") for label in labels]
    assert len(set(names)) == len(names)
    for name in names:
        assert re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", name)
        assert not keyword.iskeyword(name)
        assert name not in FUNCTIONS | REDUCTIONS.keys() | CONSTANTS | {
            "int",
            "struct",
            "parameters",
        }


@given(label=st.from_regex("[a-z][a-z0-9]{0,10}_?[0-9]?", fullmatch=True))
def test_a_name_that_is_made_an_identifier_again_stays_as_it_is(label):
    name = Identifiers().new(label, "t")
    if not name.endswith("_"):
        assert Identifiers().new(name, "t") == name


@pytest.mark.skipif(COMPILER is None, reason="there is no C compiler here")
def test_no_label_is_a_macro_or_function_of_the_headers(tmp_path):
    headers = "#include <math.h>\n#include <stdio.h>\n"
    names = set()
    for listing in ("-dM", "-P"):
        command = [COMPILER, "-std=gnu17", "-D_GNU_SOURCE", "-E", listing, "-"]
        shown = subprocess.run(command, input=headers, text=True, capture_output=True, check=True)
        names |= set(re.findall(r"\b[A-Za-z]\w*", shown.stdout))
    assert len(names) > 500
    assert {"linux", "M_PI", "math_errhandling", "nearbyint"} <= names
    inputs = [Value(1.0, name) for name in sorted(names)]
    gated = [x.relu() + x.round() + x.sign() + x % 2 for x in inputs[:5]]
    program = engine.compile(engine.sum([*inputs, *gated]), inputs)
    for dialect in ("c11", "gnu17"):
        path = tmp_path / f"{dialect}.c"
        path.write_text(program.source("c"), encoding="utf-8")
        command = [COMPILER, f"-std={dialect}", "-fsyntax-only", str(path)]
        subprocess.run(command, check=True)
