"""Why an activation: what linear, ReLU, sigmoid and tanh change in the backward pass.

A neuron computes z = Σ w·x + b and passes on a = g(z). Going back, its gradient is that of a times
the local derivative of g: δ = ∂L/∂a · g′(z). So g′ decides how much of the gradient comes through
a layer, and the product over all layers how much reaches the first.
"""

from __future__ import annotations

from demos import pictures
from demos.pictures import Illustration, needs
from demos.printing import columns, formulas, heading, introduction, remark, shown
from engine import Value
from engine.eager.functions import EAGER
from nn import MLP

NAMES = ("linear", "relu", "sigmoid", "tanh")
SHOWN = {name: "ReLU" if name == "relu" else name for name in NAMES}
COLOURS = dict(
    zip(NAMES, (pictures.GREY, pictures.GREEN, pictures.ORANGE, pictures.BLUE), strict=True)
)
LAYERS = 10


def main() -> Illustration:
    """Prints formulas, slopes and the products over ten layers."""
    needs("matplotlib")
    introduction(__doc__)

    heading("The formulas, from the sheet")
    print("  linear:   a = z: no operation, so no factor: the gradient passes as it is")
    for name in NAMES[1:]:
        value, partial = formulas(name, "a", "z")
        columns(f"  {SHOWN[name] + ':':9} {value:24} {partial}")

    heading("The factor g′(z) that a neuron's gradient is multiplied by")
    points = (-10.0, -4.0, -0.5, 0.5, 4.0, 10.0)
    print("  z       " + "".join(f"{shown(z):>11}" for z in points))
    for name in NAMES:
        print(f"  {SHOWN[name]:8}" + "".join(f"{shown(slope(name, z)):>11}" for z in points))
    most = slope("sigmoid", 0.0)
    for text in (
        "linear: the same everywhere, so layers of it are together no more than one line.",
        "ReLU: all or nothing. A neuron with z ≤ 0 learns nothing from this sample.",
        "sigmoid and tanh: next to nothing far from 0, where they are flat: they saturate. "
        f"At its steepest the sigmoid has {shown(most)}, tanh {shown(slope('tanh', 0.0))}.",
    ):
        remark(text, rest="    ")

    heading(f"The product over {LAYERS} layers")
    remark(
        "One neuron per layer, every w = 1 and b = 0, input 1. Gradient of the output with respect "
        "to the bias of layer l, which is the product of g′ from there to the end:"
    )
    products = {name: gradients(name) for name in NAMES}
    print("\n  layer l " + "".join(f"{layer:>11}" for layer in range(LAYERS, 0, -3)))
    for name, by_layer in products.items():
        chosen = [by_layer[layer - 1] for layer in range(LAYERS, 0, -3)]
        print(f"  {SHOWN[name]:8}" + "".join(f"{shown(gradient):>11}" for gradient in chosen))
    first = {name: by_layer[0] for name, by_layer in products.items()}
    bound = f"{shown(most)}^{LAYERS} = {shown(most**LAYERS)}"
    print()
    remark(
        f"Through {LAYERS} sigmoids {shown(first['sigmoid'])} is left, never more than {bound}: "
        "the first layer hardly learns at all."
    )
    assert first["linear"] == first["relu"] == 1
    assert 0 < first["sigmoid"] <= most**LAYERS < 1e-6 < first["tanh"] < 0.1

    caption = (
        "Above, each activation g and its derivative g′, the factor that it puts into the backward "
        f"pass. Below, what the product of {LAYERS} such factors leaves of the gradient on its way "
        f"from the last layer to the first: {shown(first['sigmoid'])} with the sigmoid, "
        f"{shown(first['tanh'])} with tanh, all of it with ReLU."
    )
    return draw(products, caption)


def activate(name: str, z: Value) -> Value:
    """g(z) as a node of the graph; z itself where there is no activation."""
    return z if name == "linear" else EAGER[name](z)


def slope(name: str, number: float) -> float:
    """g′ at a number, by the engine."""
    z = Value(number)
    activate(name, z).backward()
    return z.grad


def gradients(name: str) -> list[float]:
    """The gradient of the output of ten neurons in a row with respect to each one's bias."""
    model = MLP(1, [1] * LAYERS, activation=name, output=name, init="ones")
    model([1.0]).backward()
    return [parameter.grad for parameter in model.parameters()[1::2]]


def draw(products: dict[str, list[float]], caption: str) -> Illustration:
    """The functions with their derivatives, and the gradient from layer to layer."""
    with pictures.figure("ABCD;EEEE;EEEE", size=(9, 6)) as (figure, axes):
        steps = [step / 20 for step in range(-100, 101)]
        for name, letter in zip(NAMES, "ABCD"):
            ax = axes[letter]
            values = [activate(name, Value(z)).data for z in steps]
            ax.plot(steps, values, color=COLOURS[name])
            ax.plot(steps, [slope(name, z) for z in steps], color="#222222", linestyle="dashed")
            ax.set(title=SHOWN[name], xlabel="z", ylim=(-1.25, 2.25))
            ax.set(xticks=[-4, 0, 4], yticks=[-1, 0, 1])
            ax.axhline(0, color=pictures.GREY, linewidth=0.5)
        axes["A"].text(4.9, 1.15, "g′", ha="right")
        axes["A"].text(1.2, 2.0, "g", ha="right", color=COLOURS["linear"])

        ax, layers = axes["E"], range(1, LAYERS + 1)
        for name, by_layer in products.items():
            ax.plot(layers, by_layer, marker="o", markersize=4, color=COLOURS[name])
            if name != "linear":
                label = "linear and ReLU" if name == "relu" else SHOWN[name]
                ax.annotate(
                    f"{label}: {shown(by_layer[0])}",
                    (1, by_layer[0]),
                    xytext=(10, 0),
                    textcoords="offset points",
                    va="center",
                    color=COLOURS[name],
                )
        ax.set(
            title=f"What is left of the gradient on its way back from layer {LAYERS} to layer 1",
            yscale="log",
            xlim=(LAYERS + 0.3, -1.2),
            xlabel="layer l",
            ylabel="∂output / ∂(bias of layer l)",
        )
        ax.set_xticks(layers)
        return pictures.save(figure, "activations", caption)


if __name__ == "__main__":
    main()
