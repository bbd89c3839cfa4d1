"""Which targets a loss is meant for: outside of them it has a number, but no minimum worth finding.

Binary cross-entropy with a target of 2 falls without end; hinge loss with a target of 0 is 1 for
every prediction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from nn.train.losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    hinge,
    poisson_nll,
    poisson_nll_with_log_rate,
)

# How far the probabilities of a row may be from adding up to 1: they may come from float32.
_ROUNDING = 1e-4


def _are_probabilities(targets: Sequence[float]) -> bool:
    return all(0 <= target <= 1 for target in targets)


def _are_signs(targets: Sequence[float]) -> bool:
    return all(target in (-1, 1) for target in targets)


def _are_counts(targets: Sequence[float]) -> bool:
    return all(target >= 0 for target in targets)


def _are_classes(targets: Sequence[float]) -> bool:
    if len(targets) == 1:
        return targets[0] >= 0 and targets[0].is_integer()
    return _are_probabilities(targets) and abs(sum(targets) - 1) <= _ROUNDING


_Rule = tuple[Callable[[Sequence[float]], bool], str]
_BINARY: _Rule = (_are_probabilities, "0 or 1, the class, or the probability of class 1 between")
_RULES: dict[Any, _Rule] = {
    binary_cross_entropy: _BINARY,
    binary_cross_entropy_with_logits: _BINARY,
    hinge: (_are_signs, "−1 or +1, the side"),
    poisson_nll: (_are_counts, "a count, 0 or more"),
    poisson_nll_with_log_rate: (_are_counts, "a count, 0 or more"),
    cross_entropy: (
        _are_classes,
        "0, 1, 2, …, the number of the class, or a probability for each class, together 1",
    ),
}


def check_targets(loss: Any, targets: Sequence[float], place: str) -> None:
    """ValueError, with the numbers that are expected, for targets that the loss is not meant for.

    >>> check_targets(hinge, [0.0], "data row 1, target")
    Traceback (most recent call last):
    ValueError: data row 1, target is 0; hinge expects −1 or +1, the side
    """
    # A loss of the user's own need not be hashable, but none of these is one.
    for known, (holds, expected) in _RULES.items():
        if loss is known and not holds(targets):
            shown = ", ".join(f"{target:g}" for target in targets[:6])
            shown = shown if len(targets) == 1 else f"[{shown}{', …' * (len(targets) > 6)}]"
            raise ValueError(f"{place} is {shown}; {loss.__name__} expects {expected}")
