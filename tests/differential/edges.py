"""Off the well-defined ground: infinities, nan, kinks and errors, which must be of one kind.

The outcome of a row is the number of the output, or the error that computing it raises, in its
words. The two cores must give the same to the last bit. A program must raise the error of the nodes
behind the number of the row, and be infinite or nan where they are; where the ground is firm up to
the output it must also give its number.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import engine
from engine.testing import Ground, Recipe
from engine.testing.ground import computed, is_exact
from tests.differential.compare import LIMIT, Finding, Tally
from tests.differential.ways import CoreWay, ProgramWay, Way

# Kinds of outcome are not mistaken for each other where the number is finite.
Outcome = tuple[str, Any]


class Edge(NamedTuple):
    """What the nodes give for a row, and how sure that is."""

    value: Outcome
    gradients: Outcome
    firm: bool
    scale: float


def compare_edges(recipes: Iterable[Recipe], ways: Sequence[Way], tally: Tally) -> list[Finding]:
    """Compares recipes of any kind; adds to the tally and returns what it has found."""
    found = []
    for recipe in recipes:
        edges = [edge(recipe, row) for row in range(len(recipe.rows))]
        for way in ways:
            if isinstance(way, CoreWay):
                finding = _compare_core(recipe, edges, way, tally)
            elif isinstance(way, ProgramWay):
                finding = _compare_program(recipe, edges, way, tally)
            else:
                continue
            if finding is not None:
                found.append(finding)
    tally.findings += found
    return found


def edge(recipe: Recipe, row: int) -> Edge:
    """The outcome of a row, computed by nodes."""
    value, gradients = outcomes(recipe, row, engine)
    firm, scale = _firm(recipe, row)
    return Edge(value, gradients, firm, scale)


def outcomes(recipe: Recipe, row: int, package: Any) -> tuple[Outcome, Outcome]:
    """The output and the gradients of a row, or the error in the place of either."""
    inputs = [package.Value(x, f"x{i}") for i, x in enumerate(recipe.rows[row])]
    parameters = [package.Parameter(p, f"w{i}") for i, p in enumerate(recipe.parameters)]
    try:
        output = recipe.nodes([*inputs, *parameters], package.eager.functions.EAGER)[-1]
    except (ArithmeticError, ValueError) as error:
        return _error(error), _error(error)
    output.backward()
    return ("numbers", [output.data]), ("numbers", [leaf.grad for leaf in parameters])


def _firm(recipe: Recipe, row: int) -> tuple[bool, float]:
    """Whether all right ways must agree on the outcome of a row; the scale of its number.

    It is if every node is well-defined or made of exact numbers only, which are on a kink, or
    beyond the domain, in every way of computing. What is infinite or nan is so everywhere.
    """
    ground = Ground([*recipe.rows[row], *recipe.parameters])
    for step in recipe.steps:
        node = ground.tried(step)
        if node is None:
            if not all(ground.exact[ground.nodes[place]] for place in step.places()):
                return False, math.nan
            node = computed(step, ground.nodes)
            if node is None:
                return True, math.nan
            exact = is_exact(step.line) or not math.isfinite(node.data)
            ground.exact[node] = exact
            ground.scales[node] = 0.0 if exact else math.inf
        ground.nodes.append(node)
    last = ground.nodes[-1]
    return True, 0.0 if ground.exact[last] else ground.scales[last]


def _compare_core(
    recipe: Recipe, edges: Sequence[Edge], way: CoreWay, tally: Tally
) -> Finding | None:
    with way.core.in_place() as own:
        for row, expected in enumerate(edges):
            value, gradients = outcomes(recipe, row, own.engine)
            tally.compared[way.name, "edges"] += 1
            tally.worst.setdefault((way.name, "edges"), 0.0)
            for found, wanted in ((value, expected.value), (gradients, expected.gradients)):
                if repr(found) != repr(wanted):
                    detail = f"row {row} gave {found}, not {wanted}"
                    return Finding(way.name, "edges", recipe, detail)
    return None


def _compare_program(
    recipe: Recipe, edges: Sequence[Edge], way: ProgramWay, tally: Tally
) -> Finding | None:
    graph = recipe.build()
    with way.in_place(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "compile: the output does not depend on")
        program = engine.compile(graph.output, graph.inputs, graph.parameters, backend=way.backend)
        for row, expected in enumerate(edges):
            if not expected.firm:
                continue
            tally.compared[way.name, "edges"] += 1
            tally.worst.setdefault((way.name, "edges"), 0.0)
            found = _value_of(program, recipe.rows[row])
            if not _agrees(found, expected.value, expected.scale):
                detail = f"row {row} gave {found}, not {expected.value}"
                return Finding(way.name, "edges", recipe, detail)
            found = _gradients_of(program, recipe.rows[row])
            if not _gradients_agree(found, expected):
                detail = f"the gradients of row {row} are {found}, not {expected.gradients}"
                return Finding(way.name, "edges", recipe, detail)
    return None


def _value_of(program: engine.Program, row: Sequence[float]) -> Outcome:
    try:
        return "numbers", program([row])
    except (ArithmeticError, ValueError) as error:
        return _error(error)


def _gradients_of(program: engine.Program, row: Sequence[float]) -> Outcome:
    try:
        return "numbers", program.gradients([row])[1]
    except (ArithmeticError, ValueError) as error:
        return _error(error)


def _error(error: Exception) -> Outcome:
    return type(error).__name__, str(error).removeprefix("rows[0]: ")


def _agrees(found: Outcome, wanted: Outcome, scale: float) -> bool:
    if found[0] != wanted[0] or found[0] != "numbers":
        return found == wanted
    (number,), (right,) = found[1], wanted[1]
    if not _same_kind(number, right):
        return False
    if scale == 0:
        return repr(number) == repr(right)
    return not math.isfinite(right) or not abs(number - right) > LIMIT * scale


def _gradients_agree(found: Outcome, expected: Edge) -> bool:
    """Of a row whose loss is not finite a program says so, and what nodes raise, if they do."""
    kind, numbers = expected.value
    if kind != "numbers":
        return found == expected.value
    if not math.isfinite(numbers[0]):
        return found[0] == "FloatingPointError" and f"became {numbers[0]}" in found[1]
    right = expected.gradients[1]
    return found[0] == "numbers" and all(map(_same_kind, found[1], right))


def _same_kind(number: float, right: float) -> bool:
    """Both finite, both nan, or the same infinity."""
    if math.isfinite(number) or math.isfinite(right):
        return math.isfinite(number) and math.isfinite(right)
    return repr(number) == repr(right)
