"""Comparing: which numbers differ by more than rounding, and what a run has found."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from engine.testing import Recipe
from engine.testing.ground import LARGEST
from tests.differential.reference import Entry, Numbers, Reference

# What two right ways may differ by, as a part of the scale. 2^-53 is 1.1e-16.
LIMIT = 1e-12
# PyTorch differentiates the steps of a formula, where terms may cancel that a partial has not got.
LIMITS = {"torch": 1e-8}


class Finding(NamedTuple):
    """A number on which a way of computing and the reference disagree; or an error it raised."""

    way: str
    quantity: str
    recipe: Recipe
    detail: str

    @property
    def kind(self) -> tuple[str, str]:
        return self.way, self.quantity

    def __str__(self) -> str:
        source = "\n".join(f"    {line}" for line in self.recipe.source().splitlines())
        return f"{self.way}, {self.quantity}: {self.detail}\n{source}"


@dataclass
class Tally:
    """What was compared, by way and quantity: how many numbers, the worst of them, findings."""

    compared: Counter[tuple[str, str]] = field(default_factory=Counter)
    worst: dict[tuple[str, str], float] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def compare(self, way: str, reference: Reference, numbers: Numbers) -> list[Finding]:
        """Counts the numbers of one recipe, and returns what differs: one per quantity."""
        found = []
        for quantity, entries in reference.entries.items():
            if quantity not in numbers:
                continue
            finding = self._quantity(way, quantity, reference, numbers[quantity], entries)
            if finding is not None:
                found.append(finding)
        self.findings += found
        return found

    def _quantity(
        self,
        way: str,
        quantity: str,
        reference: Reference,
        found: list[float],
        entries: list[Entry],
    ) -> Finding | None:
        key = way, quantity
        if len(found) != len(entries):
            detail = f"{len(found)} numbers, where there are {len(entries)}"
            return Finding(way, quantity, reference.recipe, detail)
        first: Finding | None = None
        for index, (number, entry) in enumerate(zip(found, entries)):
            if not entry.scale < LARGEST:
                continue
            self.compared[key] += 1
            difference = relative(number, entry)
            self.worst[key] = max(self.worst.get(key, 0.0), difference)
            if difference > LIMITS.get(way, LIMIT) and first is None:
                scale = "to the last bit" if entry.scale == 0 else f"scale {entry.scale:.3g}"
                detail = f"number {index} is {number!r}, not {entry.value!r} ({scale})"
                first = Finding(way, quantity, reference.recipe, detail)
        return first

    def report(self) -> str:
        """A line for every way and quantity."""
        lines = [f"{'way':<14}{'quantity':<22}{'compared':>10}  worst difference over scale"]
        for (way, quantity), count in self.compared.items():
            worst = self.worst[way, quantity]
            lines.append(f"{way:<14}{quantity:<22}{count:>10}  {worst:.2g}")
        return "\n".join(lines)


def relative(number: float, entry: Entry) -> float:
    """How far a number is from the right one, as a part of the scale."""
    if number == entry.value and math.copysign(1, number) == math.copysign(1, entry.value):
        return 0.0
    if entry.scale == 0:
        return math.inf
    difference = abs(number - entry.value) / entry.scale
    return difference if difference == difference else math.inf
