"""Repetitions at constant steps become loops, which compute the same numbers in the same order."""

from itertools import chain

import pytest

import engine
import nn
from engine import Value
from engine.programs.llvm import chunks
from engine.programs.lower import rolling
from engine.programs.lower.ir import Roll, Span
from engine.programs.lower.lowering import lower
from engine.programs.lower.rolling import rolled
from engine.programs.recording import Recording
from tests.engine.programs.models import chosen, leaves, table, trained_on_nodes, weights

INPUTS = 41
ROWS = table(5, INPUTS, -1.0, 1.0)


def of_two_lengths(inputs, parameters):
    """Neurons that each weigh a long row and a short one, in turn."""
    x, h = inputs[:24], inputs[24:]
    neurons = [parameters[k : k + INPUTS] for k in range(0, 5 * INPUTS, INPUTS)]
    found = [(engine.dot(w[:24], x) + engine.dot(w[24:], h)).tanh() for w in neurons]
    return engine.dot(parameters[5 * INPUTS :], found) ** 2


def layers(inputs, parameters):
    """Three layers, as in a network."""
    values, place = inputs, 0
    for _ in range(3):
        width = len(values)
        rows = [parameters[place + k : place + k + width] for k in range(0, width * 18, width)]
        values, place = [engine.dot(row, values).tanh() for row in rows], place + width * 18
    return engine.mean([value**2 for value in values]) + engine.logsumexp(values)


def recurrent(inputs, parameters):
    """The same few weights again and again: every round adds to their gradients."""
    a, b, c, d = parameters
    first, second = inputs[0], inputs[1]
    for x in inputs[2:]:
        first, second = (a * first + b * x).tanh() + d * second, (c * first * second).sin() + d
    return (first - second) ** 2


def overlapping(inputs, parameters):
    """One parameter in every round, twice, and all in turn: in one of the rounds it is the same."""
    value = 0.5
    for x, p in zip(inputs, parameters):
        value = ((parameters[3] * value + p) * x).tanh() * parameters[3] * 40
    return (value - engine.mean(inputs)) ** 2 + engine.sum([p * p for p in parameters])


MODELS = {of_two_lengths: 210, layers: 18 * (41 + 2 * 18), recurrent: 4, overlapping: 12}


@pytest.fixture(params=[1, 2])
def short(request, monkeypatch):
    """Loops already for two rounds, of one repetition or of several."""
    monkeypatch.setattr(rolling, "_LEAST", 2)
    monkeypatch.setattr(rolling, "_LEAST_SINGLE", 2)
    monkeypatch.setattr(rolling, "TOGETHER", request.param)
    monkeypatch.setattr(rolling, "_FEWER", request.param)
    monkeypatch.setattr(rolling, "_ROUND", 20 * request.param - 19)


def place(part):
    return part.start if isinstance(part, Span) else part.index


@pytest.mark.parametrize("build", MODELS)
def test_rounds_are_the_instructions(build, short):
    given, parameters = leaves(INPUTS, weights(MODELS[build]))
    kernel = lower(Recording([build(given, parameters)], given, parameters))
    loops = 0
    for instructions in (kernel.forward, kernel.backward):
        found = rolled(instructions)
        rounds = [each.rounds if isinstance(each, Roll) else [[each]] for each in found]
        assert list(map(id, chain(*chain(*rounds)))) == list(map(id, instructions))
        for loop in found:
            if isinstance(loop, Roll):
                loops += 1
                parts = list(chain(*map(rolling.parts_of, loop.body)))
                for number, one in enumerate(loop.rounds):
                    others = list(chain(*map(rolling.parts_of, one)))
                    assert [place(part) for part in others] == [
                        place(part) + number * part.step for part in parts
                    ]
    assert loops


@pytest.mark.parametrize("way", ["lanes", "single"])
@pytest.mark.parametrize("batch_size", [1, 3])
@pytest.mark.parametrize("build", MODELS)
def test_loops_train_as_nodes_do(build, batch_size, way, short, monkeypatch):
    # Several functions with loops in them, or one.
    monkeypatch.setattr(chunks, "CHUNK", 1 if batch_size == 1 else 4)
    numbers = [number / 4 for number in weights(MODELS[build])]

    def rule(parameters):
        return nn.SGD(parameters, 0.01, momentum=0.5)

    wanted, ends, _ = trained_on_nodes(build, ROWS, numbers, rule, 2, batch_size)
    given, parameters = leaves(INPUTS, numbers)
    with chosen(way) as backend:
        used = engine.compile(
            build(given, parameters), given, parameters, rule(parameters), backend=backend
        )
        means = used.train(ROWS, epochs=2, batch_size=batch_size)
    assert means == pytest.approx(wanted, rel=1e-11)
    assert [p.data for p in parameters] == pytest.approx(ends, rel=1e-10, abs=1e-13)


def test_what_is_undefined_is_found_in_any_round(short):
    def build(inputs, parameters):
        roots = [(p * x).sqrt() for p, x in zip(parameters, inputs)]
        return engine.sum([root.log() for root in roots])

    given, parameters = leaves(9, [1.0] * 9)
    with chosen("single", chunk=1) as backend:
        program = engine.compile(build(given, parameters), given, parameters, backend=backend)
        assert program([[1.0] * 9]) == [0.0]
        for place in range(9):
            row = [1.0] * 9
            row[place] = -1.0
            with pytest.raises(ValueError, match=r"^rows\[1\]: sqrt"):
                program([[1.0] * 9, row])


def test_the_code_of_more_neurons_is_as_long():
    def lines(neurons):
        x = [Value(1.0) for _ in range(20)]
        model = nn.MLP(20, [neurons, 8, 1], seed=1)
        kernel = lower(Recording([model(x)], x, model.parameters()))
        return sum(map(len, map(rolled, (kernel.forward, kernel.backward))))

    assert lines(160) <= lines(80) + 2


@pytest.mark.parametrize(
    ("neurons", "wanted"), [(50, [5] * 10), (64, [4] * 16), (27, [5] * 5), (8, [4] * 2), (7, [])]
)
def test_as_many_neurons_to_a_round_as_leave_few_over(neurons, wanted):
    given, parameters = leaves(20, weights(20 * neurons))
    rows = [parameters[start : start + 20] for start in range(0, len(parameters), 20)]
    recording = Recording([engine.dot(row, given) for row in rows], given, parameters)
    found = rolled(lower(recording).forward)
    sizes = [len(one) // 2 for each in found if isinstance(each, Roll) for one in each.rounds]
    assert sizes == wanted
