"""karpathy/micrograd #90: no recursion anywhere, so a graph may be as deep as memory allows."""

import copy
import pickle
import sys

import pytest

import engine
from engine import Value

DEPTH = 100_000


@pytest.fixture
def chain():
    """A leaf and the end of a chain of nodes, each computed from the one before."""
    x = Value(1.0, label="x")
    y = x
    for _ in range(DEPTH):
        y = -y
    return x, y


def test_a_deep_graph_is_built_and_walked_back(chain):
    x, y = chain
    y.backward()
    assert (y.data, x.grad) == (1.0, 1.0)
    assert 100 * sys.getrecursionlimit() <= DEPTH


def test_a_deep_graph_is_ordered(chain):
    x, y = chain
    order = engine.topological_order(y)
    assert (len(order), order[0], order[-1]) == (DEPTH + 1, x, y)
    assert engine.leaves(y) == [x]


def test_a_deep_graph_is_differentiated_to_a_graph(chain):
    x, y = chain
    assert engine.gradient(y, x).data == 1.0


def test_a_deep_graph_is_copied(chain):
    _, y = chain
    twin = copy.deepcopy(y)
    (leaf,) = engine.leaves(twin)
    twin.backward()
    assert (twin.data, leaf.label, leaf.grad) == (1.0, "x", 1.0)
    assert chain[0].grad == 0.0


def test_a_deep_graph_is_pickled_and_unpickled(chain):
    _, y = chain
    twin = pickle.loads(pickle.dumps(y))
    assert len(engine.topological_order(twin)) == DEPTH + 1
    twin.backward()
    assert engine.leaves(twin)[0].grad == 1.0


def test_a_deep_graph_is_deleted():
    class Watched(Value):
        deleted = 0

        def __del__(self):
            Watched.deleted += 1

    y = Watched(1.0)
    for _ in range(DEPTH):
        y = -y
    del y
    assert Watched.deleted == 1


def test_a_deep_graph_of_many_paths_is_walked_once():
    x = Value(1.0)
    y = x
    for _ in range(1000):
        y = y * 0.5 + y * 0.5
    y.backward()
    assert (y.data, x.grad) == (1.0, 1.0)
