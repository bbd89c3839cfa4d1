"""What a demo prints and draws, for the tests that read it."""

import io
from contextlib import redirect_stdout
from functools import cache
from typing import Any

from demos.__main__ import run


def shown_by(name: str) -> tuple[str, Any]:
    """What a demo prints, the longer ones in their quick setting, and its picture with caption."""
    with redirect_stdout(io.StringIO()) as out:
        illustration = run(name, quick=True)
    return out.getvalue(), illustration


@cache
def printed(name: str) -> str:
    """What a demo prints; its own assertions hold on the way."""
    return shown_by(name)[0]


def lines_of(name: str) -> list[str]:
    return [line.strip() for line in printed(name).splitlines()]


def number(text: str) -> float:
    """A number as the demos print it."""
    return float(text.replace("−", "-").replace(",", ""))


def row(name: str, start: str) -> list[float]:
    """The numbers of the one line that starts like this, after its start."""
    (found,) = [line for line in lines_of(name) if line.startswith(start)]
    return [number(word) for word in found[len(start) :].split()]
