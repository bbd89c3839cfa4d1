"""What nodes of the native core cost, and that all of it is given back."""

import gc
import sys
import tracemalloc

import pytest

from tests.engine.native.cores import core


@pytest.fixture
def native():
    with core("native").in_place() as own:
        yield own.engine


@pytest.fixture
def alive(native):
    """How many more nodes there are than before the test."""
    gc.collect()
    count = sys.modules["_chaingrad"].alive
    before = count()
    return lambda: count() - before


def give_back():
    """A full collection of everything, what `tests/conftest.py` has frozen among it."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def test_a_binary_node_takes_96_bytes_and_costs_the_collector_nothing(native):
    a, b = native.Value(2.0), native.Value(3.0)
    assert [node.__sizeof__() for node in (a, -a, a * b, native.dot([a, b], [b, a], a))] == [
        80,
        80,
        96,
        144,
    ]
    assert not any(map(gc.is_tracked, (a, -a, a * b)))
    tracemalloc.start()
    try:
        # Many more than are kept for the next of their size.
        nodes = [a * b for _ in range(50_000)]
        size = tracemalloc.get_traced_memory()[0] / len(nodes)
    finally:
        tracemalloc.stop()
    assert size < 96 + 8.9  # with its place in the list, which is made larger than needed


def test_a_million_operands_and_a_million_nodes_in_a_row_are_freed_without_recursion(native, alive):
    total = native.sum([native.Value(1.0) for _ in range(1_000_000)])
    assert (total.data, alive()) == (1e6, 1_000_001)
    chain = total
    for _ in range(1_000_000):
        chain = chain * 1.0
    total = None
    chain.backward()
    assert alive() == 2_000_001
    chain = None
    assert alive() == 0


def failing(native):
    """Constructions that fail at different points, after some of the work is done."""
    x = native.Value(-1.0)
    yield x.log
    yield lambda: x / 0
    yield lambda: x + "text"
    yield lambda: x * None
    yield lambda: native.Value("text")
    yield lambda: native.Value(x)
    yield lambda: native.Value(1.0, "label", "more")
    yield lambda: native.dot([x, x], [x])
    yield lambda: native.dot([x, x], [x, "text"])
    yield lambda: native.dot(iter([x]), (1 / 0 for _ in range(2)))
    yield lambda: native.dot([x], [x], wrong=x)
    yield lambda: native.leaky_relu(x, slope=x)
    yield lambda: native.sum([*[x] * 100, None])
    yield lambda: native.logsumexp([])
    yield lambda: native.graph.recording.record(
        native.sheet.ops.SHEET[0], (x, "text"), 1.0, (1.0, None)
    )
    yield lambda: native.graph.recording.record(
        native.sheet.ops.SHEET[0], (x, 1.0), 1.0, (1.0, 1.0)
    )
    yield lambda: native.graph.recording.record(native.sheet.ops.SHEET[0], (x, 1.0), 1.0, (1.0,))
    yield lambda: native.topological_order(x, 1.0)


def test_what_fails_leaves_nothing_behind(native, alive):
    for action in failing(native):
        with pytest.raises((TypeError, ValueError, ArithmeticError)):
            action()
        with pytest.raises((TypeError, ValueError, ArithmeticError)), native.scope("s"):
            action()
    with native.detect_anomaly(), pytest.raises(FloatingPointError):
        native.Value(1e300) * 1e300
    action = None
    gc.collect()
    assert alive() == 0


def test_memory_stays_the_same_over_many_nodes(native):
    def work(count):
        w = native.Parameter(0.5)
        for number in range(count):
            x = native.Value(1.0, label="x")
            y = native.dot([w, x, x], [x, 2.0, w], 1.0).tanh() * number
            y.scope = f"scope {number}"
            y.backward()
            assert len(y.args) == len(y.partials) == 2
            native.topological_order(y)
            native.sum([w] * 50)
            y.detach()

    work(1000)
    tracemalloc.start()
    try:
        give_back()
        before = tracemalloc.get_traced_memory()[0]
        work(20_000)
        give_back()
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert grown < 10_000


def test_a_node_made_from_an_instance_of_a_subclass_may_be_part_of_a_cycle(native):
    class Weight(native.Value):
        pass

    w, plain = Weight(2.0), native.Parameter(3.0)
    assert [gc.is_tracked(node) for node in (w * 2, -(w * 2), plain * 2, w.detach())] == [
        True,
        True,
        False,
        False,
    ]
