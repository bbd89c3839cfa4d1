"""Which models can be trained by a program, and that program.

A program repeats what was recorded for one row. That is right for the layers, activations and
losses of this package, which compute the same operations for every row; what a function of the
user's own does with its inputs, nobody can know.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from engine import Program, Value, compile
from engine.graph.modes import settled
from engine.programs import follows_rule
from nn.models.prediction import COMPARED, listed
from nn.models.structure import structure_of
from nn.train.data import Sample
from nn.train.losses import cross_entropy, is_own
from nn.train.optimizer import Optimizer


def training_program(
    model: Callable[[Any], Any],
    loss: Callable[[Any, Any], Any],
    optimizer: Optimizer,
    samples: Sequence[Sample],
    backend: str,
) -> tuple[Program, list[list[float]]] | None:
    """The program that trains the model, and a row for every sample; None where there is none.

    There is none if the optimiser has a step of its own, if the samples do not look alike, if a
    context such as `detect_anomaly` watches every node, or, unless a backend is asked for by name,
    if a part is not of this package.
    """
    structure = structure_of(model)
    trusted = structure is not None and structure.known and is_own(loss)
    if settled() is not None or not follows_rule(optimizer):
        return None
    if backend == "auto" and not trusted:
        return None
    targets = [listed(target) for _, target in samples]
    try:
        inputs = [Value(x, f"x{i}") for i, x in enumerate(samples[0][0], 1)]
        prediction = model(inputs)
        if loss is cross_entropy and len(targets[0]) == 1:
            targets = [_one_hot(target, len(listed(prediction))) for target in targets]
        if any(len(target) != len(targets[0]) for target in targets):
            return None
        many = len(targets[0]) > 1
        leaves = [Value(y, f"y{i}" if many else "y") for i, y in enumerate(targets[0], 1)]
        result = loss(leaves if many else leaves[0], prediction)
    except Exception:
        return None  # eager computing raises it again, and says for which sample
    if not isinstance(result, Value):
        return None
    given, trained = [*inputs, *leaves], optimizer.parameters
    program = compile(result, given, trained, optimizer, backend, allow_unused=True)
    rows = [[*sample[0], *target] for sample, target in zip(samples, targets)]
    if not trusted:
        _check(program, rows, model, loss, samples)
    return program, rows


def _check(
    program: Program,
    rows: Sequence[Sequence[float]],
    model: Callable[[Any], Any],
    loss: Callable[[Any, Any], Any],
    samples: Sequence[Sample],
) -> None:
    """Compares some losses with eager computing; ValueError where the recording does not hold."""
    for number in range(min(COMPARED, len(samples))):
        inputs, target = samples[number]
        expected, found = float(loss(target, model(inputs))), program([rows[number]])[0]
        if not math.isclose(expected, found, rel_tol=1e-9, abs_tol=1e-12):
            raise ValueError(
                f"fit: for sample {number + 1} the program gives a loss of {found}, the model one "
                f"of {expected}: it does not compute the same operations for every sample; use "
                'backend="eager"'
            )


def _one_hot(target: list[Any], classes: int) -> list[Any]:
    """A class as a row of probabilities: 1 for it, 0 for the others."""
    (number,) = target
    if number not in range(classes) or classes < 2:
        raise ValueError(f"{number} is not a class")
    return [float(index == number) for index in range(classes)]
