"""Why inputs are scaled: raw CGPA and IQ against standardised ones.

One linear neuron learns the salaries, LPA ≈ w1·CGPA + w2·IQ + b, by gradient descent on the mean
squared error of all students. That loss bends differently in different directions; the condition
number, the largest second derivative over the least, says how differently.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from demos import pictures
from demos.pictures import Illustration, needs
from demos.printing import columns, heading, introduction, remark, shown
from demos.students import Scaling, read_students
from engine import Parameter, Value, dot, hessian, mean, squared_error
from nn import SGD

COUNT, WATCHED, MARGIN = 40, 400, 0.01
Moment = tuple[float, float, float, float]


class Descent:
    """Gradient descent from parameters 0 on one way to present the inputs."""

    def __init__(self, rows: Sequence[Sequence[float]], salaries: Sequence[float]) -> None:
        from numpy.linalg import eigh

        self.rows, self.salaries = rows, salaries
        parameters = [Parameter(0.0) for _ in range(3)]
        start = self.loss(parameters)
        matrix = [[entry.data for entry in row] for row in hessian(start, parameters)]
        # The loss is a quadratic: its second derivatives are the same everywhere.
        self.bends, self.directions = eigh(matrix)
        self.condition = float(self.bends[-1] / self.bends[0])
        # In the steepest direction a step of this rate leads straight to the bottom.
        self.rate = float(1 / self.bends[-1])

        start.backward()
        self.slopes = self.directions.T @ [parameter.grad for parameter in parameters]
        # How much of the loss lies in each direction: ½·slope²/bend.
        self.shares = self.slopes**2 / self.bends / 2
        self.least = start.data - float(self.shares.sum())

    def loss(self, parameters: Sequence[Value]) -> Value:
        """The mean squared error over the students."""
        *weights, bias = parameters
        outputs = [dot(weights, row, bias) for row in self.rows]
        return mean([squared_error(y, p) for y, p in zip(self.salaries, outputs)])

    def minimum(self) -> tuple[float, float, float]:
        """w1, w2 and b where the loss is least: one of Newton's steps, for it is a quadratic."""
        w1, w2, b = map(float, -(self.directions @ (self.slopes / self.bends)))
        return w1, w2, b

    def watch(self, steps: int) -> list[Moment]:
        """(loss, w1, w2, b) before the first step and after each, by the engine."""
        parameters = [Parameter(0.0) for _ in range(3)]
        optimizer = SGD(parameters, learning_rate=self.rate)
        moments: list[Moment] = []
        for _ in range(steps + 1):
            optimizer.zero_grad()
            loss = self.loss(parameters)
            w1, w2, b = (parameter.data for parameter in parameters)
            moments.append((loss.data, w1, w2, b))
            loss.backward()
            optimizer.step()
        return moments

    def predicted(self, step: int) -> float:
        """The loss after so many steps: each direction's share shrinks by (1 − η·bend)² a step."""
        shrunk = self.shares * (1 - self.rate * self.bends) ** (2.0 * step)
        return self.least + float(shrunk.sum())

    def steps_needed(self) -> int:
        """The first step with a loss within 1 % of the least, found by halving."""
        few, many = 0, 1
        while self.predicted(many) > (1 + MARGIN) * self.least:
            few, many = many, 2 * many
        while many - few > 1:
            middle = (few + many) // 2
            if self.predicted(middle) > (1 + MARGIN) * self.least:
                few = middle
            else:
                many = middle
        return many


def main() -> Illustration:
    """Compares the two."""
    needs("matplotlib", "numpy")
    introduction(__doc__)
    students = read_students()[:COUNT]
    salaries = [student.lpa for student in students]
    scale = Scaling(students)
    ways = {
        "raw": Descent([[student.cgpa, student.iq] for student in students], salaries),
        "standardised": Descent([scale(student) for student in students], salaries),
    }

    heading("How the loss bends: the eigenvalues of its second derivatives")
    for name, descent in ways.items():
        bends = "".join(f"{bend:>11.5g}" for bend in descent.bends)
        print(f"  {name:13}{bends}   condition number {descent.condition:,.1f}")
    remark(
        "No step may be larger than the steepest direction allows, so the flattest one moves by "
        "about one part in as many as the condition number."
    )

    heading(f"The first {WATCHED} steps: the loss after some of them")
    watched = {name: descent.watch(WATCHED) for name, descent in ways.items()}
    chosen = (0, 1, 2, 10, 100, WATCHED)
    columns(f"  {'':12}{'η':>10}" + "".join(f"{step:9}" for step in chosen))
    for name, moments in watched.items():
        losses = "".join(f"{moments[step][0]:9.5f}" for step in chosen)
        print(f"  {name:12}{shown(ways[name].rate):>10}{losses}")
        for step, (loss, *_) in enumerate(moments):
            assert math.isclose(loss, ways[name].predicted(step), rel_tol=1e-6)
    remark(
        "In direction i the loss above the least shrinks by (1 − η·λ_i)² a step. That rule gives "
        f"all {2 * WATCHED} losses to 6 digits, and tells the others without waiting."
    )

    least = ways["raw"].least
    heading(f"Steps until the loss is within {MARGIN:.0%} of the least, {least:.5f} LPA²")
    assert math.isclose(least, ways["standardised"].least, rel_tol=1e-6)
    raw, standardised = (descent.steps_needed() for descent in ways.values())
    for name, needed in zip(ways, (raw, standardised)):
        print(f"  {name:13}{needed:>12,}")
    print("  Standardised: (x − mean) / standard deviation, both of the training data.")
    arrived = [loss <= (1 + MARGIN) * least for loss, *_ in watched["standardised"]]
    assert arrived.index(True) == standardised
    assert raw > 10_000 * standardised

    caption = (
        "The loss over the two weights, to the same scale: a canyon with raw inputs (condition "
        f"number {ways['raw'].condition:,.1f}), a bowl with standardised ones (condition number "
        f"{ways['standardised'].condition:.1f}). To come within {MARGIN:.0%} of the least loss, "
        f"gradient descent needs {raw:,} steps in the one and {standardised} in the other."
    )
    return draw(ways, watched, (raw, standardised), caption)


