"""What an explanation says of no path, of one and of many."""

import re

import pytest

import engine
from engine import Parameter, Value, explain


def test_of_what_does_not_matter_the_gradient_is_zero_and_it_says_so():
    y, x = Value(2.0, label="a") * 3, Value(1.0, label="x")
    y.label = "y"
    explanation = explain(y, x)
    assert explanation.text == "∂y/∂x = 0: y does not depend on x"
    reason = r"\quad y\text{ does not depend on }x"
    assert explanation.latex == rf"\frac{{\partial y}}{{\partial x}} = 0 {reason}"
    assert (explanation.value, explanation.count, explanation.paths) == (0.0, 0, [])
    assert explain(y, Value(1.0), names={"y": y}).value == 0.0


def test_the_gradient_of_a_node_by_itself_is_one():
    for x in (Value(2.0, label="x"), Value(2.0) * 3):
        x.label = "x"
        explanation = explain(x, x)
        assert (explanation.text, explanation.value) == ("∂x/∂x = 1", 1.0)
        assert explanation.latex == r"\frac{\partial x}{\partial x} = 1"


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 10])
def test_of_many_paths_the_largest_are_listed_and_what_remains_is_stated(limit):
    x = Value(2.0, label="x")
    y = x * 8 + x * 4 + x * 2 + x
    explanation = explain(y, x, names={"y": y}, limit=limit)
    products = [8.0, 4.0, 2.0, 1.0][:limit]
    assert [path.product for path in explanation.paths] == products
    assert (explanation.count, explanation.value) == (4, 15.0)
    blocks = re.findall(
        r"Path (\d+), y ← .*, contributes\n(?: .*\n)* +(?:= )?(\d+)\n", explanation.text
    )
    assert [(int(i), float(last)) for i, last in blocks] == [*enumerate(products, 1)]
    if limit >= 4:
        assert "Sum: ∂y/∂x = 8 + 4 + 2 + 1 = 15" in explanation.text
        return
    assert explanation.text.startswith("4 paths; those with the largest products:\n")
    share = {1: "8, 53.3 %", 2: "12, 80 %", 3: "14, 93.3 %"}[limit]
    assert f"add up to {share} of the gradient; {4 - limit} path" in explanation.text
    assert "1 paths" not in explanation.text
    assert "Sum over all: ∂y/∂x = 15" in explanation.text
    assert f"({4 - limit} more path" in explanation.latex


def test_where_one_path_is_nan_it_is_listed_and_no_share_of_nan_is_stated():
    x = Value(0.0, label="x")
    explanation = explain(x.sqrt() ** 2 + x * 3 + x, x, limit=1)
    assert str(explanation.value) == str(explanation.paths[0].product) == "nan"
    assert "nan of" not in explanation.text


@pytest.mark.parametrize("depth", [30, 15_000])
def test_a_number_of_paths_of_any_size_is_stated_in_a_short_text(depth):
    x = y = Value(1.0, label="x")
    for _ in range(depth):
        y = y + y * 0.0001
    explanation = explain(y, x, limit=1)
    assert explanation.count == 2**depth
    assert explanation.value == pytest.approx(1.0001**depth)
    assert "paths" in explanation.text
    assert len(explanation.text) < 20_000
    assert len(explanation.latex) < 20_000
    assert "… " in explanation.text


def test_of_a_long_chain_the_middle_is_left_out_and_counted():
    x = y = Value(1.0, label="x")
    for _ in range(2000):
        y = -y
    text = explain(y, x).text
    factors = text.splitlines()[0].partition(" = ")[2].split(" · ")
    assert (len(factors), factors[12]) == (25, "… 1,976 more …")
    assert factors[11] != factors[13]
    assert factors[-1].endswith("/∂x")
    assert (len(text) < 5000, text.count("\n     ") < 30) == (True, True)


@pytest.mark.parametrize(("length", "hidden"), [(24, []), (25, ["… 1 more …"])])
def test_of_a_chain_of_24_every_factor_is_written(length, hidden):
    x = y = Value(1.0, label="x")
    for _ in range(length):
        y = -y
    factors = explain(y, x).text.splitlines()[0].partition(" = ")[2].split(" · ")
    assert (len(factors) - len(hidden), factors[12:13] if hidden else []) == (24, hidden)


def test_where_there_are_no_parameters_the_table_is_of_all_leaves():
    a, b, w = Value(2.0, label="a"), Value(3.0, label="b"), Parameter(4.0, label="w")
    y = (a + b) * a
    assert [row.split()[0] for row in explain(y).text.splitlines()[1:3]] == ["a", "b"]
    assert "2 paths" in explain(y).text
    assert explain(y).parameters == [a, b]
    assert explain(y * w).parameters == [w]
    assert explain(a).text.splitlines()[1].split() == ["a", "2", "1", "1"]


@pytest.mark.parametrize("x", [2.0, "x", [Value(1.0)], {}])
def test_an_x_that_is_not_a_value_is_refused(x):
    with pytest.raises(TypeError, match=r"^explain: x must be a Value, not "):
        explain(Value(1.0), x)


@pytest.mark.parametrize("limit", [0, -1, 1.5, None, "4", True])
def test_a_limit_that_is_not_a_whole_number_of_at_least_one_is_refused(limit):
    with pytest.raises(ValueError, match=r"^explain: limit must be a whole number of at least 1"):
        explain(Value(1.0), Value(1.0), limit=limit)


def test_a_path_that_ends_at_a_branch_not_taken_says_so_and_adds_nothing():
    x = Value(1000.0, label="x")
    y = engine.minimum([x.exp(), 5.0]) + x
    explanation = explain(y, x)
    assert explanation.value == 1.0
    assert [path.product for path in explanation.paths] == [0, 1.0]
    assert "= 0, for t2 does not change with t1 where t1 ≠ t2" in str(explanation)
    assert "Sum: ∂y/∂x = 0 + 1 = 1" in str(explanation)


def test_a_graph_that_is_out_of_date_is_not_explained():
    x = Value(2.0, label="x")
    y = x + 3
    x.data = 7.0
    for refused in (lambda: explain(y, x), lambda: explain(y), lambda: engine.steps(y)):
        with pytest.raises(ValueError, match="out of date: add gave 5, and is 10 now that x is 7"):
            refused()
