"""The parts of the benchmarks that compute; the measuring itself is not tested."""

from __future__ import annotations

import math
from dataclasses import replace
from importlib import import_module
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.benchmarks import texts
from tests.benchmarks.machine import processor
from tests.benchmarks.peers import Trainer, Way, agree
from tests.benchmarks.picture import crossings, duration, spread
from tests.benchmarks.programs import three_digits
from tests.benchmarks.work import Work, digits, lesson, moons, square


def test_a_crossing_lies_on_both_lines() -> None:
    rising, level = [(1, 1.0), (100, 100.0)], [(1, 10.0), (100, 10.0)]
    [(size, time)] = crossings(rising, level)
    assert size == pytest.approx(10)
    assert time == pytest.approx(10)
    assert list(crossings(level, rising)) == []


def test_crossings_use_the_sizes_of_both() -> None:
    first = [(1, 1.0), (10, 1.0), (100, 1.0), (1000, 1.0)]
    second = [(1, 4.0), (100, 0.25)]
    [(size, time)] = crossings(first, second)
    assert (size, time) == (pytest.approx(10), pytest.approx(1))


@given(st.lists(st.floats(-100, 100), max_size=12), st.floats(0.1, 10))
def test_spread(heights: list[float], gap: float) -> None:
    placed = spread(heights, gap)
    order = sorted(range(len(heights)), key=heights.__getitem__)
    for below, above in pairwise(order):
        assert placed[above] - placed[below] >= gap - 1e-9
    assert math.fsum(placed) == pytest.approx(math.fsum(heights), abs=1e-9)


def test_spread_moves_nothing_that_is_apart() -> None:
    assert spread([0.0, 5.0, 5.0], 1.0) == [0.0, 4.5, 5.5]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.0147663, "0.0148"),
        (6.6349, "6.63"),
        (99.95, "100"),
        (1234.5, "1,230"),
        (2e6, "2,000,000"),
    ],
)
def test_three_digits(number: float, text: str) -> None:
    assert three_digits(number) == text


def test_durations() -> None:
    assert [duration(t) for t in (1e-8, 1e-6, 0.01, 1.0)] == ["10 ns", "1 µs", "10 ms", "1 s"]


def test_works() -> None:
    for work, parameters, steps in ((lesson(), 9, 4), (moons(), 337, 1), (digits(32), 39_760, 2)):
        numbers = [number for layer in work.layers() for neuron in layer for number in neuron]
        assert (work.parameters, len(numbers), work.steps) == (parameters, parameters, steps)
        assert {len(row) for row in work.rows} == {work.sizes[0] + work.sizes[-1]}


def test_texts_as_rows_have_the_gradients_of_texts_in_the_graph() -> None:
    in_the_graph, as_inputs = texts.in_the_graph("python"), texts.as_inputs("python", length=2)
    programs = set()
    for text in ([3, 14], [15, 9]):
        (one, row), (another, vectors) = in_the_graph(text), as_inputs(text)
        programs.add(another)
        loss, gradients = one.gradients([row])
        mean, slopes = another.gradients([vectors])
        assert mean == pytest.approx(loss, rel=1e-12)
        assert slopes.tolist() == pytest.approx(gradients.tolist(), rel=1e-9, abs=1e-12)
    assert len(programs) == 1


def test_the_kind_of_a_processor() -> None:
    described = (
        "processor: 0\ncpu family\t: 25\nmodel : 17\nmodel name : A B\nflags : sse avx2 avx512f"
    )
    assert processor(described + "\n\nprocessor: 1\nmodel: 18\n") == (
        "A B (family 25, model 17, AVX-512)"
    )
    assert processor("") != ""


def test_a_way_takes_what_it_can_of_a_work() -> None:
    def prepare(work: Work) -> Trainer:
        raise AssertionError("nothing is to be prepared")

    work = digits(16)
    assert Way("quick", prepare).feasible(work) == work
    shorter = Way("slow", prepare, most=work.parameters * 40).feasible(work)
    assert shorter is not None
    assert (len(shorter.rows), shorter.steps) == (32, 2)
    assert Way("slower", prepare, most=work.parameters * 15).feasible(work) is None


def odd(batch: int) -> Work:
    """Layers that neither vectors nor tiles divide."""
    rows = [
        [math.sin(5 * s + i) for i in range(9)] + [float(s % 3 == k) for k in range(3)]
        for s in range(2 * batch)
    ]
    return Work("odd", (9, 13, 17, 3), "relu", "cross_entropy", rows, batch)


@pytest.mark.parametrize("peer", ["c", "numba"])
@pytest.mark.parametrize("work", [lesson(), moons(), square(3), odd(1), odd(7)])
def test_what_is_written_by_hand_trains_as_the_engine_does(peer: str, work: Work) -> None:
    for library in ("numpy", *(["numba"] if peer == "numba" else [])):
        pytest.importorskip(library)
    ours, theirs = (import_module(f"tests.benchmarks.peers.{name}") for name in ("chaingrad", peer))
    if not theirs.WAYS:
        pytest.skip("no C compiler here")
    start = [number for layer in work.layers() for neuron in layer for number in neuron]
    prepare = theirs.WAYS[0].prepare
    agree(work.name, start, [("ours", ours.Eager(work)), ("theirs", prepare(work))])
    quicker = prepare(replace(work, rate=2 * work.rate))
    with pytest.raises(AssertionError, match="apart"):
        agree(work.name, start, [("ours", ours.Eager(work)), ("theirs", quicker)])
