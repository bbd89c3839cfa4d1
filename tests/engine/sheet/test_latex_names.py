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
