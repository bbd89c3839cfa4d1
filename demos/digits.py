"""Beyond two classes: handwritten digits, 8×8 pixels, a 64-32-10 network and softmax.

The data set is scikit-learn's digits (Alpaydın and Kaynak 1998): 1,797 digits, each pixel 0 to 16.
A quarter is held out. Each of the ten outputs is the score of one digit; softmax makes
probabilities of them, and cross-entropy punishes a low one for the right digit.
"""

from __future__ import annotations

import math
from itertools import islice
from typing import Any

from demos import pictures
from demos.interrupt import uninterrupted
from demos.pictures import Illustration, needs
from demos.printing import formulas, heading, introduction, remark
from engine import softmax
from nn import MLP, Adam, accuracy, confusion_matrix, fit, most_likely, step_decay

HIDDEN, BATCH, SEED = 32, 16, 0
# The learning rate, the epochs, and after how many of them the steps become smaller.
RATE, EPOCHS, LARGE, QUICK, QUICK_LARGE = 0.01, 7, 4, 2, 1
SHOWN = 16
Rows = list[list[float]]


def main(quick: bool = False) -> Illustration:
    """Trains, counts, and shows what was misread. `quick`: fewer epochs, for tests."""
    needs("sklearn", "matplotlib")
    introduction(__doc__)
    inputs, held_out, labels, held_out_labels = digits()

    heading("The loss of one digit: −log of the probability of the right one")
    value, slope = formulas("logsumexp", "LSE", "z")
    print("  L = LSE(z) − z_right, where z are the ten scores, and from the sheet")
    print(f"  {value}\n  {slope}: the probability of each digit, softmax(z)")

    heading(f"Training on {len(inputs)} digits")
    model = MLP(64, [HIDDEN, 10], activation="relu", seed=SEED)
    optimizer = Adam(model.parameters(), RATE)
    epochs, large = (QUICK, QUICK_LARGE) if quick else (EPOCHS, LARGE)
    history = fit(
        model,
        zip(inputs, labels),
        "cross_entropy",
        optimizer,
        epochs=epochs,
        batch_size=BATCH,
        shuffle=True,
        seed=SEED,
        schedule=step_decay(large, factor=0.2),
    )
    for part in (model, optimizer, uninterrupted(history)):
        remark(f"{part}", rest="    ")
    plural = "" if large == 1 else "s"
    remark(
        f"After {large} epoch{plural} the learning rate falls to a fifth of it: smaller steps at "
        "the end, so that the last few digits decide less. The loss is a mean over the digits; "
        f"guessing costs −log(1/10) = {math.log(10):.3f}."
    )

    heading(f"The {len(held_out)} digits held out")
    scores = model.predict(held_out)
    found = [most_likely(row) for row in scores]
    right = accuracy(held_out_labels, found)
    matrix = confusion_matrix(held_out_labels, found, range(10))
    print("  rows: what it is; columns: what was read; · for none")
    print("      " + "".join(f"{digit:4}" for digit in range(10)))
    for digit, row in enumerate(matrix):
        print(f"  {digit:4}" + "".join(f"{count or '·':>4}" for count in row))
    wrong = [i for i, pair in enumerate(zip(held_out_labels, found)) if pair[0] != pair[1]]
    print(f"\n  {right:.1%} right, {len(wrong)} misread; guessing would get 10.0% right.")
    for i in islice(wrong, 3):
        is_, was = held_out_labels[i], found[i]
        probabilities = softmax(scores[i])
        print(f"  {is_} was read as {was}: P({was}) = {probabilities[was]:.0%}, ", end="")
        print(f"P({is_}) = {probabilities[is_]:.0%}")
    assert right > (0.9 if quick else 0.96)

    caption = (
        f"Left, what the network reads in {len(held_out)} digits held out: {right:.1%} are on the "
        f"diagonal. In the middle {min(len(wrong), SHOWN)} of those that it misreads; right, the "
        f"weights of its {HIDDEN} hidden neurons as pictures: blue ink excites, orange inhibits."
    )
    misread = [(held_out[i], held_out_labels[i], found[i]) for i in wrong]
    return draw(model, matrix, misread, caption)


def digits() -> tuple[Rows, Rows, list[int], list[int]]:
    """Training inputs, held-out inputs and the digits of both; every eighth pixel starts a row."""
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    whole = load_digits()
    parts = train_test_split(
        whole.data / 16, whole.target, test_size=0.25, random_state=SEED, stratify=whole.target
    )
    first, second, third, fourth = (part.tolist() for part in parts)
    return first, second, third, fourth


Misread = list[tuple[list[float], int, int]]


def draw(model: MLP, matrix: list[list[int]], misread: Misread, caption: str) -> Illustration:
    """The confusion matrix, the misread digits and the weights."""
    with pictures.figure("ABC", size=(12.5, 4.7)) as (figure, axes):
        ax = axes["A"]
        ax.imshow(matrix, cmap="Blues", vmax=90)
        for true, row in enumerate(matrix):
            for read, count in enumerate(row):
                if count:
                    ax.text(read, true, count, ha="center", va="center", fontsize=9)
        ax.set(xlabel="predicted", ylabel="true", xticks=range(10), yticks=range(10), anchor="N")
        ax.set_title("Digits held out")

        ax = axes["B"]
        tiles(ax, [row for row, _, _ in misread[:SHOWN]], 4, "Greys")
        for number, (_, is_, read) in enumerate(misread[:SHOWN]):
            x, y = 10 * (number % 4), 10 * (number // 4)
            ax.text(x, y + 9.4, f"{is_}, read as {read}", fontsize=8, color=pictures.ORANGE)
        ax.set_title("Misread")

        weights = [[weight.data for weight in neuron.weights] for neuron in model.layers[0].neurons]
        tiles(axes["C"], weights, 6, pictures.signed_colours())
        axes["C"].set_title("Weights of the hidden neurons")
        return pictures.save(figure, "digits", caption)


def tiles(ax: Any, images: Rows, columns: int, colours: Any) -> None:
    """Images of 8×8 pixels in a grid."""
    most = max(abs(pixel) for image in images for pixel in image)
    for number, image in enumerate(images):
        x, y = 10 * (number % columns), 10 * (number // columns)
        rows = [image[start : start + 8] for start in range(0, 64, 8)]
        low = 0 if colours == "Greys" else -most
        ax.imshow(rows, cmap=colours, vmin=low, vmax=most, extent=(x, x + 8, y + 8, y))
    ax.set(xlim=(0, 10 * columns - 2), ylim=(10 * math.ceil(len(images) / columns), 0))
    ax.set_axis_off()
    ax.set_anchor("N")


if __name__ == "__main__":
    main()
