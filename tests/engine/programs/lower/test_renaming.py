"""Other variables and spans, wherever they stand in an instruction."""

import ast
from dataclasses import replace

from engine.programs.lower.ir import Assign, Comment, Guard, Map, Reduce, Span, Variable
from engine.programs.lower.renaming import renamed

TREE = ast.Name("x")
X, Y = Variable("value", 1, "x"), Variable("value", 2, "y")
RUN = Span("input", 3, 4)


def later(part):
    if isinstance(part, Span):
        return replace(part, start=part.start + 10)
    return {X: Y, Y: X}[part]


def test_every_part_is_another():
    late = Map(RUN, TREE, {"x": X}, {"s": RUN}, accumulate=True)
    sums = Reduce(X, "sum", TREE, {"a": 1.0}, [{"x": X}, {"x": Y}], {"s": RUN}, 4, late)
    there = Span("input", 13, 4)
    other = Map(there, TREE, {"x": Y}, {"s": there}, accumulate=True)
    assert renamed(late, later) == other
    wanted = Reduce(Y, "sum", TREE, {"a": 1.0}, [{"x": Y}, {"x": X}], {"s": there}, 4, other)
    assert renamed(sums, later) == wanted
    assert renamed(Assign(X, TREE, {"x": Y, "a": 2.0}, True), later) == Assign(
        Y, TREE, {"x": X, "a": 2.0}, True
    )
    assert renamed(Guard(TREE, {"x": X}, "log", "x > 0"), later) == Guard(
        TREE, {"x": Y}, "log", "x > 0"
    )
    assert renamed(Comment("layer"), later) == Comment("layer")
