"""Recipes build what their source builds; the strategy draws what it promises."""

import builtins

import pytest
from hypothesis import given

import engine
from engine.testing import Recipe, Step, graphs
from engine.testing.ground import is_well_defined

RECIPE = Recipe(
    rows=((2.0, float("inf")), (0.5, 1.0)),
    parameters=(-3.0,),
    steps=(Step("pow", (2,), (2.0,)), Step("dot", ((0, 3), (0.5, 2), -0.0)), Step("exp", (3,))),
)


def test_a_recipe_by_hand():
    graph = RECIPE.build(1)
    assert [leaf.data for leaf in (*graph.inputs, *graph.parameters)] == [0.5, 1.0, -3.0]
    assert [leaf.label for leaf in (*graph.inputs, *graph.parameters)] == ["x0", "x1", "w0"]
    assert isinstance(graph.parameters[0], engine.Parameter)
    assert graph.output.op.name == "exp"
    assert graph.output.args[0].data == 9.0
    assert RECIPE.nodes([0.5, 1.0, -3.0])[4] == 0.25 - 27.0


def test_pruning_leaves_out_what_the_output_does_not_need():
    assert RECIPE.pruned().steps == (Step("pow", (2,), (2.0,)), Step("exp", (3,)))
    assert RECIPE.pruned().leaves == 3


@given(recipe=graphs())
def test_the_source_builds_the_graph(recipe):
    namespace = {}
    exec(recipe.source(), namespace)
    output = namespace[f"t{len(recipe.steps) - 1}"]
    graph = recipe.build()
    assert output.data == graph.output.data
    found = [(node.op, node.data, node.label) for node in engine.topological_order(output)]
    wanted = [(node.op, node.data, node.label) for node in engine.topological_order(graph.output)]
    assert found == wanted


def test_the_source_of_numbers_that_are_not_literals():
    assert 'Value(float("inf"), label="x1")  # in other rows: 1.0' in RECIPE.source()
    assert "[x0, t0], [0.5, w0], -0.0)" in RECIPE.source()


@given(recipe=graphs(steps=5, rows=2))
def test_what_is_drawn(recipe):
    assert 1 <= len(recipe.rows) <= 2
    assert recipe.parameters
    assert is_well_defined(recipe)
    assert recipe == recipe.pruned()
    graph = recipe.build()
    graph.output.backward()
    assert not set(graph.parameters).isdisjoint(engine.leaves(graph.output))


@given(recipe=graphs(well_defined=False))
def test_at_edges_the_first_row_raises_nothing(recipe):
    recipe.build(0)


def test_what_to_install_where_hypothesis_is_missing(monkeypatch):
    real = builtins.__import__

    def without(name, *arguments, **options):
        if name.partition(".")[0] == "hypothesis" or name == "engine.testing.strategies":
            raise ImportError("there is none", name="hypothesis")
        return real(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImportError, match="python -m pip install hypothesis"):
        graphs()
