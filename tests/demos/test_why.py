"""The experiments: their numbers against the theory, worked out here without the engine."""

import math
import re

import numpy as np
import pytest

from demos import learning_rate, optimisers, scaling
from demos.students import Scaling, read_students
from tests.demos.shared import lines_of, number, printed

NUMBERS = r"[−\d.e ]+"


def table(name, start):
    """The numbers of every line that is this word and numbers."""
    rows = [line[len(start) :].split() for line in lines_of(name) if line.startswith(f"{start} ")]
    return [[number(word) for word in row] for row in rows if re.fullmatch(NUMBERS, " ".join(row))]


# Activations.


def sigmoid(z):
    return 1 / (1 + math.exp(-z))


SLOPES = {
    "linear": lambda z: 1.0,
    "ReLU": lambda z: float(z > 0),
    "sigmoid": lambda z: sigmoid(z) * (1 - sigmoid(z)),
    "tanh": lambda z: 1 - math.tanh(z) ** 2,
}
FUNCTIONS = {"linear": lambda z: z, "ReLU": lambda z: max(z, 0), "sigmoid": sigmoid}
FUNCTIONS["tanh"] = math.tanh


@pytest.mark.parametrize("name", SLOPES)
def test_slopes_and_their_product_over_ten_layers(name):
    slopes, products = table("activations", name)
    points = (-10, -4, -0.5, 0.5, 4, 10)
    assert slopes == pytest.approx([SLOPES[name](z) for z in points], rel=1e-3, abs=1e-12)
    # One neuron per layer of weight 1, the input being 1: z of each layer, from the first.
    value, layers = 1.0, []
    for _ in range(10):
        layers.append(SLOPES[name](value))
        value = FUNCTIONS[name](value)
    expected = [math.prod(layers[layer - 1 :]) for layer in (10, 7, 4, 1)]
    assert products == pytest.approx(expected, rel=1e-3)


def test_the_formulas_are_those_of_the_sheet():
    assert "sigmoid:  a = 1/(1 + exp(−z))      ∂a/∂z = a·(1 − a)" in lines_of("activations")
    assert "tanh:     a = tanh(z)              ∂a/∂z = 1 − a²" in lines_of("activations")


# Learning rate.


@pytest.fixture(scope="module")
def surface():
    return learning_rate.Surface()


def test_the_limit_of_the_learning_rate_is_that_of_the_curvature(surface):
    rows = np.array(surface.rows)
    curvature = 2 * rows.T @ rows / len(rows)
    printed_rows = re.findall(r"(?m)^ +(\d+\.\d{3}) +(\d+\.\d{3})$", printed("learning_rate"))
    assert np.array(printed_rows, float) == pytest.approx(curvature, abs=5e-4)
    limit = 2 / np.linalg.eigvalsh(curvature)[-1]
    (said,) = re.findall(r"2/[\d.]+ = ([\d.]+) \(LeCun", printed("learning_rate"))
    assert number(said) == pytest.approx(limit, rel=1e-3)
    # Just below it the walk stays near the floor, just above it goes off.
    below, above = surface.descend(0.99 * limit), surface.descend(1.01 * limit)
    assert below[-1][2] < below[2][2]
    assert above[-1][2] > above[2][2]


def test_the_walk_is_gradient_descent_on_the_quadratic(surface):
    rows, salaries = np.array(surface.rows), np.array(surface.salaries) - surface.bias
    weights = np.array(learning_rate.START)
    for w1, w2, loss in surface.descend(0.05)[:20]:
        assert [w1, w2] == pytest.approx(weights, rel=1e-9)
        errors = salaries - rows @ weights
        assert loss == pytest.approx(np.mean(errors**2), rel=1e-9)
        weights = weights + 0.05 * 2 * rows.T @ errors / len(rows)


# Initialisation.


def test_twins_stay_twins_to_the_last_digit():
    pairs = re.findall(r"(?m)^  [wb]\d+ += (\S+) +[wb]\d+ += (\S+)$", printed("initialisation"))
    assert len(pairs) == 4
    assert all(first == second for first, second in pairs)
    assert all(float(first) not in (0.0, 1.0) for first, _ in pairs)


def test_only_random_weights_learn_exclusive_or():
    (ones,), (zeros,), (solved,) = (table("initialisation", n) for n in ("ones", "zeros", "random"))
    assert zeros == [1.0] * 5
    assert ones[0] > ones[-1] > 0.6
    assert solved[-1] < 1e-6
    needed = dict(re.findall(r"(?m)^ +([\d.e−]+) +(never|\d+)$", printed("initialisation")))
    assert needed["1e−06"] == needed["0.001"] == "never"
    assert int(needed["0.5"]) < int(needed["0.1"]) < 2000


