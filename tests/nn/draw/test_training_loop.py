"""The flow chart of training, and both pictures of nn as files."""

import re
from itertools import pairwise

import pytest

from nn.draw.network import draw_network
from nn.draw.training_loop import draw_training_loop
from tests.nn.shared import network, words


def test_the_steps_of_training_in_their_order():
    source = draw_training_loop().source
    arrows = re.findall(r"^\t(\w+) -> (\w+)$", source, re.MULTILINE)
    order = "initialise epoch student forward loss backward update more done end".split()
    assert arrows[:9] == [*pairwise(order)]


def test_two_ways_lead_back():
    source = draw_training_loop().source
    for tail, head, loop in (("more", "student", "inner"), ("done", "epoch", "outer")):
        assert f"{tail} -> {loop}_{tail} -> {loop}_{head} [arrowhead=none]" in source
        assert f"\t{loop}_{head} -> {head}\n" in source


def test_the_formulas_and_the_loops_can_be_read():
    shown = words(draw_training_loop())
    assert {"new = old − η·∂L/∂old", "L = (y − ŷ)²", "ŷ = model(x)"} <= set(shown)
    assert {"for each epoch", "for each student", "yes", "no"} <= set(shown)
    assert {"Another student?", "Loss converged, or", "all epochs done?"} <= set(shown)


def test_the_chart_is_always_the_same():
    assert draw_training_loop().source == draw_training_loop().source


# Rendering.


@pytest.mark.parametrize("draw", [lambda: draw_network(network()), draw_training_loop])
@pytest.mark.parametrize("format", ["svg", "png", "pdf"])
def test_pictures_are_written_as_files(draw, format, tmp_path):
    path = draw().render(tmp_path / f"picture.{format}")
    start = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}[format]
    with open(path, "rb") as file:
        assert file.read(5).startswith(start)