def draw(
    ways: dict[str, Descent],
    watched: dict[str, list[Moment]],
    needed: tuple[int, int],
    caption: str,
) -> Illustration:
    """Both surfaces with the way over them, and how far the losses are from the least."""
    colours = {"raw": pictures.ORANGE, "standardised": pictures.BLUE}
    with pictures.figure("ABC", size=(11.5, 4.2)) as (figure, axes):
        for letter, (name, descent) in zip("AB", ways.items()):
            ax, moments = axes[letter], watched[name]
            *_, bias = moments[-1]
            middle = (0.0, 0.0) if name == "raw" else (0.5, 0.5)
            across, up = ((centre - 1.0, centre + 1.0) for centre in middle)

            def height(w1: float, w2: float, descent: Any = descent, bias: float = bias) -> float:
                return float(descent.loss([Parameter(w1), Parameter(w2), Parameter(bias)]))

            x, y, z = pictures.heights(height, across, up, 50)
            # On the floor of the canyon the grid is too coarse for lines of small losses.
            levels = [2.0**n for n in range(5 if name == "raw" else -3, 18)]
            ax.contour(x, y, z, levels, colors="#C3CAD2", linewidths=0.8)
            _, w1, w2, _ = zip(*moments)
            dots = {"marker": "o", "markersize": 3.5, "markevery": [*range(10), WATCHED]}
            ax.plot(w1, w2, linewidth=1, color=colours[name], **dots)
            ax.plot(0, 0, marker="o", color="#222222")
            ax.annotate("start", (0, 0), xytext=(2, -13), textcoords="offset points")
            best = descent.minimum()
            pictures.mark_minimum(ax, best[0], best[1], f"minimum,\nbias {shown(best[2])}")
            path_name = f"{name},\n{WATCHED} steps"
            place = (-12, 14) if name == "raw" else (-80, 2)
            pictures.name_path(ax, path_name, (w1[-1], w2[-1]), place, colours[name])
            ax.set(xlabel="weight of CGPA", ylabel="weight of IQ", aspect="equal")
            ax.set_title(f"{name} inputs")
        ax = axes["C"]
        for (name, descent), arrived in zip(ways.items(), needed):
            steps = sorted({round(1.1**n) for n in range(180) if 1.1**n <= 1.3 * arrived})
            above = [descent.predicted(step) - descent.least for step in steps]
            ax.plot(steps, above, color=colours[name])
            seen = [step for step in (1, 2, 4, 10, 20, 50, 100, 200, WATCHED) if step <= arrived]
            losses = [watched[name][step][0] - descent.least for step in seen]
            ax.plot(seen, losses, "o", markersize=4, color=colours[name])
            ax.annotate(
                f"{name}:\n{arrived:,} step{'s' * (arrived != 1)}",
                (arrived, MARGIN * descent.least),
                xytext=(10 if name != "raw" else -16, 8),
                textcoords="offset points",
                ha="left" if name != "raw" else "right",
                color=colours[name],
            )
        ax.axhline(MARGIN * ways["raw"].least, color=pictures.GREY, linewidth=0.8)
        ax.text(20, 0.8 * MARGIN * ways["raw"].least, f"{MARGIN:.0%} of the least", va="top")
        ax.text(20, 2e-5, "dots: gradient descent\nlines: the rule (1 − η·λ)²")
        ax.set(xscale="log", yscale="log", xlabel="step", title="Loss above the least, LPA²")
        return pictures.save(figure, "scaling", caption)


if __name__ == "__main__":
    main()
