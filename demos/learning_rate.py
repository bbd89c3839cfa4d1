"""Why that learning rate: too low, right and too high, on a surface of two weights.

One neuron predicts the salary of the first students of the lesson from CGPA and IQ. Its bias stays
at the mean salary, so its loss is a surface over two weights, and every step of gradient descent,
w := w − η·∂L/∂w, is a walk on it that can be drawn.
"""

from __future__ import annotations

from statistics import fmean

from demos import pictures
from demos.pictures import Illustration, needs
from demos.printing import columns, heading, introduction, remark, shown
from demos.students import read_students
from engine import Parameter, Value, dot, hessian, mean, squared_error
from nn import SGD

COUNT, STEPS, START = 40, 40, (1.25, -0.15)
# Shares of the rate above which the steps grow.
SHARES = {"too low": 0.02, "right": 0.6, "too high": 1.04}
COLOURS = dict(zip(SHARES, (pictures.GREEN, pictures.BLUE, pictures.ORANGE), strict=True))
Path = list[tuple[float, float, float]]


class Surface:
    """The mean squared error of the students as a function of the neuron's two weights."""

    def __init__(self) -> None:
        students = read_students()[:COUNT]
        cgpa, iq, lpa = (fmean(column) for column in zip(*students))
        # Grade points above the mean, and IQ above the mean in units of 5 points.
        self.rows = [(student.cgpa - cgpa, (student.iq - iq) / 5) for student in students]
        self.salaries, self.bias = [student.lpa for student in students], lpa

    def __call__(self, weights: list[Parameter]) -> Value:
        errors = [
            squared_error(salary, dot(weights, row, self.bias))
            for row, salary in zip(self.rows, self.salaries)
        ]
        return mean(errors)

    def height(self, w1: float, w2: float) -> float:
        """The loss as a number."""
        return self([Parameter(w1), Parameter(w2)]).data

    def minimum(self) -> tuple[float, float]:
        """Where the loss, a quadratic, is least: one of Newton's steps from anywhere."""
        from numpy.linalg import solve

        weights = [Parameter(start) for start in START]
        loss = self(weights)
        curvature = [[entry.data for entry in row] for row in hessian(loss, weights)]
        loss.backward()
        step = solve(curvature, [weight.grad for weight in weights])
        return START[0] - float(step[0]), START[1] - float(step[1])

    def descend(self, rate: float) -> Path:
        """(w1, w2, loss) before the first step and after each."""
        weights = [Parameter(start) for start in START]
        optimizer = SGD(weights, learning_rate=rate)
        path: Path = []
        for _ in range(STEPS + 1):
            optimizer.zero_grad()
            loss = self(weights)
            path.append((weights[0].data, weights[1].data, loss.data))
            loss.backward()
            optimizer.step()
        return path


def main() -> Illustration:
    """Takes forty steps at three rates."""
    needs("matplotlib", "numpy")
    from numpy.linalg import eigvalsh

    introduction(__doc__)
    surface = Surface()
    weights = [Parameter(start) for start in START]
    curvature = [[entry.data for entry in row] for row in hessian(surface(weights), weights)]
    least, most = map(float, eigvalsh(curvature))
    limit = 2 / most

    heading("How steep the surface bends: its second derivatives")
    for row in curvature:
        print("  " + "".join(f"{entry:9.3f}" for entry in row))
    steep = shown(most)
    remark(
        f"The eigenvalues are {steep}, across the valley, and {shown(least)}, along it. A step "
        f"multiplies the distance across by 1 − η·{steep}: it grows unless η stays below "
        f"2/{steep} = {shown(limit)} (LeCun, Bottou, Orr and Müller 1998)."
    )

    heading(f"{STEPS} steps at three learning rates: the loss after some of them")
    paths = {name: surface.descend(share * limit) for name, share in SHARES.items()}
    moments = (0, 1, 2, 5, 10, STEPS)
    columns(f"  {'':9}{'η':>9}" + "".join(f"{step:9}" for step in moments))
    for name, path in paths.items():
        losses = "".join(f"{shown(path[step][2]):>9}" for step in moments)
        print(f"  {name:9}{shown(SHARES[name] * limit):>9}{losses}")
    low, right, high = (path[-1][2] for path in paths.values())
    remark(
        "Too low, and it is on its way for ever; too high, and every step overshoots by more than "
        "the last. Right is as large as it may be with room to spare."
    )
    assert right < low < paths["too low"][0][2] < high

    caption = (
        f"{STEPS} steps of gradient descent from the same start: with η = "
        f"{shown(SHARES['too low'] * limit)} it has hardly set out (loss {shown(low)}), with "
        f"{shown(SHARES['right'] * limit)} it arrives (loss {shown(right)}), with "
        f"{shown(SHARES['too high'] * limit)} each step overshoots by more than the one before "
        f"(loss {shown(high)}). The limit, {shown(limit)}, is read from the second derivatives."
    )
    return draw(surface, paths, limit, caption)


def draw(surface: Surface, paths: dict[str, Path], limit: float, caption: str) -> Illustration:
    """The walks over the surface, and the loss after each step."""
    with pictures.figure("AAB", size=(10, 4.6)) as (figure, axes):
        ax = axes["A"]
        across, up = (-0.7, 1.6), (-0.3, 0.85)
        floor = paths["right"][-1][2]
        x, y, z = pictures.heights(surface.height, across, up, 40)
        levels = [floor * 1.5**n for n in range(1, 14)]
        ax.contour(x, y, z, levels, colors="#C3CAD2", linewidths=0.8)
        for name, path in paths.items():
            w1, w2, _ = zip(*path)
            ax.plot(w1, w2, marker="o", markersize=3.5, linewidth=1.2, color=COLOURS[name])
        pictures.mark_minimum(ax, *surface.minimum(), side="left")
        for name, step, offset in (("too low", 30, (8, 8)), ("right", 4, (-6, 8))):
            pictures.name_path(ax, name, paths[name][step][:2], offset, COLOURS[name])
        pictures.name_path(ax, "too high", (0.62, 0.78), (0, 0), COLOURS["too high"])
        ax.plot(*START, marker="o", color="#222222")
        ax.annotate("start", START, xytext=(8, -3), textcoords="offset points")
        ax.set(
            xlim=across,
            ylim=up,
            xlabel="w1, LPA per grade point",
            ylabel="w2, LPA per 5 points of IQ",
            title="The path over the loss surface; a line joins equal losses",
        )
        ax = axes["B"]
        for name, path in paths.items():
            losses = [loss for _, _, loss in path]
            ax.plot(losses, color=COLOURS[name])
            ax.annotate(
                f"{name}\nη = {shown(SHARES[name] * limit)}",
                (STEPS, losses[-1]),
                xytext=(6, 0),
                textcoords="offset points",
                va="center",
                color=COLOURS[name],
            )
        ax.set(yscale="log", xlabel="step", title="Loss, LPA²", xlim=(0, STEPS * 1.5))
        ax.set_xticks(range(0, STEPS + 1, 10))
        return pictures.save(figure, "learning_rate", caption)


if __name__ == "__main__":
    main()
