"""Names of the caller's variables are found, and one node has one name in every text."""

import re

import pytest

from engine import Value, draw, explain, steps, tree
from engine.graph.naming import names_of_caller
from tests.engine.drawings import boxes

rate = Value(0.5)


def test_names_are_those_of_the_caller_s_variables_and_can_be_switched_off():
    slope, point = Value(3.0), Value(2.0, label="x")
    height = slope * point + rate
    _hidden = slope
    assert (
        explain(height, slope).text.splitlines()[0] == "∂height/∂slope = ∂height/∂t1 · ∂t1/∂slope"
    )
    assert tree(height).splitlines()[0] == "height = t1 + rate = 6.5"
    assert str(next(steps(height))) == "slope = 3"
    assert {texts[-3] for texts in boxes(draw(height)).values()} == {
        *("slope", "x", "rate", "t1", "height")
    }
    for text in (explain(height, slope, names={}), tree(height, {}), steps(height, {}).table()):
        assert not re.search("height|slope|rate", str(text))
        assert "x" in str(text)
    assert "slope" not in draw(height, names={}).source


def test_what_is_no_name_of_a_node_itself_is_not_taken():
    one = Value(1.0)
    number, row, text = 2.0, [one], "one"
    (_1, __), other = (one, one), Value(3.0)
    found = (lambda names=None: names_of_caller(names))()
    assert found == {"one": one, "other": other, "rate": rate}
    assert all(node is found[name] for name, node in [("one", one), ("other", other)])
    assert (number, row, text) == (2.0, [one], "one")


def test_the_local_variable_hides_the_global_one_and_labels_win():
    rate = Value(2.0)
    named = Value(1.0, label="own")
    assert tree(rate * named, names=None).splitlines()[1:] == ["├─ ×1  rate = 2", "└─ ×2  own = 1"]


@pytest.mark.parametrize("asked", [0, 1, 2])
def test_a_number_is_that_of_the_same_node_in_every_text(asked):
    a, b, c = leaves = [Value(2.0, "a"), Value(3.0), Value(5.0, "c")]
    sums = [a * b, b + c]
    y = sums[0] * sums[1].exp() - 3
    expected = {"b": b, "t1": sums[0], "t2": sums[1]}
    numbers = {"t1": "= 6", "t2": "= 8", "t4": "= 1.789e+04"}
    texts = [explain(y, leaves[asked]).text, explain(y).text, tree(y), steps(y).table()]
    for text in texts:
        for name, number in numbers.items():
            for line in re.findall(rf"(?:^|─ |where +|  ){name} = (.*)$", text, re.MULTILINE):
                assert number in f"= {line}", text
    drawn = {texts[-3]: texts[-2] for texts in boxes(draw(y)).values()}
    assert {name: drawn[name] for name in expected} == {"b": "3", "t1": "6", "t2": "8"}
    assert drawn["t4"] == "1.789e+04"
