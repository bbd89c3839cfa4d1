"""Learning-rate schedules against their formulas, and in `fit`."""

import math
import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Parameter
from nn import SGD, Optimizer, cosine, exponential_decay, fit, step_decay, warmup
from tests.nn.shared import to_12_digits

epochs, fractions = st.integers(1, 50), st.floats(0.01, 1)


@given(epoch=epochs, every=epochs, factor=fractions)
def test_steps_and_exponentials_multiply(epoch, every, factor):
    stepped, smooth = 1.0, 1.0
    for number in range(2, epoch + 1):
        stepped *= factor if number % every == (1 if every > 1 else 0) else 1.0
        smooth *= factor
    assert step_decay(every, factor)(epoch) == to_12_digits(stepped)
    assert exponential_decay(factor)(epoch) == to_12_digits(smooth)


@given(period=st.integers(2, 40), floor=st.floats(0, 1), position=st.integers(0, 39))
def test_the_cosine_falls_to_its_floor_and_restarts(period, floor, position):
    position %= period
    schedule = cosine(period, floor)
    # cos²(x/2) = (1 + cos x)/2: another form of the same.
    expected = floor + (1 - floor) * math.cos(math.pi * position / period / 2) ** 2
    for cycle in range(3):
        assert schedule(1 + position + cycle * period) == to_12_digits(expected)


def test_a_warm_up_rises_evenly_and_hands_over():
    assert [warmup(4)(epoch) for epoch in range(1, 7)] == [0.25, 0.5, 0.75, 1, 1, 1]
    handed = warmup(2, then=step_decay(1, 0.5))
    assert [handed(epoch) for epoch in range(1, 6)] == [0.5, 1, 1, 0.5, 0.25]


def weights(schedule, rate=0.5):
    """One weight with a gradient of 1 in every epoch: it tells the rates."""
    weight = Parameter(0.0)
    optimizer = SGD([weight], rate)
    seen = []

    def loss(target, prediction):
        seen.append(weight.data)
        return prediction

    fit(lambda row: weight * 1.0, [((1.0,), 0.0)], loss, optimizer, 5, schedule=schedule)
    assert optimizer.learning_rate == rate
    seen.append(weight.data)
    return [before - after for before, after in pairwise(seen)]


def test_each_epoch_has_the_rate_times_its_factor_and_then_the_rate_is_restored():
    assert weights(step_decay(2, 0.5)) == to_12_digits([0.5, 0.5, 0.25, 0.25, 0.125])
    assert weights(lambda epoch: 1 / epoch) == to_12_digits([0.5 / n for n in range(1, 6)])


@pytest.mark.parametrize("bad", [-1e-9, -1.0, math.nan, math.inf, None, "1"])
def test_a_bad_factor_names_the_epoch_and_undoes_nothing_before_it(bad):
    weight = Parameter(0.0)
    optimizer = SGD([weight], 0.5)
    with pytest.raises((TypeError, ValueError), match=re.escape("fit: schedule(3)")):
        fit(
            lambda row: weight * 1.0,
            [((1.0,), 0.0)],
            lambda y, p: p,
            optimizer,
            5,
            schedule=lambda epoch: bad if epoch == 3 else 0.5,
        )
    assert (weight.data, optimizer.learning_rate, optimizer.steps) == (-0.5, 0.5, 2)


def test_a_schedule_needs_a_learning_rate():
    optimizer = Optimizer([Parameter(1.0)], (("parameter", "parameter - rate"),), rate=0.1)
    with pytest.raises(ValueError, match=r"^fit: a schedule needs an optimiser with a learning"):
        fit(lambda row: row, [((1.0,), 0.0)], "hinge", optimizer, 5, schedule=step_decay(1))


@pytest.mark.parametrize("make", [step_decay, cosine, warmup])
@pytest.mark.parametrize("bad", [0, -1, 1.5, True, None])
def test_epochs_are_whole_numbers_of_at_least_1(make, bad):
    message = rf"^{make.__name__}: \w+ must be a whole number of at least 1, not {bad!r}$"
    with pytest.raises(ValueError, match=message):
        make(bad)


@pytest.mark.parametrize("bad", [0, -0.5, 1.5, math.nan])
def test_a_decay_is_a_factor_up_to_1(bad):
    with pytest.raises(ValueError, match=r"^exponential_decay: factor "):
        exponential_decay(bad)
    with pytest.raises(ValueError, match=r"^step_decay: factor "):
        step_decay(1, bad)
    if bad:
        with pytest.raises(ValueError, match=r"^cosine: floor "):
            cosine(3, bad)


def test_settings_that_are_left_out():
    assert [step_decay(2)(epoch) for epoch in (1, 3, 5)] == [1.0, 0.5, 0.25]
    assert [exponential_decay()(epoch) for epoch in (1, 2)] == [1.0, 0.95]
    assert cosine(2)(2) == 0.5
