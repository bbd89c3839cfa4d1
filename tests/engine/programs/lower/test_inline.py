"""Calls replaced by what they call: the same numbers, and only where it can be done."""

import pytest

from engine.programs.lower.inline import inlined
from engine.programs.lower.statements import function
from engine.programs.write.python import PythonWriter
from engine.sheet.defining import compile_source

TWICE = """
def twice(a: float) -> float:
    "Twice a number."
    double: float = a + a
    return double
"""
FIRST = """
def first(numbers: Constants) -> float:
    "The first number, or 0 if it is negative."
    if numbers[0] < 0.0:
        return 0.0
    return numbers[0]
"""
SHIFT = """
def shift(numbers: Numbers, by: float) -> None:
    "Adds a number to the first."
    numbers[0] = numbers[0] + by
"""
USES = """
def uses(numbers: Numbers, others: Numbers, b: float) -> float:
    "Uses them."
    c: float = twice(b + 1.0)
    for i in range(2):
        shift(numbers, c)
        shift(others, c)
    d: float = first(numbers)
    return c + d
"""


def lines(functions):
    return "\n".join(PythonWriter().functions(functions)[-1].splitlines()[2:])


def test_calls_are_replaced_where_arguments_keep_their_names():
    every = [function(text, {}) for text in (TWICE, FIRST, SHIFT, USES)]
    found = inlined(every, "uses")
    # `others` would be called like an argument of the caller, and `first` returns in between.
    assert [each.name for each in found] == ["first", "shift", "uses"]
    assert lines(found) == "\n".join(
        [
            "    a = b + 1.0",
            "    double = a + a",
            "    c = double",
            "    for i in range(2):",
            "        by = c",
            "        numbers[0] = numbers[0] + by",
            "        shift(others, c)",
            "    d = first(numbers)",
            "    return c + d",
        ]
    )


@pytest.mark.parametrize("start", [-100.0, 2.0])
def test_the_results_are_the_same(start):
    every = [function(text, {}) for text in (TWICE, FIRST, SHIFT, USES)]
    results = []
    for functions in (every, inlined(every, "uses")):
        source = "\n\n".join(PythonWriter().functions(functions)) + "\n"
        uses = compile_source(source, f"<inline {len(functions)}>", None)["uses"]
        numbers, others = [start], [1.0]
        results.append((uses(numbers, others, 3.0), numbers, others))
    assert results[0] == results[1]
    assert results[0][1:] == ([start + 16.0], [17.0])


def test_only_what_is_needed_is_left():
    every = [function(text, {}) for text in (TWICE, FIRST, SHIFT, USES)]
    assert [each.name for each in inlined(every, "shift")] == ["shift"]
