"""The language of loops: what is part of it, and what becomes of loops over arrays."""

import ast

import pytest

from engine.programs.lower.ir import Comment, Map, Reduce, Span
from engine.programs.lower.statements import function

SIZES = {"PARAMETERS": 3}
WHOLE = {name: Span(name, 0, 3, whole=True) for name in ("a", "b")}


def body(*lines):
    text = "\n    ".join(
        ["def f(a: Numbers, b: Constants, k: float) -> float:", '"About."', *lines]
    )
    return function(text, SIZES).body


def test_arguments_have_types_and_the_docstring_is_one_line():
    found = function(
        "def f(a: Numbers, n: int) -> None:\n    '''What\n    it does.'''\n    a[0] = 1.0", {}
    )
    assert (found.name, found.about, found.result) == ("f", "What it does.", "None")
    assert found.arguments == {"a": "Numbers", "n": "int"}


@pytest.mark.parametrize(
    ("text", "formula", "accumulate", "spans"),
    [
        ("a[i] += b[i] / k", "b / k", True, "b"),
        ("a[i] /= k", "a / k", False, "a"),
        ("a[i] = b[i] - a[i]", "b - a", False, "ba"),
        ("a[i] = 0.0", "0.0", False, ""),
    ],
)
def test_a_loop_that_sets_one_array_is_a_map(text, formula, accumulate, spans):
    (found,) = body("for i in range(PARAMETERS):", f"    {text}")
    assert isinstance(found, Map)
    assert (found.target, found.accumulate) == (WHOLE["a"], accumulate)
    assert ast.unparse(found.tree) == formula
    assert found.spans == {name: WHOLE[name] for name in spans}


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("sum(a[i] for i in range(3))", "a"),
        ("sum(a[i] * b[i] for i in range(PARAMETERS))", "a * b"),
    ],
)
def test_a_sum_over_arrays_is_a_reduction(text, formula):
    (found,) = body(f"total: float = {text}")
    assert isinstance(found, Reduce)
    assert (found.kind, found.target.name, found.length) == ("sum", "total", 3)
    assert ast.unparse(found.tree) == formula


def test_other_loops_keep_their_statements_and_strings_are_comments():
    loop, comment, ends = body(
        "for i in range(PARAMETERS):",
        "    if a[i] != 0.0:",
        "        return k",
        "'Why  so.'",
        "return a[1]",
    )
    assert isinstance(loop, ast.For)
    assert ast.unparse(loop.iter) == "range(3)"
    assert comment == Comment("Why so.")
    # Whole numbers stand as they are written; as numbers of a formula they would be floats.
    assert isinstance(ends.value.slice, ast.Name)


@pytest.mark.parametrize(
    "line",
    [
        "while k: k = 0.0",
        "k = b = 0.0",
        "k -= 1.0",
        "import math",
        "return",
        "del k",
        "k",
        "for i in a: k = 0.0",
        "lambda: 0",
        "if k != 0.0: k = 0.0\n    else: k = 1.0",
        "k: float",
    ],
)
def test_anything_else_is_refused(line):
    with pytest.raises(ValueError, match="not part of the language of programs"):
        body(line)


def test_what_is_not_a_function_is_refused():
    with pytest.raises(ValueError, match="not a function"):
        function("k = 0.0", {})
