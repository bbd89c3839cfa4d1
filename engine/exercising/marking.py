"""Marking: every answer against the right one, and against what the student's own numbers give."""

from __future__ import annotations

import json
import math
import os
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from engine.base.files import write_whole
from engine.base.numbers import shown
from engine.base.spelling import Text
from engine.checking.diagnosing import diagnose
from engine.exercising.layout import Blank
from engine.exercising.quantities import Numbers, Passes, Quantity
from engine.exercising.reading import Answers
from engine.exercising.slips import Name, Slip, step_slips

# What two numbers may differ by that should be the same; of those that come to 0, absolutely.
_EXACT = 1e-9
# Up to so many wrong answers, or this share of all, those that follow from them count.
_FEW, _MOST_WRONG = 5, 0.4
_NONE = "none of the usual slips"
_ASTRAY = "it follows neither from the right numbers nor from your own"


class Mark(NamedTuple):
    """The mark for one blank.

    `status`: "right"; "carried", right by the student's own earlier numbers, which is as good;
    "wrong", "missing" or "unreadable"; "not counted", carried on a sheet of guesses. `kind`: of a
    wrong answer what went wrong, "" otherwise. `note`: that in words.
    """

    blank: Blank
    answer: float | None
    status: str
    note: str = ""
    kind: str = ""

    @property
    def points(self) -> int:
        return int(self.status in ("right", "carried"))


