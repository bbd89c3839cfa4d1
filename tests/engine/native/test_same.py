"""The native core gives what Python gives: numbers to the last bit, structure, errors, texts."""

import copy
import math
import pickle
import pickletools
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.native.cores import core
from tests.engine.native.programs import described, entangled, programs, run
from tests.engine.sampling import NOT_FINITE, SPECIAL, choices, over_sheet, rows, special_rows

CORES = ("python", "native")


@settings(max_examples=400)
@given(program=programs)
def test_any_program_gives_the_same_on_both(program):
    expected, found = (run(core(name), program) for name in CORES)
    assert found == expected


@given(seed=st.integers(0, 10**6))
def test_gradients_of_many_paths_are_added_up_in_the_same_order(seed):
    expected, found = (run(core(name), entangled(seed)) for name in CORES)
    assert found == expected


def applied(engine, op, row, chosen):
    """What the function gives for a row: its type, its value and partials; or the error."""
    mixed = [engine.Value(x) if wanted else x for x, wanted in zip(row, chosen)]
    mixed += row[len(chosen) :]
    try:
        result = engine.eager.functions.EAGER[op.name](*op.bind(mixed))
    except (ArithmeticError, ValueError) as error:
        return type(error), str(error)
    if type(result) is float:
        return float, [result]
    assert [*map(repr, result.args)] == [*map(repr, mixed)]
    return "Value", [result.data, *result.partials]


def close(found, expected):
    """Equal up to the last place, in case the two libraries of functions are not the same."""
    if found is None or expected is None:
        return found is expected
    if not math.isfinite(expected):
        return repr(found) == repr(expected)
    return abs(found - expected) <= math.ulp(expected)


def assert_same(op, cases):
    """For rows and the operands chosen in them: all on one core first, as changing it is slow."""
    of_cores = []
    for name in CORES:
        with core(name).in_place() as own:
            of_cores.append([applied(own.engine, op, *case) for case in cases])
    for case, (kind, expected), (found_kind, found) in zip(cases, *of_cores, strict=True):
        assert found_kind == kind, case
        if isinstance(expected, str):
            assert found == expected
        else:
            assert len(found) == len(expected)
            assert all(map(close, found, expected)), (case, found, expected)


@over_sheet
@given(data=st.data())
def test_every_operation_on_its_domain(op, data):
    row = data.draw(rows(op))
    assert_same(op, [(row, chosen) for chosen in choices(op, row)])


@over_sheet
def test_every_operation_where_numbers_are_at_their_edges(op):
    special = special_rows(op, (*SPECIAL, *NOT_FINITE))
    assert_same(op, [(row, chosen) for row in special for chosen in choices(op, row)[:3]])


def graph(name):
    """A network whose nodes have labels, scopes, gradients and all kinds of operands."""
    with core(name).in_place() as own:
        engine = own.engine
        w, x = engine.Parameter(0.5, label="w"), engine.Value(-2.0, label="x")
        with engine.scope("layer 1"):
            h = engine.dot([w, x], [x, 3.0], 0.25)
        y = engine.logsumexp([h.tanh(), h**2, w / x])
        y.label = "y"
        y.backward()
        return y


def seen(name, y):
    with core(name).in_place() as own:
        order = own.engine.topological_order(y)
        places = {node: place for place, node in enumerate(order)}
        return [described(node, places) for node in order]


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize(("saver", "loader"), [CORES, CORES[::-1]])
def test_what_one_core_has_pickled_the_other_loads(saver, loader, protocol):
    y = graph(saver)
    with core(saver).in_place():
        saved = pickle.dumps(y, protocol)
    with core(loader).in_place() as own:
        loaded = pickle.loads(saved)
        assert type(loaded) is own.engine.Value
    assert seen(loader, loaded) == seen(saver, y)


def without_identities(data):
    """What a pickle says but for the identities of nodes, which are their addresses."""
    operations = []
    for operation, argument, _ in pickletools.genops(data):
        large = isinstance(argument, int) and argument > 2**31
        operations.append((operation.name, "identity" if large else argument))
    return operations


def test_the_pickles_of_both_cores_say_the_same():
    found = []
    for name in CORES:
        y = graph(name)
        with core(name).in_place():
            found.append(without_identities(pickle.dumps(y, 4)))
    assert len(found[0]) > 150
    assert found[0] == found[1]


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy])
def test_copies_are_the_same_on_both(duplicate):
    found = []
    for name in CORES:
        y = graph(name)
        with core(name).in_place():
            twin = duplicate(y)
        found.append(seen(name, twin))
    assert found[0] == found[1] == seen("python", graph("python"))


@pytest.mark.parametrize("name", CORES)
def test_threads_build_and_free_graphs_beside_each_other(name):
    with core(name).in_place() as own, ThreadPoolExecutor(4) as pool:
        shared = own.engine.Parameter(1.0)

        def work(number):
            total = own.engine.Value(0.0)
            for _ in range(2000):
                with own.engine.scope(f"thread {number}"):
                    total = total + shared * number
            assert total.scope == f"thread {number}"
            return total.data, own.engine.gradient(total, shared).data

        assert list(pool.map(work, range(8))) == [(2000.0 * n, 2000.0 * n) for n in range(8)]
