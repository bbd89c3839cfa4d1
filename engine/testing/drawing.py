"""Drawing random recipes. All it knows of an operation is its line of the sheet.

What draws is a function of two whole numbers that gives one between them: of a Hypothesis strategy,
which can make an example smaller, or of a random generator, which is quicker and draws evenly.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any, TypeVar

from engine.eager.functions import EAGER
from engine.graph.value import Value
from engine.sheet.op import Op
from engine.sheet.ops import SHEET
from engine.testing.ground import Ground
from engine.testing.recipes import Operand, Recipe, Step

T = TypeVar("T")
Pick = Callable[[int, int], int]

_LOW, _HIGH = -2.0, 2.0  # where operands are sampled whose line names no domain
# For constants that must be given, most of which are exponents.
_CONSTANTS = (-2.0, -1.0, 0.5, 1.0, 2.0, 3.0)
_NICE = (0.0, 1.0, -1.0, 0.5, 2.0, -0.0)
_EDGES = (0.0, -0.0, 1.0, -1.0, 1e308, -1e308, 1e-310, 1e-20, 800.0, -800.0, 1e16, 0.5)
_OVER_ROWS = [op for op in SHEET if op.sequences]
# Those over several sequences have most ways of being computed.
_OFTEN_OVER_ROWS = [op for op in _OVER_ROWS for _ in op.operands]
_OVER_ONE_SEQUENCE = [op for op in _OVER_ROWS if len(op.operands) == 1 and not op.constants]


def drawn_recipe(pick: Pick, steps: int, rows: int, well_defined: bool) -> Recipe:
    """A recipe as `engine.testing.graphs` says."""
    drawing = _Drawing(pick, rows, well_defined)
    # Where there are many leaves it begins with operations over rows of them.
    for _ in range(pick(1, 3) if drawing.wide else 0):
        drawing.grow(drawing.choice(_OFTEN_OVER_ROWS), deep=False)
    # Now and then a chain, several times as long.
    deep = drawing.chance(8)
    for _ in range(pick(1, 5 * steps if deep else steps)):
        drawing.grow(drawing.choice(SHEET), deep)
    return drawing.finished()


class _Drawing:
    """A recipe that grows, beside its nodes on every row."""

    def __init__(self, pick: Pick, rows: int, well_defined: bool) -> None:
        self.pick = pick
        self.well_defined = well_defined
        self.wide = self.chance(5)
        self.numbers = self.wide_numbers() if self.wide else self.number
        most = 40 if self.wide else 4
        inputs, parameters = pick(0, most), pick(1, most)
        count = pick(1, rows)
        self.rows = tuple(tuple(self.leaves(inputs)) for _ in range(count))
        self.parameters = tuple(self.leaves(parameters))
        self.first = self.available = inputs + parameters
        self.unused = set(range(inputs, self.available))
        self.end = self.choice((inputs, 0))  # of the leaves that are in a row of neighbours
        self.steps: list[Step] = []
        self.ground = [Ground([*row, *self.parameters]) for row in self.rows]

    # Choices.

    def chance(self, of: int) -> bool:
        """True once in so many times; not in the simplest example."""
        return self.pick(0, of - 1) == of - 1

    def choice(self, things: Sequence[T]) -> T:
        return things[self.pick(0, len(things) - 1)]

    def number(self) -> float:
        """Mostly of moderate size, and with as many digits as a float has."""
        if not self.well_defined and self.chance(3):
            return self.choice(_EDGES)
        match self.pick(0, 39):
            case 39:
                digits, exponent = self.pick(-99, 99), self.pick(-99, 99)
                return digits / 33 * 10.0**exponent
            case 35 | 36 | 37 | 38:
                return self.choice(_NICE)
        return self.pick(-2000, 2000) / 997

    def wide_numbers(self) -> Callable[[], float]:
        source = Random(self.pick(0, 999))
        return lambda: source.uniform(_LOW, _HIGH)

    def leaves(self, count: int) -> list[float]:
        return [self.numbers() for _ in range(count)]

    # Steps.

    def grow(self, op: Op, deep: bool) -> None:
        """Adds the operation on some earlier nodes, moved into its domain if need be."""
        length = self.length() if op.sequences else 0
        operands: list[Any] = []
        for name in op.operands:
            if name in op.sequences:
                operands.append(self.sequence(op, name, length))
            else:
                operands.append(self.operand(op, name, deep))
        if not any(_nodes(operand) for operand in operands):
            last = self.available - 1
            operands[0] = (last, *operands[0][1:]) if isinstance(operands[0], tuple) else last
        step = Step(
            op.name, tuple(operands), tuple(self.constant(c) for c in op.constants.values())
        )
        if not self.add(step) and self.well_defined:
            self.add(self.within_domain(op, step))

    def length(self) -> int:
        if self.wide and self.chance(2):
            return self.choice((8, 9, 12, 16, 17, 20, 33))
        return self.choice((2, 3, 1, 4, 5, 2, 3, 9, 17, 33)) if not self.chance(30) else 70

    def sequence(self, op: Op, name: str, length: int) -> tuple[Operand, ...]:
        """Neighbours, or nodes and numbers from anywhere."""
        if self.available > length and not self.chance(4 if self.wide else 2):
            leaves = self.wide and self.first > 2 * length
            # Rows of weights are mostly used once, and by one operation.
            start = self.end
            if start + length > self.first or not leaves or self.chance(5):
                last = (self.first if leaves else self.available) - length
                start = self.pick(0, last)
            self.end = max(self.end, start + length)
            return tuple(range(start, start + length))
        if length > 5:
            source = Random(self.pick(0, 999))
            return tuple(source.randrange(self.available) for _ in range(length))
        return tuple(self.operand(op, name, deep=False) for _ in range(length))

    def operand(self, op: Op, name: str, deep: bool) -> Operand:
        last = self.available - 1
        if deep or self.chance(3):
            return last
        if self.chance(5):
            low, high = op.domain.get(name, (_LOW, _HIGH))
            return low + (high - low) * self.pick(0, 997) / 997
        if self.wide and last >= self.first:
            return self.pick(self.first, last)
        if self.unused and self.chance(2):
            return min(self.unused)
        return self.pick(0, last)

    def constant(self, default: float | None) -> float:
        if default is None:
            return self.choice(_CONSTANTS)
        return default * (2 if self.chance(3) else 1)

    def within_domain(self, op: Op, step: Step) -> Step:
        """The step on operands that swing through the middle of their domains."""
        operands: list[Any] = []
        for name, operand in zip(op.operands, step.operands):
            low, high = op.domain.get(name, (_LOW, _HIGH))
            if isinstance(operand, tuple):
                operands.append(tuple(self.swung(part, low, high) for part in operand[:5]))
            else:
                operands.append(self.swung(operand, low, high))
        return Step(step.op, tuple(operands), step.constants)

    def swung(self, operand: Operand, low: float, high: float) -> Operand:
        if isinstance(operand, float):
            return operand
        middle, half = (low + high) / 2, (high - low) / 2
        if not self.add(Step("sin", (operand,))):
            return middle
        self.add(Step("mul", (self.available - 1, half)))
        if middle:
            self.add(Step("add", (self.available - 1, middle)))
        return self.available - 1

    def add(self, step: Step) -> bool:
        """Adds a step, if it may be added, and has a result that is a node."""
        if not any(map(_nodes, step.operands)):
            return False
        made = [self.tried(ground, step, number) for number, ground in enumerate(self.ground)]
        if not all(made):
            return False
        for ground, nodes in zip(self.ground, made):
            ground.nodes += nodes
        self.steps.append(step)
        self.unused.difference_update(step.places())
        self.unused.add(self.available)
        self.available += 1
        return True

    def tried(self, ground: Ground, step: Step, row: int) -> list[Value]:
        """The node that a step makes on a row; none where it must not be added."""
        if self.well_defined:
            node = ground.tried(step)
            return [] if node is None else [node]
        try:
            return [step.apply(ground.nodes, EAGER)]
        except (ArithmeticError, ValueError):
            # Behind an operation that raises nothing is computed; any number stands for it.
            return [] if row == 0 else [Value(float("nan"))]

    # The end.

    def finished(self) -> Recipe:
        """All results that nothing uses, and a parameter, are brought together in one."""
        ends = sorted(self.unused)
        reached = any(end >= self.first for end in ends)
        if len(ends) > 1 or not reached:
            ends = ends if reached else [*ends, self.available - 1]
            start = self.pick(0, len(_OVER_ONE_SEQUENCE) - 1)
            for op in (*_OVER_ONE_SEQUENCE[start:], *_OVER_ONE_SEQUENCE[:start]):
                if self.add(Step(op.name, (tuple(ends),))):
                    break
        return Recipe(self.rows, self.parameters, tuple(self.steps)).pruned()


def _nodes(operand: Operand | tuple[Operand, ...]) -> bool:
    parts = operand if isinstance(operand, tuple) else (operand,)
    return any(isinstance(part, int) for part in parts)