class Result:
    """A marked sheet. Prints as `text`: the points, and a line for each blank with a remark.

    `score` of `max_score`; `marks`, one for each blank; `notes`, what concerns the whole sheet.
    """

    def __init__(self, student: str, marks: Sequence[Mark], notes: Sequence[str]) -> None:
        self.student, self.marks, self.notes = student, list(marks), list(notes)
        self.score, self.max_score = sum(mark.points for mark in marks), len(marks)
        self.text = Text("\n".join(self._lines()))

    def __repr__(self) -> str:
        return str(self.text)

    def __getitem__(self, name: int | str) -> Mark:
        """The mark of a blank by its number or its name."""
        for mark in self.marks:
            if name in (mark.blank.number, mark.blank.name):
                return mark
        raise KeyError(f"no blank is called {name!r}")

    def to_dict(self) -> dict[str, Any]:
        """The result in the format of Gradescope's autograder: a test for each blank."""
        return {
            "score": self.score,
            "max_score": self.max_score,
            "output": "\n".join(self._lines()[:1] + self.notes),
            "tests": [
                {
                    "name": f"{mark.blank.number}. {mark.blank.name}",
                    "score": mark.points,
                    "max_score": 1,
                    "output": _said(mark),
                }
                for mark in self.marks
            ],
        }

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes it as JSON for an autograder, whole or not at all."""
        write_whole(path, json.dumps(self.to_dict(), ensure_ascii=False, indent=1) + "\n")

    def _lines(self) -> list[str]:
        counts = [sum(mark.status == status for mark in self.marks) for status in _COUNTED]
        said = ", ".join(f"{n} {words}" for n, words in zip(counts, _COUNTED.values()) if n)
        head = f"{self.student or 'Exercise'}: {self.score} of {self.max_score} points ({said})"
        lines = [head, *self.notes]
        told = [mark for mark in self.marks if mark.note]
        width = max((len(mark.blank.name) for mark in told), default=0)
        for mark in told:
            lines.append(f"  {mark.blank.number:3}  {mark.blank.name:{width}}  {_said(mark)}")
        return lines


_COUNTED = {
    "right": "right",
    "carried": "right by their own earlier numbers",
    "wrong": "wrong",
    "not counted": "that only follow from these",
    "missing": "missing",
    "unreadable": "unreadable",
}


def _said(mark: Mark) -> str:
    if mark.status == "wrong":
        assert mark.answer is not None
        return f"{shown(mark.answer, 6)} is wrong: {mark.note}"
    return mark.note or mark.status


def mark_answers(
    passes: Passes, blanks: Sequence[Blank], answers: Answers, name: Name, digits: int
) -> list[Mark]:
    """A mark for each blank."""
    marks = _Marking(passes, blanks, name, digits).marks(answers)
    count = Counter(mark.status for mark in marks)
    wrong, right, carried = (count[status] for status in ("wrong", "right", "carried"))
    if wrong <= max(_FEW, right, _MOST_WRONG * (wrong + right + carried)):
        return marks
    # All zeros, or a neighbour's numbers, follow from themselves as well.
    note = "it follows from wrong answers, of which there are too many to count it"
    return [
        mark._replace(status="not counted", note=note) if mark.status == "carried" else mark
        for mark in marks
    ]


class _Marking:
    """Goes through all quantities in order, with the student's numbers beside the right ones.

    `written`: the numbers as they were handed in; `unrounded`: as they are if nothing was rounded
    on the way; somebody may have gone on with either. `roots`: the wrong answers that a number
    comes from. `handed_in`: what has an answer.
    """

    def __init__(self, passes: Passes, blanks: Sequence[Blank], name: Name, digits: int) -> None:
        self.passes, self.name, self.digits = passes, name, digits
        self.blanks = {blank.quantity: blank for blank in blanks}
        self.written, self.unrounded = passes.given(), passes.given()
        self.roots: dict[Quantity, dict[Quantity, None]] = {}
        self.handed_in: set[Quantity] = set()

    def marks(self, answers: Answers) -> list[Mark]:
        marks = {}
        for quantity in self.passes.quantities():
            before = [self.roots.get(need, {}) for need in self.passes.needs(quantity)]
            self.roots[quantity] = {root: None for roots in before for root in roots}
            for numbers in (self.written, self.unrounded):
                numbers[quantity] = self.passes.compute(quantity, numbers)
            blank = self.blanks.get(quantity)
            if blank is not None:
                marks[blank.number] = self._mark(blank, answers)
        return [marks[number] for number in sorted(marks)]

    def _mark(self, blank: Blank, answers: Answers) -> Mark:
        try:
            answer = answers.number(blank)
        except (ValueError, TypeError, OverflowError) as error:
            return Mark(blank, None, "unreadable", str(error))
        if answer is None:
            return Mark(blank, None, "missing", "no answer")
        quantity, needs = blank.quantity, self.passes.needs(blank.quantity)
        self.handed_in.add(quantity)
        own = [self.passes.ways(quantity, n) for n in (self.written, self.unrounded)]
        self.written[quantity] = answer
        if self._close(answer, blank.value, blank.value):
            self.unrounded[quantity] = blank.value
            self.roots[quantity] = {}
            return Mark(blank, answer, "right")
        slack = self._slack(quantity)
        for written, unrounded in zip(*own):
            if self._close(answer, written, unrounded, slack):
                self.unrounded[quantity] = unrounded
                return self._carried(blank, answer)
        self.unrounded[quantity] = answer
        # Who has left out the steps has multiplied the whole chain at once.
        at_once = self.handed_in.isdisjoint(needs) and not self.roots[quantity]
        slip = self._over_the_chain(quantity, answer) if at_once else None
        slip = slip or self._slip(blank, answer)
        if slip is None and not self.roots[quantity]:
            slip = self._over_the_chain(quantity, answer)
        slip = slip or Slip("unknown", _ASTRAY if self.roots[quantity] else _NONE, answer)
        self.roots[quantity] = {quantity: None}
        return Mark(blank, answer, "wrong", slip.words, slip.kind)

    def _carried(self, blank: Blank, answer: float) -> Mark:
        """Right by earlier numbers; where none of those is wrong, only their rounding differs."""
        roots = self.roots[blank.quantity]
        if not roots:
            return Mark(blank, answer, "right")
        by = ", ".join(f"{self.name(q)} = {shown(self.written[q], self.digits)}" for q in roots)
        return Mark(blank, answer, "carried", f"right by your own {by}")

    def _slip(self, blank: Blank, answer: float) -> Slip | None:
        quantity = blank.quantity
        known = {q: n for q, n in self.written.items() if q != quantity}
        own = self.passes.compute(quantity, known)
        for slip in step_slips(self.passes, quantity, known, self.name, self.digits):
            same = math.isclose(slip.number, own, rel_tol=1e-6, abs_tol=_EXACT)
            if not same and self._close(answer, slip.number, slip.number):
                return slip
        return None

    def _over_the_chain(self, quantity: Quantity, answer: float) -> Slip | None:
        """A slip further up, made by somebody who has not gone on from the blanks before it."""
        if quantity.part == "gradients":
            nodes = {self.name(Quantity("forward", node)): node for node in self.passes.order}
            found = diagnose(self.passes.y, quantity.node, answer, nodes)
            if found.kind not in ("right", "unknown"):
                return Slip(found.kind, found.line.removeprefix(f"{found.kind}: "), answer)
        return None

    def _close(self, answer: float, one: float, other: float, slack: float = 0.0) -> bool:
        """Whether an answer lies between two numbers, but for the last digit that is asked for."""
        low, high = min(one, other), max(one, other)
        if not (math.isfinite(low) and math.isfinite(high)):
            return False
        size = max(abs(low), abs(high))
        digit = 10.0 ** (math.floor(math.log10(size)) - self.digits + 1) if size else 0.0
        allowed = max(digit * (1 + _EXACT), _EXACT) + slack
        return low - allowed <= answer <= high + allowed

    def _slack(self, quantity: Quantity) -> float:
        """How far it may move where a wrong number that it needs was rounded before writing."""
        slack, own = 0.0, self.passes.compute(quantity, self.written)
        for need in self.passes.needs(quantity):
            if need in self.roots.get(need, {}):
                moved: Numbers = {
                    **self.written, need: self.written[need] + _half_digit(self.written[need])
                }  # fmt: skip
                slack += abs(self.passes.compute(quantity, moved) - own)
        return slack if math.isfinite(slack) else 0.0


def _half_digit(number: float) -> float:
    """Half of the last digit of a number that looks rounded: of three digits or more."""
    digits = Decimal(repr(number)).normalize()
    exponent = digits.as_tuple().exponent
    rounded = len(digits.as_tuple().digits) >= 3 and isinstance(exponent, int) and exponent < 0
    return 0.5 * 10.0**exponent if rounded and isinstance(exponent, int) else 0.0
