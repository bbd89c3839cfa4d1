"""Ten nodes to ten nodes: a hundred weights as scalars and as one matrix, side by side.

Scalars: z_i = Σ_j w_ij·a_j + b_i, one node of the graph each;
         ∂L/∂w_ij = δ_i·a_j, δ_i = ∂L/∂z_i.
Matrix:  Z = W·A + b with W 10×10, A and b 10×1;
         ∂L/∂W = δ·Aᵀ.

w_ij is the entry of W in row i and column j: the weight to neuron i from input j.
Elsewhere its name would be w1ji, layer, input, neuron, and the columns Z and A
would be z1 and a0 (docs/glossary.md).
"""

from __future__ import annotations

import random

from demos import pictures
from demos.matrices import Matrix, Vector, outer, output_gradient, times
from demos.pictures import Illustration
from demos.printing import columns, fixed, heading, introduction
from engine import Parameter, dot
from nn import SGD, squared_error

SIZE, CORNER, RATE = 10, 4, 0.1


def main() -> Illustration | None:
    """Prints the comparison."""
    introduction(__doc__)
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
    columns("   i   z_i scalar   Z matrix   ∂L/∂b_i scalar   δ matrix")
    for i in range(SIZE):
        scalar, in_matrix = fixed(z[i].data, "10.4f"), fixed(z_matrix[i], "8.4f")
        slope, in_delta = fixed(b[i].grad, "14.4f"), fixed(delta[i], "8.4f")
        print(f"  {i + 1:2}   {scalar}   {in_matrix}   {slope}   {in_delta}")
    heading(f"∂L/∂W: the first {CORNER} rows and columns of {SIZE}")
    gradient_scalar = [[parameter.grad for parameter in row] for row in w]
    side_by_side("scalar graph: δ_i·a_j", gradient_scalar, "matrix form: δ·Aᵀ", gradient)

    SGD([parameter for row in w for parameter in row], learning_rate=RATE).step()
    updated_scalar = [[parameter.data for parameter in row] for row in w]
    updated = [[w - RATE * g for w, g in zip(*rows)] for rows in zip(weights, gradient)]
    heading(f"W after one update, η = {RATE}")
    side_by_side("w_ij − η·∂L/∂w_ij", updated_scalar, "W − η·∂L/∂W", updated)

    worst = max(
        largest_difference([[node.data for node in z]], [z_matrix]),
        largest_difference([[bias.grad for bias in b]], [delta]),
        largest_difference(gradient_scalar, gradient),
        largest_difference(updated_scalar, updated),
    )
    print(f"\nLargest difference between the two, over all numbers: {worst:.1g}")
    assert worst < 1e-12

    caption = (
        f"The {SIZE * SIZE} gradients ∂L/∂w_ij, read from the scalar graph one by one, are the "
        "products δ_i·a_j of a column and a row: the matrix δ·Aᵀ. The largest difference between "
        f"graph and matrix form, over all numbers, is {worst:.1g}."
    )
    return draw(delta, activations, gradient_scalar, caption)


def draw(delta: Vector, activations: Vector, gradient: Matrix, caption: str) -> Illustration | None:
    """The column, the row and the matrix of their products, if matplotlib is there."""
    if not pictures.can_plot():
        return None
    parts = {"A": [[d] for d in delta], "B": [list(activations)], "C": gradient}
    titles = {"A": "δ = ∂L/∂z", "B": "Aᵀ", "C": "∂L/∂W, from the graph of scalars"}
    mosaic = [[".", "B"], ["A", "C"]]
    ratios = {"width_ratios": [1, SIZE], "height_ratios": [1, SIZE]}
    with pictures.figure(mosaic, size=(8, 6.6), **ratios) as (figure, axes):
        for letter, rows in parts.items():
            ax = axes[letter]
            most = max(abs(x) for row in rows for x in row)
            ax.imshow(
                rows,
                cmap=pictures.signed_colours(),
                vmin=-1.6 * most,
                vmax=1.6 * most,
                aspect="auto",
            )
            for i, row in enumerate(rows):
                for j, x in enumerate(row):
                    ax.text(
                        j,
                        i,
                        fixed(round(x, 2) + 0.0, ".2f"),
                        ha="center",
                        va="center",
                        size=9,
                    )
            ax.set(title=titles[letter], xticks=[], yticks=[])
            ax.spines[:].set_visible(False)
        return pictures.save(figure, "ten_by_ten", caption)


def side_by_side(left_title: str, left: Matrix, right_title: str, right: Matrix) -> None:
    """The corners of two matrices next to each other."""
    columns(f"  {left_title:{8 * CORNER + 2}}   {right_title}")
    for rows in list(zip(left, right))[:CORNER]:
        print(
            " ", "   ".join("".join(fixed(x, "8.4f") for x in row[:CORNER]) + " …" for row in rows)
        )


def largest_difference(left: Matrix, right: Matrix) -> float:
    """Of the numbers in the same places."""
    rows = zip(left, right, strict=True)
    return max(abs(a - b) for pair in rows for a, b in zip(*pair, strict=True))


if __name__ == "__main__":
    main()
