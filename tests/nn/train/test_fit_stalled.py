"""A training that can change nothing says so, and never that it has converged."""

import pytest

from engine import Parameter
from nn import MLP, SGD, Adam, RMSprop, TrainingDiverged, fit
from tests.nn.shared import over_backends

ROWS = [((1.0,), 5.0), ((2.0,), 7.0)]


def dead(output="relu"):
    return MLP(1, [2, 1], output=output, init=lambda *_: -1.0)


@over_backends
@pytest.mark.parametrize("settings", [{}, {"weight_decay": 0.1}, {"momentum": 0.5}], ids=str)
def test_dead_units_are_not_convergence(backend, settings):
    model = dead()
    optimizer = SGD(model.parameters(), 0.1, **settings)
    history = fit(model, ROWS, "squared_error", optimizer, 1000, backend=backend)
    assert (history.stopped, history.losses[-1]) == ("stalled", 37.0)
    assert history.message.startswith("every gradient is 0: the loss does not change with any")


@over_backends
@pytest.mark.parametrize("more", [{"tolerance": None}, {"validation": ROWS}], ids=str)
def test_it_is_said_however_training_ends(backend, more):
    model = dead()
    optimizer = SGD(model.parameters(), 0.1)
    history = fit(model, ROWS, "squared_error", optimizer, 20, backend=backend, **more)
    assert history.stopped in ("epochs", "early stopping")
    assert "but every gradient is 0: " in history.message


@pytest.mark.parametrize("backend", ["auto", "eager"])
def test_parameters_of_another_model_are_named_as_the_reason(backend):
    model, other = MLP(1, [2, 1], seed=1), MLP(1, [2, 1], seed=2)
    optimizer = SGD(other.parameters(), 0.1)
    history = fit(model, ROWS, "squared_error", optimizer, 1000, backend=backend)
    assert history.stopped == "stalled"
    assert "none of the optimiser's parameters takes part in the loss" in history.message


@over_backends
def test_a_loss_of_0_is_no_reason_to_complain(backend):
    model = MLP(1, [1], init="zeros")
    optimizer = SGD(model.parameters(), 0.1)
    history = fit(model, [((1.0,), 0.0)], "squared_error", optimizer, 100, backend=backend)
    assert (history.stopped, history.losses[-1]) == ("converged", 0.0)


# Numbers that are large but finite.


@over_backends
def test_a_norm_whose_squares_overflow_still_clips(backend):
    model = MLP(1, [1], init="zeros")
    data = [((1e80,), 1e80), ((2e80,), 2e80)]
    optimizer = SGD(model.parameters(), 0.01, max_norm=1.0)
    fit(model, data, "squared_error", optimizer, 3, tolerance=None, backend=backend)
    # Every step is the rate long, and almost all of it along the weight.
    assert model.parameters()[0].data == pytest.approx(6 * 0.01, rel=1e-12)


@over_backends
@pytest.mark.parametrize("make", [Adam, RMSprop])
@pytest.mark.parametrize("batch_size", [1, 2])
def test_squares_that_overflow_end_training_and_are_named(backend, make, batch_size):
    model = MLP(1, [1], init="zeros")
    optimizer = make(model.parameters(), 0.1)
    data = [((1.0,), 1.0), ((1e80,), 1e80)]
    with pytest.warns(TrainingDiverged, match="in the optimiser square became inf"):
        history = fit(model, data, "squared_error", optimizer, 5, batch_size, backend=backend)
    assert (history.epochs, history.stopped, history.where) == (0, "diverged", (1, 2))
    assert [p.data for p in model.parameters()] == [0.0, 0.0]
    assert optimizer.state["square"] == [0.0, 0.0]


def test_a_step_by_hand_says_so_too():
    weight = Parameter(0.0)
    optimizer = Adam([weight], 0.1)
    weight.grad = 1e160
    with pytest.raises(OverflowError, match=r"^Adam: square became inf; max_norm keeps"):
        optimizer.step()


# A loop of one's own.


def step_often(model, optimizer, steps):
    for _ in range(steps):
        model.zero_grad()
        ((model([1.0]) - 3.0) ** 2).backward()
        optimizer.step()


def test_ten_steps_without_any_gradient_are_told_once():
    model, other = MLP(1, [2, 1], seed=1), MLP(1, [2, 1], seed=1)
    optimizer = Adam(other.parameters())
    step_often(model, optimizer, 9)
    with pytest.warns(UserWarning, match="^Adam: in 10 steps every gradient was 0") as told:
        step_often(model, optimizer, 30)
    assert len(told) == 1
    assert told[0].filename == __file__


def test_one_gradient_among_the_first_steps_is_enough():
    model = MLP(1, [1], init="ones")
    optimizer = SGD(model.parameters(), 0.5)
    step_often(model, optimizer, 1)
    optimizer.zero_grad()
    for _ in range(20):
        optimizer.step()
    assert optimizer.steps == 21
