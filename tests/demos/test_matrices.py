"""The matrix form in plain lists is that of NumPy, and its gradient that of the graph."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from demos.matrices import outer, output_gradient, times, transposed
from demos.ten_by_ten import largest_difference
from engine import Value
from nn import squared_error
from tests.nn.shared import to_12_digits

sizes = st.integers(1, 6)
seeds = st.integers(0, 10**6)


def draw(seed, *shape):
    return np.random.default_rng(seed).uniform(-10, 10, shape)


@given(rows=sizes, columns=sizes, seed=seeds)
def test_times_is_the_product_of_a_matrix_and_a_vector(rows, columns, seed):
    matrix, vector = draw(seed, rows, columns), draw(seed + 1, columns)
    assert times(matrix.tolist(), vector.tolist()) == to_12_digits(list(matrix @ vector))


@given(rows=sizes, columns=sizes, seed=seeds)
def test_outer_is_every_product_in_its_place(rows, columns, seed):
    column, row = draw(seed, rows), draw(seed + 1, columns)
    assert outer(column.tolist(), row.tolist()) == np.outer(column, row).tolist()


@given(rows=sizes, columns=sizes, seed=seeds)
def test_transposed_swaps_rows_and_columns(rows, columns, seed):
    matrix = draw(seed, rows, columns)
    assert transposed(matrix.tolist()) == matrix.T.tolist()
    assert transposed(transposed(matrix.tolist())) == matrix.tolist()


@given(size=sizes, seed=seeds)
def test_the_output_gradient_is_that_of_the_mean_squared_error(size, seed):
    targets, outputs = draw(seed, size), draw(seed + 1, size)
    found = output_gradient(targets.tolist(), outputs.tolist())
    assert found == to_12_digits(list(2 * (outputs - targets) / size))
    nodes = [Value(output) for output in outputs]
    squared_error(targets, nodes).backward()
    assert found == to_12_digits([node.grad for node in nodes])


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: times([[1.0, 2.0], [3.0]], [1.0, 2.0]),
        lambda: times([[1.0, 2.0]], [1.0, 2.0, 3.0]),
        lambda: transposed([[1.0, 2.0], [3.0]]),
        lambda: output_gradient([1.0], [1.0, 2.0]),
        lambda: largest_difference([[1.0]], [[1.0], [2.0]]),
        lambda: largest_difference([[1.0]], [[1.0, 2.0]]),
    ],
    ids=["ragged matrix", "long vector", "ragged transposed", "outputs", "rows", "columns"],
)
def test_sizes_that_do_not_fit_are_refused(wrong):
    with pytest.raises(ValueError, match=r"argument 2 is (shorter|longer) than argument 1"):
        wrong()


@given(rows=sizes, columns=sizes, seed=seeds)
def test_the_largest_difference_is_over_all_places(rows, columns, seed):
    left, right = draw(seed, rows, columns), draw(seed + 1, rows, columns)
    expected = np.abs(left - right).max()
    assert largest_difference(left.tolist(), right.tolist()) == expected
