"""Ten nodes to ten nodes: a hundred weights as scalars and as one matrix, side by side.

Scalars: z_i = Σ_j w_ij·a_j + b_i, one node of the graph each; ∂L/∂w_ij = δ_i·a_j, δ_i = ∂L/∂z_i.
Matrix:  Z = W·A + b with W 10×10, A and b 10×1; ∂L/∂W = δ·Aᵀ.
"""

from __future__ import annotations

import random

from demos.matrices import Matrix, outer, output_gradient, times
from demos.printing import heading
from engine import Parameter, dot
from nn import SGD, squared_error

SIZE, CORNER, RATE = 10, 4, 0.1


def main() -> None:
    """Prints the comparison."""
    print(__doc__.rstrip())
    source = random.Random(10)
    numbers = [[round(source.uniform(-1, 1), 1) for _ in range(SIZE)] for _ in range(SIZE + 3)]
    weights, (activations, biases, targets) = numbers[:SIZE], numbers[SIZE:]

    # Scalars: a node for every z_i, an edge for every w_ij.
    w = [[Parameter(number) for number in row] for row in weights]
    b = [Parameter(number) for number in biases]
    z = [dot(row, activations, bias) for row, bias in zip(w, b)]
    squared_error(targets, z).backward()

    # Matrices: the same in lists of numbers, without a graph.
    z_matrix = [product + bias for product, bias in zip(times(weights, activations), biases)]
    delta = output_gradient(targets, z_matrix)
    gradient = outer(delta, activations)

    heading("Z = W·A + b and δ; ∂L/∂b = δ")
    print("   i   z_i scalar   Z matrix   ∂L/∂b_i scalar   δ matrix")
    for i in range(SIZE):
        scalar, in_matrix = f"{z[i].data:10.4f}", f"{z_matrix[i]:8.4f}"
        print(f"  {i + 1:2}   {scalar}   {in_matrix}   {b[i].grad:14.4f}   {delta[i]:8.4f}")
    heading(f"∂L/∂W: the first {CORNER} rows and columns of {SIZE}")
    gradient_scalar = [[parameter.grad for parameter in row] for row in w]
    side_by_side("scalar graph: δ_i·a_j", gradient_scalar, "matrix form: δ·Aᵀ", gradient)

    SGD([parameter for row in w for parameter in row], learning_rate=RATE).step()
    updated_scalar = [[parameter.data for parameter in row] for row in w]
    updated = [[w - RATE * g for w, g in zip(*rows)] for rows in zip(weights, gradient)]
    heading(f"W after one update, α = {RATE}")
    side_by_side("w_ij − α·∂L/∂w_ij", updated_scalar, "W − α·∂L/∂W", updated)

    worst = max(
        largest_difference([[node.data for node in z]], [z_matrix]),
        largest_difference([[bias.grad for bias in b]], [delta]),
        largest_difference(gradient_scalar, gradient),
        largest_difference(updated_scalar, updated),
    )
    print(f"\nLargest difference between the two, over all numbers: {worst:.1g}")
    assert worst < 1e-12


def side_by_side(left_title: str, left: Matrix, right_title: str, right: Matrix) -> None:
    """The corners of two matrices next to each other."""
    print(f"  {left_title:{8 * CORNER + 2}}   {right_title}")
    for rows in list(zip(left, right))[:CORNER]:
        print(" ", "   ".join("".join(f"{x:8.4f}" for x in row[:CORNER]) + " …" for row in rows))


def largest_difference(left: Matrix, right: Matrix) -> float:
    """Of the numbers in the same places."""
    rows = zip(left, right, strict=True)
    return max(abs(a - b) for pair in rows for a, b in zip(*pair, strict=True))


if __name__ == "__main__":
    main()
