"""Labels become identifiers of Python and of C: each its own, none with a meaning of its own."""

import keyword
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.formula import CONSTANTS, FUNCTIONS, REDUCTIONS
from engine.programs.identifiers import Identifiers

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
        assert name not in FUNCTIONS | REDUCTIONS | CONSTANTS | {"int", "struct", "parameters"}


@given(label=st.from_regex("[a-z][a-z0-9]{0,10}_?[0-9]?", fullmatch=True))
def test_a_name_that_is_made_an_identifier_again_stays_as_it_is(label):
    name = Identifiers().new(label, "t")
    if not name.endswith("_"):
        assert Identifiers().new(name, "t") == name
