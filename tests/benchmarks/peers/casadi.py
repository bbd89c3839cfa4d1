"""CasADi: a symbolic gradient step, folded over many steps, run by CasADi's virtual machine.

Tiny networks are graphs of scalars (SX), the others graphs of matrices (MX): whichever was faster.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import casadi

from tests.benchmarks.peers import Way
from tests.benchmarks.work import Work

SCALARS = 100  # parameters up to which SX was faster
# A call from Python costs about 7 µs. It should run many steps, where steps are that quick; making
# a fold of many big ones takes seconds.
STEPS, QUICK = 400, 1_000


class Folded:
    """Parameters are one column, the rows columns of a matrix."""

    def __init__(self, work: Work) -> None:
        self.work = work
        step = step_of(work)
        self.repeats = -(-STEPS // work.steps) if work.parameters * work.batch <= QUICK else 1
        self.one = step.fold(work.steps)
        self.many = self.one if self.repeats == 1 else step.fold(work.steps * self.repeats)
        numbers = [n for layer in work.layers() for neuron in layer for n in neuron]
        self.column = casadi.DM(numbers)
        # Each column holds the rows of a batch, one after the other.
        rows = casadi.DM(work.rows[: work.steps * work.batch]).T
        self.once = casadi.reshape(rows, rows.shape[0] * work.batch, work.steps)
        self.repeated = casadi.repmat(self.once, 1, self.repeats)

    def train(self, epochs: int) -> None:
        """Many epochs to a call, then one each."""
        many, rest = divmod(epochs, self.repeats)
        for _ in range(many):
            self.column = self.many(self.column, self.repeated)
        for _ in range(rest):
            self.column = self.one(self.column, self.once)

    def parameters(self) -> list[float]:
        """The column."""
        return [float(number) for number in self.column.full().ravel()]


def step_of(work: Work) -> casadi.Function:
    """A step: parameters, batch → parameters."""
    kind = casadi.SX if work.parameters <= SCALARS else casadi.MX
    column = kind.sym("parameters", work.parameters)
    width = work.sizes[0] + work.sizes[-1]
    batch = kind.sym("batch", width * work.batch)
    rows = casadi.reshape(batch, width, work.batch)
    values, targets = rows[: work.sizes[0], :], rows[work.sizes[0] :, :]
    start = 0
    for inputs, outputs in pairwise(work.sizes):
        end = start + (inputs + 1) * outputs
        layer = casadi.reshape(column[start:end], inputs + 1, outputs)
        values = layer[:-1, :].T @ values + casadi.repmat(layer[-1, :].T, 1, work.batch)
        if work.activation == "relu" and end < work.parameters:
            values = casadi.fmax(values, 0)
        start = end
    loss = LOSSES[work.loss](targets, values) / work.batch
    slope = casadi.gradient(loss, column)
    return casadi.Function("step", [column, batch], [column - work.rate * slope])


def cross_entropy(targets: Any, scores: Any) -> Any:
    """Summed over the columns; one-hot targets."""
    total = sum(casadi.logsumexp(column) for column in casadi.horzsplit(scores))
    return total - casadi.dot(targets, scores)


LOSSES = {
    "squared_error": lambda y, p: casadi.sumsqr(y - p),
    "hinge": lambda y, p: casadi.sum2(casadi.fmax(1 - y * p, 0)),
    "cross_entropy": cross_entropy,
}
WAYS = [Way("CasADi", Folded)]
