"""Highlighting a path: which nodes, what stands under the picture, and that only colours change."""

import re
from itertools import pairwise

import pytest

from engine import Parameter, Value, minimum
from engine.drawing.style import ARROW, DIM_ARROW, GRADIENT
from engine.drawing.views import BODIES, draw
from tests.engine.drawings import arrows, below, box_of, lesson, worked_example


def highlighted(picture):
    return [(tail, head) for tail, head, _, colour in arrows(picture) if colour == GRADIENT]


def test_every_arrow_of_the_path_is_lit_and_no_other():
    nodes = worked_example()
    picture = draw(nodes["L"], path=nodes["m1"])
    chain = ["m1", "a1", "z2", "ŷ", "−", "( )²", "L"]
    ids = [box_of(picture, word)[0] for word in chain]
    assert highlighted(picture) == list(pairwise(ids))
    assert {colour for *_, colour in arrows(picture)} == {GRADIENT, DIM_ARROW}


def test_without_a_path_nothing_is_lit():
    assert {colour for *_, colour in arrows(draw(lesson()["L"]))} == {ARROW}


@pytest.mark.parametrize("view", BODIES)
def test_the_product_stands_under_the_picture(view):
    nodes = lesson()
    picture = draw(nodes["L"], view=view, path=nodes["w111"])
    assert below(picture)[0] == "∂L/∂w111 = 8 × 1 × 30 = 240"


def test_the_row_of_a_neuron_is_lit():
    nodes = lesson()
    picture = draw(nodes["L"], path=nodes["w111"])
    first = next(line for line in picture.body if "layer 1 · neuron 1" in line)
    second = next(line for line in picture.body if "layer 1 · neuron 2" in line)
    assert "#FFE9B8" in first
    assert "#FFE9B8" not in second
    assert first.count('BGCOLOR="#FFE9B8"') == 4


def test_several_paths_add_up():
    x = Value(3.0, label="x")
    y = x * x + 2 * x
    y.label = "y"
    assert below(draw(y, path=x))[0] == "∂y/∂x = 3 × 1 + 3 × 1 + 2 × 1 = 8"


def test_several_nodes_have_a_line_each():
    nodes = lesson()
    texts = below(draw(nodes["L"], path=[nodes["w111"], nodes["y"]]))
    assert texts[:2] == ["∂L/∂w111 = 8 × 1 × 30 = 240", "∂L/∂y = −30"]


def test_many_paths_are_counted():
    x = Value(1.0, label="x")
    y = x
    for _ in range(30):
        y = y + y
    assert below(draw(y, path=x))[0] == ("∂y/∂x = 1.074e+09, the sum over 1,073,741,824 paths")
    for _ in range(30):
        y = y + y
    assert "the sum over more than 1,000,000,000,000 paths" in below(draw(y, path=x))[0]


def test_a_long_path_is_a_number():
    x = Value(1.0, label="x")
    y = x
    for _ in range(100):
        y = 2 * y
    assert below(draw(y, path=x))[0] == "∂y/∂x = 1.268e+30, the product along one long path"


def test_negative_factors_are_in_parentheses():
    x = Value(1.0, label="x")
    assert below(draw(-(3 * x), path=x))[0] == "∂t2/∂x = 3 × (−1) = −3"


def test_the_output_itself():
    y = 2 * Value(1.0)
    assert below(draw(y, path=y))[0] == "∂y/∂y = 1"


def test_what_the_output_does_not_depend_on_is_told_and_lights_nothing():
    y, other = 2 * Value(1.0), Parameter(1.0, label="w")
    picture = draw(y, path=other)
    assert below(picture)[0] == "∂y/∂w = 0: y does not depend on w"
    assert highlighted(picture) == []


def test_the_product_is_that_of_this_output_whatever_backward_left():
    nodes = lesson()
    nodes["L"].backward()
    nodes["L"].backward()
    assert nodes["w111"].grad == 480
    assert below(draw(nodes["L"], path=nodes["w111"]))[0].endswith("= 240")


@pytest.mark.parametrize("view", BODIES)
def test_only_colours_change(view):
    def colourless(picture):
        lines = [re.sub("#[0-9A-F]{6}", "#", line) for line in picture.body]
        return lines[:-1]

    nodes = lesson()
    plain = draw(nodes["L"], view=view)
    assert colourless(draw(nodes["L"], view=view, path=nodes["w111"])) == colourless(plain)


def test_a_path_is_made_of_values():
    with pytest.raises(TypeError, match=r"path\[0\] must be a Value, not 3 \(int\)"):
        draw(Value(1.0) * 2, path=[3])


def test_an_edge_at_which_a_path_ends_is_dashed():
    x = Value(1000.0, label="x")
    body = draw(minimum([x.exp(), 5.0, x]), view="values").body
    dashed = [line for line in body if "style=dashed" in line]
    assert len(dashed) == 2
    assert all("×0" in line and ": the path ends here" in line for line in dashed)


def test_behind_such_an_edge_nothing_adds_to_the_product():
    x = Value(1000.0, label="x")
    picture = draw(minimum([x.exp(), 2 * x]), view="values", path=x)
    assert below(picture)[0].endswith("= 2")
