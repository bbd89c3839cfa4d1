"""The tree: every node once, what is used again referred to, what is left out counted."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Value, topological_order, tree
from tests.engine.explaining.test_explanation import lesson
from tests.engine.sampling import graphs

NOT_SHOWN = re.compile(r"^… ([\d,]+) of ([\d,]+) nodes are not shown$")


def test_the_tree_of_the_lesson_to_the_letter():
    assert (
        repr(tree(lesson()["L"]))
        == """\
L = (y − ŷ)² = 225
├─ ×−30  y = 3
└─ ×30  ŷ = w211·o11 + w221·o12 + b21 = 18
   ├─ ×8.8  w211 = 1
   ├─ ×8.8  w221 = 1
   ├─ ×1  o11 = w111·x1 + w121·x2 + b11 = 8.8
   │  ├─ ×8  w111 = 0.1
   │  ├─ ×80  w121 = 0.1
   │  ├─ ×0.1  x1 = 8
   │  ├─ ×0.1  x2 = 80
   │  └─ ×1  b11 = 0
   ├─ ×1  o12 = w112·x1 + w122·x2 + b12 = 8.8
   │  ├─ ×8  w112 = 0.1
   │  ├─ ×80  w122 = 0.1
   │  ├─ ×0.1  x1, see above
   │  ├─ ×0.1  x2, see above
   │  └─ ×1  b12 = 0
   └─ ×1  b21 = 0.4"""
    )


def test_gradients_are_shown_once_backward_has_run_and_not_before():
    loss = lesson()["L"]
    assert "grad" not in tree(loss)
    loss.backward()
    lines = tree(loss).splitlines()
    assert lines[:3] == [
        "L = (y − ŷ)² = 225  grad 1",
        "├─ ×−30  y = 3  grad −30",
        "└─ ×30  ŷ = w211·o11 + w221·o12 + b21 = 18  grad 30",
    ]
    assert all(("grad" in line) != ("see above" in line) for line in lines)


def test_a_gradient_that_is_zero_is_shown_after_backward():
    x = Value(-1.0, label="x")
    y = x.relu()
    y.backward()
    assert tree(y, locals()).splitlines()[1] == "└─ ×0  x = −1  grad 0"


def test_a_node_that_is_used_twice_has_two_lines_and_its_operands_one():
    a = Value(3.0, label="a")
    b = a * 2
    y = b * b
    assert (
        tree(y, locals())
        == """\
y = b·b = 36
├─ ×6  b = a·2 = 6
│  └─ ×2  a = 3
└─ ×6  b, see above"""
    )


@given(nodes=graphs())
def test_each_node_is_written_out_once_and_each_edge_has_its_line(nodes):
    order = topological_order(nodes[-1])
    lines = tree(nodes[-1], max_lines=10_000, max_depth=1000).splitlines()
    edges = [partial for node in order for partial in node.partials if partial is not None]
    assert len(lines) == len(edges) + 1
    assert sum("see above" not in line for line in lines) == len(order)
    written = [re.sub(r"^[│├└─ ]*×\S+ +|^(?=\S)", "", line).split(" = ")[0] for line in lines]
    again = [name.removesuffix(", see above") for name in written if name.endswith(", see above")]
    for name in again:
        assert name in written[: written.index(f"{name}, see above")]


@given(nodes=graphs(), max_lines=st.integers(1, 30))
def test_of_too_many_lines_the_first_are_shown_and_what_is_left_out_is_counted(nodes, max_lines):
    every = tree(nodes[-1], max_lines=10_000, max_depth=1000).splitlines()
    lines = tree(nodes[-1], max_lines=max_lines, max_depth=1000).splitlines()
    assert lines[:max_lines] == every[:max_lines]
    if len(every) <= max_lines:
        assert lines == every
        return
    (last,) = lines[max_lines:]
    shown = sum("see above" not in line for line in lines[:max_lines])
    total = len(topological_order(nodes[-1]))
    if shown < total:
        counts = [int(count.replace(",", "")) for count in NOT_SHOWN.match(last).groups()]
        assert counts == [total - shown, total]
    else:
        # Lines that refer to nodes above are left out, too.
        assert last.startswith("…")


@given(nodes=graphs(), max_depth=st.integers(0, 8))
def test_no_line_is_deeper_than_the_greatest_depth_and_what_is_below_is_counted(nodes, max_depth):
    lines = tree(nodes[-1], max_lines=10_000, max_depth=max_depth).splitlines()
    written = [line for line in lines if "×" in line]
    assert all(re.search("[├└]", line).start() < 3 * max_depth for line in written)
    shown = sum("see above" not in line for line in written) + 1
    total = len(topological_order(nodes[-1]))
    if shown < total:
        assert NOT_SHOWN.match(lines[-1]).groups() == (str(total - shown), str(total))
        assert any(line.endswith("└─ …") for line in lines)
    else:
        assert not NOT_SHOWN.match(lines[-1])


def test_a_depth_of_one_shows_the_output_and_its_operands():
    x = Value(2.0, label="x")
    assert (
        tree(x.exp() * x, names={}, max_depth=1)
        == """\
t2 = t1·x = 14.78
├─ ×2  t1 = exp(x) = 7.389
│  └─ …
└─ ×7.389  x = 2"""
    )


def test_the_text_of_a_long_chain_is_short_and_says_how_long_the_chain_is():
    y = Value(1.0, label="x")
    for _ in range(20_000):
        y = -y
    text = tree(y)
    assert len(text) < 3000
    assert text.splitlines()[-1] == "… 19,980 of 20,001 nodes are not shown"


def test_a_leaf_is_a_tree_of_one_line():
    assert tree(Value(2.5, label="x")) == "x = 2.5"


@pytest.mark.parametrize("limits", [{"max_lines": "3"}, {"max_lines": -1}, {"max_depth": None}])
def test_limits_that_are_not_whole_numbers_are_refused(limits):
    (name,) = limits
    with pytest.raises((TypeError, ValueError), match=name):
        tree(Value(1.0) * 2, **limits)
