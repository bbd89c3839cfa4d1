"""What repeats at other places is one function, which computes the same numbers."""

import ast
from dataclasses import replace
from itertools import chain

import pytest

import engine
import nn
from engine import Value
from engine.programs.llvm.module import LlvmModule
from engine.programs.llvm.sample import write_sample
from engine.programs.lower import repeats
from engine.programs.lower.ir import Assign, Map, Reduce, Roll, Span, Variable
from engine.programs.lower.lowering import lower
from engine.programs.lower.repeats import stretches
from engine.programs.recording import Recording
from tests.engine.programs.llvm import test_sample
from tests.engine.programs.lower import test_rolling
from tests.engine.programs.models import (
    assert_agrees,
    chosen,
    leaves,
    table,
    trained_on_nodes,
    weights,
)

_SUM = ast.parse("a + b", mode="eval").body
_SINE, _DOUBLE = (ast.parse(f"sin({a})", mode="eval").body for a in ("a", "2 * a"))
WIDTH, LETTERS = 9, 4


def letters(inputs, parameters):
    """The same two layers for each letter, and between them what all letters so far come to."""
    rows = [parameters[k : k + WIDTH] for k in range(0, 2 * WIDTH * WIDTH, WIDTH)]
    found, seen = [], []
    for start in range(0, len(inputs), WIDTH):
        first = [engine.dot(row, inputs[start : start + WIDTH]).tanh() for row in rows[:WIDTH]]
        seen.append(engine.logsumexp(first))
        shares = engine.softmax([before * seen[-1] for before in seen])
        mixed = engine.dot(shares, [before.sqrt() for before in seen])
        second = [engine.dot(row, first) * mixed for row in rows[WIDTH:]]
        found.append(engine.mean([each.sin() for each in second]))
    return engine.sum(found)


@pytest.fixture(params=[2, 4])
def short(request, monkeypatch):
    """Stretches of few instructions, where single numbers are in no loop."""
    monkeypatch.setattr(repeats, "_WINDOW", request.param)
    monkeypatch.setattr(test_rolling.rolling, "_LEAST_SINGLE", 1_000)


@pytest.mark.parametrize("way", ["lanes", "single"])
@pytest.mark.parametrize("chunk", [1, 9, 40])
def test_the_numbers_are_those_of_nodes(way, chunk, short):
    rows = table(3, LETTERS * WIDTH, -1.0, 1.0)
    assert_agrees(letters, rows, weights(2 * WIDTH * WIDTH), way, chunk)
    assert_agrees(test_sample.mixed, table(9, 3), weights(10), way, chunk)


@pytest.mark.parametrize("batch_size", [1, 3])
@pytest.mark.parametrize("build", test_rolling.MODELS)
def test_training_is_that_on_nodes(build, batch_size, short):
    numbers = [number / 4 for number in weights(test_rolling.MODELS[build])]

    def rule(parameters):
        return nn.SGD(parameters, 0.01, momentum=0.5)

    rows = test_rolling.ROWS
    wanted, ends, _ = trained_on_nodes(build, rows, numbers, rule, 2, batch_size)
    given, parameters = leaves(test_rolling.INPUTS, numbers)
    loss = build(given, parameters)
    with chosen("single", chunk=6) as backend:
        used = engine.compile(loss, given, parameters, rule(parameters), backend=backend)
        means = used.train(rows, epochs=2, batch_size=batch_size)
    assert means == pytest.approx(wanted, rel=1e-11)
    assert [p.data for p in parameters] == pytest.approx(ends, rel=1e-10, abs=1e-13)


def test_what_only_another_stretch_is_asked_for_is_kept(short):
    """The outputs are of the last letters; the function for all is written for the first."""

    def outputs(inputs, parameter):
        values = [(x.sin() + parameter).tanh() * x for x in inputs]
        kept = [(value * parameter).sin() for value in values]
        return [engine.sum([each.exp() for each in kept]), *values[6:], *kept[7:]]

    given, (parameter,) = leaves(9, [0.5])
    rows = table(4, 9)
    with chosen("single", chunk=6) as backend:
        program = engine.compile(outputs(given, parameter), given, [parameter], backend=backend)
        found = program(rows)
    for row, numbers in zip(rows, found):
        wanted = outputs([Value(number) for number in row], parameter)
        assert numbers == pytest.approx([each.data for each in wanted], rel=1e-14)


def test_layers_of_each_letter_are_written_once():
    given, parameters = leaves(12 * WIDTH, weights(2 * WIDTH * WIDTH))
    kernel = lower(Recording([letters(given, parameters)], given, parameters), longest=7)
    module = LlvmModule(kernel, 1, [])
    write_sample(module, backward=True)
    *functions, sample = module.texts
    assert sample.count("call void @sample_") > 1.5 * len(functions)


# Stretches of instructions made by hand: a letter is a number's place.


def assign(target, *operands, tree=_SUM):
    names = dict(zip("ab", (Variable("value", place, f"v{place}") for place in operands)))
    return Assign(Variable("value", target, f"v{target}"), tree, names)


