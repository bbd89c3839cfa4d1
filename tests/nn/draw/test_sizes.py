"""Circles and gaps of a network's picture grow with the numbers in them, and only then."""

import re

import pytest

from nn import MLP
from nn.draw.labels import CHARACTER
from nn.draw.network import draw_network


def network():
    model = MLP(2, [2, 1], "linear", seed=1)
    for name, parameter in model.named_parameters():
        parameter.data = -1 / 3 if name.startswith("b") else -2 / 3
    return model


def sizes(picture):
    (diameter,) = re.findall("shape=circle, fixedsize=true, width=([0-9.]+)", picture.source)
    places = re.findall(r'c\dn\d \[pos="(\S+?),(\S+?)!"', picture.source)
    columns = sorted({float(x) for x, _ in places})
    return float(diameter), columns[1] - columns[0]


@pytest.mark.parametrize("digits", [1, 4, 9, 17])
def test_the_numbers_have_the_digits_and_fit(digits):
    picture = draw_network(network(), digits=digits)
    bias, weight = (f"−{number:.{digits}g}" for number in (1 / 3, 2 / 3))
    assert f"<B>{bias}</B>" in picture.source
    assert f"<B>{weight}</B>" in picture.source
    diameter, gap = sizes(picture)
    assert diameter >= CHARACTER * len(bias)
    assert gap - diameter >= CHARACTER * len(f"w111 {weight}")


def test_four_digits_change_no_size():
    assert sizes(draw_network(network())) == (1.05, 3.4)
    assert draw_network(network()).source == draw_network(network(), digits=4).source


@pytest.mark.parametrize("digits", [0, 18, True, "9"])
def test_another_number_of_digits_is_refused(digits):
    with pytest.raises(ValueError, match=r"^draw_network: digits must be a whole number from 1 to"):
        draw_network(network(), digits=digits)
