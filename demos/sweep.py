"""A sweep: seeds × learning rates × sizes, many small trainings side by side.

How many hidden neurons does exclusive or take? Two can express it, but gradient descent has to
find it from where it starts. So the answer is a count over many starts, and each of them is a
training of its own: work for all processes of this machine, or of a cluster.

    python -m demos.sweep --processes 2
    python -m demos.sweep --cluster tcp://scheduler:8786
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from importlib import import_module
from itertools import product
from statistics import median
from typing import Any, NamedTuple

from demos import pictures
from demos.initialisation import SOLVED, XOR
from demos.interrupt import uninterrupted
from demos.pictures import Illustration, needs
from demos.printing import columns, heading, introduction, remark, shown
from engine.base.terminal import Parser, UsageError, run_command
from nn import MLP, SGD, TrainingDiverged, fit

SIZES, RATES, SEEDS, EPOCHS = (1, 2, 3, 4, 8), (0.01, 0.03, 0.1, 0.3), 20, 300
# How often workers may die before it is more than an accident.
PATIENCE = 3
Losses = dict["Setting", float]


class Setting(NamedTuple):
    """One training: so many hidden neurons, at that rate, from the weights of that seed."""

    size: int
    rate: float
    seed: int


def main(
    quick: bool = False, processes: int | None = None, cluster: str | None = None
) -> Illustration:
    """Trains, on so many processes, all if not given, or on a Dask cluster; table and picture.

    `quick`: fewer seeds and sizes, in this process unless others are asked for.
    """
    needs("joblib", "matplotlib", *(["distributed"] if cluster else []))
    introduction(__doc__ or "")
    sizes, rates = (SIZES[:3:2], RATES[1:3]) if quick else (SIZES, RATES)
    seeds = 4 if quick else SEEDS
    settings = [Setting(*each) for each in product(sizes, rates, range(seeds))]
    if quick and processes is None:
        processes = 1
    losses = swept(settings, -1 if processes is None else processes, cluster)
    assert [*losses] == settings

    heading(f"Of {seeds} starts, how many come below a loss of {SOLVED:g} in {EPOCHS} epochs")
    solved = {
        (size, rate): sum(losses[Setting(size, rate, seed)] < SOLVED for seed in range(seeds))
        for size in sizes
        for rate in rates
    }
    columns("  hidden neurons" + "".join(f"{f'η = {rate:g}':>11}" for rate in rates))
    for size in sizes:
        print(f"  {size:14}" + "".join(f"{solved[size, rate]:11}" for rate in rates))

    heading("The loss in the middle of those starts")
    for size in sizes:
        middle = [
            median(losses[Setting(size, rate, seed)] for seed in range(seeds)) for rate in rates
        ]
        print(f"  {size:14}" + "".join(f"{shown(loss):>11}" for loss in middle))
    remark(
        "With neurons to spare, some of them start well. That is one reason why networks are made "
        "larger than the function they are to learn."
    )
    best = {size: max(rates, key=lambda rate: solved[size, rate]) for size in sizes}
    counts = [solved[size, best[size]] for size in sizes]
    assert counts[-1] >= counts[0]

    each = ", ".join(f"{count} with {size}" for size, count in zip(sizes, counts))
    caption = (
        f"Exclusive or, {len(settings)} trainings: of {seeds} starts, at the best of {len(rates)} "
        f"learning rates, so many come to a solution by the number of hidden neurons: {each}. "
        "Every point is one training, every line leads through the middle of them."
    )
    return draw(losses, sizes, rates, seeds, caption)


def trained(setting: Setting) -> tuple[Setting, float]:
    """The mean loss after the last epoch; infinite where training diverged."""
    model = MLP(2, [setting.size, 1], activation="tanh", init="xavier", seed=setting.seed)
    optimizer = SGD(model.parameters(), setting.rate)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", TrainingDiverged)
        history = fit(
            model, XOR, "squared_error", optimizer, EPOCHS, batch_size=4, tolerance=None,
            progress=False,
        )  # fmt: skip
    return setting, float("inf") if caught else uninterrupted(history).losses[-1]


def swept(
    settings: Sequence[Setting],
    processes: int = -1,
    cluster: str | None = None,
    train: Callable[[Setting], tuple[Setting, float]] = trained,
) -> Losses:
    """The loss of every setting, in their order, however they were shared out.

    A worker that dies takes nothing with it but the trainings that it was at: those are done again.
    """
    joblib = import_module("joblib")
    lost = import_module("joblib.externals.loky.process_executor").TerminatedWorkerError
    found: Losses = {}
    with _place(joblib, cluster), _bar(len(settings)) as step:
        for attempt in range(PATIENCE + 1):
            waiting = [setting for setting in settings if setting not in found]
            run = joblib.Parallel(n_jobs=processes, return_as="generator_unordered")
            try:
                for setting, loss in run(joblib.delayed(train)(each) for each in waiting):
                    found[setting] = loss
                    step()
                break
            except lost:
                if attempt == PATIENCE:
                    raise
    return {setting: found[setting] for setting in settings}


@contextmanager
def _place(joblib: Any, cluster: str | None) -> Iterator[None]:
    """Where joblib runs what it is given: here, or on the cluster whose scheduler is there."""
    if cluster is None:
        yield
        return
    with import_module("distributed").Client(cluster), joblib.parallel_config("dask"):
        yield


@contextmanager
def _bar(total: int) -> Iterator[Any]:
    """A step of the progress bar, which is shown on a terminal where tqdm is installed."""
    try:
        tqdm = import_module("tqdm").tqdm
    except ModuleNotFoundError:
        yield lambda: None
        return
    bar: AbstractContextManager[Any] = tqdm(total=total, unit="training", disable=None, leave=False)
    with bar as shown_bar:
        yield shown_bar.update


def draw(
    losses: Losses, sizes: Sequence[int], rates: Sequence[float], seeds: int, caption: str
) -> Illustration:
    """The loss over the learning rate, a panel for each size."""
    letters = "ABCDE"[: len(sizes)]
    with pictures.figure(letters, size=(11, 3.6), sharey=True) as (figure, axes):
        for letter, size in zip(letters, sizes):
            ax = axes[letter]
            ax.set(xscale="log", yscale="log")
            rows = [[losses[Setting(size, rate, s)] for s in range(seeds)] for rate in rates]
            # Below it a loss is as good as 0, and above the others are no worse for it.
            clipped = [[min(max(loss, 1e-6), 10.0) for loss in row] for row in rows]
            for rate, row in zip(rates, clipped):
                ax.scatter([rate] * seeds, row, s=14, color=pictures.SKY, linewidth=0)
            ax.plot(rates, [median(row) for row in clipped], color=pictures.BLUE, marker="o")
            ax.axhline(SOLVED, color=pictures.GREY, linewidth=0.8, linestyle="dotted")
            ax.set_xticks(rates, [f"{rate:g}" for rate in rates], minor=False)
            ax.minorticks_off()
            title = f"{size} hidden neuron{'s' * (size > 1)}"
            ax.set(xlabel="learning rate η", title=title)
        axes["A"].set_ylabel(f"loss after {EPOCHS} epochs, at least 10⁻⁶")
        return pictures.save(figure, "sweep", caption)


def command(arguments: Sequence[str]) -> int:
    """The demo as a script, with its own arguments; the exit status."""
    reader = Parser("python -m demos.sweep", "Seeds × learning rates × sizes, side by side.")
    reader.add_argument("--processes", type=int, help="how many; all cores if not given")
    reader.add_argument("--cluster", metavar="ADDRESS", help="of the scheduler of a Dask cluster")
    reader.add_argument("--quick", action="store_true", help="fewer seeds and sizes")
    try:
        options = reader.parse_args(arguments)
    except UsageError as error:
        print(error, file=sys.stderr)
        return 2
    if options.help:
        print(reader.format_help(), end="")
        return 0
    main(options.quick, options.processes, options.cluster)
    return 0


if __name__ == "__main__":
    # Workers import it under its own name.
    sys.exit(run_command(import_module("demos.sweep").command))
