"""The demos on real data: what they print is what happened, and as good as they say."""

import math
import re

import numpy as np
import pytest

from demos import classification, digits, moons, regression
from nn import MLP
from tests.demos.shared import printed, row


def found(name, pattern):
    """The one place in what a demo prints, as its groups."""
    (match,) = re.findall(pattern, printed(name))
    return match


# Regression.


@pytest.fixture(scope="module")
def patients():
    return regression.Data()


def test_the_scaling_is_that_of_the_training_part(patients):
    inputs = np.array(patients.inputs)
    assert inputs.shape == (331, 10)
    assert len(patients.held_out) == len(patients.held_out_scores) == 111
    np.testing.assert_allclose(inputs.mean(0), 0, atol=1e-12)
    np.testing.assert_allclose(inputs.std(0), 1, rtol=1e-12)
    scores = patients.scores(patients.targets)
    assert np.mean(patients.targets) == pytest.approx(0, abs=1e-12)
    assert 25 <= min(scores) < max(scores) <= 346


def test_the_error_of_the_line_is_that_of_least_squares(patients):
    ones = np.ones((len(patients.inputs), 1))
    solution, *_ = np.linalg.lstsq(np.hstack([patients.inputs, ones]), patients.targets, rcond=None)
    predicted = patients.scores(np.array(patients.held_out) @ solution[:-1] + solution[-1])
    errors = np.array(patients.held_out_scores) - predicted
    error, _ = row("regression", "scikit-learn's linear regression")
    assert error == pytest.approx(math.sqrt(np.mean(errors**2)), abs=0.05)


def test_the_network_is_within_5_percent_of_the_better_of_scikit_learns_two():
    line, _ = row("regression", "scikit-learn's linear regression")
    perceptron, _ = row("regression", "scikit-learn's MLPRegressor")
    network, explained = row("regression", "this network")
    guess, nothing = row("regression", "the mean of the training scores")
    assert network / min(line, perceptron) < 1.05
    assert network < guess == pytest.approx(70.5, abs=0.1)
    assert explained > 0.3
    assert abs(nothing) < 0.01


def test_what_it_looks_at_are_the_derivatives_of_its_predictions(patients):
    model = MLP(10, [3, 1], activation="tanh", seed=5)
    patients_few = regression.Data()
    patients_few.held_out = patients.held_out[:5]
    for column, gradient in enumerate(regression.sensitivities(model, patients_few)):
        differences = []
        for person in patients_few.held_out:
            low, high = ([*person] for _ in range(2))
            low[column] -= 1e-5
            high[column] += 1e-5
            differences.append((model(high).data - model(low).data) / 2e-5 * patients.deviation)
        assert gradient == pytest.approx(np.mean(differences), rel=1e-6, abs=1e-6)


# Classification.


def test_the_confusion_matrix_holds_every_sample_and_gives_the_share_that_is_right():
    rows = re.findall(r"(?m)^  (?:benign|malignant) +(\d+) +(\d+)$", printed("classification"))
    matrix = [[int(count) for count in counts] for counts in rows]
    assert [sum(line) for line in matrix] == [90, 53]
    right = matrix[0][0] + matrix[1][1]
    share, peer = found(
        "classification", r"([\d.]+)% right; scikit-learn's logistic regression: ([\d.]+)%"
    )
    assert float(share) == pytest.approx(100 * right / 143, abs=0.05)
    assert float(share) > max(93, float(peer) - 3)
    missed = found("classification", r"(\d+) malignant tumours were missed")
    still, alarms = found("classification", r"(\d+) are missed and (\d+) healthy")
    assert (float(missed), int(still) <= int(missed)) == (matrix[1][0], True)
    assert int(alarms) >= matrix[0][1]


def test_malignant_is_the_class_to_be_found_and_both_parts_hold_their_share_of_it():
    data = classification.Data(classification.TWO)
    assert (sum(data.labels), len(data.labels)) == (159, 426)
    assert (sum(data.held_out_labels), len(data.held_out_labels)) == (53, 143)
    radius = np.array(data.measured)[:, 0]
    malignant = np.array(data.held_out_labels) == 1
    assert radius[malignant].mean() > radius[~malignant].mean()


# Two moons.


def test_the_moons_are_separated_by_the_network_and_not_by_a_line():
    shares = re.findall(r"(?m)^ +(\d+) +([\d.]+) +(\d+)%$", printed("moons"))
    assert [int(epoch) for epoch, _, _ in shares] == [8, 16, 24, 32, 40, 48]
    assert shares[-1][2] == "100"
    assert float(shares[-1][1]) < float(shares[0][1])
    straight = float(found("moons", r"is a line, gets (\d+)% right"))
    # The best line by least squares, to compare with.
    points, targets = moons.moons()
    design = np.hstack([points, np.ones((100, 1))])
    weights, *_ = np.linalg.lstsq(design, targets, rcond=None)
    best = 100 * np.mean(np.sign(design @ weights) == targets)
    assert straight == pytest.approx(best, abs=3)


def test_the_margin_of_hinge_is_where_its_gradient_ends():
    assert "∂L/∂ŷ = 0 if y·ŷ ≥ 1 else −y" in printed("moons")
    beyond = found("moons", r"(\d+)\s+of\s+them\s+beyond\s+the\s+margins")
    assert int(beyond) > 90


# Digits.


def test_the_matrix_of_the_digits_holds_all_of_them_and_gives_the_share():
    text = printed("digits").replace("·", "0")
    rows = re.findall(r"(?m)^ +\d((?: +\d+){10})$", text)
    matrix = np.array([[int(count) for count in line.split()] for line in rows])
    assert matrix.shape == (10, 10)
    assert matrix.sum() == 450
    right, wrong = found("digits", r"([\d.]+)% right, (\d+) misread")
    assert 450 - np.trace(matrix) == int(wrong)
    assert float(right) == pytest.approx(100 * np.trace(matrix) / 450, abs=0.05)
    assert float(right) > 90


def test_a_digit_is_eight_rows_of_eight_pixels_between_0_and_1():
    inputs, held_out, labels, held_out_labels = digits.digits()
    assert (len(inputs), len(held_out)) == (len(labels), len(held_out_labels)) == (1347, 450)
    assert {len(pixels) for pixels in inputs} == {64}
    assert 0 == min(map(min, inputs)) < max(map(max, inputs)) == 1
    assert sorted({*labels}) == list(range(10))
