"""Networks as lessons have them, on random numbers: a loss, and one of its parameters."""

import random
from typing import Any

import nn
from engine import Value, leaves, mean
from engine.graph.walks import adjoints
from engine.testing.drawing import drawn_recipe

ACTIVATIONS = ("linear", "tanh", "sigmoid", "relu")


class Friendly(random.Random):
    """Draws halves, as teachers do: many numbers of a graph are then the same."""

    def uniform(self, a: float, b: float) -> float:
        return round(2 * super().uniform(a, b)) / 2 or 0.5


def by_layers(source: random.Random, activation: str, rows: int) -> tuple[Value, Value]:
    """An MLP of 2-2-1 and the mean squared error over its rows; and one of its parameters."""
    model = nn.MLP(2, [2, 1], activation, seed=source)
    for parameter in model.parameters():
        parameter.data = source.uniform(0.2, 1.5) * source.choice((-1, 1))
    losses = []
    for _ in range(rows):
        output = model([source.uniform(0.3, 2), source.uniform(-2, -0.3)])
        losses.append(nn.squared_error(source.uniform(-3, 3), output))
    loss = losses[0] if rows == 1 else mean(losses)
    return loss, source.choice(model.parameters()[:6])


def by_hand(source: random.Random, activation: str, rows: int) -> tuple[Value, Value]:
    """The same of products and sums, its inputs nodes, the rows added up by Python's sum."""
    names = "w111 w121 w112 w122 b11 b12 w211 w221 b21".split()
    p = {n: Value(source.uniform(0.2, 1.5) * source.choice((-1, 1)), n) for n in names}
    total: Any = 0.0
    for _ in range(rows):
        x1, x2, y = (Value(source.uniform(0.3, 2), n) for n in ("x1", "x2", "y"))
        hidden = []
        for k in (1, 2):
            z = p[f"w11{k}"] * x1 + p[f"w12{k}"] * x2 + p[f"b1{k}"]
            z.label = f"z1{k}"
            hidden.append(z if activation == "linear" else getattr(z, activation)())
            hidden[-1].label = f"a1{k}"
        prediction = p["w211"] * hidden[0] + p["w221"] * hidden[1] + p["b21"]
        prediction.label = "ŷ"
        total = total + (y - prediction) ** 2
    loss = total if rows == 1 else total / rows
    loss.label = "L"
    return loss, p[source.choice(names[:6])]


def classifier(source: random.Random, activation: str, rows: int) -> tuple[Value, Value]:
    """An MLP of 2-2-3 with the cross-entropy of its softmax."""
    model = nn.MLP(2, [2, 3], activation, seed=source)
    for parameter in model.parameters():
        parameter.data = source.uniform(0.2, 1.5) * source.choice((-1, 1))
    losses: list[Any] = [
        nn.cross_entropy(
            source.randrange(3), list(model([source.uniform(0.3, 2), source.uniform(-2, -0.3)]))
        )
        for _ in range(rows)
    ]
    return losses[0] if rows == 1 else mean(losses), source.choice(model.parameters()[:6])


def spelled_out(source: random.Random, activation: str, rows: int) -> tuple[Value, Value]:
    """Nodes without labels: σ by exp, the square as a product, the mean by a factor."""
    x1, x2, y = ([source.uniform(0.3, 2) for _ in range(rows)] for _ in range(3))
    w = [Value(source.uniform(0.2, 1.5) * source.choice((-1, 1))) for _ in range(6)]
    total: Any = 0.0
    for a, b, target in zip(x1, x2, y):
        hidden = []
        for one, other in (w[0:2], w[2:4]):
            z = one * a + other * b
            if activation == "sigmoid":
                hidden.append(1 / (1 + (-z).exp()))
            else:
                hidden.append(z if activation == "linear" else getattr(z, activation)())
        d = target - (w[4] * hidden[0] + w[5] * hidden[1])
        total = total + d * d
    return total if rows == 1 else total * (1 / rows), source.choice(w[:4])


def random_graph(source: random.Random, activation: str, rows: int) -> tuple[Value, Value]:
    """Any operations of the sheet, and a leaf with a gradient."""
    while True:
        recipe = drawn_recipe(source.randint, 8, 1, True)
        y = recipe.build().output
        slopes = adjoints(y) if isinstance(y, Value) else {}
        with_slope = [leaf for leaf in leaves(y) if 1e-3 < abs(slopes.get(leaf, 0.0)) < 1e3]
        if with_slope and len(slopes) < 60 and y.op is not None:
            return y, source.choice(with_slope)


NETWORKS = (by_layers, by_hand, classifier, spelled_out)
