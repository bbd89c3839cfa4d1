"""The metrics against scikit-learn's, and what they refuse."""

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from engine import Value
from nn import accuracy, confusion_matrix, mean_squared_error, most_likely, r_squared

classes = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=30)
numbers = st.floats(-1e3, 1e3).map(lambda x: round(x, 3))
pairs = st.lists(st.tuples(numbers, numbers), min_size=2, max_size=30)
METRICS = [accuracy, confusion_matrix, mean_squared_error, r_squared]


@given(classes)
def test_accuracy_and_confusion_are_those_of_scikit_learn(rows):
    targets, predictions = zip(*rows)
    assert accuracy(targets, predictions) == pytest.approx(
        metrics.accuracy_score(targets, predictions), rel=1e-12
    )
    # All classes are named, because scikit-learn warns where there is only one.
    expected = metrics.confusion_matrix(targets, predictions, labels=[3, 2, 1, 0]).tolist()
    assert confusion_matrix(targets, predictions, [3, 2, 1, 0]) == expected
    present = sorted({*targets, *predictions})
    assert confusion_matrix(targets, predictions) == [
        [expected[3 - y][3 - p] for p in present] for y in present
    ]


@given(pairs)
def test_the_errors_are_those_of_scikit_learn(rows):
    targets, predictions = zip(*rows)
    expected = metrics.mean_squared_error(targets, predictions)
    assert mean_squared_error(targets, predictions) == pytest.approx(expected, rel=1e-9)
    if len(set(targets)) > 1:
        expected = metrics.r2_score(targets, predictions)
        assert r_squared(targets, predictions) == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("kind", [list, tuple, np.array, iter, lambda row: map(Value, row)])
def test_rows_of_every_kind_are_taken(kind):
    targets, predictions = [1.0, 2.0, 3.0], [1.0, 2.5, 2.5]
    assert mean_squared_error(kind(targets), kind(predictions)) == pytest.approx(1 / 6, rel=1e-12)
    assert r_squared(kind(targets), kind(predictions)) == pytest.approx(0.75, rel=1e-12)


def test_accuracy_and_confusion_of_words_and_of_arrays():
    targets = ["benign", "malignant", "malignant"]
    found = ["benign", "benign", "malignant"]
    assert confusion_matrix(targets, found) == [[1, 0], [1, 1]]
    assert confusion_matrix(np.array(targets), np.array(found)) == [[1, 0], [1, 1]]
    assert accuracy(np.array([0, 1]), [0.0, 1.0]) == 1.0


def test_the_mean_as_prediction_explains_nothing_and_worse_less_than_nothing():
    assert r_squared([1.0, 2.0, 3.0], [2.0] * 3) == 0.0
    assert r_squared([1.0, 2.0, 3.0], [3.0, 2.0, 1.0]) == -3.0


@given(st.lists(numbers, min_size=1, max_size=9))
def test_the_most_likely_class_has_the_first_of_the_highest_scores(scores):
    assert most_likely(scores) == most_likely(map(Value, scores)) == int(np.argmax(scores))


@pytest.mark.parametrize("metric", METRICS)
def test_different_lengths_and_no_rows_are_refused(metric):
    name = metric.__name__
    with pytest.raises(ValueError, match=f"^{name}: 2 targets for 3 predictions; one is needed"):
        metric([1, 2], [1, 2, 3])
    with pytest.raises(ValueError, match=f"^{name} needs at least one target"):
        metric([], [])


@pytest.mark.parametrize("metric", [mean_squared_error, r_squared])
@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_what_is_not_finite_is_refused_with_its_row(metric, bad):
    message = f"{metric.__name__}, row 2: target 2.0 and prediction {bad} must be finite"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        metric([1.0, 2.0], [1.0, bad])


def test_what_is_no_number_no_class_or_has_no_spread_is_refused():
    with pytest.raises(TypeError, match="mean_squared_error, row 1 must be a real number"):
        mean_squared_error(["3"], [3.0])
    with pytest.raises(ValueError, match=r"confusion_matrix: 2 is none of the classes \[0, 1\]"):
        confusion_matrix([0, 1], [0, 2], [0, 1])
    with pytest.raises(ValueError, match="r_squared is not defined for targets that are all 2"):
        r_squared([2.0, 2.0], [1.0, 2.0])
    with pytest.raises(ValueError, match="most_likely: there are no scores"):
        most_likely([])
