"""The sheet with one formula, partial derivative, condition or default altered at a time."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import NamedTuple

from engine.sheet import inlining
from engine.sheet.computation import computation
from engine.sheet.derived import shape
from engine.sheet.evaluate import forward, kink_distance, partials, undefined
from engine.sheet.op import Op
from engine.sheet.ops import SHEET
from tests.engine.sheet import test_differentiate, test_known_points, test_ops, test_points
from tests.mutation.alter import alterations
from tests.mutation.everywhere import Everywhere, differing, everywhere
from tests.mutation.outcome import Outcome, Verdict
from tests.mutation.pool import pool

_CONDITIONS = ("undefined", "kinks")
_CACHED = (
    *(computation, forward, partials, undefined, kink_distance, shape),
    *(inlining._formula, test_differentiate.derived),
)


class Alteration(NamedTuple):
    """A line of the sheet, one of its parts, and what that is instead.

    `field`: "formula", the name of an operand for its partial derivative, "undefined", "kinks", or
    "default of …".
    """

    op: Op
    field: str
    old: str
    new: str

    @property
    def name(self) -> str:
        return f"{self.op.name}.{self.field}"

    def diff(self) -> str:
        return f"{self.name}\n  - {self.old}\n  + {self.new}"

    def apply(self) -> None:
        """Puts it in the place of the original, for good: in the child of a fork."""
        op = self.op
        for cached in _CACHED:
            cached.cache_clear()
        op.derived.clear()
        if self.field == "formula" or self.field in _CONDITIONS:
            setattr(op, self.field, self.new)
        elif self.field in op.operands:
            place = op.operands.index(self.field)
            op.partials = (*op.partials[:place], self.new, *op.partials[place + 1 :])
        else:
            name = self.field.removeprefix("default of ")
            (op.constants if name in op.constants else op.defaults)[name] = float(self.new)


def altered_sheet(name: str = "") -> Iterator[Alteration]:
    """All alterations of what has this in its name, such as `power.a`."""
    for op in SHEET:
        texts = {"formula": op.formula, **dict(zip(op.operands, op.partials))}
        texts |= {field: getattr(op, field) for field in _CONDITIONS if getattr(op, field)}
        for field, text in texts.items():
            if name in f"{op.name}.{field}":
                for new in alterations(text, field in _CONDITIONS):
                    yield Alteration(op, field, text, new)
        for constant, number in {**op.constants, **op.defaults}.items():
            if number is not None and name in f"{op.name}.default of {constant}":
                for other in (1.001 * number or 0.001, -number or 1.0):
                    yield Alteration(op, f"default of {constant}", str(number), str(other))


def checks(op: Op) -> Iterator[Callable[[], None]]:
    """The tests of one line, the fastest first."""
    yield lambda: test_points.test_a_line_comes_to_what_the_file_says(op)
    for test, cases in (
        (test_known_points.test_known_points_have_their_known_value_and_derivatives, "KNOWN"),
        (test_known_points.test_defaults_are_those_of_the_papers, "DEFAULTS"),
        (test_known_points.test_second_derivatives_keep_their_digits, "SECOND"),
    ):
        for case in getattr(test_known_points, cases):
            if case[0] == op.name:
                yield lambda test=test, case=case: test(*case)  # type: ignore[misc]
    yield lambda: test_differentiate.test_the_sheet_proves_itself(op=op)
    yield lambda: test_ops.test_first_and_second_derivatives_agree_with_central_differences(op=op)


def run(alteration: Alteration, known: dict[Op, Everywhere]) -> Outcome:
    """What becomes of the alteration, in a child of its own.

    `known`: what lines come to at all points; filled here, before they are altered.
    """
    op = alteration.op
    if op not in known:
        known[op] = everywhere(op, pool(op))
    child = os.fork()
    if not child:
        verdict = Verdict.SURVIVED
        try:
            verdict = _verdict(alteration, known[op])
        finally:
            os._exit(verdict.value)
    _, status = os.waitpid(child, 0)
    return Outcome(alteration.name, Verdict(os.waitstatus_to_exitcode(status)), alteration.diff())


def _verdict(alteration: Alteration, known: Everywhere) -> Verdict:
    op = alteration.op
    alteration.apply()
    for check in checks(op):
        try:
            check()
        except Exception:
            # An error, too, is a test that fails.
            return Verdict.CAUGHT
    return Verdict.SURVIVED if differing(op, pool(op), known) else Verdict.SAME
