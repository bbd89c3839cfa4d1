"""The picture of a network: every name, number, colour and width; large ones; odd labels."""

import math
import re
import subprocess
import sys
from xml.etree import ElementTree

import pytest

from engine import Value
from nn import MLP, Layer, Module, Neuron, Sequential
from nn.draw.network import NEGATIVE, POSITIVE, draw_network
from tests.nn.shared import PARAMETERS, network, words

EDGE = re.compile(
    r'(c\d+n\d+) -> (c\d+n\d+) \[color="(#\w+)", penwidth=([\d.]+)(, style=dashed)?, '
    r'tooltip="(.*?) = (.*?)"\]'
)


def edges(picture):
    """Colour and width of every edge, by the name of its weight."""
    return {name: (colour, float(width)) for *_, colour, width, _, name, _ in found(picture)}


def found(picture):
    return EDGE.findall(picture.source)


def contrast_on_white(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)


# The lesson's network.


def test_every_weight_bias_and_output_is_named_with_its_number():
    shown = words(draw_network(network()))
    for name, number in PARAMETERS.items():
        assert {name, f"{name} "} & set(shown)
        assert f"{number:g}" in shown
    assert {"x1", "x2", "o11", "o12", "ŷ"} <= set(shown)
    assert {"inputs", "layer 1", "layer 2", "2 numbers", "2 neurons", "1 neuron"} <= set(shown)
    assert shown.count("linear") == 2


def test_each_weight_leads_from_its_input_to_its_neuron():
    assert {(tail, head): name for tail, head, *_, name, _ in found(draw_network(network()))} == {
        ("c0n1", "c1n1"): "w111",
        ("c0n2", "c1n1"): "w121",
        ("c0n1", "c1n2"): "w112",
        ("c0n2", "c1n2"): "w122",
        ("c1n1", "c2n1"): "w211",
        ("c1n2", "c2n1"): "w221",
    }


def test_only_circles_and_weights_are_counted():
    assert repr(draw_network(network())) == "Picture of 5 boxes, 6 arrows"


def test_the_same_model_gives_the_same_text():
    assert draw_network(network()).source == draw_network(network()).source


