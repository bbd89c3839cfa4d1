"""What is passed in place of a model, an optimiser, data or a number: errors say what to pass."""

import re

import numpy as np
import pytest

from engine import Parameter
from nn import MLP, SGD, Adam, Layer, Neuron, cosine, fit, step_decay, warmup

ROWS = [((1.0, 2.0), 3.0)]


def fit_with(model=None, data=ROWS, loss="squared_error", optimizer=None, epochs=1, **settings):
    model = MLP(2, [1], init="ones") if model is None else model
    optimizer = SGD(model.parameters()) if optimizer is None else optimizer
    return fit(model, data, loss, optimizer, epochs, **settings)


MODEL = MLP(2, [1], init="ones")


@pytest.mark.parametrize(
    ("call", "kind", "words"),
    [
        (lambda: SGD(MODEL), TypeError, "SGD takes the parameters of a model, not the model: SGD"),
        (lambda: Adam(3.0), TypeError, "Adam takes a list of parameters, such as model.parameters"),
        (lambda: SGD(Parameter(1.0)), TypeError, "SGD takes a list of parameters"),
        (lambda: fit_with(optimizer=SGD), TypeError, "pass one that is made of it, such as SGD"),
        (lambda: fit_with(optimizer="sgd"), TypeError, "must be one such as nn.SGD"),
        (lambda: fit_with(optimizer=0.1), TypeError, "the optimizer must be one such as nn.SGD"),
        (lambda: fit_with(loss=None, optimizer=SGD(MODEL.parameters())), TypeError,
         "the loss must be a name such as 'squared_error' or a function of target and prediction"),
        (lambda: fit_with(loss=[3.0]), TypeError, "the loss must be a name such as"),
        (lambda: fit(MLP, ROWS, "hinge", SGD(MODEL.parameters()), 1), TypeError,
         "the model must be a network such as nn.MLP(…)"),
        (lambda: fit_with(data=0.5), TypeError, "the data must be pairs (inputs, target), such as"),
        (lambda: fit_with(data={1: 2}), TypeError, "the data must be pairs (inputs, target)"),
        (lambda: fit_with(validation=0.2), TypeError, "pairs (inputs, target) that are not in the"),
        (lambda: fit_with(schedule=0.5), TypeError, "schedule must be a function of the epoch"),
        (lambda: fit_with(callback=print()), type(None), ""),
        (lambda: fit_with(callback="log"), TypeError, "callback must be a function of the History"),
        (lambda: fit_with(start_epoch=0), ValueError, "start_epoch must be a whole number of at"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_what_is_right(call, kind, words):
    if kind is type(None):
        call()
        return
    with pytest.raises(kind, match=re.escape(words)):
        call()


@pytest.mark.parametrize("make", [int, np.int64, np.uint8, np.array])
def test_whole_numbers_of_arrays_are_whole_numbers(make):
    two, three = make(2), make(3)
    assert repr(MLP(two, [three, make(1)], seed=three)) == repr(MLP(2, [3, 1], seed=3))
    assert MLP(2, np.array([3, 1]), seed=three).state_dict() == MLP(2, [3, 1], seed=3).state_dict()
    assert (Layer(two, three).outputs, len(Neuron(two).weights)) == (3, 2)
    assert step_decay(three)(4) == 0.5
    assert cosine(two)(2) == pytest.approx(0.5)
    assert warmup(two)(1) == 0.5
    history = fit_with(epochs=three, batch_size=two, patience=make(1), seed=two, shuffle=True)
    assert history.epochs <= 3


@pytest.mark.parametrize("bad", [2.0, True, np.float64(2), np.array([2]), "2", None])
def test_what_is_not_a_whole_number_is_refused(bad):
    with pytest.raises((TypeError, ValueError), match=r"sizes|nouts"):
        MLP(2, [bad])
    with pytest.raises(ValueError, match="sizes of at least 1"):
        Layer(bad, 1)


def test_a_batch_may_be_larger_than_the_data():
    assert fit_with(batch_size=2**63).epochs == 1


# Tables side by side.


@pytest.mark.parametrize("kind", [list, np.array])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_tuple_of_two_tables_is_gone_through_row_by_row(kind, count):
    inputs = [[0.0, 0.0], [1.0, 1.0], [2.0, 0.5]][:count]
    targets = [[0.0, 1.0], [1.0, 0.0], [0.5, 0.5]][:count]
    found = []
    for data in ((kind(inputs), kind(targets)), list(zip(inputs, targets))):
        model = MLP(2, [2], init="zeros")
        history = fit(model, data, "squared_error", SGD(model.parameters(), 0.1), 3)
        found.append((history.losses, model.state_dict()))
    assert found[0] == found[1]


def test_a_pair_of_pairs_is_not_a_pair_of_tables():
    pairs = (((0.0, 1.0), 2.0), ((1.0, 0.0), 3.0))
    assert fit_with(data=pairs).losses == fit_with(data=list(pairs)).losses
    with pytest.raises(ValueError, match="the data has 2 rows of inputs and 1 targets"):
        fit_with(data=([[1.0, 2.0], [3.0, 4.0]], [1.0]))


# Optimisers of one's own.


class Wrapped:
    """Takes the steps of another, half as long."""

    def __init__(self, inner):
        self.inner, self.parameters = inner, inner.parameters

    def step(self):
        before = [p.data for p in self.parameters]
        self.inner.step()
        for p, old in zip(self.parameters, before):
            p.data = (p.data + old) / 2


class Delegating(Wrapped):
    def __getattr__(self, name):
        return getattr(vars(self)["inner"], name)


class Subclass(SGD):
    def step(self):
        Wrapped.step(self)

    @property
    def inner(self):
        return SGD(self.parameters, self.learning_rate)


def patched(parameters, rate):
    optimizer = SGD(parameters, rate)
    inner = SGD(parameters, rate)
    optimizer.step = lambda: Wrapped(inner).step()
    return optimizer


@pytest.mark.parametrize("backend", ["auto", "eager"])
@pytest.mark.parametrize(
    "make",
    [
        lambda p, rate: Wrapped(SGD(p, rate)),
        lambda p, rate: Delegating(SGD(p, rate)),
        Subclass,
        patched,
    ],
    ids=["wrapped", "delegating", "subclass", "patched"],
)
def test_a_step_of_ones_own_is_taken(make, backend):
    data = [((0.1 * i, 0.2), 0.3) for i in range(50)]
    model, expected = MLP(2, [20, 1], "tanh", seed=1), MLP(2, [20, 1], "tanh", seed=1)
    found = fit(model, data, "squared_error", make(model.parameters(), 0.1), 10, backend=backend)
    # Plain descent with half the rate is the same.
    reference = fit(expected, data, "squared_error", SGD(expected.parameters(), 0.05), 10)
    assert found.losses == pytest.approx(reference.losses, rel=1e-9)


@pytest.mark.parametrize("make", [Subclass, patched])
def test_a_backend_by_name_refuses_a_step_of_ones_own(make):
    model = MLP(2, [1])
    with pytest.raises(ValueError, match="backend='python' cannot repeat this training"):
        fit_with(model, optimizer=make(model.parameters(), 0.1), backend="python")
