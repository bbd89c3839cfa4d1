"""Which updates can wait until their parameters are read again, and what they then read."""

import engine
from engine import Parameter, Value
from engine.programs.llvm.weights import deferred_gradients
from engine.programs.lower.ir import Reduce
from engine.programs.lower.late import alone, late
from engine.programs.lower.lowering import lower
from engine.programs.recording import Recording

X = [Value(1.0) for _ in range(10)]
W = [Parameter(0.5) for _ in range(30)]


def waiting(loss):
    """Where the gradients begin that can wait, and the loops before which they are used."""
    kernel = lower(Recording([loss], X, W), longest=7)
    forward, gradients = late(kernel.forward, deferred_gradients(kernel, single=True))
    loops = [each for each in forward if isinstance(each, Reduce) and each.late]
    for each in loops:
        (read,) = (span for span in each.spans.values() if span.kind == "parameter")
        assert read.indices == each.late.target.indices
    assert len(loops) == len(gradients)
    return [each.target.start for each in gradients], loops


def test_weights_of_one_sum_wait():
    places, loops = waiting(engine.dot(W[10:20], X) + engine.dot(W[20:], X).tanh())
    assert places == [10, 20]
    for each in loops:
        assert {span.kind for span in each.late.spans.values()} == {"last_input"}
        (adjoint,) = each.late.names.values()
        assert isinstance(adjoint, float) or adjoint.kind == "last_adjoint"


def test_values_of_the_row_before_are_what_a_second_layer_was_given():
    hidden = [engine.dot(W[:10], X).tanh()] * 9 + [engine.dot(W[10:20], X).exp()]
    shifted = [value + X[place] for place, value in enumerate(hidden)]
    places, loops = waiting(engine.dot(W[20:], shifted) ** 2)
    assert places == [0, 10, 20]
    kinds = [{span.kind for span in each.late.spans.values()} for each in loops]
    assert kinds == [{"last_input"}, {"last_input"}, {"last_value"}]


def test_parameters_that_are_read_elsewhere_do_not_wait():
    own, other = engine.dot(W[:10], X), engine.dot(W[10:20], X)
    # What a branch does not pass on is read, though nothing else contributes to the gradient.
    assert waiting(own + other)[0] == [0, 10]
    assert waiting(own * W[3] + other)[0] == [10]
    assert waiting(own * engine.dot(W[:10], X) + other)[0] == [10]
    assert waiting(own + other + engine.dot(W[5:15], X))[0] == []
    assert waiting(own + (W[3] // 2) + other)[0] == [10]


def test_runs_that_overlap_no_other():
    runs = [(range(5, 8), "a"), (range(0, 3), "b"), (range(7, 9), "c"), (range(3, 5), "d")]
    assert alone(runs) == [(range(0, 3), "b"), (range(3, 5), "d")]
    assert alone([(range(0, 9), "a"), (range(2, 4), "b"), (range(5, 6), "c")]) == []
