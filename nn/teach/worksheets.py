"""A network's two passes for one sample, layer by layer, in matrix notation with the numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from engine import Value
from engine.base.numbers import DIGITS, digits_of, shown
from engine.base.spelling import Text
from engine.explaining.wording import RoundingLatex, number
from engine.graph.walks import adjoints
from engine.sheet.kinds import is_weighted_sum
from nn.models.layers import Layer, Sequential
from nn.models.neuron import Inputs, Neuron
from nn.train.losses import Loss, find_loss

# Of a longer row or column only the first and the last entries are written.
_ENTRIES = 6

Vector = list[float]
Matrix = list[Vector]


class LayerSheet(NamedTuple):
    """One layer in both passes; a matrix has a row for each neuron, a vector an entry."""

    activation: str
    weights: Matrix
    biases: Vector
    inputs: Vector
    z: Vector
    outputs: Vector
    delta: Vector
    weight_gradients: Matrix
    bias_gradients: Vector


class Worksheet:
    """z, a, δ, ∂L/∂W and ∂L/∂b per layer. Prints as `text`; a notebook shows `latex`.

    `layers`: the numbers. `prediction`, `loss`: the nodes of the graph that they were read from.
    """

    def __init__(
        self,
        model: Sequential[Any],
        inputs: Inputs,
        target: Any,
        loss: Loss,
        digits: int = DIGITS,
    ) -> None:
        result: Any = inputs
        uses = []
        for layer in model.layers:
            assert isinstance(layer, Layer)
            result = layer(result)
            uses.append((layer, result if isinstance(result, list) else [result]))
        self.prediction = result
        self.loss = loss(target, self.prediction)
        self.layers = list(self._read(uses))
        self.text = Text(self._write_text(digits))
        self.latex = self._write_latex(RoundingLatex(digits))

    def _read(self, uses: list[tuple[Layer, list[Value]]]) -> Iterator[LayerSheet]:
        """A sheet for each use of a layer; one that is used twice has two."""
        gradients = adjoints(self.loss)
        for layer, outputs in uses:
            sums = [_weighted_sum(*pair) for pair in zip(outputs, layer.neurons)]
            inputs = [float(x) for x in _inputs_of(sums[0])]
            # Behind a branch that is not taken there is no adjoint.
            delta = [gradients.get(node, 0.0) for node in sums]
            yield LayerSheet(
                activation=layer.neurons[0].activation,
                weights=[[float(w) for w in neuron.weights] for neuron in layer.neurons],
                biases=[float(neuron.bias) for neuron in layer.neurons],
                inputs=inputs,
                z=[node.data for node in sums],
                outputs=[float(a) for a in outputs],
                delta=delta,
                # Of this use alone; those of all uses add up in `grad`.
                weight_gradients=[[d * x for x in inputs] for d in delta],
                bias_gradients=delta,
            )

    def __repr__(self) -> str:
        return str(self.text)

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex}$"

    def _write_text(self, digits: int) -> str:
        blocks = []
        for k, layer in enumerate(self.layers, 1):
            a, following = ("x" if k == 1 else f"a{k - 1}"), f"W{k + 1}ᵀ·δ{k + 1}"
            upstream = "∂L/∂ŷ" if k == len(self.layers) else following
            names = [
                f"W{k}",
                f"b{k}",
                a,
                f"z{k} = W{k}·{a} + b{k}",
                f"a{k} = g(z{k})",
                f"δ{k} = {upstream} ⊙ g′(z{k})",
                f"∂L/∂W{k} = δ{k}·{a}ᵀ",
                f"∂L/∂b{k} = δ{k}",
            ]
            width = max(map(len, names))
            matrices = [_text(matrix, digits) for matrix in _matrices(layer)]
            rows = [f"  {name:{width}}  {written}" for name, written in zip(names, matrices)]
            blocks.append("\n".join([f"Layer {k}, {layer.activation}", *rows]))
        return "\n\n".join([*blocks, f"L = {shown(self.loss.data, digits)}"])

    def _write_latex(self, dialect: RoundingLatex) -> str:
        rows = []
        for k, layer in enumerate(self.layers, 1):
            a = "x" if k == 1 else f"a_{{{k - 1}}}"
            following = rf"W_{{{k + 1}}}^T \cdot \delta_{{{k + 1}}}"
            last = k == len(self.layers)
            upstream = r"\frac{\partial L}{\partial \hat{y}}" if last else following
            names = [
                f"W_{{{k}}}",
                f"b_{{{k}}}",
                a,
                rf"z_{{{k}}} = W_{{{k}}} \cdot {a} + b_{{{k}}}",
                f"a_{{{k}}} = g(z_{{{k}}})",
                rf"\delta_{{{k}}} = {upstream} \odot g'(z_{{{k}}})",
                rf"\frac{{\partial L}}{{\partial W_{{{k}}}}} = \delta_{{{k}}} \cdot {a}^T",
                rf"\frac{{\partial L}}{{\partial b_{{{k}}}}} = \delta_{{{k}}}",
            ]
            rows.append(rf"&\text{{Layer {k}, {layer.activation.replace('_', ' ')}}}")
            rows += [f"{name} &: {_latex(m, dialect)}" for name, m in zip(names, _matrices(layer))]
        rows.append(f"L &= {number(self.loss.data, dialect=dialect)}")
        return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"


def worksheet(
    model: Sequential[Any],
    x: Inputs,
    y: Any,
    loss: str | Loss = "squared_error",
    digits: int = DIGITS,
) -> Worksheet:
    """The forward and the backward pass of an MLP for one sample, as on a sheet of paper.

    `model`: an MLP or a Sequential of Layers. `x`: one row of inputs, `y`: its target. `loss`: as
    in `fit`. `digits`: how many significant digits numbers have, 1 to 17. Columns are written as
    [a ; b], long rows and columns abbreviated. The numbers are read from the graph; no `grad`
    changes. Raises TypeError for any other model, ValueError for another number of digits, and what
    the model and the loss raise for wrong inputs.

    >>> from nn import MLP, worksheet
    >>> worksheet(MLP(2, [1], init="ones"), [8, 80], 3)
    Layer 1, linear
      W1                   [1  1]
      b1                   [0]
      x                    [8 ; 80]
      z1 = W1·x + b1       [88]
      a1 = g(z1)           [88]
      δ1 = ∂L/∂ŷ ⊙ g′(z1)  [170]
      ∂L/∂W1 = δ1·xᵀ       [1360  1.36e+04]
      ∂L/∂b1 = δ1          [170]
    <BLANKLINE>
    L = 7225
    """
    layers_of(model, "worksheet")
    digits = digits_of(digits, "worksheet")
    return Worksheet(model, x, y, find_loss(loss), digits)


def layers_of(model: Any, what: str) -> list[Layer]:
    """The layers of an MLP or of a Sequential of nothing else; TypeError naming `what`."""
    if not isinstance(model, Sequential) or not all(isinstance(k, Layer) for k in model.layers):
        raise TypeError(f"{what} needs an MLP or a Sequential of Layers, not {model!r}")
    return model.layers


def _weighted_sum(output: Value, neuron: Neuron) -> Value:
    """The node below an output, or the output itself, that sums this neuron's weighted inputs."""
    nodes: list[Any] = [output]
    while nodes:
        node = nodes.pop()
        if isinstance(node, Value) and node.op is not None:
            count = len(neuron.weights)
            pairs = zip(node.args[:count], neuron.weights)
            # A plain number may stand for a weight.
            if is_weighted_sum(node.op) and all(
                arg is w or (not isinstance(w, Value) and arg == w) for arg, w in pairs
            ):
                return node
            nodes += node.args
    raise TypeError(f"worksheet: {neuron} does not sum its weighted inputs")


