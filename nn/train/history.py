"""What a training run did: the loss of every epoch, and why it stopped."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from engine.base.numbers import DIGITS, digits_of, short
from engine.base.packages import optional
from engine.base.spelling import printable

_BARS = "▁▂▃▄▅▆▇█"
_MOST_BARS = 40
# Blue for the losses, orange where training broke off, as in the pictures of networks.
_LINE, _BROKEN = "#0072B2", "#B84A00"
_VALIDATION = "#4B3F9E"


@dataclass
class History:
    """The record that `nn.fit` returns.

    `losses`: per finished epoch the mean loss over its samples, each taken just before the update
    that it led to. `stopped`: "converged", "stalled" (every gradient is 0), "early stopping",
    "epochs" (all done), "diverged" or "interrupted". `message`: the same as a sentence. `where`:
    the epoch and sample, counted from 1, at which the loss was no longer finite.
    `validation_losses`: per finished epoch the mean loss over the validation data after it, if
    `fit` was given any.

    The bars are the losses, on a logarithmic scale if the largest is more than 10 times the least.

    >>> History([4.0, 2.0, 1.0, 0.5, 0.3], "epochs", "all 5 epochs done")
    History(5 epochs, loss 4 → 0.3 █▆▄▂▁, epochs: all 5 epochs done)
    """

    losses: list[float] = field(default_factory=list)
    stopped: str = "epochs"
    message: str = ""
    where: tuple[int, int] | None = None
    validation_losses: list[float] = field(default_factory=list)

    @property
    def epochs(self) -> int:
        """The number of finished epochs."""
        return len(self.losses)

    @property
    def best_epoch(self) -> int | None:
        """The first epoch, counted from 1, with the lowest validation loss; None without any.

        >>> History([3.0, 2.0, 1.0], validation_losses=[3.0, 2.5, 2.75]).best_epoch
        2
        """
        finite = [loss for loss in self.validation_losses if math.isfinite(loss)]
        return self.validation_losses.index(min(finite)) + 1 if finite else None

    def plot(self, ax: Any = None, digits: int = DIGITS) -> Any:
        """Draws the loss over the epochs with matplotlib, and where and why training stopped.

        `ax`: the Axes to draw on; a new figure if not given. The scale is logarithmic if the
        largest loss is more than 100 times the least. `digits`: how many significant digits losses
        have, 1 to 17. Returns the Axes. Raises ImportError where matplotlib is missing (it comes
        with the extra `plots`), ValueError for another number of digits.

        >>> from matplotlib.figure import Figure
        >>> history = History([4.0, 1.0, 0.01], "epochs", "all 3 epochs done")
        >>> ax = history.plot(Figure().subplots())
        >>> ax.get_xlabel(), ax.get_ylabel(), ax.get_yscale()
        ('epoch', 'loss (mean over the samples)', 'log')
        """
        digits = digits_of(digits, "History.plot")
        try:
            from matplotlib import pyplot
            from matplotlib.ticker import MaxNLocator

            from nn.train.history_axis import scale
        except ImportError as error:
            raise ImportError(
                "History.plot needs matplotlib, which is not installed: "
                "python -m pip install matplotlib"
            ) from error
        if ax is None:
            _, ax = pyplot.subplots(layout="constrained")
        ax.set_xlabel("epoch")
        ax.set_ylabel("loss (mean over the samples)")
        ax.spines[["top", "right"]].set_visible(False)
        broken = self.stopped == "diverged"
        why = {"epochs": "all epochs done"}.get(self.stopped, self.stopped)
        if broken and self.where is not None:
            why = f"diverged in epoch {self.where[0]}, sample {self.where[1]}"
        if not self.losses:
            ax.text(0.5, 0.5, f"no epoch was finished: {why}", ha="center", transform=ax.transAxes)
            return ax
        losses = [*self.losses, *self.validation_losses]
        scale(ax, losses, logarithmic=_spans(losses, decades=2))
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        epochs = range(1, self.epochs + 1)
        ax.plot(epochs, self.losses, color=_LINE, marker="." if self.epochs < 30 else None)
        if self.validation_losses:
            self._plot_validation(ax, digits)
        last, colour = self.losses[-1], _BROKEN if broken else _LINE
        ax.plot([self.epochs], [last], marker="X" if broken else "o", color=colour, linestyle="")
        # Below the end of a curve that fell is nothing of it, nor above that of one that rose.
        falls = last <= self.losses[0]
        ax.annotate(
            f"{why}\nepoch {self.epochs}: {short(last, digits)}",
            (self.epochs, last),
            xytext=(-6, -10 if falls else 10),
            textcoords="offset points",
            horizontalalignment="right",
            verticalalignment="top" if falls else "bottom",
            color=colour,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1.5},
        )
        return ax

    def _plot_validation(self, ax: Any, digits: int) -> None:
        ax.lines[-1].set_label("training")
        epochs = range(1, len(self.validation_losses) + 1)
        ax.plot(epochs, self.validation_losses, color=_VALIDATION, label="validation, after it")
        best = self.best_epoch
        if best is not None:
            loss = self.validation_losses[best - 1]
            label = f"lowest: epoch {best}, {short(loss, digits)}"
            ax.plot([best], [loss], "o", color=_VALIDATION, fillstyle="none", label=label)
        ax.legend(frameon=False)

    def columns(self) -> dict[str, list[float]]:
        """Per epoch its number, counted from 1, its loss, and the validation loss if there is one.

        >>> History([3.0, 1.5]).columns()
        {'epoch': [1, 2], 'loss': [3.0, 1.5]}
        """
        found: dict[str, list[float]] = {"epoch": [*range(1, self.epochs + 1)], "loss": self.losses}
        if self.validation_losses:
            # Where training broke off, the last epoch may have none.
            missing = self.epochs - len(self.validation_losses)
            found["validation_loss"] = [*self.validation_losses, *[math.nan] * missing]
        return found

    def to_dataframe(self) -> Any:
        """The columns as a DataFrame of pandas, with the epoch as its index.

        Raises ImportError, with the command that installs it, where pandas is missing.
        """
        pandas = optional("pandas", "History.to_dataframe")
        return pandas.DataFrame(self.columns()).set_index("epoch")

    def to_csv(self, path: str | os.PathLike[str] | None = None) -> str | None:
        """Writes the columns as a table in CSV; without a path, returns it. Needs no pandas.

        Numbers are written in full. Raises OSError naming the path where it cannot be written.

        >>> print(History([4.0, 1.5], validation_losses=[3.0, 2.0]).to_csv(), end="")
        epoch,loss,validation_loss
        1,4.0,3.0
        2,1.5,2.0
        """
        columns = self.columns()
        rows = [columns, *zip(*columns.values())]
        text = "".join(",".join(map(str, row)) + "\n" for row in rows)
        if path is None:
            return text
        from engine.base.files import write_whole  # what writes files waits until it is needed

        write_whole(path, text)
        return None

    def __repr__(self) -> str:
        loss = ""
        if self.losses:
            loss = f", loss {short(self.losses[0])} → {short(self.losses[-1])}"
        if self.epochs > 1:
            loss += f" {sparkline(self.losses)}"
        if self.best_epoch is not None:
            best = self.validation_losses[self.best_epoch - 1]
            loss += f", validation {short(self.validation_losses[0])} → {short(best)}"
            loss += f" in epoch {self.best_epoch}"
        text = f"History({self.epochs} epochs{loss}, {self.stopped}: {self.message})"
        return printable(text)


def sparkline(losses: Sequence[float]) -> str:
    """The losses as bars, of at most 40 characters: of more, each bar is a mean.

    An infinite loss is as high as the highest, nan is a gap.

    >>> sparkline([1.0, 2.0, 3.0, 2.0]), sparkline([1.0, 1.0]), sparkline([1e9, 1.0, 1e-9])
    ('▁▅█▅', '▁▁', '█▅▁')
    """
    finite = [loss for loss in losses if math.isfinite(loss)]
    if not finite:
        return "".join(" " if math.isnan(loss) else _BARS[-1] for loss in losses[:_MOST_BARS])
    least, most = min(finite), max(finite)
    if _spans(losses, decades=1):
        # A loss of exactly 0 is as low as the least above it.
        least = min(loss for loss in finite if loss > 0)
        bottom, top = math.log(least), math.log(most)
        heights = [
            (math.log(min(max(loss, least), most)) - bottom) / (top - bottom) for loss in losses
        ]
    else:
        # Halves, because the difference of two finite numbers may overflow.
        bottom, height = least / 2, most / 2 - least / 2
        heights = [(min(max(loss, least), most) / 2 - bottom) / (height or 1.0) for loss in losses]
    heights = [math.nan if math.isnan(loss) else h for loss, h in zip(losses, heights)]
    count = min(len(heights), _MOST_BARS)
    edges = [len(heights) * bar // count for bar in range(count + 1)]
    means = [sum(heights[i:j]) / (j - i) for i, j in pairwise(edges)]
    return "".join(
        " " if math.isnan(mean) else _BARS[round(mean * (len(_BARS) - 1))] for mean in means
    )


def _spans(losses: Sequence[float], decades: int) -> bool:
    """Whether losses, none below 0, differ by more than a factor of 10 to the `decades`."""
    positive = [loss for loss in losses if 0 < loss < math.inf]
    if not positive or any(loss < 0 for loss in losses):
        return False
    return math.log10(max(positive)) - math.log10(min(positive)) > decades
