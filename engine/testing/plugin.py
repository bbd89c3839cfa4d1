"""What pytest offers in every test once the package is installed: see docs/check.md.

pytest finds it by its entry point, and `-p engine.testing.plugin` names it where it does not.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from engine.graph.value import Value
from engine.testing import approx as approximate


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option `--chaingrad-seed`."""
    group = parser.getgroup("chaingrad", "random numbers in tests of gradients")
    group.addoption(
        "--chaingrad-seed", type=int, default=0, metavar="N", help="what `seeded` sets (default: 0)"
    )


@pytest.fixture
def seeded(request: pytest.FixtureRequest) -> Iterator[int]:
    """Random numbers that are the same in every run, of Python and, where imported, NumPy and
    PyTorch; gives the seed, that of `--chaingrad-seed`. Afterwards Python's go on as before."""
    seed: int = request.config.getoption("--chaingrad-seed")
    state = random.getstate()
    random.seed(seed)
    for name, seeder in (("numpy", "random.seed"), ("torch", "manual_seed")):
        found: Any = sys.modules.get(name)
        for part in seeder.split(".") if found is not None else ():
            found = getattr(found, part)
        if found is not None:
            found(seed)
    yield seed
    random.setstate(state)


@pytest.fixture
def approx() -> type[approximate]:
    """`engine.testing.approx`: compares numbers with Values, also in lists, dicts and arrays."""
    return approximate


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """Says why a Value is not equal to a number, and which items of an `approx` differ."""
    for one, other in ((left, right), (right, left)):
        if op == "==" and isinstance(one, approximate):
            return repr(one).splitlines()
        if op == "==" and isinstance(one, Value) and isinstance(other, (Value, int, float)):
            return [
                f"{left!r} == {right!r}",
                "a Value is equal only to itself; compare its number, .data, "
                f"or with approx({float(other)!r})",
            ]
    return None
