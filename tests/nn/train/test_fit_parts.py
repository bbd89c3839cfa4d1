"""The small parts that `fit` calls, each by itself."""

import math
import random

import pytest

from nn import SGD, History
from nn.train.best_epoch import BestEpoch
from nn.train.compiled import TimeSlice
from nn.train.order import Order
from nn.train.plateau import Plateau
from nn.train.schedules import ScaledRate
from tests.nn.shared import network

# The plateau.


@pytest.mark.parametrize(
    ("losses", "count", "over"),
    [
        ([1.0, 1.0, 1.0, 0.5], 3, True),
        ([4.0, 2.0, 1.0, 0.5], 4, False),
        # A tenth of the best is needed: 0.91 is not progress, 0.89 is.
        ([1.0, 0.91, 0.89, 0.85, 0.82], 5, True),
        ([math.inf, 5.0, math.nan, math.nan], 4, True),
    ],
)
def test_a_plateau_is_over_after_so_many_losses_without_progress(losses, count, over):
    plateau = Plateau(0.1, patience=2, validated=False)
    assert (plateau.watch(losses), plateau.over) == (count, over)


def test_a_plateau_goes_on_from_one_list_of_losses_to_the_next():
    plateau = Plateau(0.0, patience=3, validated=False)
    assert [plateau.watch(losses) for losses in ([2.0, 2.0], [], [2.0], [2.0, 1.0])] == [2, 0, 1, 1]
    assert (plateau.over, plateau.best, plateau.stale) == (True, 2.0, 3)


def test_without_a_tolerance_no_loss_ends_training():
    plateau = Plateau(None, patience=1, validated=False)
    assert plateau.watch([1.0] * 9) == 9
    assert not plateau.over


# The order.


def test_the_order_is_that_of_the_data():
    order = Order(4, shuffle=False, seed=3, first=2)
    assert [list(order.next()) for _ in range(2)] == [[0, 1, 2, 3]] * 2


def test_a_seed_gives_the_orders_that_it_gave_before():
    source, numbers, expected = random.Random(3), list(range(5)), []
    for _ in range(4):
        source.shuffle(numbers)
        expected.append(list(numbers))
    for first in (0, 2):
        order = Order(5, shuffle=True, seed=3, first=first)
        assert [list(order.next()) for _ in range(4 - first)] == expected[first:]


def test_without_a_seed_the_orders_are_those_of_the_global_source():
    random.seed(7)
    found = list(Order(6, shuffle=True, seed=None, first=5).next())
    random.seed(7)
    expected = list(range(6))
    random.shuffle(expected)
    assert found == expected


# The learning rate of an epoch.


def test_the_rate_is_scaled_inside_and_back_outside():
    optimizer = SGD(network().parameters(), 0.4)
    seen = []

    def epoch():
        with ScaledRate(optimizer, 0.25):
            seen.append(optimizer.learning_rate)
            raise LookupError

    with pytest.raises(LookupError):
        epoch()
    assert (seen, optimizer.learning_rate) == ([0.1], 0.4)


# The best epoch.


class Losing:
    """A trainer of which only the validation losses are asked."""

    def __init__(self, losses):
        self.losses, self.checkpoints, self.left = iter(losses), [], None

    def validate(self):
        return next(self.losses)

    def checkpoint(self):
        number = len(self.checkpoints) + 1
        self.checkpoints.append(number)

        def restore():
            self.left = number

        return restore


def test_a_checkpoint_is_taken_at_each_lowest_loss_and_the_last_is_gone_back_to():
    trainer, history = Losing([3.0, math.nan, 2.0, 2.0, 2.5, 1.0, 4.0]), History([0.0] * 7)
    best = BestEpoch(history)
    found = [best.validate(trainer) for _ in range(7)]
    assert found == pytest.approx(history.validation_losses, nan_ok=True)
    assert trainer.checkpoints == [1, 2, 3]
    assert (best.keep(), trainer.left) == (6, 3)
    assert history.message.endswith("after epoch 6, with the lowest validation loss, 1")


def test_without_validation_the_last_epoch_is_kept():
    history = History([2.0, 1.0])
    assert BestEpoch(history).keep() == 2
    assert history.message == ""


# The time slice.


def test_a_time_slice_holds_more_samples_the_faster_they_are():
    time_slice, found = TimeSlice(), []
    for seconds in (0.001, 0.02, 0.05, 0.11, 0.2, 9.0):
        time_slice.adapt(seconds)
        found.append(time_slice.samples)
    assert found == [256, 512, 512, 512, 256, 128]


def test_a_time_slice_holds_at_least_one_sample():
    time_slice = TimeSlice()
    for _ in range(9):
        time_slice.adapt(1.0)
    assert time_slice.samples == 1
