"""Exercises on a network: one sample forward and backward, with numbers for each student."""

from __future__ import annotations

import os
import random
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

import engine
from engine import Value
from engine.exercising.classroom import Class, class_of
from engine.exercising.friendly import seed_text
from engine.exercising.quantities import PARTS
from engine.exercising.sheet import Exercise
from nn.models.layers import Sequential
from nn.teach.worksheets import layers_of
from nn.train.losses import Loss, find_loss

# What the targets of losses may be that do not take any number.
_TARGETS = {
    "binary_cross_entropy": (0, 1),
    "binary_cross_entropy_with_logits": (0, 1),
    "hinge": (-1, 1),
    "poisson_nll": (0, 1, 2, 3, 4),
    "poisson_nll_with_log_rate": (0, 1, 2, 3, 4),
}
# Everything else is saturated where its inputs are large.
_STRAIGHT = ("linear", "relu", "leaky_relu")
_EXPONENTIAL = ("cross_entropy", "binary_cross_entropy_with_logits", "poisson_nll_with_log_rate")
_CLOSE = (-2, -1, -0.5, 0.5, 1, 2)


def exercise(
    network: Sequential[Any],
    seed: Hashable,
    *,
    loss: str | Loss = "squared_error",
    choices: Mapping[str, Sequence[float]] | None = None,
    parts: Sequence[str] = PARTS,
    learning_rate: float = 0.1,
    digits: int = 4,
) -> Exercise:
    """A sheet on a network for one student: both passes and an update by hand, and a key.

    `network`: an MLP or a Sequential of Layers; only its form counts, for weights, inputs (x1, x2
    …) and target (y) are the student's own, made from `seed`, the student's id. `loss`: as in
    `fit`. The other arguments are those of `engine.exercise`, and so is what comes back: it prints
    as text, `save` writes .html, .md, .tex, .pdf, `key` has the answers, `grade` marks.

    Raises TypeError for any other model or seed, and what `engine.exercise` raises.

    >>> from nn import MLP, exercise
    >>> sheet = exercise(MLP(2, [2, 1], activation="relu"), seed="anna")
    >>> len(sheet.blanks), [blank.name for blank in sheet.blanks[:6]]
    (42, ['z11', 'o11', 'z12', 'o12', 'ŷ', 'L'])
    >>> sheet.grade({**sheet.answers, "z11": "12,5"}).score
    41
    """
    layers = layers_of(network, "exercise")
    if seed is None:
        raise TypeError("exercise: seed must be a student's id, a text or a number, not None")
    function = find_loss(loss)
    inputs = [Value(1.0, label=f"x{i}") for i in range(1, layers[0].inputs + 1)]
    if loss in _EXPONENTIAL or any(
        n.activation not in _STRAIGHT for k in layers for n in k.neurons
    ):
        choices = {**{x.label or "": _CLOSE for x in inputs}, **(choices or {})}
    prediction = network(inputs)
    outputs = layers[-1].outputs
    target: Any
    if loss == "cross_entropy":
        target = int(random.Random(f"class {seed_text(seed)}").random() * outputs)
    else:
        names = ["y"] if outputs == 1 else [f"y{i}" for i in range(1, outputs + 1)]
        target = [Value(1.0, label=name) for name in names]
        choices = {
            **{name: _TARGETS[loss] for name in names if loss in _TARGETS},
            **(choices or {}),
        }
    result = function(target[0] if outputs == 1 else target, prediction)
    result.label = result.label or "L"
    return engine.exercise(
        result,
        seed,
        names={},
        choices=choices,
        parts=parts,
        learning_rate=learning_rate,
        digits=digits,
    )


def exercises(
    network: Sequential[Any],
    students: int | Iterable[Hashable] = 60,
    folder: str | os.PathLike[str] | None = None,
    formats: Sequence[str] = ("html", "md"),
    **options: Any,
) -> Class:
    """A class of sheets on a network, one for each student; `options` as for `exercise`.

    `students`, `folder` and `formats` are those of `engine.exercises`.

    >>> from nn import MLP, exercises
    >>> group = exercises(MLP(2, [1]), students=60)
    >>> len({str(sheet.key) for sheet in group})
    60
    """
    group = class_of(lambda student: exercise(network, student, **options), students)
    if folder is not None:
        group.save(folder, formats)
    return group
