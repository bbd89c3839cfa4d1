"""The how, regression: real patients, a network, and the standard tools beside it.

The data set is scikit-learn's diabetes (Efron, Hastie, Johnstone and Tibshirani 2004): ten
measurements of 442 patients, and how far their disease had progressed a year later, a score from
25 to 346. A quarter of the patients is held out, and every error below is that on them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from statistics import fmean
from typing import Any

from demos import pictures
from demos.interrupt import uninterrupted
from demos.pictures import Illustration, needs
from demos.printing import heading, introduction, remark, shown
from engine import Value
from nn import MLP, Adam, fit, mean_squared_error, r_squared

HIDDEN, EPOCHS, PATIENCE, SEED = 8, 200, 5, 0
# So many patients of the training part are only looked at, to know when to stop.
VALIDATION = 66
MEANINGS = {
    "age": "age",
    "sex": "sex",
    "bmi": "body mass index",
    "bp": "blood pressure",
    "s1": "cholesterol",
    "s2": "LDL",
    "s3": "HDL",
    "s4": "cholesterol / HDL",
    "s5": "triglycerides",
    "s6": "blood sugar",
}
Rows = list[list[float]]


class Data:
    """The patients in two parts, scaled by the training part alone."""

    def __init__(self) -> None:
        from sklearn.datasets import load_diabetes
        from sklearn.model_selection import train_test_split
        from sklearn.preprocessing import StandardScaler

        whole = load_diabetes(scaled=False)
        parts = train_test_split(whole.data, whole.target, test_size=0.25, random_state=SEED)
        inputs, held_out, scores, self.held_out_scores = parts
        self.names: list[str] = whole.feature_names
        scaler = StandardScaler().fit(inputs)
        self.inputs: Rows = scaler.transform(inputs).tolist()
        self.held_out: Rows = scaler.transform(held_out).tolist()
        self.mean, self.deviation = float(scores.mean()), float(scores.std())
        # The network learns scores of mean 0 and standard deviation 1; `score` goes back.
        self.targets = [(score - self.mean) / self.deviation for score in scores.tolist()]
        self.held_out_scores = self.held_out_scores.tolist()

    def scores(self, outputs: Iterable[float]) -> list[float]:
        """A model's outputs in points of the score."""
        return [float(output) * self.deviation + self.mean for output in outputs]


def compared(data: Data, predictions: list[float]) -> dict[str, float]:
    """Prints the errors of the network, which predicts these, and of its peers; returns them."""
    heading(f"Errors on the {len(data.held_out)} patients held out, in points of the score")
    predictions_of = {
        "the mean of the training scores": [data.mean] * len(data.held_out),
        "scikit-learn's linear regression": data.scores(linear(data).predict(data.held_out)),
        "scikit-learn's MLPRegressor": data.scores(perceptron(data).predict(data.held_out)),
        "this network": predictions,
    }
    print(f"  {'':34}root mean square error     R²")
    errors = {}
    for name, predicted in predictions_of.items():
        errors[name] = math.sqrt(mean_squared_error(data.held_out_scores, predicted))
        explained = shown(round(r_squared(data.held_out_scores, predicted), 2))
        print(f"  {name:34}{errors[name]:22.1f}{explained:>7}")
    return errors


