"""Weights start as their initialiser says, from a seed or from Python's global `random`."""

import math
import random
import re
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Value
from engine.sheet.ops import ACTIVATIONS
from nn import INITIALIZERS, MLP, Layer, Neuron, constant, normal, uniform
from nn.models.initializers import find_initializer
from tests.nn.shared import numbers

FIXED = {"ones": 1.0, "zeros": 0.0, "constant": 0.1}
RANDOM = sorted(INITIALIZERS.keys() - FIXED.keys())
over_all = pytest.mark.parametrize("name", INITIALIZERS)
over_random = pytest.mark.parametrize("name", RANDOM)

# Per distribution the variance, and the kurtosis: 9/5 of uniform, 3 of normal numbers.
MOMENTS = {
    "uniform": lambda inputs, outputs: (1 / 3, 1.8),
    "normal": lambda inputs, outputs: (0.01, 3.0),
    "xavier": lambda inputs, outputs: (2 / (inputs + outputs), 1.8),
    "he": lambda inputs, outputs: (2 / inputs, 3.0),
}


def weights(module):
    return [p.data for p in module.parameters() if p.label[0] == "w"]


def check_distribution(sample, mean, variance, kurtosis):
    """Mean, variance and kurtosis within five standard errors of each estimate."""
    n = len(sample)
    assert abs(fmean(sample) - mean) < 5 * math.sqrt(variance / n)
    second = fmean((x - mean) ** 2 for x in sample)
    assert abs(second - variance) < 5 * variance * math.sqrt((kurtosis - 1) / n)
    fourth = fmean((x - mean) ** 4 for x in sample) / second**2
    assert abs(fourth - kurtosis) < (0.05 if kurtosis < 2 else 25 / math.sqrt(n))


@over_all
def test_biases_start_at_0(name):
    model = MLP(3, [4, 2], init=name, seed=1)
    assert [p.data for p in model.parameters() if p.label[0] == "b"] == [0.0] * 6


@pytest.mark.parametrize(("name", "value"), FIXED.items())
def test_a_fixed_initialiser_gives_every_weight_its_number(name, value):
    assert weights(MLP(3, [4, 2], init=name)) == [value] * 20


@over_random
@pytest.mark.parametrize(("inputs", "outputs"), [(100, 400), (300, 40), (20, 600)])
def test_a_random_initialiser_has_its_mean_and_variance(name, inputs, outputs):
    """EurekaLabsAI/micrograd#2: a wrong initialisation scale."""
    variance, kurtosis = MOMENTS[name](inputs, outputs)
    sample = weights(Layer(inputs, outputs, init=name, seed=inputs))
    check_distribution(sample, 0.0, variance, kurtosis)


def test_the_scale_is_that_of_each_layer_of_a_network():
    model = MLP(30, [200, 100, 50], init="xavier", seed=1)
    for layer, inputs, outputs in zip(model.layers, (30, 200, 100), (200, 100, 50)):
        bound = math.sqrt(6 / (inputs + outputs))
        largest = max(map(abs, weights(layer)))
        assert 0.99 * bound < largest <= bound


@given(low=st.floats(-5, 0), width=st.floats(0.1, 5), seed=st.integers(0, 99))
def test_uniform_stays_within_its_bounds_and_comes_close_to_both(low, width, seed):
    sample = weights(Layer(20, 20, init=uniform(low, low + width), seed=seed))
    assert low <= min(sample) < low + 0.05 * width
    assert low + 0.95 * width < max(sample) <= low + width


@pytest.mark.parametrize(("mean", "deviation"), [(0.0, 2.0), (3.0, 0.1)])
def test_normal_takes_its_mean_and_deviation(mean, deviation):
    sample = weights(Layer(100, 100, init=normal(mean, deviation), seed=1))
    check_distribution(sample, mean, deviation**2, 3.0)


@given(value=st.floats(-1e6, 1e6))
def test_constant_takes_its_number(value):
    assert weights(Layer(2, 3, init=constant(value))) == [value] * 6


def test_a_function_is_asked_for_every_weight_with_the_sizes_of_the_layer():
    asked = []

    def count(source, inputs, outputs):
        asked.append((inputs, outputs))
        return float(len(asked))

    model = MLP(2, [3, 1], init=count)
    assert asked == [(2, 3)] * 6 + [(3, 1)] * 3
    assert weights(model) == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]


@pytest.mark.parametrize("make", [Neuron, lambda n, init: Layer(n, 2, init=init)])
@pytest.mark.parametrize("bad", ["one", "", "He"])
def test_an_unknown_initialiser_is_refused_with_the_known_ones(make, bad):
    message = f"unknown initialiser {bad!r}; known: {', '.join(INITIALIZERS)}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        make(2, init=bad)


@pytest.mark.parametrize("kind", ["linear", *(op.name for op in ACTIVATIONS)])
def test_by_default_rectifiers_start_with_he_and_all_others_with_xavier(kind):
    def response(x):
        return x if kind == "linear" else getattr(Value(x), kind)().data

    # Rectifiers pass large positive numbers on and keep negative ones near 0; SELU scales itself.
    rectifies = response(5.0) > 4.9 and abs(response(-100.0)) < 2 and kind != "selu"
    suited = "he" if rectifies else "xavier"
    found = numbers(Layer(5, 5, kind, seed=3))
    assert found == numbers(Layer(5, 5, kind, init=suited, seed=3))
    assert found != numbers(
        Layer(5, 5, kind, init="he" if suited == "xavier" else "xavier", seed=3)
    )


# Seeds.


@over_random
@pytest.mark.parametrize("seed", [0, 1, 2026])
def test_a_seed_makes_the_weights_reproducible(name, seed):
    first, second = (numbers(MLP(2, [3, 1], init=name, seed=seed)) for _ in range(2))
    assert first == second
    assert first != numbers(MLP(2, [3, 1], init=name, seed=seed + 1))


@over_random
def test_without_a_seed_the_global_random_decides(name):
    random.seed(7)
    first, second = (numbers(MLP(2, [3, 1], init=name)) for _ in range(2))
    assert first != second
    random.seed(7)
    assert numbers(MLP(2, [3, 1], init=name)) == first


@over_random
def test_a_seed_leaves_the_global_random_alone(name):
    before = random.getstate()
    MLP(2, [3, 1], init=name, seed=5)
    assert random.getstate() == before


@over_random
def test_a_source_of_ones_own_goes_on_from_where_it_is(name):
    source = random.Random(5)
    first, second = (numbers(Layer(2, 3, init=name, seed=source)) for _ in range(2))
    assert first == numbers(Layer(2, 3, init=name, seed=5))
    assert second != first


@over_random
def test_no_two_weights_of_a_network_start_alike(name):
    found = weights(MLP(4, [4, 4, 1], init=name, seed=1))
    assert len(set(found)) == len(found) == 36


@pytest.mark.parametrize("seed", ["7", 7.5, [7]], ids=repr)
def test_what_is_not_a_seed_is_refused(seed):
    with pytest.raises(TypeError, match=re.escape(repr(seed))):
        Neuron(2, seed=seed)


@over_all
def test_every_name_gives_a_function_that_returns_one_float(name):
    draw = find_initializer(name, "linear")
    assert type(draw(random.Random(1), 3, 2)) is float
