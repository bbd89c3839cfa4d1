"""Means of gradients over rows.

They are added up and divided once. Only where a sum is not finite they are computed again, and each
is divided before it is added: otherwise every mean would be rounded once more for each row.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence


def means_of(
    sums: Sequence[float], count: int, rows: Callable[[], Iterable[Sequence[float]]]
) -> list[float]:
    """The means of columns that were added up; `rows` goes through their rows once more.

    >>> means_of([3.0, math.inf], 2, lambda: [[1.0, 1e308], [2.0, 1e308]])
    [1.5, 1e+308]
    """
    means = [number / count for number in sums]
    if count == 1 or math.isfinite(sum(sums)):
        return means
    shares = [0.0] * len(sums)
    for row in rows():
        shares = [share + number / count for share, number in zip(shares, row)]
    return [mean if math.isfinite(mean) else share for mean, share in zip(means, shares)]