# Scaling.


@pytest.fixture(scope="module", params=["raw", "standardised"])
def way(request):
    students = read_students()[: scaling.COUNT]
    scale = Scaling(students)
    raw = request.param == "raw"
    rows = [[s.cgpa, s.iq] if raw else scale(s) for s in students]
    return rows, scaling.Descent(rows, [student.lpa for student in students])


def test_the_condition_number_and_the_least_loss_are_those_of_least_squares(way):
    rows, descent = way
    design = np.hstack([rows, np.ones((len(rows), 1))])
    assert descent.condition == pytest.approx(np.linalg.cond(design) ** 2, rel=1e-6)
    steepest = 2 * np.linalg.norm(design, 2) ** 2 / len(rows)
    assert descent.rate == pytest.approx(1 / steepest, rel=1e-9)
    _, (residual,), *_ = np.linalg.lstsq(design, descent.salaries, rcond=None)
    assert descent.least == pytest.approx(residual / len(rows), rel=1e-6)


def test_the_rule_predicts_what_gradient_descent_does(way):
    _, descent = way
    losses = [loss for loss, *_ in descent.watch(50)]
    assert losses == pytest.approx([descent.predicted(step) for step in range(51)], rel=1e-8)


def test_the_steps_needed_are_the_first_that_suffice(way):
    _, descent = way
    needed, bound = descent.steps_needed(), (1 + scaling.MARGIN) * descent.least
    assert descent.predicted(needed) <= bound < descent.predicted(needed - 1)
    condition = f"{descent.condition:,.1f}"
    assert any(condition in line for line in lines_of("scaling"))
    assert any(line.split()[1:] == [f"{needed:,}"] for line in lines_of("scaling"))


# Optimisers.


def by_hand(name, rate):
    """The walk by the formulas of the textbooks, with the gradient of ŷ = w2·tanh(w1·x)."""
    x = np.array(optimisers.INPUTS)
    y = optimisers.GOAL[1] * np.tanh(optimisers.GOAL[0] * x)
    w, v, s = np.array(optimisers.START), np.zeros(2), np.zeros(2)
    for step in range(1, optimisers.STEPS + 2):
        hidden = np.tanh(w[0] * x)
        error = w[1] * hidden - y
        yield (*w, np.mean(error**2))
        g = np.array([np.mean(2 * error * w[1] * (1 - hidden**2) * x), np.mean(2 * error * hidden)])
        if name == "SGD":
            w = w - rate * g
        elif name == "momentum":
            v = 0.9 * v + g
            w = w - rate * v
        elif name == "RMSprop":
            s = 0.9 * s + 0.1 * g**2
            w = w - rate * g / (np.sqrt(s) + 1e-8)
        else:
            v, s = 0.9 * v + 0.1 * g, 0.999 * s + 0.001 * g**2
            w = w - rate * (v / (1 - 0.9**step)) / (np.sqrt(s / (1 - 0.999**step)) + 1e-8)


@pytest.mark.parametrize("name", optimisers.OPTIMIZERS)
def test_every_optimiser_walks_by_its_formulas(name):
    # RMSprop hovers in the end, and there the last digits of two computations drift apart.
    walked = np.array(optimisers.descend(name, 0.05))[:40]
    assert walked == pytest.approx(np.array(list(by_hand(name, 0.05)))[:40], rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("name", optimisers.OPTIMIZERS)
def test_the_table_says_when_each_arrives(name):
    cells, *_ = [line.split()[1:] for line in lines_of("optimisers") if line.startswith(name)][1:]
    assert len(cells) == len(optimisers.RATES)
    for rate, cell in zip(optimisers.RATES, cells):
        losses = [height for _, _, height in by_hand(name, rate)]
        late = [step for step, height in enumerate(losses) if height >= optimisers.ENOUGH]
        if late[-1] == optimisers.STEPS:
            assert cell == "–"
        else:
            # RMSprop hovers around the level, where last digits decide which step is the last.
            assert int(cell) == pytest.approx(late[-1] + 1, abs=10 if name == "RMSprop" else 0)


def test_only_sgd_is_still_on_its_way():
    (sgd,), (momentum,), (rmsprop,), (adam,) = (
        table_of_losses for table_of_losses in map(losses_of, optimisers.OPTIMIZERS)
    )
    assert sgd[-1] > optimisers.ENOUGH > max(momentum[-1], rmsprop[-1], adam[-1])


def losses_of(name):
    """The last table of the demo, whose rows start with the rate."""
    return [
        [number(cell) for cell in line.split()[2:]]
        for line in lines_of("optimisers")
        if re.match(rf"{name} +0[.\d]+ +0\.4361", line)
    ]
