"""Why an optimiser: SGD, momentum, RMSprop and Adam from the same start on one surface.

One neuron after the other, as in the worked example: ŷ = w2·tanh(w1·x), so the loss is a surface
over two weights. Its minimum lies at the end of a bent valley with steep walls and a flat floor.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from demos import pictures
from demos.pictures import Illustration, needs
from demos.printing import columns, heading, introduction, remark, shown
from engine import Parameter, Value, mean, squared_error
from engine.sheet.dialects import TEXT
from engine.sheet.formula import read
from nn import SGD, Adam, Optimizer, RMSprop

INPUTS = (-2.0, -1.5, -1.0, -0.5, 0.5, 1.0, 1.5, 2.0)
GOAL, START = (2.0, 1.0), (0.1, 2.2)
STEPS, DOTS, ENOUGH, RATES = 200, 80, 1e-3, (0.01, 0.02, 0.05, 0.1, 0.2)
OPTIMIZERS: dict[str, Callable[[list[Parameter], float], Optimizer]] = {
    "SGD": SGD,
    "momentum": lambda weights, rate: SGD(weights, rate, momentum=0.9),
    "RMSprop": RMSprop,
    "Adam": Adam,
}
COLOURS = dict(
    zip(OPTIMIZERS, (pictures.GREY, pictures.GREEN, pictures.ORANGE, pictures.BLUE), strict=True)
)
SIGNS = {"parameter": "w", "gradient": "g", "learning_rate": "η", "momentum": "μ", "decay": "ρ"}
SIGNS |= {"beta1": "β1", "beta2": "β2", "epsilon": "ε", "step": "t", "weight_decay": "λ"}
Path = list[tuple[float, float, float]]


def main() -> Illustration:
    """Prints the rules, finds the best rate for each, and compares."""
    needs("matplotlib")
    introduction(__doc__)

    heading("The rules, as the optimisers hold them; g = ∂L/∂w, t = number of the step")
    for name, make in OPTIMIZERS.items():
        rule = [
            f"{SIGNS.get(target, target)} := {TEXT.write(read(formula), SIGNS)}"
            for target, formula in make([Parameter(0.0)], 0.1).rule
            if "weight_decay" not in formula
        ]
        print(f"  {name:9} " + ("\n" + " " * 12).join(rule))
    remark("A name on the right that is computed further down holds its number of the last step.")

    heading(f"Steps from {START} until the loss stays below {ENOUGH:g}")
    columns("  η        " + "".join(f"{rate:>8g}" for rate in RATES))
    best: dict[str, tuple[float, Path]] = {}
    for name in OPTIMIZERS:
        paths = {rate: descend(name, rate) for rate in RATES}
        arrivals = [arrival(path) for path in paths.values()]
        print(f"  {name:9}" + "".join(f"{step or '–':>8}" for step in arrivals))
        # The first to arrive; of those that do not, the one that comes nearest.
        rate = min(RATES, key=lambda rate: (arrival(paths[rate]) or STEPS + 1, paths[rate][-1][2]))
        best[name] = rate, paths[rate]
    print(f"  – : not within {STEPS} steps.")

    heading("Each with its best rate: loss after so many steps")
    moments = (0, 10, 20, 50, 100, STEPS)
    columns(f"  {'':9}{'η':>6}" + "".join(f"{step:>10}" for step in moments))
    for name, (rate, path) in best.items():
        print(f"  {name:9}{rate:>6g}" + "".join(f"{shown(path[s][2]):>10}" for s in moments))
    remark(
        "SGD falls into the valley and creeps, because the floor is flat and so are its steps. "
        "Momentum adds up the small steps along the floor. RMSprop divides each weight's step by "
        "its usual size, so the flat floor does not slow it, but in the end it hovers about the "
        "minimum. Adam does both, and its steps shrink when the gradients disagree."
    )
    arrived = {name: arrival(path) for name, (_, path) in best.items()}
    assert arrived.pop("SGD") is None
    assert all(arrived.values())

    caption = (
        f"From the same start, each optimiser with the best of {len(RATES)} learning rates: SGD "
        f"creeps along the flat floor of the valley, to a loss of {shown(best['SGD'][1][-1][2])} "
        f"after {STEPS} steps. The loss stays below {ENOUGH:g} with momentum from step "
        f"{arrived['momentum']}, with RMSprop from step {arrived['RMSprop']}, with Adam from step "
        f"{arrived['Adam']}."
    )
    return draw(best, caption)


def loss(w1: Value | float, w2: Value | float) -> Value:
    """The mean squared error over the inputs; the targets are those of the goal's weights."""
    errors = [
        squared_error(GOAL[1] * math.tanh(GOAL[0] * x), w2 * (w1 * Value(x)).tanh()) for x in INPUTS
    ]
    return mean(errors)


def descend(name: str, rate: float) -> Path:
    """(w1, w2, loss) before the first step and after each."""
    weights = [Parameter(start) for start in START]
    optimizer = OPTIMIZERS[name](weights, rate)
    path: Path = []
    for _ in range(STEPS + 1):
        optimizer.zero_grad()
        current = loss(*weights)
        path.append((weights[0].data, weights[1].data, current.data))
        current.backward()
        optimizer.step()
    return path


def arrival(path: Path) -> int | None:
    """The first step from which the loss stays small; None if there is none."""
    too_large = [step for step, (_, _, height) in enumerate(path) if height >= ENOUGH]
    return None if too_large[-1] == STEPS else too_large[-1] + 1


def draw(best: dict[str, tuple[float, Path]], caption: str) -> Illustration:
    """A walk over the surface for each optimiser, and the losses together."""
    with pictures.figure("ABEE;CDEE", size=(11, 5.6)) as (figure, axes):
        across, up = (-0.4, 2.9), (0.4, 2.6)
        x, y, z = pictures.heights(lambda w1, w2: loss(w1, w2).data, across, up, 36)
        levels = [0.002 * 2**n for n in range(13)]
        for letter, (name, (rate, path)) in zip("ABCD", best.items()):
            ax = axes[letter]
            ax.contour(x, y, z, levels, colors="#C3CAD2", linewidths=0.7)
            w1, w2, _ = zip(*path)
            dots = {"marker": "o", "markersize": 2.5, "markevery": slice(DOTS)}
            ax.plot(w1, w2, linewidth=1, color=COLOURS[name], **dots)
            ax.plot(*START, marker="o", markersize=5, color="#222222")
            ax.plot(*GOAL, marker="*", markersize=9, color="#222222")
            ax.set_title(f"{name}, η = {rate:g}", color=COLOURS[name])
            ax.set(xlim=across, ylim=up, xlabel="w1", ylabel="w2")
        axes["C"].set_xlabel(f"w1 (dots: the first {DOTS} steps)")
        ax = axes["E"]
        for name, (_, path) in best.items():
            losses = [height for _, _, height in path]
            ax.plot(losses, color=COLOURS[name], linewidth=1.5)
            ax.annotate(
                name,
                (STEPS, losses[-1]),
                xytext=(5, 0),
                textcoords="offset points",
                va="center",
                color=COLOURS[name],
            )
        ax.set(yscale="log", xlim=(0, STEPS * 1.25), xlabel="step", title="Loss")
        ax.set_xticks(range(0, STEPS + 1, 50))
        return pictures.save(figure, "optimisers", caption)


if __name__ == "__main__":
    main()
