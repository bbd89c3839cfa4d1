"""The losses as a picture and as a line of bars."""

import math
import subprocess
import sys

import matplotlib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn import History
from nn.train.history import sparkline

matplotlib.use("Agg")

from matplotlib import pyplot
from matplotlib.figure import Figure

BARS = "▁▂▃▄▅▆▇█"
FALLING = [10.0 * 0.8**epoch for epoch in range(40)]


def plotted(history):
    """The Axes of a plot that has been drawn, and the texts on it."""
    figure = Figure(layout="constrained")
    ax = history.plot(figure.subplots())
    figure.draw_without_rendering()
    return ax, [text.get_text() for text in ax.texts]


# The bars.


@pytest.mark.parametrize(
    ("losses", "bars"),
    [
        ([0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], BARS),
        ([7.0, 0.0], "█▁"),
        ([-7.0, 0.0, 7.0], "▁▅█"),
        ([5.0, 5.0, 5.0], "▁▁▁"),
        ([10.0, 5.5, 1.0], "█▅▁"),  # a decade: evenly
        ([100.0, 10.0, 1.0], "█▅▁"),  # more than a decade: by the logarithm
        ([1e300, 1.0, 1e-300], "█▅▁"),
        ([100.0, 1.0, 0.0], "█▁▁"),  # 0 has no logarithm
        ([1.7e308, 0.0, -1.7e308], "█▅▁"),  # their difference overflows
        ([5e-324, 0.0], "▁▁"),
        ([1.0, math.inf, math.nan, 3.0, -math.inf], "▁█ █▁"),
        ([math.nan, math.inf], " █"),
        ([], ""),
    ],
    ids=repr,
)
def test_a_bar_for_each_loss(losses, bars):
    assert sparkline(losses) == bars


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=100))
def test_any_losses_make_one_line_of_at_most_40_bars(losses):
    bars = sparkline(losses)
    assert len(bars) == min(len(losses), 40)
    assert set(bars) <= set(BARS)


