"""Two moons: a 2-16-16-1 network bends its boundary until it separates a hundred points.

The task of micrograd's demo: two half circles that no straight line divides, targets y = ±1, and
the hinge loss, which is 0 for a point on its side of the boundary by a margin of 1.
"""

from __future__ import annotations

from typing import Any

from demos import pictures
from demos.interrupt import uninterrupted
from demos.pictures import Illustration, needs
from demos.printing import filled, formulas, heading, introduction
from nn import MLP, SGD, accuracy, fit

Points = list[list[float]]
NOISE, EPOCHS, BETWEEN = 0.1, 48, 8


def main() -> Illustration:
    """Trains, counts, and draws the boundary."""
    needs("sklearn", "matplotlib")
    introduction(__doc__)
    points, targets = moons()
    data = list(zip(points, targets))

    heading("The loss of one point, from the formula sheet")
    value, _, by_prediction = formulas("hinge", "L", "y", "ŷ")
    print(f"  {value}\n  {by_prediction}")
    print("  A point that is right by the margin has no gradient: only the others teach.")

    heading(f"Training on {len(points)} points, one at a time")
    model = MLP(2, [16, 16, 1], activation="relu", seed=0)
    optimizer = SGD(model.parameters(), learning_rate=0.03, weight_decay=1e-4)
    print(filled(str(model), first="  ", rest="  "))
    print(f"  {optimizer}\n")
    print("  epoch   mean loss   on the right side")
    for epoch in range(0, EPOCHS, BETWEEN):
        settings: dict[str, Any] = {"epochs": BETWEEN, "shuffle": True, "seed": epoch}
        history = uninterrupted(fit(model, data, "hinge", optimizer, tolerance=None, **settings))
        right = accuracy(targets, sides(model, points))
        print(f"  {epoch + BETWEEN:5}   {history.losses[-1]:9.4f}   {right:17.0%}")
    assert right == 1

    heading("The same with a straight line")
    neuron = MLP(2, [1], seed=0)
    fit(neuron, data, "hinge", SGD(neuron.parameters(), 0.05), epochs=40, shuffle=True, seed=0)
    straight = accuracy(targets, sides(neuron, points))
    print(f"  One neuron alone, whose boundary ŷ = 0 is a line, gets {straight:.0%} right.")
    assert straight < 0.95

    beyond = sum(y * output >= 1 for y, output in zip(targets, model.predict(points)))
    caption = (
        f"The network puts {right:.0%} of {len(points)} points on their side of its boundary, "
        f"{beyond} of them beyond the margins, where loss and gradient are 0. One neuron, whose "
        f"boundary is the dotted straight line, gets {straight:.0%} right."
    )
    return draw(model, neuron, points, targets, caption)


def moons() -> tuple[Points, list[float]]:
    """The points, and for each the moon it belongs to, −1 or 1."""
    from sklearn.datasets import make_moons

    points, classes = make_moons(100, noise=NOISE, random_state=1)
    return points.tolist(), [2.0 * label - 1 for label in classes.tolist()]


def sides(model: MLP, points: Points) -> list[float]:
    """On which side of the boundary the model puts each point, −1 or 1."""
    return [1.0 if output > 0 else -1.0 for output in model.predict(points)]


def draw(
    model: MLP, neuron: MLP, points: Points, targets: list[float], caption: str
) -> Illustration:
    """The points, the two sides, the boundary and its margins."""
    with pictures.figure(size=(7, 4.6)) as (figure, axes):
        ax = axes["A"]
        x, y, z = pictures.predicted_heights(model.predict, (-1.6, 2.6), (-1.1, 1.6))
        ax.contourf(x, y, z, [-1e9, 0, 1e9], colors=[pictures.LIGHT_ORANGE, pictures.LIGHT_BLUE])
        boundary = ax.contour(x, y, z, [0], colors="#222222", linewidths=1.8)
        ax.contour(x, y, z, [-1, 1], colors=pictures.GREY, linewidths=1, linestyles="dashed")
        onto = min(boundary.get_paths()[0].vertices, key=lambda vertex: abs(vertex[0] - 1.6))
        ax.annotate(
            "boundary ŷ = 0,\nmargins ŷ = ±1 dashed",
            **{"xy": onto, "xytext": (0.7, 1.2), "arrowprops": {"arrowstyle": "-"}},
        )
        x, y, z = pictures.predicted_heights(neuron.predict, (-1.6, 2.6), (-1.1, 1.6), 5)
        line = ax.contour(x, y, z, [0], colors=pictures.GREY, linewidths=1.2, linestyles="dotted")
        ax.clabel(line, fmt="one neuron", manual=[(2.2, 0.6)])
        for side, colour, marker in ((-1.0, pictures.ORANGE, "s"), (1.0, pictures.BLUE, "o")):
            mine = [point for point, target in zip(points, targets) if target == side]
            ax.scatter(*zip(*mine), c=colour, marker=marker, s=26, edgecolor="white", linewidth=0.6)
        ax.text(-1.5, 1.45, "ŷ < 0", color=pictures.ORANGE, fontsize=12, weight="bold")
        ax.text(2.5, -1.0, "ŷ > 0", color=pictures.BLUE, fontsize=12, weight="bold", ha="right")
        ax.set(xlabel="x1", ylabel="x2", aspect="equal")
        return pictures.save(figure, "moons", caption)


if __name__ == "__main__":
    main()
