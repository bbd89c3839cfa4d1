"""The loops of a program, written once: over rows, batches and epochs, in every language.

`share`: what a row counts for in the mean loss of an epoch, 1 / rows. `order`: which row is visited
when. `gradient`, `row_gradient`: space for the mean gradient of a batch, and for that of a row.
"""

from __future__ import annotations

from functools import lru_cache

from engine.programs.lower.ir import Function, Kernel
from engine.programs.lower.row import forward, gradients
from engine.programs.lower.rules import UpdateRule
from engine.programs.lower.statements import function
from engine.programs.lower.update import update

# A sum may overflow where the mean does not; only then every gradient is divided before it is
# added, since that rounds once more.
BATCH = """
def batch(parameters: Constants, rows: Rows, order: Order, start: int, stop: int, share: float,
          gradient: Numbers, row_gradient: Numbers) -> float:
    "Sets the mean gradient of the rows from start to stop; returns their share of the mean loss."
    loss: float = gradients(parameters, rows[order[start]], gradient)
    loss *= share
    for place in range(start + 1, stop):
        loss += gradients(parameters, rows[order[place]], row_gradient) * share
        for i in range(PARAMETERS):
            gradient[i] += row_gradient[i]
    total: float = sum(gradient[i] for i in range(PARAMETERS))
    if total - total == 0.0:
        for i in range(PARAMETERS):
            gradient[i] /= stop - start
        return loss
    "A sum may overflow where the mean does not."
    for i in range(PARAMETERS):
        gradient[i] = 0.0
    for place in range(start, stop):
        gradients(parameters, rows[order[place]], row_gradient)
        for i in range(PARAMETERS):
            gradient[i] += row_gradient[i] / (stop - start)
    return loss
"""
# Where every batch is one row.
ONE_ROW = """
def batch(parameters: Constants, rows: Rows, order: Order, start: int, stop: int, share: float,
          gradient: Numbers, row_gradient: Numbers) -> float:
    "Sets the gradient of one row; returns its share of the mean loss."
    loss: float = gradients(parameters, rows[order[start]], gradient)
    return loss * share
"""
TRAIN = """
def train(parameters: Numbers, state: State, settings: Constants, rows: Rows, order: Order,
          count: int, size: int, epochs: int, share: float, done: float, losses: Numbers,
          gradient: Numbers, row_gradient: Numbers) -> float:
    '''Epochs over the rows in batches, each followed by an update; returns how many there were.

    It ends before an update by a loss that is not finite, and after an epoch with a parameter that
    is not.'''
    steps: float = done
    for epoch in range(epochs):
        losses[epoch] = 0.0
        for start in range(0, count, size):
            stop: int = start + size if start + size < count else count
            loss: float = batch(parameters, rows, order, start, stop, share, gradient, row_gradient)
            losses[epoch] += loss
            if loss - loss != 0.0:
                return steps - done
            steps += 1.0
            update(parameters, gradient, steps, settings, state)
        rest: float = sum(parameters[i] - parameters[i] for i in range(PARAMETERS))
        if rest != 0.0:
            return steps - done
    return steps - done
"""
EVALUATE = """
def evaluate(parameters: Constants, rows: Rows, count: int, outputs: Numbers) -> None:
    "The output of every row."
    for i in range(count):
        outputs[i] = forward(parameters, rows[i])
"""
EVALUATE_SEVERAL = """
def evaluate(parameters: Constants, rows: Rows, count: int, outputs: Outputs) -> None:
    "The outputs of every row."
    for i in range(count):
        forward(parameters, rows[i], outputs[i])
"""


def functions(
    kernel: Kernel, rule: UpdateRule | None, one_row: bool = False, wanted: str = ""
) -> list[Function]:
    """Those of a program, callees first.

    `one_row`: of training in batches of a single row. `wanted`: only what that one may need.
    """
    found: list[Function] = []
    count, trained = len(kernel.parameters), kernel.trained and wanted != "evaluate"
    if wanted in ("", "evaluate"):
        several = len(kernel.outputs) > 1
        found += [forward(kernel), loop(EVALUATE_SEVERAL if several else EVALUATE, count)]
    if trained:
        found += [gradients(kernel), loop(ONE_ROW if one_row else BATCH, count)]
    if trained and rule is not None:
        found += [update(rule, count), loop(TRAIN, count)]
    return found


@lru_cache(maxsize=64)
def loop(text: str, parameters: int) -> Function:
    return function(text, {"PARAMETERS": parameters})
