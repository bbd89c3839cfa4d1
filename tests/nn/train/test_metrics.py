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


def test_what_is_not_a_number_not_a_class_or_has_no_spread_is_refused():
    with pytest.raises(TypeError, match="mean_squared_error, row 1 must be a real number"):
        mean_squared_error(["3"], [3.0])
    with pytest.raises(ValueError, match=r"confusion_matrix: 2 is none of the classes \[0, 1\]"):
        confusion_matrix([0, 1], [0, 2], [0, 1])
    with pytest.raises(ValueError, match="r_squared is not defined for targets that are all 2"):
        r_squared([2.0, 2.0], [1.0, 2.0])
    with pytest.raises(ValueError, match="most_likely: there are no scores"):
        most_likely([])


# Classes by value.


class Label:
    """As a tensor of PyTorch without dimensions: equal to nothing but itself, to be asked."""

    ndim = 0

    def __init__(self, number):
        self.number = number

    def tolist(self):
        return self.number


class Labels:
    ndim = 1

    def __init__(self, numbers):
        self.numbers = numbers

    def __iter__(self):
        return map(Label, self.numbers)

    def tolist(self):
        return self.numbers


@pytest.mark.parametrize(
    "kind",
    [
        list,
        np.array,
        Labels,
        lambda row: list(map(Label, row)),
        lambda row: list(map(Value, row)),
        lambda row: list(map(np.int8, row)),
        lambda row: np.array(row, object),
        lambda row: list(map(float, row)),
        iter,
    ],
    ids=range(9),
)
def test_classes_are_compared_by_value(kind):
    targets, predictions = [1, 0, 1, 2], [1, 0, 0, 2]
    assert accuracy(kind(targets), kind(predictions)) == 0.75
    assert accuracy(targets, kind(predictions)) == 0.75
    assert confusion_matrix(kind(targets), predictions) == [[1, 0, 0], [1, 1, 0], [0, 0, 1]]
    assert confusion_matrix(targets, kind(predictions), kind([2, 1, 0])) == [
        [1, 0, 0], [0, 1, 1], [0, 0, 1],
    ]  # fmt: skip


@pytest.mark.parametrize("metric", [accuracy, confusion_matrix])
@pytest.mark.parametrize(
    ("predictions", "kind", "words"),
    [
        ([0.0, 0.9, 1.0], ValueError, "row 2: the prediction 0.9 is a score, no class"),
        ([0, 1, math.nan], ValueError, "row 3, prediction is nan, which is not a class"),
        (
            [0, 1, None],
            TypeError,
            "row 3, prediction must be a class, a number or a name, not None",
        ),
        ([0, [0.2, 0.8], 1], TypeError, "row 2, prediction must be a class"),
        (np.eye(3), TypeError, "row 1, prediction must be a class, a number or a name, not [1.0"),
        (np.ma.masked_equal([0, 1, 2], 1), TypeError, "the predictions[1] is masked"),
        (np.array([0, 1, 1j]), TypeError, "row 1, prediction must be a class"),
        ("cat", TypeError, "the predictions must be a row of them, not 'cat'"),
        ({0: 1}, TypeError, "the predictions must be a row of them"),
    ],
    ids=range(9),
)
def test_what_is_not_a_class_is_refused_with_its_row(metric, predictions, kind, words):
    with pytest.raises(
        kind, match=re.escape(f"{metric.__name__}: {words}".replace(": row", ", row"))
    ):
        metric([0, 1, 1], predictions)


def test_numbers_between_may_be_classes_where_they_are_targets():
    assert accuracy([0.5, 1.5], [0.5, 0.5]) == 0.5


@pytest.mark.parametrize("row", [[math.nan] * 2, [1.0, math.nan], [math.nan, 1.0]])
def test_nan_is_not_a_score(row):
    with pytest.raises(ValueError, match=r"^most_likely: score \d of 2 is nan$"):
        most_likely(row)
    assert most_likely([-math.inf, math.inf]) == 1


# Numbers that are large, and rounding.


@given(pairs, st.sampled_from([2.0**-900, 2.0**-300, 1.0, 2.0**400, 2.0**900]))
def test_the_share_that_is_explained_has_no_unit(rows, scale):
    targets, predictions = ([round(x, 3) * scale for x in column] for column in zip(*rows))
    if len(set(targets)) > 1:
        expected = r_squared([y / scale for y in targets], [p / scale for p in predictions])
        assert r_squared(targets, predictions) == expected


@given(value=st.floats(-1e300, 1e300), count=st.integers(1, 12))
def test_equal_targets_are_equal_whatever_their_mean_is_rounded_to(value, count):
    with pytest.raises(ValueError, match="r_squared is not defined for targets that are all"):
        r_squared([value] * count, [0.0] * count)


def test_what_no_float_can_hold_is_said():
    assert r_squared([0.0, 1e-200], [1e-200, 1e-200]) == -1.0
    assert mean_squared_error([1e154], [0.0]) == pytest.approx(1e308)
    with pytest.raises(OverflowError, match="mean_squared_error is beyond the largest float"):
        mean_squared_error([1e200], [0.0])
    with pytest.raises(OverflowError, match="r_squared is below the least float"):
        r_squared([0.0, 1e-200], [1e200, 0.0])
