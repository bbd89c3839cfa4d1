"""Code written for karpathy/micrograd runs unchanged and gives the same numbers."""

import math
import random

import numpy as np
import pytest

from engine import Value
from nn import MLP, Layer, Module, Neuron
from tests.nn.shared import to_12_digits


def two_moons(count, seed):
    """Points of two half circles with noise, and −1 or 1, as the demo of micrograd has them."""
    source = np.random.default_rng(seed)
    angles = source.uniform(0, math.pi, count)
    label = source.integers(0, 2, count) * 2 - 1
    x = np.where(label > 0, 1 - np.cos(angles), np.cos(angles))
    y = np.where(label > 0, 0.5 - np.sin(angles), np.sin(angles))
    return np.column_stack([x, y]) + source.normal(0, 0.1, (count, 2)), label


class PlainNetwork:
    """The demo's network and its hinge loss in arrays: forward, backward and update by hand."""

    def __init__(self, model):
        self.layers = [
            (
                np.array([[weight.data for weight in neuron.w] for neuron in layer.neurons]),
                np.array([neuron.b.data for neuron in layer.neurons]),
            )
            for layer in model.layers
        ]

    def loss_and_gradients(self, inputs, labels, alpha):
        activations = [inputs]
        for number, (w, b) in enumerate(self.layers, 1):
            z = activations[-1] @ w.T + b
            activations.append(z if number == len(self.layers) else np.maximum(z, 0))
        margins = 1 - labels * activations[-1][:, 0]
        penalty = sum((w**2).sum() + (b**2).sum() for w, b in self.layers)
        delta = (np.where(margins > 0, -labels, 0) / len(labels))[:, None]
        gradients = []
        for (w, b), before in zip(self.layers[::-1], activations[-2::-1]):
            gradients.insert(0, (delta.T @ before + 2 * alpha * w, delta.sum(0) + 2 * alpha * b))
            delta = (delta @ w) * (before > 0)
        loss = np.maximum(margins, 0).mean() + alpha * penalty
        accuracy = ((labels > 0) == (activations[-1][:, 0] > 0)).mean()
        return loss, accuracy, gradients

    def update(self, gradients, learning_rate):
        for (w, b), (by_w, by_b) in zip(self.layers, gradients):
            w -= learning_rate * by_w
            b -= learning_rate * by_b

    @staticmethod
    def flat(pairs):
        return [x for w, b in pairs for row, bias in zip(w, b) for x in (*row, bias)]


def test_the_demo_of_micrograd_gives_the_same_numbers_step_by_step():
    X, y = two_moons(20, seed=1337)
    random.seed(1337)
    model = MLP(2, [16, 16, 1])
    plain = PlainNetwork(model)
    assert len(model.parameters()) == 337

    for k in range(3):
        # The lines of demo.ipynb.
        inputs = [list(map(Value, xrow)) for xrow in X]
        scores = list(map(model, inputs))
        losses = [(1 + -yi * scorei).relu() for yi, scorei in zip(y, scores)]
        data_loss = sum(losses) * (1.0 / len(losses))
        alpha = 1e-4
        reg_loss = alpha * sum(p * p for p in model.parameters())
        total_loss = data_loss + reg_loss
        accuracy = [(yi > 0) == (scorei.data > 0) for yi, scorei in zip(y, scores)]
        model.zero_grad()
        total_loss.backward()
        learning_rate = 1.0 - 0.9 * k / 100

        expected_loss, expected_accuracy, gradients = plain.loss_and_gradients(X, y, alpha)
        assert total_loss.data == to_12_digits(expected_loss)
        assert sum(accuracy) / len(accuracy) == expected_accuracy
        assert [p.grad for p in model.parameters()] == to_12_digits(plain.flat(gradients))

        for p in model.parameters():
            p.data -= learning_rate * p.grad
        plain.update(gradients, learning_rate)
        assert [p.data for p in model.parameters()] == to_12_digits(plain.flat(plain.layers))


def test_the_reference_itself_agrees_with_finite_differences():
    X, y = two_moons(10, seed=3)
    plain = PlainNetwork(MLP(2, [4, 3, 1], seed=3))
    _, _, gradients = plain.loss_and_gradients(X, y, 0.01)
    for arrays, by_arrays in zip(plain.layers, gradients):
        for array, by_array in zip(arrays, by_arrays):
            for index in np.ndindex(array.shape):
                losses = []
                for step in (1e-6, -1e-6):
                    array[index] += step
                    losses.append(plain.loss_and_gradients(X, y, 0.01)[0])
                    array[index] -= step
                found = (losses[0] - losses[1]) / 2e-6
                assert by_array[index] == pytest.approx(found, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize(
    ("neuron", "linear"),
    [
        (Neuron(3), False),
        (Neuron(3, nonlin=True), False),
        (Neuron(3, True), False),
        (Neuron(3, nonlin=False), True),
        (Neuron(3, False), True),
    ],
    ids=lambda value: "" if isinstance(value, bool) else value.activation,
)
def test_a_neuron_is_relu_unless_nonlin_is_false(neuron, linear):
    for weight in neuron.w:
        weight.data = -1.0
    neuron.b.data = 0.5
    assert neuron([1.0, 2.0, 3.0]).data == (-5.5 if linear else 0.0)
    assert neuron([-1.0, 2.0, -3.0]).data == 2.5


def test_nonlin_of_a_layer_is_that_of_its_neurons():
    kinds = [Layer(2, 3), Layer(2, 3, nonlin=True), Layer(2, 3, nonlin=False), Layer(2, 3, False)]
    assert [layer.neurons[2].activation for layer in kinds] == ["relu", "relu", "linear", "linear"]
    assert len(kinds[0].neurons) == 3


def test_w_b_layers_and_neurons_are_where_micrograd_has_them():
    model = MLP(3, [4, 2])
    assert [len(layer.neurons) for layer in model.layers] == [4, 2]
    assert [layer.neurons[0].activation for layer in model.layers] == ["relu", "linear"]
    neuron = model.layers[0].neurons[1]
    assert (len(neuron.w), neuron.b.data) == (3, 0.0)
    assert model.parameters()[4:8] == [*neuron.w, neuron.b] == neuron.parameters()


def test_the_names_of_micrograd_are_the_parameters_themselves():
    neuron = Neuron(2, False)
    for weight, number in zip(neuron.w, (2.0, 3.0)):
        weight.data = number
    neuron.b.data = 4.0
    output = neuron([Value(5.0), Value(6.0)])
    output.backward()
    assert output.data == 32.0
    assert ([weight.grad for weight in neuron.w], neuron.b.grad) == ([5.0, 6.0], 1.0)


def test_a_module_written_for_micrograd_keeps_its_own_parameters():
    class Polynomial(Module):
        def __init__(self, degree):
            self.w = [Value(0.1 * i) for i in range(degree + 1)]

        def __call__(self, x):
            return sum((wi * x**i for i, wi in enumerate(self.w)), Value(0.0))

        def parameters(self):
            return self.w

    model = Polynomial(2)
    model.zero_grad()
    model(2.0).backward()
    assert [p.grad for p in model.parameters()] == [1.0, 2.0, 4.0]
    for p in model.parameters():
        p.data -= 0.1 * p.grad
    assert model(2.0).data == to_12_digits(-0.1 + 2 * -0.1 + 4 * -0.2)
