"""Every formula on the cheat sheet, at random points."""

import re

import pytest

from engine import Value, check_formula, parse
from nn import MLP, squared_error
from tests.test_docs import ROOT

PAGE = (ROOT / "docs" / "cheat-sheet.md").read_text(encoding="utf-8")
RULES = re.findall(r"(?m)^\| ([^|]+) \| `([^|]+)` \| `([^|]+)` \|$", PAGE)
CHAINS = re.findall(r"(?m)^\| (\S+) \| `(-2.+)` \| `(.+)` \| `(.+)` \|$", PAGE)


@pytest.mark.parametrize(("name", "value", "derivative"), RULES, ids=[row[0] for row in RULES])
def test_a_local_derivative(name, value, derivative):
    a = Value(0.37, label="a")
    others = {"b": 0.83, "y": 0.61}
    result = parse(value, a=a, **{name: others[name] for name in others if name in value})
    assert check_formula(result, a, derivative).kind == "right"


def test_the_nine_chains():
    model = MLP(2, [2, 1], "linear", seed=1)
    x1, x2, y = (Value(v, label=name) for v, name in ((0.3, "x1"), (-1.7, "x2"), (0.9, "y")))
    loss = squared_error(y, model([x1, x2]))
    places = {"o11": "11", "o12": "12", "ŷ": "21"}
    parameters = dict(model.named_parameters())
    assert [row[0] for row in CHAINS] == ["ŷ", "o11", "o12"]
    for neuron, *formulas in CHAINS:
        layer, number = places[neuron]
        names = [f"w{layer}1{number}", f"w{layer}2{number}", f"b{layer}{number}"]
        for name, formula in zip(names, formulas, strict=True):
            assert check_formula(loss, parameters[name], formula).kind == "right", name


def test_it_holds_what_a_page_must():
    assert len(RULES) == 10
    assert len(PAGE.splitlines()) < 90
