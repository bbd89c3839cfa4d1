"""Networks of growing size: microseconds a sample

n-n-n-1 with ReLU, one sample at a time, as `programs`. Where a peer takes much more than a second
for a sample it is left out. `--picture FILE` draws the curves.
"""

from __future__ import annotations

from functools import cache
from statistics import median

from tests.benchmarks.peers import missing, ways
from tests.benchmarks.programs import measure, microseconds
from tests.benchmarks.work import square

WIDTHS = (2, 4, 8, 16, 32, 64, 128, 224, 384, 707)

# Parameters and seconds a sample, in the order of the sizes.
Curve = list[tuple[float, float]]


@cache
def curves() -> dict[str, Curve]:
    """The curve of every way."""
    found: dict[str, Curve] = {name: [] for name in ways()}
    for width in WIDTHS:
        task = square(width)
        for name, times in measure(task, rounds=5).items():
            found[name].append((task.parameters, median(times)))
    return found


def table() -> list[str]:
    """One column for each size."""
    tasks = [square(width) for width in WIDTHS]
    rows = [
        f"| µs a sample | {' | '.join(task.name for task in tasks)} |",
        "|---" * (len(tasks) + 1) + "|",
        f"| parameters | {' | '.join(f'{task.parameters:,}' for task in tasks)} |",
    ]
    for name, curve in curves().items():
        at = dict(curve)
        cells = [
            microseconds(at[task.parameters]) if task.parameters in at else "–" for task in tasks
        ]
        rows.append(f"| {name} | {' | '.join(cells)} |")
    return rows + missing()
