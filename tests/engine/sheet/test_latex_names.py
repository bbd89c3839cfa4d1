"""Names beyond ASCII in LaTeX, by commands that are everywhere."""

import pytest

from engine import Value, explain
from engine.sheet.dialects import LATEX
from engine.sheet.latex_names import latex_name

NAMES = {
    "α": r"\alpha", "λ": r"\lambda", "Γ": r"\Gamma", "ς": r"\varsigma", "Α": r"\mathrm{A}",
    "θ₁": r"\theta_{1}", "θ12": r"\theta_{12}", "R²": "R^{2}", "x⁻¹": "x^{-1}", "x̄": r"\bar{x}",
    "ȳ": r"\bar{y}", "ŷ1": r"\hat{y}_{1}", "ẋ": r"\dot{x}", "∇f": r"\nabla f",
    "Δx1": r"\Delta x_{1}",
    "αβ": r"\alpha\beta", "αloss": r"\alpha\mathrm{loss}", "σ²": r"\sigma^{2}",
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_spelled_in_ascii(name):
    assert latex_name(name) == LATEX.name(name) == NAMES[name]
    w = Value(2.0, label=name)
    assert explain(w * w, w).latex.isascii()


TYPED = {
    "eta": r"\eta", "beta1": r"\beta_{1}", "Delta": r"\Delta", "etas": r"\mathrm{etas}",
    "theta_0": r"\theta_{0}", "w_ij": "w_{ij}", "w_1_10": "w_{1,10}", "w_{11}": "w_{11}",
    "a_max": r"a_{\mathrm{max}}", "delta_i#2": r"\delta_{i\#2}", "w[0][12]": "w_{0,12}",
    "weights[i, j]": r"\mathrm{weights}_{i,j}", "W1[0]": "W_{1}[0]", "ŷ_ij": r"\hat{y}_{ij}",
    "learning_rate": r"\mathrm{learning\_rate}", "δ_i": r"\delta_{i}", "w[]": r"\text{w[]}",
}  # fmt: skip


@pytest.mark.parametrize("name", TYPED)
def test_typed_greek_letters_and_indices_are_set_as_such(name):
    assert LATEX.name(name) == TYPED[name]


@pytest.mark.parametrize("name", ["中", "ж", "a中", "☃"])
def test_what_has_no_command_is_left_to_text(name):
    assert latex_name(name) is None
    assert name in LATEX.name(name)


def test_a_count_of_paths_is_mathematics_not_text():
    x = Value(0.5, label="x")
    y = x
    for _ in range(80):
        y = y + y
    assert r"\text{(about }10^{24}\text{ more paths)}" in explain(y, x).latex
