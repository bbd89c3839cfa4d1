"""Random graphs in every way of computing; and that what is wrong is found, and made small."""

import math
from collections import Counter
from functools import partial
from unittest import mock

import pytest

import engine
from engine import Op
from engine.eager.functions import EAGER
from engine.sheet.ops import ACTIVATIONS, FUNCTIONS, SHEET
from engine.testing import Recipe, Step
from engine.testing.ground import is_well_defined
from tests.differential.compare import LIMIT, Entry, Tally, relative
from tests.differential.edges import compare_edges
from tests.differential.reference import reference
from tests.differential.run import alone, compare_all, drawn
from tests.differential.shrink import smallest
from tests.differential.ways import WAYS, made
from tests.engine.sampling import example_row, over_sheet

# Of how many graphs, and their second derivatives of one in how many. Machine code takes longest.
COUNTS = {
    "python core": (40, 4),
    "native core": (40, 4),
    "python": (40, 4),
    "llvm": (12, 6),
    "llvm by one": (12, 6),
    "c": (18, 6),
    "javascript": (30, 6),
    "page": (40, 0),
    "truth": (40, 3),
}
SEED = 20
COMPUTED = {"value", "gradient", "gradient graph", "second derivative"}
COMPUTED |= {"training by one", "training by batches"}
TRUE = {"true value", "true slope", "true curvature"}


@pytest.fixture(scope="module")
def recipes():
    return list(drawn(100, SEED))


@pytest.fixture(scope="module")
def edges():
    return list(drawn(100, SEED, well_defined=False))


def way(name):
    if name == f"{engine.core} core":
        pytest.skip("this core is the reference")
    try:
        return made(name)
    except ImportError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("name", WAYS)
def test_every_way_of_computing_agrees(name, recipes):
    count, second_of = COUNTS[name]
    tally = Tally()
    found = compare_all(recipes[:count], [way(name)], tally, second_of)
    assert not found, f"{len(found)} findings, the first: {found[0]}"
    assert sum(tally.compared.values()) > 4 * count
    own = {"truth": TRUE, "page": {"value", "gradient"}}.get(name, COMPUTED)
    assert {quantity for _, quantity in tally.compared} >= own


@pytest.mark.parametrize("name", ["python core", "native core", "python", "llvm", "llvm by one"])
def test_edges_and_errors_are_the_same(name, edges):
    tally = Tally()
    count = 20 if name.startswith("llvm") else len(edges)
    found = compare_edges(edges[:count], [way(name)], tally)
    assert not found, f"{len(found)} findings, the first: {found[0]}"
    assert sum(tally.compared.values()) > count


def test_the_graphs_are_of_many_kinds(recipes, edges):
    uses = Counter(step.op for recipe in recipes for step in recipe.steps)
    assert len(uses) > 0.8 * len(SHEET)
    assert all(map(is_well_defined, recipes))
    assert max(len(recipe.steps) for recipe in recipes) > 30
    assert max(len(recipe.parameters) for recipe in recipes) > 16
    widths = [len(list(step.places())) for recipe in recipes for step in recipe.steps]
    assert max(widths) > 32
    shared = [Counter(p for s in r.steps for p in s.places()).most_common(1)[0] for r in recipes]
    assert sum(count > 2 for _, count in shared) >= 20
    numbers = [abs(x) for recipe in recipes for x in (*recipe.rows[0], *recipe.parameters)]
    assert max(numbers) > 1e20
    assert 0 < min(number for number in numbers if number) < 1e-20
    assert sum(not is_well_defined(recipe) for recipe in edges) > 25


# What is wrong is found.


def planted(line):
    """With a wrong line in the place of the right one."""
    # The core in Python makes its functions when they are first asked for, and keeps them.
    functions = getattr(EAGER, "_made", EAGER)
    return mock.patch.dict(functions, {line.name: partial(engine.apply, line)})


class Wrong:
    """A way that computes an operation by a wrong line of the sheet."""

    size = 1

    def __init__(self, right, line):
        self.right, self.line = right, line
        self.name = right.name

    def numbers(self, references):
        with planted(self.line):
            return self.right.numbers(references)


def wrong_line(op, formula="({})", slope="({})"):
    names = [name + "*" * (name in op.sequences) for name in op.operands]
    return Op(
        op.name,
        op.symbol,
        formula.format(op.formula),
        tuple(slope.format(text) for text in op.partials),
        operands=" ".join(names),
        constants=op.constants,
        undefined=op.undefined,
        kinks=op.kinks,
    )


def recipe_of(op):
    """The operation by itself, its operands parameters."""
    numbers, operands = [], []
    for name in op.operands:
        low, high = op.domain.get(name, (-2.0, 2.0))
        places = []
        for _ in range(2 if name in op.sequences else 1):
            places.append(len(numbers))
            # No two alike, and all beside the middle.
            numbers.append(low + (high - low) * (0.6 + 0.07 * len(numbers)))
        operands.append(tuple(places) if name in op.sequences else places[0])
    constants = tuple(example_row(op)[len(numbers) :])
    return Recipe(((),), tuple(numbers), (Step(op.name, tuple(operands), constants),))