def _inputs_of(weighted_sum: Value) -> Sequence[Any]:
    """What a neuron was given: the second group of operands of its weighted sum."""
    assert weighted_sum.op is not None
    group: Sequence[Any] = weighted_sum.op.bind(weighted_sum.args)[1]
    return group


def _matrices(layer: LayerSheet) -> list[Matrix]:
    """The parts of a sheet in the order of their names, vectors as columns."""
    parts = layer[1:]
    return [part if isinstance(part[0], list) else [[x] for x in part] for part in parts]


def _text(matrix: Matrix, digits: int) -> str:
    rows = ["  ".join(_few([shown(x, digits) for x in row], "…")) for row in matrix]
    return f"[{' ; '.join(_few(rows, '…'))}]"


def _latex(matrix: Matrix, dialect: RoundingLatex) -> str:
    rows = [
        " & ".join(_few([number(x, dialect=dialect) for x in row], r"\cdots")) for row in matrix
    ]
    dots = " & ".join([r"\vdots"] * min(len(matrix[0]), _ENTRIES))
    return r"\begin{bmatrix} " + r" \\ ".join(_few(rows, dots)) + r" \end{bmatrix}"


def _few(entries: list[str], dots: str) -> list[str]:
    if len(entries) <= _ENTRIES:
        return entries
    return [*entries[: _ENTRIES - 2], dots, entries[-1]]
