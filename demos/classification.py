"""The how, classification: tumours, benign or malignant, with binary cross-entropy.

The data set is scikit-learn's breast cancer (Wolberg, Street and Mangasarian 1995): thirty
measurements of the cell nuclei in 569 samples of tissue, 212 of them malignant. A quarter is held
out, and all counts below are on it. ŷ is the probability that a tumour is malignant.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from demos import pictures
from demos.interrupt import uninterrupted
from demos.pictures import Illustration, needs
from demos.printing import formulas, heading, introduction, remark
from engine import sigmoid
from nn import MLP, Adam, accuracy, confusion_matrix, fit

CLASSES = ("benign", "malignant")
TWO = ("worst radius", "worst concave points")
EPOCHS, SEED, CAREFUL = 15, 0, 0.1
Rows = list[list[float]]


class Data:
    """Some or all columns of the data set in two parts, scaled by the training part alone."""

    def __init__(self, columns: Sequence[str] | None = None) -> None:
        from sklearn.datasets import load_breast_cancer
        from sklearn.model_selection import train_test_split
        from sklearn.preprocessing import StandardScaler

        whole = load_breast_cancer()
        names = whole.feature_names.tolist()
        chosen = [names.index(name) for name in columns or names]
        # In the file malignant is 0; here it is 1, as what the network is to find.
        parts = train_test_split(
            whole.data[:, chosen],
            1 - whole.target,
            test_size=0.25,
            random_state=SEED,
            stratify=whole.target,
        )
        inputs, held_out, labels, held_out_labels = parts
        self.scaler = StandardScaler().fit(inputs)
        self.inputs: Rows = self.scaler.transform(inputs).tolist()
        self.held_out: Rows = self.scaler.transform(held_out).tolist()
        self.measured: Rows = held_out.tolist()
        self.labels, self.held_out_labels = labels.tolist(), held_out_labels.tolist()


def main() -> Illustration:
    """Trains on all measurements, then on two that can be drawn."""
    needs("sklearn", "matplotlib")
    introduction(__doc__)

    heading("The loss, from the sheet")
    print("  The lesson's, of a probability:\n    L = −y·log ŷ − (1 − y)·log(1 − ŷ)")
    value, _, by_score = formulas("binary_cross_entropy_with_logits", "L", "y", "z")
    print(f"  The same of z, ŷ = σ(z), so that nothing overflows:\n    {value}")
    print(f"  Its derivative is the error of the probability:\n    {by_score}")

    data = Data()
    heading(f"Training on {len(data.inputs)} samples, {len(data.inputs[0])} measurements of each")
    model = train(data, [8, 1])
    chances = probabilities(model, data.held_out)
    found = [int(chance > 0.5) for chance in chances]
    matrix = confusion_matrix(data.held_out_labels, found)
    print(f"\n  The {len(found)} samples held out: rows true, columns predicted\n")
    print(f"  {'':10}" + "".join(f"{name:>11}" for name in CLASSES))
    for name, row in zip(CLASSES, matrix):
        print(f"  {name:10}" + "".join(f"{count:>11}" for count in row))
    right = accuracy(data.held_out_labels, found)
    peer = accuracy(data.held_out_labels, logistic(data))
    missed = matrix[1][0]
    print(f"\n  {right:.1%} right; scikit-learn's logistic regression: {peer:.1%}.")
    careful = [int(chance > CAREFUL) for chance in chances]
    (_, alarms), (still_missed, _) = confusion_matrix(data.held_out_labels, careful)
    remark(
        f"{missed} malignant tumours were missed, the worse of the two mistakes. If all with "
        f"ŷ > {CAREFUL:.0%} are called malignant, {still_missed} are missed and {alarms} healthy "
        "patients alarmed."
    )
    assert still_missed <= missed
    assert right > 0.93
    assert right > peer - 0.03

    heading(f"The same with two measurements: {TWO[0]} and {TWO[1]}")
    flat = Data(TWO)
    small = train(flat, [8, 1])
    guesses = [int(p > 0.5) for p in probabilities(small, flat.held_out)]
    right_of_two = accuracy(flat.held_out_labels, guesses)
    print(f"  {right_of_two:.1%} right with two of the {len(data.inputs[0])} measurements.")
    assert right_of_two > 0.88

    caption = (
        f"Left, the boundary ŷ = 50% that a network draws with two measurements, and the "
        f"{len(guesses)} samples held out, of which it gets {right_of_two:.1%} right. Right, the "
        f"confusion matrix of the network that sees all {len(data.inputs[0])}: {right:.1%} right, "
        f"{missed} malignant tumours missed."
    )
    return draw(small, flat, matrix, caption)


def train(data: Data, sizes: list[int]) -> MLP:
    """A network whose output is z, the score before the sigmoid."""
    model = MLP(len(data.inputs[0]), sizes, activation="tanh", seed=SEED)
    optimizer = Adam(model.parameters(), learning_rate=0.01, weight_decay=0.01)
    rows = zip(data.inputs, data.labels)
    loss = "binary_cross_entropy_with_logits"
    history = fit(
        model, rows, loss, optimizer, epochs=EPOCHS, batch_size=16, shuffle=True, seed=SEED
    )
    for part in (model, uninterrupted(history)):
        remark(f"{part}", rest="    ")
    return model


def probabilities(model: MLP, rows: Rows) -> list[float]:
    """ŷ = σ(z) for each row."""
    return [float(sigmoid(score)) for score in model.predict(rows)]


def logistic(data: Data) -> Any:
    """What one neuron with a sigmoid finds, trained by scikit-learn."""
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression().fit(data.inputs, data.labels).predict(data.held_out).tolist()


def draw(model: MLP, data: Data, matrix: list[list[int]], caption: str) -> Illustration:
    """The boundary over two measurements, and the confusion matrix."""
    colours, lights = (pictures.BLUE, pictures.ORANGE), (pictures.LIGHT_BLUE, pictures.LIGHT_ORANGE)
    with pictures.figure("AAB", size=(10.5, 4.6)) as (figure, axes):
        ax = axes["A"]

        def chances(rows: Rows) -> list[float]:
            return probabilities(model, data.scaler.transform(rows).tolist())

        x, y, z = pictures.predicted_heights(chances, (6, 36), (-0.01, 0.31))
        ax.contourf(x, y, z, [0, 0.5, 1], colors=lights)
        ax.contour(x, y, z, [0.5], colors="#222222")
        dashed = {"colors": pictures.GREY, "linewidths": 1, "linestyles": "dashed"}
        lines = ax.contour(x, y, z, [0.1, 0.9], **dashed)
        ax.clabel(lines, fmt=lambda level: f"ŷ = {level:.0%}")
        for label, colour, marker in zip((0, 1), colours, "os"):
            mine = [row for row, y in zip(data.measured, data.held_out_labels) if y == label]
            dots = {"c": colour, "marker": marker, "s": 24, "edgecolor": "white", "linewidth": 0.5}
            ax.scatter(*zip(*mine), **dots)
        ax.text(6.6, 0.185, "benign", color=colours[0], weight="bold", fontsize=12)
        ax.text(35, 0.005, "malignant", color=colours[1], weight="bold", fontsize=12, ha="right")
        ax.set(xlabel=TWO[0], ylabel=TWO[1])
        ax.set_title("Two measurements: where the network draws the line")

        ax = axes["B"]
        ax.imshow([[1, 0.15], [0.15, 1]], cmap="Blues", vmin=0, vmax=1.6)
        for true, row in enumerate(matrix):
            for predicted, count in enumerate(row):
                ax.text(predicted, true, count, ha="center", va="center", fontsize=20)
        ax.set(xlabel="predicted", ylabel="true", xticks=[0, 1], yticks=[0, 1])
        ax.set_xticklabels(CLASSES)
        ax.set_yticklabels(CLASSES, rotation=90, va="center")
        ax.set_title("All measurements")
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
        return pictures.save(figure, "classification", caption)


if __name__ == "__main__":
    main()
