"""Runs of parameters begin at multiples of the lanes, and everything else comes after them."""

import pytest

import engine
from engine import Parameter, Value
from engine.programs.lower.aligned import aligned
from engine.programs.lower.ir import Assign, Map, Reduce
from engine.programs.lower.lowering import lower
from engine.programs.recording import Recording

X = [Value(1.0) for _ in range(12)]
W = [Parameter(0.5) for _ in range(40)]


def kernel_of(loss):
    return lower(Recording([loss], X, W), longest=7)


def runs(kernel, kind):
    steps = [*kernel.forward, *kernel.backward]
    spans = [s for each in steps if isinstance(each, (Reduce, Map)) for s in each.spans.values()]
    spans += [each.target for each in steps if isinstance(each, Map)]
    return sorted({(span.start, span.length) for span in spans if span.kind == kind})


def test_runs_of_weights_with_a_bias_after_each():
    loss = engine.dot(W[3:12], X[:9], W[12]) * engine.dot(W[13:23], X[:10], W[23]) + W[0]
    kernel, segments = aligned(kernel_of(loss), 8)
    assert segments == [(0, 0, 3), (8, 3, 10), (24, 13, 27)]
    assert [segment.indices for segment in segments] == [range(3), range(8, 18), range(24, 51)]
    assert runs(kernel, "parameter") == runs(kernel, "gradient") == [(8, 9), (24, 10)]
    single = {
        each.target.index
        for each in kernel.backward
        if isinstance(each, Assign) and each.target.kind == "gradient"
    }
    assert single == {0, 17, 34}
    # A variable stays one.
    names = {each.target for each in kernel.backward if isinstance(each, Assign)}
    assert len(names) == len({(target.kind, target.index) for target in names})


@pytest.mark.parametrize("lanes", [4, 8])
def test_runs_within_others_stay_where_they_are_in_them(lanes):
    loss = engine.dot(W[1:21], W[20:40]) + engine.dot(W[3:12], X[:9]) + engine.sum(W[5:15])
    kernel, segments = aligned(kernel_of(loss), lanes)
    assert segments == [(0, 0, 1), (lanes, 1, 39)]
    moved = lanes - 1
    expected = [(1 + moved, 20), (3 + moved, 9), (5 + moved, 10), (20 + moved, 20)]
    assert runs(kernel, "parameter") == expected


def test_nothing_moves_without_runs():
    kernel = kernel_of((W[0] * X[0] + W[39]).tanh())
    assert aligned(kernel, 8) == (kernel, [])