@over_sheet
def test_a_wrong_line_is_found_whichever_it_is(op):
    recipe = recipe_of(op)
    backend = made("python")
    assert not compare_all([recipe], [backend], Tally())
    quantities = []
    for line in (wrong_line(op, formula="({}) * 1.001"), wrong_line(op, slope="({}) * 1.001")):
        found = compare_all([recipe], [Wrong(backend, line)], Tally(), second_of=0)
        quantities.append({finding.quantity for finding in found})
    graph = recipe.build()
    graph.output.backward()
    # Of 0 a thousandth is nothing; a maximum that is none of its operands has no gradient at all.
    assert {"value", "error"} & quantities[0] or graph.output.data == 0
    assert "value" not in quantities[1]
    has_slope = any(leaf.grad for leaf in graph.parameters)
    assert {"gradient", "mean gradient"} <= quantities[1] or not has_slope


@over_sheet
def test_a_wrong_partial_is_found_though_all_ways_agree_on_it(op):
    recipe, truth = recipe_of(op), way("truth")
    assert not compare_all([recipe], [truth], Tally())
    line = wrong_line(op, slope="({}) * (1 + 1e-9)")
    with planted(line):
        found = compare_all([recipe], [truth], Tally(), second_of=0)
        slopes = reference(recipe, second=False).entries["true slope"]
    assert {finding.quantity for finding in found} >= {"true slope"} or slopes[0].value == 0


@pytest.mark.parametrize("name", ["python", "llvm", "c", "javascript"])
def test_a_small_error_is_found_in_any_backend_and_made_small(name, recipes):
    small = [recipe for recipe in recipes if 5 < len(recipe.steps) < 20]
    used = {step.op for recipe in small for step in recipe.steps}
    line = next(op for op in FUNCTIONS + ACTIVATIONS if op.name in used and op.partials != ("0",))
    wrong = Wrong(way(name), wrong_line(line, slope="({}) * (1 + 1e-9)"))
    uses = [recipe for recipe in small if any(step.op == line.name for step in recipe.steps)]
    found = next(filter(None, (alone(recipe, wrong, "gradient") for recipe in uses)))
    assert found.way == name
    assert "number" in str(found)
    if name == "python":
        least = smallest(
            found.recipe, lambda r: is_well_defined(r) and alone(r, wrong, "gradient") is not None
        )
        assert [step.op for step in least.steps] == [line.name]
        assert (least.leaves, len(least.rows)) == (1, 1)


def test_what_a_way_raises_is_a_finding_and_the_others_are_compared(recipes):
    class Broken:
        name, size = "broken", 4

        def numbers(self, references):
            if any(each.recipe is recipes[2] for each in references):
                raise RuntimeError("cannot compute this")
            return [{"value": [e.value for e in each.entries["value"]]} for each in references]

    tally = Tally()
    (found,) = compare_all(recipes[:8], [Broken()], tally, 10)
    assert (found.quantity, found.recipe) == ("error", recipes[2])
    assert found.detail == "RuntimeError: cannot compute this"
    others = [recipe for recipe in recipes[:8] if recipe is not recipes[2]]
    assert tally.compared["broken", "value"] == sum(len(recipe.rows) for recipe in others)


# What rounding may do, and what not.


def test_how_far_numbers_are_apart():
    assert relative(1.0 + 1e-13, Entry(1.0, 1.0)) == pytest.approx(1e-13, rel=1e-2)
    assert relative(1e-13, Entry(0.0, 2.0)) == pytest.approx(5e-14)
    assert relative(math.nextafter(1.0, 2.0), Entry(1.0, 0.0)) == math.inf
    assert relative(-0.0, Entry(0.0, 0.0)) == math.inf
    assert relative(-0.0, Entry(0.0, 1.0)) == 0
    assert relative(math.nan, Entry(1.0, 1.0)) == relative(math.inf, Entry(1.0, 1.0)) == math.inf
    assert 1.0 > LIMIT >= 2**-48


def test_the_same_seed_draws_the_same_recipes():
    first = list(drawn(12, 5))
    assert first == list(drawn(12, 5))
    assert len(set(first)) == 12


def test_a_reference_by_hand():
    """w·x + w² at w = 3 and x = 2, −1: 15 and 6; w's gradients 8 and 5; twice 2."""
    square = (Step("mul", (0, 1)), Step("mul", (1, 1)), Step("add", (2, 3)))
    found = reference(Recipe(((2.0,), (-1.0,)), (3.0,), square))
    numbers = {quantity: [e.value for e in each] for quantity, each in found.entries.items()}
    assert numbers["value"] == [15.0, 6.0]
    assert [entry.scale for entry in found.entries["value"]] == [0.0, 0.0]
    assert numbers["gradient"] == [8.0, 5.0]
    assert numbers["mean gradient"] == [6.5]
    assert numbers["gradient graph"] == [3.0, 8.0, 3.0, 5.0]
    assert numbers["second derivative"] == [1.0, 2.0, 1.0, 2.0]
    assert numbers["mean second"] == [2.0]
    weight = 3.0
    for _ in range(6):
        for x in (2.0, -1.0):
            weight -= found.rate * (x + 2 * weight)
    assert numbers["training by one"] == [pytest.approx(weight, rel=1e-14)]
    assert 0 < found.rate < 1e-3
