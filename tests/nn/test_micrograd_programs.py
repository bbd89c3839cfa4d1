"""Programs as people write them around micrograd: they read the graph and mark its nodes."""

import math
import random

import pytest

from engine import Value
from nn import MLP, Adam


def everything_below(output):
    """Nodes and edges of a graph, as a drawing of it collects them."""
    found, arrows = set(), set()

    def visit(node):
        if node not in found:
            found.add(node)
            for operand in node._prev:
                arrows.add((operand, node))
                visit(operand)

    visit(output)
    return found, arrows


def test_a_graph_is_traced_by_its_operands_and_operations():
    a, b, c = Value(2.0, label="a"), Value(-3.0, label="b"), Value(10.0, label="c")
    e = a * b
    d = e + c
    loss = (d * a).tanh()
    nodes, edges = everything_below(loss)
    assert nodes == {a, b, c, e, d, loss, loss._prev[0]}
    assert edges == {
        *((a, e), (b, e), (e, d), (c, d), (d, loss._prev[0])),
        *((a, loss._prev[0]), (loss._prev[0], loss)),
    }
    boxes = [f"{{ {n.label} | data {n.data:.4f} | grad {n.grad:.4f} }}" for n in (a, e)]
    assert boxes == ["{ a | data 2.0000 | grad 0.0000 }", "{ None | data -6.0000 | grad 0.0000 }"]
    assert [node._op for node in (a, e, d, loss)] == ["", "·", "+", "tanh"]
    assert (a + a)._prev == (a,)


def test_nodes_are_marked_while_they_are_put_in_order():
    x = Value(0.5)
    y = (x * x + x).exp() * x
    order = []

    def visit(node):
        if not getattr(node, "visited", False):
            node.visited = True
            for operand in node._prev:
                visit(operand)
            node.rank = len(order)
            order.append(node)

    visit(y)
    assert [node.rank for node in order] == [0, 1, 2, 3, 4]
    assert all(operand.rank < node.rank for node in order for operand in node._prev)


@pytest.mark.parametrize("make", ["parameters", "values"])
def test_adam_by_hand_keeps_its_moments_on_the_parameters(make):
    ours, theirs = MLP(2, [3, 1], "tanh", seed=1), MLP(2, [3, 1], "tanh", seed=1)
    rows = [([0.5, -1.0], 1.0), ([1.5, 0.25], -0.5)]
    if make == "values":
        # As in the lecture, where weights are plain Values.
        for layer in theirs.layers:
            for neuron in layer.neurons:
                neuron.weights = [Value(weight.data) for weight in neuron.w]
    weights = [p for layer in theirs.layers for n in layer.neurons for p in (*n.w, n.b)]
    optimizer = Adam(ours.parameters(), learning_rate=0.05)
    rate, beta1, beta2, small = 0.05, 0.9, 0.999, 1e-8
    for p in weights:
        p.m, p.v = 0, 0
    for step in range(1, 6):
        for model in (ours, theirs):
            for p in [*ours.parameters(), *weights]:
                p.grad = 0.0
            sum((model(x) - y) ** 2 for x, y in rows).backward()
            if model is ours:
                optimizer.step()
                continue
            for p in weights:
                p.m = beta1 * p.m + (1 - beta1) * p.grad
                p.v = beta2 * p.v + (1 - beta2) * p.grad**2
                by_m, by_v = p.m / (1 - beta1**step), p.v / (1 - beta2**step)
                p.data -= rate * by_m / (math.sqrt(by_v) + small)
    assert [p.data for p in weights] == pytest.approx([p.data for p in ours.parameters()])


def test_a_neuron_of_one_s_own_is_trained_with_momentum():
    source = random.Random(3)
    w, b = [Value(source.uniform(-1, 1)) for _ in range(2)], Value(0.0)
    for p in [*w, b]:
        p.velocity = 0.0
    for _ in range(200):
        loss = sum((w[0] * x + w[1] * x * x + b - (1 + 2 * x)) ** 2 for x in (-1.0, 0.0, 1.0, 2.0))
        loss.zero_grad()
        loss.backward()
        for p in [*w, b]:
            p.velocity = 0.8 * p.velocity - 0.01 * p.grad
            p.data += p.velocity
    assert [round(p.data, 3) for p in (*w, b)] == [2.0, 0.0, 1.0]