def main() -> Illustration:
    """Trains, compares, and asks the network what it looks at."""
    needs("sklearn", "matplotlib")
    introduction(__doc__)
    data = Data()

    heading(f"Training on {len(data.inputs)} patients")
    model = MLP(len(data.names), [HIDDEN, 1], activation="tanh", seed=SEED)
    optimizer = Adam(model.parameters(), learning_rate=0.003)
    pairs = list(zip(data.inputs, data.targets))
    history = fit(
        model,
        pairs[:-VALIDATION],
        "squared_error",
        optimizer,
        epochs=EPOCHS,
        batch_size=8,
        shuffle=True,
        seed=SEED,
        patience=PATIENCE,
        validation=pairs[-VALIDATION:],
    )
    for part in (model, optimizer, uninterrupted(history)):
        remark(f"{part}", rest="    ")
    remark(f"{VALIDATION} of them are not learnt from: their loss says when to stop.")

    predictions = data.scores(model.predict(data.held_out))
    errors = compared(data, predictions)
    guess, *others, ours = errors.values()
    ratio = ours / min(others)
    remark(
        f"The network's error is {ratio:.3f} times that of the better of the other two. A line "
        "does well on so few patients, who differ so much: little more can be found."
    )
    assert ratio < 1.05
    assert ours < guess

    heading(f"What it looks at: the mean of ∂ŷ/∂x over the {len(data.held_out)} patients")
    remark(
        "In points of the score per standard deviation of the input; the same backward pass as in "
        "training gives the gradients of the inputs too. For a line they are its slopes."
    )
    gradients = sensitivities(model, data)
    slopes = [float(slope) * data.deviation for slope in linear(data).coef_]
    print("\n  input   network     line")
    for name, *pair in zip(data.names, gradients, slopes):
        print(f"  {name:5}" + "".join(f"{shown(round(slope, 1)):>9}" for slope in pair))
    first, second = sorted(data.names, key=dict(zip(data.names, gradients)).__getitem__)[:-3:-1]
    remark(f"The network's score rises most with {MEANINGS[first]} and {MEANINGS[second]}.")

    caption = (
        f"Left, the scores of {len(data.held_out)} patients whom the network has never seen: its "
        f"root mean square error is {ours:.1f} points, that of the better of scikit-learn's two "
        f"models {min(others):.1f}, that of guessing the mean {guess:.1f}. Right, the mean "
        f"gradient of its prediction with respect to each input: {MEANINGS[first]} and "
        f"{MEANINGS[second]} count most."
    )
    return draw(data, predictions, gradients, slopes, caption)


def linear(data: Data) -> Any:
    """Least squares."""
    from sklearn.linear_model import LinearRegression

    return LinearRegression().fit(data.inputs, data.targets)


def perceptron(data: Data) -> Any:
    """A network of the same size, as scikit-learn trains it."""
    from sklearn.neural_network import MLPRegressor

    network = MLPRegressor(
        hidden_layer_sizes=(HIDDEN,), activation="tanh", max_iter=5000, random_state=SEED
    )
    return network.fit(data.inputs, data.targets)


def sensitivities(model: MLP, data: Data) -> list[float]:
    """Per input the mean of ∂ŷ/∂x over the patients held out, in points of the score."""
    rows = []
    for row in data.held_out:
        inputs = [Value(x) for x in row]
        model(inputs).backward()
        rows.append([x.grad * data.deviation for x in inputs])
    return [fmean(column) for column in zip(*rows)]


def draw(
    data: Data,
    predicted: Sequence[float],
    gradients: Sequence[float],
    slopes: Sequence[float],
    caption: str,
) -> Illustration:
    """Predictions against truth, and what they depend on."""
    with pictures.figure("AB", size=(10, 4.6)) as (figure, axes):
        ax, ends = axes["A"], (20, 350)
        ax.plot(ends, ends, color=pictures.GREY, linewidth=1)
        ax.scatter(data.held_out_scores, predicted, s=20, c=pictures.BLUE, alpha=0.7, linewidth=0)
        ax.annotate(
            "prediction = truth", (330, 330), xytext=(-8, 0), textcoords="offset points", ha="right"
        )
        ax.set(xlabel="true score", ylabel="predicted score", xlim=ends, ylim=ends, aspect="equal")
        ax.set_title("Progression of the disease after a year")

        ax = axes["B"]
        order = sorted(range(len(gradients)), key=lambda i: gradients[i])
        names = [MEANINGS[data.names[i]] for i in order]
        ax.barh(names, [gradients[i] for i in order], color=pictures.BLUE, height=0.6)
        ax.plot([slopes[i] for i in order], names, "D", markersize=5, color=pictures.ORANGE)
        ax.axvline(0, color=pictures.GREY, linewidth=0.8)
        ax.set(xlabel="points of the score per standard deviation")
        ax.set_title("Mean of ∂ŷ/∂x, network")
        ax.annotate(
            "◆ slopes of the\nlinear regression",
            (0.98, 0.24),
            xycoords="axes fraction",
            ha="right",
            color=pictures.ORANGE,
        )
        ax.tick_params(axis="y", length=0)
        return pictures.save(figure, "regression", caption)


if __name__ == "__main__":
    main()
