"""One neuron per layer, worked by hand: every number of the forward and the backward pass.

x = 2, y = 1, a1 = m1·x, z2 = a1·m2, ŷ = ReLU(z2), L = ½(ŷ − y)², with m1 = 3 and m2 = 0.5.
"""

from __future__ import annotations

from textwrap import indent

from demos.pictures import Illustration, save_drawing
from demos.printing import heading, introduction, remark, shown
from engine import Parameter, Value, draw, explain
from nn import SGD


def main() -> Illustration | None:
    """Prints the example."""
    introduction(__doc__)
    x, y = Value(2, label="x"), Value(1, label="y")
    m1, m2 = Parameter(3, label="m1"), Parameter(0.5, label="m2")

    heading("Forward")
    a1 = named("a1", m1 * x)
    z2 = named("z2", a1 * m2)
    prediction = named("ŷ", z2.relu())
    error = named("e", prediction - y)
    square = named("s", error**2)
    loss = named("L", square / 2)
    print(f"  a1 = m1·x     = {shown(m1.data)} · {shown(x.data)} = {shown(a1.data)}")
    print(f"  z2 = a1·m2    = {shown(a1.data)} · {shown(m2.data)} = {shown(z2.data)}")
    print(f"  ŷ  = ReLU(z2) = {shown(prediction.data)}")
    print(f"  L  = s/2 with s = e², e = ŷ − y: e = {shown(error.data)}, L = {shown(loss.data)}")
    assert [a1.data, z2.data, prediction.data, loss.data] == [6.0, 3.0, 3.0, 2.0]

    heading("Backward")
    loss.backward()
    chains = [explain(loss, node).text for node in (prediction, m2, m1)]
    print(indent("\n\n".join(chains), "  "))
    assert [prediction.grad, m2.grad, m1.grad] == [2.0, 12.0, 2.0]

    drawing = draw(loss)
    gradients = f"∂L/∂m2 = {shown(m2.grad)} and ∂L/∂m1 = {shown(m1.grad)}"

    heading("Update with η = 0.1")
    SGD([m1, m2], learning_rate=0.1).step()
    print(f"  m2 = 0.5 − 0.1 · {shown(m2.grad)} = {shown(m2.data)}")
    print(f"  m1 = 3 − 0.1 · {shown(m1.grad)} = {shown(m1.data)}")
    assert (round(m2.data, 12), round(m1.data, 12)) == (-0.7, 2.8)
    again = (m1 * x * m2).relu()
    again.backward()
    (slope,) = again.partials
    remark(
        "With m2 below 0 the ReLU now gives 0, and no gradient comes through any more: "
        f"ŷ = {shown(again.data)} and ∂ŷ/∂z2 = {shown(slope or 0)}. A step too far kills a unit."
    )
    assert slope == 0

    caption = (
        "One neuron per layer: x = 2 becomes ŷ = 3, and the loss is 2. Multiplied along the "
        f"arrows from L back to the weights, the local derivatives give {gradients}."
    )
    return save_drawing(drawing, "worked_example", caption)


def named(label: str, node: Value) -> Value:
    """The node, with a name for the chains."""
    node.label = label
    return node


if __name__ == "__main__":
    main()
