"""What becomes of an alteration."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Verdict(Enum):
    """`SAME`: no test fails, and no number is another one. The values are codes of exit."""

    CAUGHT = 0
    SURVIVED = 3
    SAME = 4
    EQUIVALENT = 5


class Outcome(NamedTuple):
    """The verdict on what is named, and how it differs from the original."""

    name: str
    verdict: Verdict
    diff: str
    reason: str = ""
