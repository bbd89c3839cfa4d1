"""Every colour of a drawing has another where the reader's screen is dark."""

import re

import pytest

from engine.drawing.style import DARK, rules
from engine.drawing.views import draw
from nn import MLP, draw_network, draw_training_loop
from tests.engine.drawings import lesson, needs_graphviz


def pictures():
    nodes = lesson()
    unlit, lit = draw(nodes["L"], view="values"), draw(nodes["L"], path=nodes["w111"])
    network, training = draw_network(MLP(2, [2, 1], seed=1)), draw_training_loop()
    return {"values": unlit, "neurons": lit, "network": network, "training": training}


@needs_graphviz
@pytest.mark.parametrize("picture", [*pictures().values()], ids=[*pictures()])
def test_every_colour_is_in_the_table(picture):
    svg = picture.pipe("svg", encoding="utf-8")
    style, drawing = re.search(r"<style>(.*)</style>(.*)", svg, re.DOTALL).groups()
    found = set(re.findall(r'(?:fill|stroke)="([^"]*)"', drawing)) - {"none", "transparent"}
    assert len(found) > 5
    assert {colour.upper() for colour in found} <= set(DARK)
    assert style.strip() == rules(".chaingrad")
    assert '<svg class="chaingrad" ' in svg


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear))


def contrast(*colours):
    dark, light = sorted(map(luminance, colours))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(
    ("inks", "papers"),
    [
        # Ink, muted, gradient and local derivative, on paper, frames, data and parameters.
        (
            ["#1B1F24", "#5A6472", "#B23A00", "#4B3F9E"],
            ["#FFFFFF", "#F6F7F9", "#EDF0F3"],
        ),
        (["#1B1F24", "#B23A00"], ["#DCEEFB", "#FFE9B8"]),
        (["#FFFFFF", "#FFC59E"], ["#1B1F24"]),
        (["#0072B2", "#B84A00"], ["#FFFFFF"]),
    ],
)
def test_texts_are_read_in_the_light_and_in_the_dark(inks, papers):
    for ink in inks:
        for paper in papers:
            assert contrast(ink, paper) > 4.5
            assert contrast(DARK[ink], DARK[paper]) > 4.5
