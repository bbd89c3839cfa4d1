"""A network whose output is a softmax: probabilities, trained by cross-entropy of their logits."""

import random

import pytest

import engine
from nn import MLP, SGD, Layer, Neuron, Sequential, cross_entropy, fit
from tests.nn.shared import to_12_digits


def samples():
    source = random.Random(1)
    return [
        ([source.gauss(c, 0.4), source.gauss(-c, 0.4)], c) for c in (0, 1, 2) for _ in range(10)
    ]


def both(seed=3):
    """The network, and the same without a softmax, which gives logits."""
    return MLP(2, [4, 3], "tanh", "softmax", seed=seed), MLP(2, [4, 3], "tanh", seed=seed)


def test_the_outputs_are_the_probabilities_of_the_logits():
    model, logits = both()
    outputs, expected = model([0.1, -0.2]), engine.softmax(logits([0.1, -0.2]))
    assert [p.data for p in outputs] == [p.data for p in expected]
    assert sum(p.data for p in outputs) == pytest.approx(1, abs=1e-15)
    assert model.state_dict() == logits.state_dict()
    assert repr(model) == "MLP(Layer(2 → 4 tanh), Layer(4 → 3 linear), softmax; 27 parameters)"
    assert MLP(2, [3], output=engine.softmax, seed=1)([1, 2])[0].data == to_12_digits(
        MLP(2, [3], output="softmax", seed=1)([1, 2])[0].data
    )


@pytest.mark.parametrize("target", [1, [0.2, 0.5, 0.3]])
def test_cross_entropy_takes_no_second_softmax(target):
    model, logits = both()
    found, expected = (cross_entropy(target, m([0.5, 2.0])) for m in (model, logits))
    assert found.data == expected.data
    found.backward(), expected.backward()
    gradients = [[p.grad for p in m.parameters()] for m in (model, logits)]
    assert gradients[0] == gradients[1]
    with engine.no_grad():
        assert cross_entropy(target, model([0.5, 2.0])).data == expected.data


@pytest.mark.parametrize("backend", ["auto", "python", "eager"])
def test_training_is_that_of_the_logits_by_every_backend(backend):
    data = samples()
    losses = []
    for model in both():
        optimizer = SGD(model.parameters(), learning_rate=0.1)
        history = fit(
            model, data, "cross_entropy", optimizer, 5, backend=backend, validation=data[::7]
        )
        losses.append([*history.losses, *history.validation_losses])
    assert losses[0] == to_12_digits(losses[1])
    assert losses[0][4] < losses[0][0] / 2


@pytest.mark.parametrize("backend", ["auto", "python", "eager"])
def test_many_rows_are_probabilities_too(backend):
    model, _ = both()
    rows = [row for row, _ in samples()]
    found = model.predict(rows, backend=backend)
    assert found[4] == to_12_digits([p.data for p in model(rows[4])])
    assert all(sum(row) == pytest.approx(1, abs=1e-15) for row in found)


def test_its_file_is_not_that_of_the_logits(tmp_path):
    model, logits = both()
    model.save(tmp_path / "model.json")
    other, _ = both(seed=4)
    other.load(tmp_path / "model.json")
    assert other.state_dict() == model.state_dict()
    with pytest.raises(ValueError, match="that of another model"):
        logits.load(tmp_path / "model.json")


def test_a_softmax_of_one_number_is_refused():
    with pytest.raises(ValueError, match="softmax of one output is always 1"):
        MLP(2, [3, 1], output="softmax")
    for make in (lambda: Layer(2, 3, "softmax"), lambda: Neuron(2, "softmax")):
        with pytest.raises(ValueError, match="softmax is of a whole layer, not of one neuron"):
            make()
    assert len(Sequential(Layer(2, 3), engine.softmax)([1.0, 2.0])) == 3