def test_of_many_losses_each_bar_is_a_mean():
    assert sparkline([float(i // 100) for i in range(4000)]) == sparkline([*map(float, range(40))])


def test_a_falling_loss_falls_by_steps():
    bars = sparkline([0.9**epoch for epoch in range(1000)])
    assert [*bars] == sorted(bars, reverse=True)
    assert (bars[0], bars[-1]) == ("█", "▁")


def test_the_history_shows_the_bars_from_the_second_epoch_on():
    assert repr(History([4.0], "epochs", "all 1 epochs done")) == (
        "History(1 epochs, loss 4 → 4, epochs: all 1 epochs done)"
    )
    assert f"loss 10 → {FALLING[-1]:.4g} {sparkline(FALLING)}, " in repr(History(FALLING))
    assert "\n" not in repr(History(FALLING * 100))


# The plot.


def test_the_curve_is_the_losses_over_the_epochs():
    ax, texts = plotted(History(FALLING, "converged", "the loss no longer falls"))
    curve, end = ax.lines
    assert [*curve.get_xdata()] == [*range(1, 41)]
    assert [*curve.get_ydata()] == FALLING
    assert ([*end.get_xdata()], [*end.get_ydata()]) == ([40], FALLING[-1:])
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("epoch", "loss (mean over the samples)")
    assert texts == [f"converged\nepoch 40: {FALLING[-1]:.4g}"]


@pytest.mark.parametrize(
    ("losses", "scale"),
    [
        ([1.0, 0.01], "linear"),
        ([1.0, 0.0099], "log"),
        ([1.0, 0.001, 0.0], "log"),
        ([1.0, 0.0], "linear"),
        ([1000.0, 1.0, -1.0], "linear"),
        ([0.0, 0.0], "linear"),
        ([3.0], "linear"),
    ],
    ids=repr,
)
def test_the_scale_is_logarithmic_beyond_two_decades(losses, scale):
    ax, _ = plotted(History(losses))
    assert ax.get_yscale() == scale


@pytest.mark.parametrize(
    ("history", "why", "marker"),
    [
        (History([4.0, 1.0], "epochs"), "all epochs done", "o"),
        (History([4.0, 1.0], "converged"), "converged", "o"),
        (History([4.0, 1.0], "interrupted"), "interrupted", "o"),
        (
            History([1.0, 4.0], "diverged", where=(3, 2)),
            "diverged in epoch 3, sample 2",
            "X",
        ),
    ],
    ids=lambda value: getattr(value, "stopped", ""),
)
def test_the_end_is_marked_with_why_it_stopped(history, why, marker):
    ax, texts = plotted(history)
    assert texts == [f"{why}\nepoch 2: {history.losses[-1]:g}"]
    assert ax.lines[-1].get_marker() == marker


def test_a_run_without_a_finished_epoch_says_so():
    ax, texts = plotted(History([], "diverged", where=(1, 4)))
    assert (len(ax.lines), texts) == (
        0,
        ["no epoch was finished: diverged in epoch 1, sample 4"],
    )


@pytest.mark.parametrize("losses", [FALLING, [*reversed(FALLING)], [2.0] * 5], ids=str)
def test_the_words_do_not_hide_the_curve(losses):
    figure = Figure(figsize=(6.4, 4.8))
    ax = History(losses).plot(figure.subplots())
    figure.draw_without_rendering()
    box = ax.texts[0].get_window_extent()
    points = ax.transData.transform(ax.lines[0].get_xydata())
    assert not any(box.contains(x, y) for x, y in points)
    assert ax.get_window_extent().y0 <= box.y0 < box.y1 <= ax.get_window_extent().y1


def test_two_histories_on_the_same_axes():
    ax = Figure().subplots()
    assert History([2.0, 1.0]).plot(ax) is ax
    History([3.0, 1.0]).plot(ax)
    assert len(ax.lines) == 4


def test_a_new_figure_for_each_plot_without_axes():
    first, second = History([2.0, 1.0]).plot(), History([2.0, 1.0]).plot()
    assert first.figure is not second.figure
    pyplot.close("all")


def test_without_matplotlib_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match="python -m pip install matplotlib"):
        History([1.0]).plot()


def test_matplotlib_and_graphviz_wait_until_they_are_needed():
    late = {"matplotlib", "graphviz", "engine.drawing.render"}
    code = f"import nn, sys; print({late} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


LARGEST = 1.7976931348623157e308


@pytest.mark.parametrize(
    "losses",
    [
        [1.0, 1e304],
        [1.0, LARGEST],
        [5e-324, LARGEST],
        [LARGEST, LARGEST / 2],
        [LARGEST] * 2,
        [3e300] * 3,
        [0.0, LARGEST],
        [1e-320, 1.0],
        [-LARGEST, LARGEST],
        [-1e305, 1e305],
    ],
    ids=str,
)
@pytest.mark.parametrize("validated", [False, True])
def test_losses_near_the_largest_number_are_drawn_within_finite_limits(losses, validated):
    """Warnings, as of an overflow, are errors here."""
    history = History(losses, "diverged", "", (3, 1), losses[::-1] if validated else [])
    ax, _ = plotted(history)
    low, high = ax.get_ylim()
    assert math.isfinite(low)
    assert math.isfinite(high)
    assert high >= max(losses)
    assert low <= min(loss for loss in losses if loss != 0 or ax.get_yscale() != "log")
    marks = [mark for mark in ax.get_yticks() if low <= mark <= high]
    assert 1 <= len(marks) <= 8


def test_losses_have_the_digits_that_were_asked_for():
    history = History([4.0, 1 / 3], validation_losses=[3.0, 2 / 3])
    ax = history.plot(Figure().subplots(), digits=9)
    assert ax.texts[0].get_text() == "all epochs done\nepoch 2: 0.333333333"
    assert ax.get_legend().get_texts()[-1].get_text() == "lowest: epoch 2, 0.666666667"
    with pytest.raises(ValueError, match=r"^History\.plot: digits must be .* not 18 .int.$"):
        history.plot(digits=18)
