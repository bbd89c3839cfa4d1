"""The general form: z, a and δ of every layer of any network, in scalars and in matrices.

Forward:   z_l = W_l·a_(l−1) + b_l,   a_l = g(z_l),   a_0 = x,   ŷ = a_L
Backward:  δ_L = ∂L/∂ŷ ⊙ F′(z_L),
           δ_l = (W_(l+1)ᵀ·δ_(l+1)) ⊙ g′(z_l)
Gradients: ∂L/∂W_l = δ_l·a_(l−1)ᵀ,   ∂L/∂b_l = δ_l

The worksheets compute this in lists of numbers, with g′ and ∂L/∂ŷ taken from the formula sheet, and
compare every entry with what the engine finds by its graph. L is the mean squared error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isclose

from demos.matrices import Matrix, Vector, outer, output_gradient, times, transposed
from demos.pictures import Illustration, save_drawing
from demos.printing import columns, factor, heading, introduction, remark, shown
from engine import Value, draw
from engine.sheet.evaluate import forward, partials
from engine.sheet.ops import OPERATIONS
from nn import MLP, Layer, squared_error


def main() -> Illustration | None:
    """Prints two worksheets."""
    introduction(__doc__)
    heading("One node per layer, g = sigmoid, F = linear")
    worksheet(MLP(1, [1, 1], activation="sigmoid", seed=3), [0.5], [1.0])
    heading("Two inputs, three hidden nodes, two outputs, g = tanh, F = sigmoid")
    model = MLP(2, [3, 2], activation="tanh", output="sigmoid", seed=4)
    loss = worksheet(model, [0.5, -1.0], [1.0, 0.0])
    caption = (
        "The second network as its graph: every neuron with its weights, its z and its activation, "
        "and δ as the gradient of z. The matrix form gives the same "
        f"{2 + len(model.parameters())} outputs and gradients."
    )
    return save_drawing(draw(loss), "general_form", caption)


@dataclass
class LayerPass:
    """One layer in both passes; vectors have an entry for each of its nodes."""

    activation: str
    weights: Matrix
    biases: Vector
    inputs: Vector
    z: Vector
    outputs: Vector = field(default_factory=list)
    slopes: Vector = field(default_factory=list)
    upstream: Vector = field(default_factory=list)
    delta: Vector = field(default_factory=list)


def worksheet(model: MLP, inputs: Vector, targets: Vector) -> Value:
    """The passes through a network for one sample, layer by layer, checked against the engine.

    Returns the loss, as a node of the engine's graph.
    """
    passes: list[LayerPass] = []
    activations = inputs
    for layer in model.layers:
        assert isinstance(layer, Layer)
        weights = [[weight.data for weight in neuron.weights] for neuron in layer.neurons]
        biases = [neuron.bias.data for neuron in layer.neurons]
        z = [product + bias for product, bias in zip(times(weights, activations), biases)]
        current = LayerPass(layer.neurons[0].activation, weights, biases, activations, z)
        pairs = [activate(current.activation, z_i) for z_i in z]
        current.outputs = activations = [value for value, _ in pairs]
        current.slopes = [slope for _, slope in pairs]
        passes.append(current)

    upstream = output_gradient(targets, activations)
    for current in reversed(passes):
        current.upstream = upstream
        current.delta = [u * slope for u, slope in zip(upstream, current.slopes)]
        upstream = times(transposed(current.weights), current.delta)

    for number, current in enumerate(passes, 1):
        report(number, current, passes[number] if number < len(passes) else None)
    return check(model, passes, inputs, targets)


def activate(name: str, z: float) -> tuple[float, float]:
    """g(z) and g′(z), from the sheet."""
    if name == "linear":
        return z, 1.0
    op = OPERATIONS[name]
    constants = op.constants.values()
    (out,) = forward(op)(z, *constants)
    (slope,) = partials(op)(z, *constants, out)
    assert isinstance(slope, float)
    return out, slope


def report(number: int, current: LayerPass, following: LayerPass | None) -> None:
    """What happens in one layer: matrices, then its first node in scalars."""
    print(f"\n  Layer {number}, {current.activation}")
    source = "∂L/∂ŷ" if following is None else f"W{number + 1}ᵀ·δ{number + 1}"
    rows = [
        ("W", matrix(current.weights)),
        ("b", vector(current.biases)),
        ("z = W·a + b", vector(current.z)),
        ("g(z)", vector(current.outputs)),
        ("g′(z)", vector(current.slopes)),
        (source, vector(current.upstream)),
        (f"δ = {source} ⊙ g′(z)", vector(current.delta)),
        ("∂L/∂W = δ·aᵀ", matrix(outer(current.delta, current.inputs))),
        ("∂L/∂b = δ", vector(current.delta)),
    ]
    for title, text in rows:
        columns(f"    {title:20} {text}")
    if following is None:
        upstream = factor(current.upstream[0])
    else:
        upstream = f"({products([row[0] for row in following.weights], following.delta)})"
    z, delta = shown(current.z[0]), shown(current.delta[0])
    weighted = products(current.weights[0], current.inputs)
    gradient = products([current.delta[0]], [current.inputs[0]])
    print("    In scalars, for its first node:")
    print(f"      z = {weighted} + {shown(current.biases[0])} = {z}")
    print(f"      δ = {upstream}·{factor(current.slopes[0])} = {delta}")
    print(f"      ∂L/∂w{number}11 = {gradient} = {shown(current.delta[0] * current.inputs[0])}")


def check(model: MLP, passes: list[LayerPass], inputs: Vector, targets: Vector) -> Value:
    """Compares the worksheet with the graph: outputs, and the gradient of every parameter."""
    model.zero_grad()
    result = model(list(inputs))
    outputs: list[Value] = result if isinstance(result, list) else [result]
    loss = squared_error(targets, outputs)
    loss.label = "L"
    loss.backward()
    by_graph = [output.data for output in outputs] + [p.grad for p in model.parameters()]
    by_matrix = list(passes[-1].outputs)
    for current in passes:
        for row, d in zip(outer(current.delta, current.inputs), current.delta):
            by_matrix += [*row, d]
    pairs = list(zip(by_graph, by_matrix, strict=True))
    assert all(isclose(graph, worked, rel_tol=1e-12, abs_tol=1e-15) for graph, worked in pairs)
    print()
    remark(f"The engine's graph gives the same {len(pairs)} outputs and gradients, to 12 digits.")
    return loss


def products(left: Sequence[float], right: Sequence[float]) -> str:
    """Σ left_i·right_i with its numbers."""
    return " + ".join(f"{factor(a)}·{factor(b)}" for a, b in zip(left, right, strict=True))


def vector(numbers: Vector) -> str:
    """A column, written in a row."""
    return f"[{'  '.join(map(shown, numbers))}]"


def matrix(rows: Matrix) -> str:
    """The rows, one below the other; the first follows its title."""
    cells = [[shown(entry) for entry in row] for row in rows]
    width = max(len(cell) for row in cells for cell in row)
    lines = [f"[{'  '.join(cell.rjust(width) for cell in row)}]" for row in cells]
    return ("\n" + " " * 25).join(lines)


if __name__ == "__main__":
    main()
