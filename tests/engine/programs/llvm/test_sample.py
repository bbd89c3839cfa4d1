"""Long functions cut into chunks: what one part computes and another uses goes through memory."""

import math

import pytest

import engine
from engine.programs.llvm import chunks as llvm_chunks
from engine.programs.llvm.module import LlvmModule
from engine.programs.llvm.sample import write_sample
from engine.programs.lower.lowering import lower
from engine.programs.recording import Recording
from tests.engine.programs.models import assert_agrees, chosen, compiled, leaves, table, weights


def mixed(inputs, parameters):
    """Reductions, checks, shared nodes: what chunks may come between."""
    x, y, z = inputs
    a, b, c = parameters[:3]
    largest = engine.maximum([a / x, b.exp(), c * z])
    spread = engine.logsumexp([x * a, y * b, z * c]) + engine.mean([a, b, c]) * largest
    weighted = engine.dot(parameters, [*inputs, largest, x, y, z, x, spread, z])
    return (weighted.tanh() + (spread * spread + 4).log()) ** 2 + weighted * a


@pytest.mark.parametrize("way", ["lanes", "single"])
@pytest.mark.parametrize("chunk", [0, 1, 2, 3, 5])
def test_chunks_of_any_size_give_the_same_numbers(way, chunk):
    assert_agrees(mixed, table(9, 3), weights(10), way, chunk)


@pytest.mark.parametrize("way", ["lanes", "single"])
def test_an_undefined_operation_is_found_in_whatever_chunk(way):
    def build(inputs, parameters):
        loss = (parameters[0] / inputs[0]).tanh()
        for _ in range(20):
            loss = loss.sin() + parameters[1] * inputs[1].sqrt().tanh()
        return loss

    with chosen(way, chunk=3) as backend:
        program = compiled(build, 2, [1.0, 2.0], backend)
        assert program.gradients([[1.0, 1.0]])[0] == program([[1.0, 1.0]])[0]
        for bad, error in (([0.0, 1.0], ZeroDivisionError), ([1.0, -1.0], ValueError)):
            for run in (program, program.gradients):
                with pytest.raises(error, match=r"^rows\[1\]: "):
                    run([[1.0, 1.0], bad])


def test_several_outputs_of_chunks():
    def outputs(inputs, parameters):
        nodes = [inputs[0] * parameters[0]]
        for _ in range(20):
            nodes.append(nodes[-1].sin() + parameters[0])
        return nodes[::7]

    given, parameters = leaves(1, [0.5])
    with chosen("lanes", chunk=3) as backend:
        program = engine.compile(outputs(given, parameters), given, parameters, backend=backend)
        found = program([[0.25], [2.0]])
    for row, numbers in zip((0.25, 2.0), found):
        assert numbers == pytest.approx([float(n) for n in outputs([row], [0.5 * engine.Value(1)])])


def chain(inputs, parameters):
    """About 3,200 operations of one operand or two."""
    (x,), (a, b) = inputs, parameters
    value, early = a * x, []
    for i in range(500):
        value = ((value + b) * a).tanh() - x
        early += [value] if i % 50 == 0 else []
    return engine.sum([value, *early])


@pytest.mark.parametrize("way", ["lanes", "single"])
def test_a_graph_of_thousands_of_operations(way):
    given, parameters = leaves(1, [0.7, -0.3])
    recording = Recording([chain(given, parameters)], given, parameters)
    assert len(recording.nodes) > 2000 - 10
    module = LlvmModule(lower(recording), 1, [])
    write_sample(module, backward=True)
    assert len(module.texts) > 4_000 / llvm_chunks.CHUNK / 2
    assert_agrees(chain, [[0.3], [0.9]], [0.7, -0.3], way)


@pytest.mark.parametrize("way", ["lanes", "single"])
@pytest.mark.parametrize("asked", [1, 2, 5, 26])
def test_the_neurons_before_a_loop_of_neurons_and_those_after_it(way, asked):
    """Softmax asks for its own score first, and then for the others: before a loop and after it."""

    def build(inputs, parameters):
        split = 40 * len(inputs)
        hidden = neurons(parameters[:split], inputs)
        return -engine.softmax(neurons(parameters[split:], hidden))[asked].log()

    numbers = [math.sin(k) / 3 for k in range(40 * 3 + 27 * 40)]
    assert_agrees(build, table(5, 3), numbers, way)


def neurons(parameters, inputs):
    """Each the sum of the inputs with weights of its own."""
    width = len(inputs)
    starts = range(0, len(parameters), width)
    return [engine.dot(parameters[start : start + width], inputs) for start in starts]
