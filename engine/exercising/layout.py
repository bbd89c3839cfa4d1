"""What stands on a sheet and on its key, line by line, in the notation of any dialect."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from engine.base.numbers import short, shown
from engine.exercising.quantities import Passes, Quantity
from engine.explaining.wording import Rounding, expression, local_derivative, number
from engine.graph.naming import Naming
from engine.graph.value import Value
from engine.sheet.dialects import TEXT
from engine.sheet.formula import read
from engine.sheet.kinds import total

TITLES = {
    "forward": "Forward pass: the number of every node",
    "local": "Local derivatives: by how much a node changes with one operand alone",
    "gradients": "Gradients: by how much {y} changes",
    "updates": "One step of gradient descent: the new parameters, η = {rate}",
}
# A number with more digits than this is one without an end.
_LONGEST = 8
# A longer formula is one for computers.
_SHORT_FORMULA = 40


class Notation(NamedTuple):
    """How a format spells what no dialect does.

    `derivative`, `updated` and `name` take names as they are, `direct` what was written.
    """

    dialect: Rounding
    derivative: Callable[[str, str], str]
    direct: Callable[[str], str]
    updated: Callable[[str], str]
    name: Callable[[str], str]
    times: str
    minus: str
    rate: str
    plus: str = " + "
    equals: str = " = "


class Blank(NamedTuple):
    """A number that a sheet asks for: `part` is one of `PARTS`, `value` the right answer."""

    number: int
    name: str
    part: str
    value: float
    quantity: Quantity


class Row(NamedTuple):
    """A line of a sheet: `left` = ______, and on the key `working` = `answer`."""

    number: int
    left: str
    working: str
    answer: str


class Section(NamedTuple):
    title: str
    rows: list[Row]


class Content(NamedTuple):
    """What a sheet says, in one notation; `given`: names and numbers, `filled`: with answers."""

    title: str
    notes: list[str]
    given: list[tuple[str, str]]
    sections: list[Section]
    filled: bool


class Writing:
    """One graph in one notation."""

    def __init__(self, passes: Passes, naming: Naming, notation: Notation, digits: int) -> None:
        self.passes, self.naming, self.notation, self.digits = passes, naming, notation, digits

    def name(self, node: Value) -> str:
        return self.notation.name(self.naming.text(node))

    def exactly(self, value: float) -> str:
        """A number with all its digits if they are few, and else rounded."""
        return self._signed(value, digits_of_answer(value, self.digits))

    def given(self) -> Iterator[tuple[str, str]]:
        """The leaves and their numbers, parameters last, each in the order of their names."""
        leaves = self.passes.leaves
        for leaf in sorted(leaves, key=lambda leaf: (leaf in self.passes.users, self.name(leaf))):
            # A leaf may have any number; one that was drawn is short.
            yield self.name(leaf), self._signed(leaf.data, _all_digits(leaf.data))

    def _signed(self, value: float, digits: int) -> str:
        return type(self.notation.dialect)(digits).signed(value)[0]

    def sections(self, blanks: Sequence[Blank]) -> list[Section]:
        """The lines by their parts."""
        rate = shown(self.passes.learning_rate, _LONGEST)
        found: dict[str, Section] = {}
        for blank in blanks:
            title = TITLES[blank.part].format(y=self.naming.text(self.passes.y), rate=rate)
            section = found.setdefault(blank.part, Section(title, []))
            section.rows.append(self._row(blank))
        return list(found.values())

    def quantity(self, quantity: Quantity) -> str:
        """Its name: z, ∂z/∂w, ∂L/∂w, w new."""
        part, node, operand = quantity
        name = self.naming.text
        if part == "local":
            assert operand is not None
            written = self.notation.derivative(name(node), name(operand))
            # The gradient of the operand has that name, and other paths add to it.
            both = node is self.passes.y and self.passes.users[operand] != [node]
            return self.notation.direct(written) if both else written
        if part == "gradients":
            return self.notation.derivative(name(self.passes.y), name(node))
        return self.name(node) if part == "forward" else self.notation.updated(name(node))

    def _row(self, blank: Blank) -> Row:
        left = self.quantity(blank.quantity)
        symbols, numbers = getattr(self, f"_{blank.part}")(*blank.quantity[1:])
        answer = self.exactly(blank.value)
        if blank.part in ("forward", "updates"):
            # What is to be done stands on the sheet as well; a derivative is to be found.
            left, symbols = self.notation.equals.join([left, symbols]), ""
        steps = [step for step in (symbols, numbers) if step]
        known = answer, self.notation.dialect.parentheses(answer)
        said = [step for i, step in enumerate(steps) if step not in (*known, *steps[:i])]
        return Row(blank.number, left, self.notation.equals.join(said), answer)

    def _forward(self, node: Value, _: None) -> tuple[str, str]:
        dialect = self.notation.dialect
        symbols = expression(node, self.naming, dialect=dialect)
        return symbols, expression(node, self.naming, numbers=True, dialect=dialect)

    def _local(self, node: Value, operand: Value) -> tuple[str, str]:
        places = [i for i, arg in enumerate(node.args) if arg is operand]

        def written(numbers: bool) -> str:
            return self.notation.plus.join(
                local_derivative(
                    node,
                    place,
                    self.naming,
                    numbers=numbers,
                    dialect=self.notation.dialect,
                    beside=i > 0,
                )
                for i, place in enumerate(places)
            )

        return written(False), written(True)

    def _gradients(self, node: Value, _: None) -> tuple[str, str]:
        symbols: list[str] = []
        numbers: list[str] = []
        right, y = self.passes.known, self.passes.y
        for user in self.passes.users[node]:
            local = Quantity("local", user, node)
            factors = [local] if user is y else [Quantity("gradients", user), local]
            symbols.append(self.notation.times.join(map(self.quantity, factors)))
            later = bool(numbers)
            numbers.append(
                self.notation.times.join(
                    number(right[factor], dialect=self.notation.dialect, beside=i > 0 or later)
                    for i, factor in enumerate(factors)
                )
            )
        plus = self.notation.plus
        return plus.join(symbols), plus.join(numbers)

    def _updates(self, node: Value, _: None) -> tuple[str, str]:
        gradient = Quantity("gradients", node)
        dialect, times, minus = self.notation.dialect, self.notation.times, self.notation.minus
        factors = self.exactly(self.passes.learning_rate), self.passes.known[gradient]
        product = times.join([factors[0], number(factors[1], dialect=dialect, beside=True)])
        old = number(node.data, dialect=dialect)
        symbols = f"{self.name(node)}{minus}{self.notation.rate}{times}{self.quantity(gradient)}"
        return symbols, f"{old}{minus}{product}"


def formulas_of(nodes: Sequence[Value]) -> Iterator[str]:
    """What the functions mean that have names of their own, as the sheet of formulas says it."""
    for op in dict.fromkeys(node.op for node in nodes if node.op is not None):
        if not op.symbol.isalpha() or total(op) is not None:
            continue
        called = f"{op.symbol}({', '.join(op.operands)})"
        formula = TEXT.write(read(op.taught.get("out", op.formula)))
        if "out" in op.taught or len(formula) <= _SHORT_FORMULA:
            # Such as exp, which everybody knows.
            if formula != called:
                yield f"{called} = {formula}."
        elif op.about:
            yield f"{called}: {op.about}"


def digits_of_answer(value: float, digits: int) -> int:
    """How many digits a number is written with: all of a short one, else as many as are asked."""
    for count in range(digits, _LONGEST + 1):
        if math.isclose(float(short(value, count)), value, rel_tol=1e-12):
            return count
    return digits


def _all_digits(value: float) -> int:
    return next(count for count in range(1, 18) if float(short(value, count)) == value)
