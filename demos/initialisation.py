"""Why random weights: two neurons that start alike stay alike for ever.

Neurons of one layer see the same inputs. If their weights are equal too, their outputs are equal,
hence their gradients, hence their updates. A layer of twins can do what one of them can.
"""

from __future__ import annotations

import random
from typing import Any

from demos import pictures
from demos.interrupt import uninterrupted
from demos.pictures import Illustration, needs
from demos.printing import fixed, heading, introduction, remark, shown
from demos.students import Scaling, read_students
from nn import MLP, SGD, fit

# Exclusive or: 1 if exactly one of the two inputs is 1. One hidden neuron cannot express it.
XOR = [([-1.0, -1.0], -1.0), ([-1.0, 1.0], 1.0), ([1.0, -1.0], 1.0), ([1.0, 1.0], -1.0)]
RATE, EPOCHS, LONG, SEED = 0.1, 300, 2000, 1
SOLVED = 0.01
STARTS = ("ones", "zeros", "random", "one neuron")
COLOURS = dict(
    zip(STARTS, (pictures.ORANGE, pictures.PURPLE, pictures.BLUE, pictures.GREY), strict=True)
)
PAIRS = (("w111", "w112"), ("w121", "w122"), ("b11", "b12"), ("w211", "w221"))
Run = tuple[list[float], list[dict[str, float]]]


def main() -> Illustration:
    """Trains from ones, zeros and random weights."""
    needs("matplotlib")
    introduction(__doc__)

    heading("The lesson's network, all weights 1, after an epoch over 40 students")
    students = read_students()[:40]
    scale = Scaling(students)
    model = MLP(2, [2, 1], activation="linear", init="ones")
    data = [(scale(student), student.lpa) for student in students]
    fit(model, data, "squared_error", SGD(model.parameters(), 0.001), epochs=1)
    state = model.state_dict()
    print("  neuron 1                      neuron 2")
    for first, second in PAIRS:
        print(f"  {first:4} = {state[first]!r:22}{second:4} = {state[second]!r}")
        assert state[first] == state[second]
    print("  Every weight has moved, and the twins are equal to the last digit.")

    heading("Exclusive or, a task for two different neurons: 2-2-1, tanh")
    runs = {
        "ones": train(MLP(2, [2, 1], activation="tanh", init="ones")),
        "zeros": train(MLP(2, [2, 1], activation="tanh", init="zeros")),
        "random": train(MLP(2, [2, 1], activation="tanh", init="xavier", seed=SEED)),
        "one neuron": train(MLP(2, [1, 1], activation="tanh", init="xavier", seed=SEED)),
    }
    moments = (0, 20, 50, 100, EPOCHS - 1)
    remark("Each step takes all four rows.")
    print("  loss in epoch " + "".join(f"{moment + 1:>10}" for moment in moments))
    for name, (losses, _) in runs.items():
        print(f"  {name:14}" + "".join(f"{shown(losses[moment]):>10}" for moment in moments))
    remark(
        "Zeros: each hidden neuron's gradient is multiplied by the weight that leads on, 0, and "
        "each of those weights' by the neuron's output, 0. Nothing moves at all."
    )
    ones, zeros, solved, single = (losses[-1] for losses, _ in runs.values())
    twins = runs["ones"][1][-1]
    assert all(twins[first] == twins[second] for first, second in PAIRS)
    assert set(runs["zeros"][1][-1].values()) == {0.0}
    assert solved < SOLVED < 0.6 < ones <= zeros
    assert single > 0.6

    heading("How different must they be? Ones, plus or minus at most so much")
    print(f"  difference   epochs until the loss is below {SOLVED:g}, of {LONG}")
    needed = {difference: epochs_needed(difference) for difference in (1e-6, 1e-3, 0.1, 0.5)}
    for difference, epochs in needed.items():
        print(f"  {fixed(difference, '10g')}   {epochs or 'never'}")
    remark("Almost alike is not enough here: the valley of the twins pulls its neighbours in.")
    assert needed[1e-6] is None
    assert (needed[0.1] or LONG) > (needed[0.5] or LONG)

    caption = (
        f"From ones, the two hidden neurons have one curve between them and the loss stays at "
        f"{shown(ones)}, near what a single hidden neuron reaches ({shown(single)}); from zeros "
        f"nothing moves. From random weights the neurons part and the loss falls to "
        f"{shown(solved)}."
    )
    return draw(runs, caption)


def train(model: MLP, epochs: int = EPOCHS) -> Run:
    """The loss of every epoch, and the parameters before each."""
    optimizer = SGD(model.parameters(), RATE)
    losses, states = [], []
    for _ in range(epochs):
        states.append(model.state_dict())
        history = fit(model, XOR, "squared_error", optimizer, epochs=1, batch_size=4)
        losses += uninterrupted(history).losses
    return losses, states


def epochs_needed(difference: float) -> int | None:
    """How long training takes from ones with random differences; None if it does not get there."""
    model = MLP(2, [2, 1], activation="tanh", init="ones")
    source = random.Random(SEED)
    for parameter in model.parameters():
        if parameter.data == 1:
            parameter.data += source.uniform(-difference, difference)
    optimizer = SGD(model.parameters(), RATE)
    settings: dict[str, Any] = {"epochs": LONG, "batch_size": 4, "tolerance": None}
    history = uninterrupted(fit(model, XOR, "squared_error", optimizer, **settings))
    small = (epoch for epoch, loss in enumerate(history.losses, 1) if loss < SOLVED)
    return next(small, None)


def draw(runs: dict[str, Run], caption: str) -> Illustration:
    """The first weight of both hidden neurons over the epochs, and the losses."""
    with pictures.figure("ABC", size=(11, 4)) as (figure, axes):
        for letter, name in zip("AB", ("ones", "random")):
            ax, states = axes[letter], runs[name][1]
            for weight, style in (("w111", "solid"), ("w112", (0, (2, 2.5)))):
                curve = [state[weight] for state in states]
                colour = COLOURS[name] if weight == "w111" else "#222222"
                ax.plot(curve, color=colour, linestyle=style, linewidth=2.2)
                if name == "random" or weight == "w111":
                    label = weight if name == "random" else "w111 and w112"
                    ax.annotate(
                        label,
                        (EPOCHS, curve[-1]),
                        xytext=(0, 6),
                        textcoords="offset points",
                        ha="right",
                        color=colour,
                    )
            ax.set(title=f"Weights from input 1, start: {name}", xlabel="epoch", ylim=(-2, 2))
        ax = axes["C"]
        for name, (losses, _) in runs.items():
            ax.plot(losses, color=COLOURS[name])
            ax.annotate(
                name,
                (EPOCHS, losses[-1]),
                xytext=(5, {"one neuron": -8, "random": 7}.get(name, 0)),
                textcoords="offset points",
                va="center",
                color=COLOURS[name],
            )
        ax.set(title="Loss", xlabel="epoch", ylim=(0, 2), xlim=(0, EPOCHS * 1.4))
        ax.set_xticks([0, 100, 200, 300])
        return pictures.save(figure, "initialisation", caption)


if __name__ == "__main__":
    main()
