"""What `explain`, `steps` and `tree` have in common."""

from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Value, explain, steps, tree
from tests.engine.sampling import graphs

TEXTS = {
    "explain": lambda y, names=None: str(explain(y, names=names)),
    "steps": lambda y, names=None: steps(y, names).table(),
    "tree": lambda y, names=None: str(tree(y, names)),
}
in_every_text = pytest.mark.parametrize("text_of", TEXTS.values(), ids=TEXTS)


@in_every_text
@given(nodes=graphs(), data=st.data())
def test_the_graph_is_only_read_and_the_text_is_the_same_each_time(text_of, nodes, data):
    data.draw(st.sampled_from(nodes)).backward()
    before = [(node.data, node.grad, node.label, node.args, node.partials) for node in nodes]
    assert text_of(nodes[-1]) == text_of(nodes[-1])
    after = [(node.data, node.grad, node.label, node.args, node.partials) for node in nodes]
    assert after == before


@in_every_text
def test_names_may_come_from_the_variables_of_the_caller(text_of):
    weight, bias = Value(3.0), Value(0.5)
    product = weight * 2
    y = product + bias
    found = text_of(y, locals())
    assert "t1" in text_of(y)
    assert "t1" not in found
    assert "weight" in found
    assert "bias" in found


@in_every_text
@pytest.mark.parametrize("names", [3, "abc", ["a"], {1: Value(2.0)}])
def test_names_that_are_not_names_are_refused(text_of, names):
    with pytest.raises(TypeError, match="names"):
        text_of(Value(2.0) * 3, names)


@in_every_text
@pytest.mark.parametrize("y", [3.0, None, "y", [Value(1.0)]])
def test_an_output_that_is_not_a_value_is_refused(text_of, y):
    with pytest.raises(TypeError, match=r"^\w+: y must be a Value, not "):
        text_of(y)


@pytest.mark.parametrize("read_through", [explain, tree, lambda y: deque(steps(y), maxlen=1)])
def test_a_chain_of_20_000_nodes_is_no_trouble(read_through):
    y = Value(1.0, label="x")
    for _ in range(20_000):
        y = -y
    assert read_through(y)