def test_the_text_does_not_depend_on_the_process():
    code = (
        "from nn import MLP; from nn.draw.network import draw_network; "
        "print(ascii(draw_network(MLP(2, [2, 1], seed=1)).source))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ascii(draw_network(MLP(2, [2, 1], seed=1)).source)


# Colour and width.


def test_colour_shows_the_sign_and_width_the_size():
    neuron = Neuron(4, "linear")
    for weight, number in zip(neuron.weights, [2.0, -2.0, 1.0, 0.0]):
        weight.data = number
    drawn = edges(draw_network(neuron))
    assert [drawn[f"w1{i}1"][0] for i in (1, 2, 3)] == [POSITIVE, NEGATIVE, POSITIVE]
    assert drawn["w141"][0] not in (POSITIVE, NEGATIVE)
    widest, also, half, least = (drawn[f"w1{i}1"][1] for i in (1, 2, 3, 4))
    assert widest == also
    assert half == pytest.approx((widest + least) / 2)
    assert widest > least > 0


@pytest.mark.parametrize("colour", [POSITIVE, NEGATIVE])
def test_the_colours_can_be_read_on_white(colour):
    assert contrast_on_white(colour) >= 4.5


@pytest.mark.parametrize("odd", [math.nan, math.inf, -math.inf, 1e308, 5e-324], ids=repr)
def test_any_number_can_be_drawn(odd):
    model = network()
    model.layers[0].neurons[0].weights[0].data = odd
    picture = draw_network(model)
    dashed = [name for *_, style, name, _ in found(picture) if style]
    assert dashed == ([] if math.isfinite(odd) else ["w111"])
    assert "w111 " in words(picture)


def test_weights_of_zero_everywhere():
    assert len(edges(draw_network(MLP(2, [2, 1], init="zeros")))) == 6


# Large networks.


def test_a_large_layer_shows_its_first_and_last_neurons_and_how_many_are_left_out():
    shown = words(draw_network(MLP(64, [36, 10], seed=0)))
    assert [word for word in shown if word.endswith(" more")] == [
        "⋮ 58 more",
        "⋮ 30 more",
        "⋮ 4 more",
    ]
    assert [word for word in shown if word.startswith("o1_")] == [
        f"o1_{i}" for i in (1, 2, 3, 4, 35, 36)
    ]
    assert {"64 numbers", "36 neurons", "x64", "ŷ10", "relu", "linear"} <= set(shown)
    assert not [word for word in shown if word.startswith("w")]


@pytest.mark.parametrize(("outputs", "circles"), [(8, 8), (9, 6)])
def test_up_to_8_neurons_are_all_drawn(outputs, circles):
    shown = words(draw_network(Layer(1, outputs)))
    assert len([word for word in shown if word.startswith("o1")]) == circles


@pytest.mark.parametrize(("inputs", "labelled"), [(3, True), (4, False)])
def test_names_stand_on_at_most_9_edges_between_two_layers(inputs, labelled):
    picture = draw_network(Layer(inputs, 3))
    assert any(word.startswith("w1") for word in words(picture)) == labelled
    assert len(edges(picture)) == 3 * inputs  # where they are not written, they are tooltips


def test_a_thousand_inputs_are_six_circles():
    assert repr(draw_network(Neuron(1000))) == "Picture of 7 boxes, 6 arrows"


SIZES = [(i, j) for i in range(1, 9) for j in range(1, 9) if i * j <= 9]


@pytest.mark.parametrize(("inputs", "outputs"), SIZES)
def test_labels_do_not_lie_on_each_other(inputs, outputs):
    model = Layer(inputs, outputs)
    for weight in model.parameters():
        weight.data = -0.12345
    place = re.compile(r'w1n\d+ \[pos="(.*?),(.*?)!"')
    places = [(float(x), float(y)) for x, y in place.findall(draw_network(model).source)]
    assert len(places) == inputs * outputs
    for i, (x, y) in enumerate(places):
        assert all(abs(x - left) > 1.0 or abs(y - low) > 0.18 for left, low in places[:i])


# Models of every kind.


def test_a_layer_and_a_neuron():
    assert repr(draw_network(Layer(3, 2))) == "Picture of 5 boxes, 6 arrows"
    assert "sigmoid" in words(draw_network(Neuron(3, "sigmoid")))


def softmax(values):
    return values


def pooled(values):
    return values[:1]


def test_functions_between_layers_are_noted():
    model = Sequential(Layer(2, 2), softmax, Sequential(Layer(2, 1)), softmax)
    shown = words(draw_network(model))
    assert shown.count("then softmax") == 2
    assert "layer 2" in shown


def test_a_function_that_changes_the_number_of_values_is_a_column():
    picture = draw_network(Sequential(Layer(2, 4), pooled, Layer(1, 1)))
    assert {"pooled", "1 number"} <= set(words(picture))
    assert repr(picture) == "Picture of 8 boxes, 9 arrows"


def test_an_activation_of_ones_own_is_named():
    assert "softmax" in words(draw_network(Neuron(2, softmax)))


HARD = ['<b>&"', "a\nb", "back\\slash\\", "\\N", "😀", "\u202eabc", "x" * 10_000, "", "\ud800", "]"]


@pytest.mark.parametrize("label", HARD, ids=ascii)
def test_labels_stand_for_themselves(label):
    model = network()
    for parameter in model.parameters():
        parameter.label = label
    picture = draw_network(model)
    drawn = picture.pipe("svg", encoding="utf-8")
    root = ElementTree.fromstring(drawn)
    assert not [node for node in root.iter() if node.tag.endswith("}b")]
    assert len([n for n in root.iter() if n.get("class") == "edge"]) == 6
    if label == HARD[0]:
        assert f"{label} " in words(picture)


def test_parameters_without_a_label():
    neuron = Neuron(2)
    for parameter in neuron.parameters():
        parameter.label = None
    assert {"w ", "b"} <= set(words(draw_network(neuron)))


class Other(Module):
    pass


@pytest.mark.parametrize(
    ("given", "named"),
    [
        (3, "not 3 (int)"),
        (None, "not None (NoneType)"),
        (Value(2.0), "(Value)"),
        (MLP, "(type)"),
        ([Layer(1, 1)], "(list)"),
        (Other(), "(Other)"),
        ("x" * 10_000, "x… (str)"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_anything_else_is_refused_by_name(given, named):
    with pytest.raises(TypeError, match="an MLP, a Sequential, a Layer or a Neuron") as caught:
        draw_network(given)
    assert named in str(caught.value)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("model", [Sequential(), Sequential(softmax)], ids=["empty", "function"])
def test_a_model_without_layers_is_refused(model):
    with pytest.raises(ValueError, match="there is no layer in Sequential"):
        draw_network(model)
