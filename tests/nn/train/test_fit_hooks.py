"""Schedules and callbacks see and change what is there, on every backend; training can go on."""

import copy

import pytest

from engine import Parameter, explain
from nn import MLP, SGD, Adam, fit, squared_error
from tests.nn.shared import numbers, over_backends, over_programs

ROWS = [((0.1, 0.2), 0.3), ((0.4, -0.2), 0.1), ((-0.3, 0.5), 0.2)]


def network():
    return MLP(2, [3, 1], "tanh", seed=1)


def trained(backend, hook=None, model=None, make=SGD, data=ROWS, **settings):
    """The history, the model and the optimiser; `hook` makes more settings from the last two."""
    model = network() if model is None else model
    optimizer = make(model.parameters(), 0.05)
    more = hook(model, optimizer) if hook else {}
    settings = {"epochs": 6, "tolerance": None, "backend": backend, **settings, **more}
    return fit(model, data, "squared_error", optimizer, **settings), model, optimizer


def close(expected):
    return pytest.approx(expected, rel=1e-9, abs=1e-12)


# What they see and change.


@over_backends
@pytest.mark.parametrize("kind", ["schedule", "callback"])
def test_parameters_are_seen_as_they_are(backend, kind):
    def watching(seen):
        def hook(model, optimizer):
            def see(now):
                seen.append((numbers(model), copy.deepcopy(optimizer.state), optimizer.steps))
                return 1.0

            return {kind: see}

        return hook

    expected, found = [], []
    trained("eager", watching(expected), make=Adam)
    trained(backend, watching(found), make=Adam)
    assert len({tuple(row) for row, *_ in expected}) == 6
    assert [row for row, *_ in found] == [close(row) for row, *_ in expected]
    for (_, state, steps), (_, other, other_steps) in zip(expected, found, strict=True):
        assert steps == other_steps
        assert other["mean"] == close(state["mean"])


def clipping(model, optimizer):
    def clip(history):
        for parameter in model.parameters():
            parameter.data = min(max(parameter.data, -0.3), 0.3)

    return {"callback": clip}


def slowing(model, optimizer):
    def slow(history):
        optimizer.learning_rate /= 2
        optimizer.state["mean"][0] = 0.0

    return {"callback": slow}


def freezing(model, optimizer):
    """A weight that is not trained is a constant of a program."""
    weight = optimizer.parameters.pop(0)
    for column in optimizer.state.values():
        column.pop(0)

    def change(epoch):
        weight.data += 0.25
        return 1.0

    return {"schedule": change}


def replacing(model, optimizer):
    def replace(history):
        if history.epochs == 3:
            model.layers[0].neurons[1].weights[0] = Parameter(0.7)
            model.layers[0].neurons[2].activation = "relu"

    return {"callback": replace}


def taking_over(model, optimizer):
    def take_over(history):
        if history.epochs == 2:
            neuron = model.layers[0].neurons[0]
            neuron.respond = lambda operands, respond=neuron.respond: respond(operands) * 2

    return {"callback": take_over}


def counting(model, optimizer):
    """The bias is a plain number that changes."""
    model.layers[1].neurons[0].bias = 0.5
    del optimizer.parameters[-1]
    for column in optimizer.state.values():
        column.pop()

    def count(history):
        model.layers[1].neurons[0].bias += 0.25

    return {"callback": count}


@over_programs
@pytest.mark.parametrize(
    "hook",
    [clipping, slowing, freezing, replacing, taking_over, counting],
    ids=lambda f: f.__name__,
)
def test_what_they_change_counts_the_same_on_every_backend(backend, hook):
    expected, reference, _ = trained("eager", hook, make=Adam)
    found, model, _ = trained(backend, hook, make=Adam)
    assert found.losses == close(expected.losses)
    assert numbers(model) == close(numbers(reference))
    without, *_ = trained("eager", make=Adam)
    assert without.losses != close(expected.losses)


@over_backends
def test_a_callback_is_called_once_an_epoch_with_the_history_until_then(backend):
    seen = []
    held_out = ROWS[:1]

    def hook(model, optimizer):
        return {"callback": lambda history: seen.append((history.epochs, optimizer.epochs))}

    trained(backend, hook, validation=held_out)
    assert seen == [(n, n) for n in range(1, 7)]


@over_backends
def test_a_callback_that_raises_ends_training_and_the_history_is_kept(backend):
    def hook(model, optimizer):
        def stop(history):
            if history.epochs == 4:
                raise LookupError("enough")

        return {"callback": stop}

    with pytest.raises(LookupError, match="enough") as caught:
        trained(backend, hook)
    assert caught.value.history.losses == close(trained("eager", epochs=4)[0].losses)


@over_backends
def test_an_error_in_the_last_epoch_of_a_schedule_loses_nothing(backend):
    model = network()

    def schedule(epoch):
        return "0.5" if epoch == 6 else 0.5

    with pytest.raises(TypeError, match=r"^fit: schedule\(6\)") as caught:
        trained(backend, model=model, schedule=schedule)
    expected, reference, _ = trained("eager", epochs=5, schedule=lambda epoch: 0.5)
    assert caught.value.history.losses == close(expected.losses)
    assert numbers(model) == close(numbers(reference))


@over_backends
def test_a_rate_that_falls_to_0_is_an_epoch_without_a_step(backend):
    history, model, optimizer = trained(backend, schedule=lambda epoch: 1 - epoch / 6)
    assert (history.epochs, optimizer.learning_rate) == (6, 0.05)
    five = trained("eager", epochs=5, schedule=lambda epoch: 1 - epoch / 6)[1]
    assert numbers(model) == close(numbers(five))


# Nothing is left behind.


@over_backends
def test_gradients_are_0_afterwards_of_whatever_took_part(backend):
    model = network()
    frozen = model.layers[0].neurons[0].weights[0]
    model((1.0, 2.0)).backward()
    optimizer = SGD(model.parameters()[1:], 0.01)
    fit(model, ROWS, "squared_error", optimizer, 3, backend=backend)
    assert [p.grad for p in (frozen, *model.parameters())] == [0.0] * 14
    loss = squared_error(1.0, model((1.0, 2.0)))
    loss.backward()
    assert frozen.grad == explain(loss, frozen).value


def test_gradients_are_0_after_an_error_and_of_leaves_of_ones_own():
    model, gain = network(), Parameter(2.0)

    def loss(target, prediction):
        if target == 0.2:
            raise LookupError("no target")
        return squared_error(target, gain * prediction)

    optimizer = SGD(model.parameters(), 0.01)
    with pytest.raises(LookupError):
        fit(model, ROWS, loss, optimizer, 3)
    assert [p.grad for p in (gain, *model.parameters())] == [0.0] * 14