def cut(*instructions, most=4):
    found = stretches(list(chain(*instructions)), lambda each: 1, most)
    assert list(chain(*(each.instructions for each in found))) == list(chain(*instructions))
    return found


@pytest.fixture
def pairs(monkeypatch):
    """Two instructions that occur again are enough."""
    monkeypatch.setattr(repeats, "_WINDOW", 2)


def test_what_is_equal_is_told_how_far_it_lies(pairs):
    first = [assign(10, 0, 1), assign(11, 10, 2), assign(12, 11, 0, tree=_SINE)]
    other = [assign(30, 20, 1), assign(31, 30, 22), assign(32, 31, 20, tree=_SINE)]
    between = [assign(40, 12, tree=_DOUBLE)]
    one, middle, two = cut(first, between, other, most=3)
    assert one.first is one
    assert middle.first is middle
    assert two.first is one
    assert two.distances == (20,)
    assert one.moves == {
        ("value", 10): 0,
        ("value", 0): 0,
        ("value", 1): None,
        ("value", 11): 0,
        ("value", 2): 0,
        ("value", 12): 0,
    }


def test_what_is_rounded_otherwise_is_not_equal(pairs):
    first, other = ([assign(k, 0), assign(k + 1, k)] for k in (10, 30))
    assert cut(first, other, most=2)[1].distances == (20,)
    _, *rest = cut(first, [replace(each, fused=True) for each in other], most=2)
    assert all(each.first is each for each in rest)


@pytest.mark.parametrize(
    ("here", "there"),
    [
        # One number here, and two there; the same number as another; and the other way round.
        ([(10, 0, 1), (11, 10, 0)], [(30, 20, 21), (31, 30, 22)]),
        ([(10, 0, 1), (11, 10, 2)], [(30, 20, 21), (31, 25, 22)]),
        ([(10, 0, 1), (11, 10, 2)], [(30, 20, 20), (31, 30, 22)]),
        ([(10, 0, 1), (11, 10, 2)], [(30, 20, 21), (31, 30, 20)]),
    ],
)
def test_what_is_one_number_only_here_or_there_is_not_shared(here, there, pairs):
    one, two = cut(*([assign(*each) for each in some] for some in (here, there)), most=2)
    assert two.first is two
    assert one.moves == two.moves == {}


def over(start, number):
    span = Span("value", start, 8)
    names = {"a": Variable("value", number, f"v{number}")}
    return Map(span, _SUM, names, {"b": span})


@pytest.mark.parametrize(
    ("number", "shared"), [(98, True), (100, False), (107, False), (108, True)]
)
def test_a_number_within_a_span_only_there_is_not_shared(number, shared, pairs):
    _, two = cut(
        [over(10, 50), assign(60, 50, 51)], [over(100, number), assign(70, number, 61)], most=2
    )
    assert (two.first is not two) == shared


def test_too_many_distances_are_not_told(pairs, monkeypatch):
    trees = [ast.parse(f"a * {k}", mode="eval").body for k in range(5)]
    first, other = (
        [assign(10 * k + far * (10 + k), 10 * k + 1, tree=tree) for k, tree in enumerate(trees)]
        for far in (0, 10)
    )
    assert cut(first, other, most=5)[1].distances == (100, 110, 120, 130, 140)
    monkeypatch.setattr(repeats, "_MOST", 4)
    assert cut(first, other, most=5)[1].distances == ()


# Loops.


def roll(start, step, other=0):
    """Three rounds of one instruction, whose target moves."""
    rounds = [[assign(start + step * k, other)] for k in range(3)]
    (first,) = rounds[0]
    target = Variable("value", start, f"v{start}", stored=True, step=step)
    return Roll([Assign(target, first.tree, first.names)], rounds)


@pytest.mark.parametrize(("step", "shared"), [(2, True), (3, False)])
def test_loops_of_other_steps_are_not_shared(step, shared, pairs):
    *_, last = cut([roll(10, 2), assign(90, 0)], [roll(110, step), assign(190, 0)], most=2)
    assert (last.first is not last) == shared


@pytest.mark.parametrize(
    ("number", "shared"), [(109, True), (110, False), (114, False), (115, True)]
)
def test_a_number_that_a_loop_changes_only_there_is_not_shared(number, shared, pairs):
    _, two = cut([roll(10, 2), assign(90, 50)], [roll(110, 2), assign(190, number)], most=2)
    assert (two.first is not two) == shared
    # And the other way round, where the one that is changed comes first.
    _, two = cut([roll(110, 2), assign(190, number)], [roll(10, 2), assign(90, 50)], most=2)
    assert (two.first is not two) == shared


def test_updates_that_wait_are_not_shared(pairs):
    def waiting(start):
        span = {"a": Span("parameter", start, 8)}
        gradient = Map(Span("gradient", start, 8), _SINE, {}, {})
        target = Variable("value", start, f"v{start}")
        return Reduce(target, "sum", _SINE, {}, spans=span, length=8, late=gradient)

    _, *rest = cut([waiting(0), assign(90, 0)], [waiting(100), assign(190, 0)], most=2)
    assert all(each.first is each for each in rest)
