"""Loops over neighbours as instructions one by one, which read and set the same numbers."""

import ast

import engine
from engine.programs.lower.ir import Assign, Map, Reduce, Variable
from engine.programs.lower.lowering import lower
from engine.programs.lower.written_out import written_out
from engine.programs.recording import Recording
from tests.engine.programs.models import leaves, weights


def kernel_of(build, inputs, count):
    given, parameters = leaves(inputs, weights(count))
    return lower(Recording([build(given, parameters)], given, parameters), longest=7)


def two_sums(inputs, parameters):
    """The second goes over what the first of ten others have come to."""
    hidden = [engine.dot(parameters[k : k + 8], inputs) for k in range(0, 80, 8)]
    return engine.dot(parameters[80:], hidden).tanh()


def test_loops_become_instructions_on_the_same_numbers():
    kernel = kernel_of(two_sums, 8, 90)
    found = written_out(kernel)
    first = next(each for each in found.forward if isinstance(each, Reduce))
    assert [
        (each["weights"].kind, each["weights"].index, each["inputs"].kind, each["inputs"].index)
        for each in first.elements
    ] == [("parameter", index, "input", index) for index in range(8)]
    assert (first.spans, first.length, first.fused) == (None, 8, True)
    # What ten sums come to is what the last one reads: variables that need not be in memory.
    reduces = [each for each in found.forward if isinstance(each, Reduce)]
    read = [each["inputs"] for each in reduces[-1].elements]
    written = {each.target for each in found.forward if isinstance(each, Assign)}
    assert written.issuperset(read)
    assert not any(variable.stored for variable in read)
    assert not any(isinstance(each, Map) for each in (*found.forward, *found.backward))
    gradients = [each.target.index for each in found.backward if each.target.kind == "gradient"]
    assert sorted(gradients) == list(range(90))


def test_only_sums_of_neighbours_may_be_rounded_once():
    found = written_out(kernel_of(two_sums, 8, 90))
    assert all(each.fused == each.accumulate for each in found.backward)
    short = kernel_of(lambda x, p: engine.dot(p, x).tanh(), 4, 4)
    assert [each.fused for each in written_out(short).forward if isinstance(each, Reduce)] == [
        False
    ]


def test_what_waits_stays_and_finds_its_numbers_in_memory():
    kernel = kernel_of(two_sums, 8, 90)
    deferred = [
        each for each in kernel.backward if isinstance(each, Map) and each.target.kind == "gradient"
    ]
    assert len(deferred) == 11
    found = written_out(kernel, deferred)
    assert [each for each in found.backward if isinstance(each, Map)] == deferred
    targets = [each.target for each in (*found.forward, *found.backward)]
    stored = {(each.kind, each.index) for each in targets if getattr(each, "stored", False)}
    # The sums, by which the last weights are multiplied, and their adjoints, by which all others.
    assert stored == {(kind, index) for kind in ("value", "adjoint") for index in range(10)}


def test_an_output_that_a_loop_reads_is_the_one_that_is_written():
    def build(inputs, parameters):
        squares = [p * x for p, x in zip(parameters, inputs)]
        return [squares[2], engine.dot(squares, inputs)]

    given, parameters = leaves(9, weights(9))
    kernel = lower(Recording(build(given, parameters), given, parameters), longest=7)
    found = written_out(kernel)
    assert any(isinstance(each, Reduce) and each.spans for each in kernel.forward)
    written = {each.target for each in found.forward}
    assert all(isinstance(each, Variable) and each in written for each in found.outputs)
    assert [ast.unparse(each.tree) for each in found.forward][:2] == ["a * b", "a * b"]
