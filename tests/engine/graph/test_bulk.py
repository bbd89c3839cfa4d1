"""The numbers of many nodes at once, in C and in Python."""

import math
from array import array

import numpy as np
import pytest

from engine import Parameter, Value
from engine.graph import bulk


@pytest.mark.parametrize("python", [False, True])
def test_numbers_go_to_nodes_and_back(python):
    prefix = "_" if python else ""
    read_all, assign_all, divide_all, all_finite, address_of = (
        getattr(bulk, prefix + name)
        for name in ("read_all", "assign_all", "divide_all", "all_finite", "address_of")
    )

    class Own(Value):
        """A node of another type."""

    kinds = [Parameter, Value, Own, Own, Value]
    nodes, numbers = [kinds[i % 5](0.5 * i) for i in range(19)], array("d", [7.0]) * 19
    place = numbers.buffer_info()
    read_all(nodes, numbers)
    assert numbers.tolist() == [0.5 * i for i in range(19)]
    divide_all(numbers, 3)
    assert numbers.tolist() == [0.5 * i / 3 for i in range(19)]
    assign_all(nodes, numbers)
    assert [node.data for node in nodes] == numbers.tolist()
    assert numbers.buffer_info() == place
    assert address_of(memoryview(numbers)) == place[0]
    for length in (0, 7, 19):
        some = array("d", [1e308]) * length
        assert all_finite(some)
        assert all_finite(memoryview(some).toreadonly())
        for wrong in (math.inf, -math.inf, math.nan):
            for index in range(length):
                some[index] = wrong
                assert not all_finite(some)
                some[index] = -0.0


@pytest.mark.skipif(bulk.assignments() is None, reason="only the native core looks")
def test_a_table_is_seen_at_once():
    numbers = np.arange(6.0).reshape(3, 2)
    view, count, address = bulk.table_of(numbers, 2)
    assert (count, address) == (3, numbers.ctypes.data)
    assert view.tolist() == [[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]
    view, count, address = bulk.table_of(memoryview(numbers[1:]), 2)
    assert (count, address) == (2, numbers.ctypes.data + 16)
    for other in (
        numbers[:, :1],
        numbers[:0],
        numbers[::2],
        np.asfortranarray(numbers),
        numbers.astype(np.float32),
        numbers.astype(np.int64),
        numbers.astype(">f8"),
        numbers.ravel(),
        numbers.reshape(3, 2, 1),
        numbers.tolist(),
        array("d", [1.0, 2.0]),
        np.zeros((3, 2), "O"),
        np.zeros((3, 2), "M8[s]"),
        None,
    ):
        assert bulk.table_of(other, 2) is None
    assert bulk.table_of(np.zeros((3, 0)), 0) is None
    for wrong in (math.nan, math.inf, -math.inf):
        numbers[2, 1] = wrong
        assert bulk.table_of(numbers, 2) is None
    numbers[2, 1] = 5.0
    numbers.flags.writeable = False
    assert bulk.table_of(numbers, 2) is None
    for given in ((numbers,), (numbers, "2")):
        with pytest.raises(TypeError):
            bulk.table_of(*given)


@pytest.mark.skipif(bulk.assignments() is None, reason="only the native core counts")
def test_assignments_are_counted():
    w, x = Parameter(1.0), Value(2.0)
    ways = (
        lambda: setattr(w, "data", 3),
        lambda: setattr(x, "_data_", 3.0),
        lambda: w.__init__(4.0),
        lambda: bulk.assign_all([w], array("d", [5.0])),
    )
    for way in ways:
        before = bulk.assignments()
        counted = way()
        assert bulk.assignments() > before
    assert counted == bulk.assignments()
    before = bulk.assignments()
    (w * x).backward()
    w.grad = 0.0
    bulk.read_all([w], array("d", [0.0]))
    assert bulk.assignments() == before


@pytest.mark.skipif(bulk.assignments() is None, reason="only the native core checks")
def test_what_does_not_fit_is_refused():
    w = Parameter(1.0)
    for nodes, numbers in (
        ([w], array("d")),
        ([w], array("d", [1.0, 2.0])),
        ([1.0], array("d", [1.0])),
        ([Value(2.0), w, Value(2.0), 1.0], array("d", [1.0] * 4)),
        ([w, Value(2.0), None, w], array("d", [1.0] * 4)),
    ):
        with pytest.raises(ValueError, match="expected a number for each of the nodes"):
            bulk.read_all(nodes, numbers)
    for nodes, numbers in (((w,), array("d", [1.0])), ([w], array("f", [1.0])), ([w], [1.0])):
        with pytest.raises(TypeError):
            bulk.assign_all(nodes, numbers)
    with pytest.raises((TypeError, BufferError)):
        bulk.read_all([w], memoryview(bytes(8)).cast("d"))
    assert w.data == 1.0
