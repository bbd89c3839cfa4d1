"""Explanations in sentences: every number in them is true, and so is what really happens."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Value, explain, squared_error
from engine.explaining.nudge import computed_again
from tests.engine.sampling import graphs
from tests.nn.shared import network


def in_one_line(explanation):
    return " ".join(str(explanation.words).split())


def test_the_lesson_s_weight_in_words():
    model = network()
    loss = squared_error(3, model([8, 80]))
    loss.label = "L"
    words = in_one_line(explain(loss, dict(model.named_parameters())["w111"]))
    assert words == (
        "o11 changes 8 times as fast as w111, ŷ as fast as o11 (w211) and L 30 times as fast as ŷ "
        "(−2·(3 − ŷ)). If w111 grows by 0.01, then o11 grows by 0.08, ŷ grows by 0.08 and L grows "
        "by 2.4 (really: 2.406). That is 240 for each 1 of w111: ∂L/∂w111 = 240."
    )


def test_of_several_paths_each_is_said_alone_and_then_all():
    x = Value(3.0, label="x")
    y = x * x - 2 * x
    words = in_one_line(explain(y, x))
    assert words == (
        "On path 1, y ← t1 ← x: t1 changes 3 times as fast as x (x) and y as fast as t1. "
        "On path 2, y ← t1 ← x: t1 changes 3 times as fast as x (x) and y as fast as t1. "
        "On path 3, y ← t2 ← x: t2 changes 2 times as fast as x and y −1 times as fast as t2. "
        "If x grows by 0.1, then y by path 1 alone grows by 0.3, by path 2 alone grows by 0.3 and "
        "by path 3 alone falls by 0.2; by all 3, y grows by 0.4 (really: 0.41). "
        "That is 4 for each 1 of x: ∂y/∂x = 4."
    )


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda x: x.relu() * 2, "t1 stays as it is and y stays as it is (really: 0)."),
        (lambda x: abs(x + 2), "y stays as it is (really: it grows by 0.1)."),
        (lambda x: (x + 2.98).asin(), "If x grows by 0.001, then t1 grows by 0.001 and y"),
        (lambda x: Value(4.0) * 2, "y does not depend on x: however x changes, y stays as it is."),
        (lambda x: x, "it changes as fast as itself."),
        (lambda x: x * 1e-200 * 1e-200, "∂y/∂x = 0, the product is too small for a float."),
        (lambda x: x * 3 - x * 3, "= 0, the paths cancel each other."),
        (lambda x: (x + 2) ** 2, "= 0, multiplied by 0: y does not change with t1 where 2·t1 = 0."),
    ],
)
def test_of_nothing_and_of_edges_what_happens_is_said_and_why(make, expected):
    x = Value(-2.0, label="x")
    y = make(x)
    y.label = y.label or "y"
    assert expected in in_one_line(explain(y, x))


@given(nodes=graphs(), data=st.data())
def test_any_graph_is_computed_again_as_it_is_and_said_in_short_lines(nodes, data):
    x, y = data.draw(st.sampled_from(nodes)), nodes[-1]
    again = computed_again(y, x, x.data)
    assert again == pytest.approx(y.data, rel=1e-12, nan_ok=True)
    words = explain(y, x).words
    assert max(map(len, words.splitlines())) <= 80
    found = re.search(r"grows by (\S+), then (?:.|\n)*That is", words)
    assert found is None or float(found[1].replace("−", "-")) > 1e-9


def test_a_long_chain_in_words_is_short():
    x = y = Value(1.0, label="x")
    for _ in range(2000):
        y = -y
    words = in_one_line(explain(y, x))
    assert "… 1,992 more …" in words
    assert len(words) < 1500
