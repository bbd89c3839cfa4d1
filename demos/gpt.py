"""A GPT on scalars: it reads the names of Python's modules and invents new ones.

The decoder of a transformer (`demos.transformer`), letter by letter: every number is a `Value`,
every weight a scalar. All that it needs beyond a multilayer perceptron is attention: each letter
asks (a query), every letter so far answers (a key), and the softmax of how well they match says how
much of what each has to say (its value) is listened to. With llvmlite it is trained by machine code
(`demos.padded_names`).
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from importlib.util import find_spec

from demos import pictures
from demos.module_names import EDGE, LONGEST, Names, pair_table, pairs_loss
from demos.padded_names import OnNodes, PaddedNames
from demos.pictures import Illustration, needs
from demos.printing import heading, introduction, remark
from demos.transformer import HEADS, WIDTH, Memory, Transformer, losses
from engine import no_grad, softmax
from nn import AdamW

STEPS, NAMES_A_STEP, RATE, DECAY, SEED = 400, 4, 0.01, 0.2, 2
TEMPERATURE, INVENTED, REPORTS = 0.6, 40, 8
WORTH_IT = 300  # steps from which on a program takes less time, with that to compile it
Curve = list[tuple[int, float]]


def mean_loss(model: Transformer, names: Names, some: list[str]) -> float:
    """The loss per letter over some names."""
    with no_grad():
        each = [loss.data for name in some for loss in losses(model, names.numbers(name))]
    return math.fsum(each) / len(each)


def invent(model: Transformer, names: Names, source: random.Random) -> str:
    """A name, letter by letter; a temperature below 1 prefers what is likely."""
    memory, letter, name = Memory(), 0, ""
    with no_grad():
        while len(name) < LONGEST - 1:
            scores = [score / TEMPERATURE for score in model(letter, memory)]
            chances = [chance.data for chance in softmax(scores)]
            (letter,) = source.choices(range(len(chances)), chances)
            if names.letters[letter] == EDGE:
                break
            name += names.letters[letter]
    return name


def main(quick: bool = False) -> Illustration:
    """Trains, invents, and shows where the attention goes. `quick`: a few steps, for the tests."""
    needs("matplotlib")
    introduction(__doc__)
    source = random.Random(SEED)
    names = Names(source)
    model = Transformer(len(names.letters), source)

    heading(f"{len(names.all)} names of modules that come with Python")
    remark(f"such as {', '.join(names.training[:6])}; {len(names.held_out)} of them held out.")
    letters = "".join(names.letters)
    remark(f"{len(letters)} letters: {letters}, where {EDGE} begins and ends a name.")
    print(f"  {len(model.parameters()):,} parameters: width {WIDTH}, {HEADS} heads, one block.")

    steps, reports = (8, 2) if quick else (STEPS, REPORTS)
    heading(f"{steps} steps, {NAMES_A_STEP} names each: loss per letter")
    curves = train(model, names, steps, reports, source)
    guess, pairs, learnt = math.log(len(letters)), pairs_loss(names), curves[1][-1][1]
    print()
    remark(
        f"On the names held out: guessing has a loss of {guess:.3f}, a table of which letter "
        f"follows which, and how often, {pairs:.3f}, the transformer {learnt:.3f}."
    )
    assert learnt < (1 if quick else 0.85) * guess

    heading("What it expects next, from all letters before; the table knows the last one only")
    for start in ("asynci", "codec", "url", "tok"):
        after = pair_table(names)[names.numbers(start)[-2]]
        likely = "  ".join(most(names, expected(model, names, start)))
        print(f"  {start:7} {likely}     table after {start[-1]}: {'  '.join(most(names, after))}")

    count = INVENTED // 4 if quick else INVENTED
    heading(f"{count} names that it invents, at temperature {TEMPERATURE}")
    invented = [invent(model, names, source) for _ in range(count)]
    for row in range(0, count, 4):
        print("  " + "".join(f"{name:17}" for name in invented[row : row + 4]).rstrip())
    new = [name for name in dict.fromkeys(invented) if name and name not in names.all]
    print(f"  {len(new)} of them are new; the others exist, or came twice.")
    assert len(new) > count / 2

    examples = ", ".join(sorted(new, key=lambda name: abs(len(name) - 8))[:4])
    caption = (
        f"Left, the loss per letter: after {steps} steps it is {learnt:.2f} on the names held out, "
        f"where a table of letter pairs has {pairs:.2f}; right, how much each letter of a name "
        f"listens to those before it, in each of the {HEADS} heads. It invents names such as "
        f"{examples}."
    )
    return draw(model, names, curves, (guess, pairs), caption)


def train(
    model: Transformer, names: Names, steps: int, reports: int, source: random.Random
) -> list[Curve]:
    """The losses of the steps, and now and then that on the names held out, as (step, loss)."""
    optimizer = AdamW(model.parameters(), RATE, beta2=0.99, weight_decay=DECAY)
    machine_code = steps >= WORTH_IT and find_spec("llvmlite")
    update = (PaddedNames if machine_code else OnNodes)(model, optimizer, names).update
    training: Curve = []
    held_out: Curve = [(0, mean_loss(model, names, names.held_out))]
    print("  step   training   held out   a name it invents")
    waiting: list[str] = []
    for step in range(1, steps + 1):
        if len(waiting) < NAMES_A_STEP:
            waiting = source.sample(names.training, len(names.training))
        optimizer.learning_rate = RATE * (1 - (step - 1) / steps)
        training.append((step, update([waiting.pop() for _ in range(NAMES_A_STEP)])))
        if step % (steps // reports) == 0:
            held_out.append((step, mean_loss(model, names, names.held_out)))
            recent = [loss for _, loss in training[-(steps // reports) :]]
            row = f"{math.fsum(recent) / len(recent):11.3f}{held_out[-1][1]:11.3f}"
            print(f"  {step:4}{row}   {invent(model, names, source)}", flush=True)
    return [training, held_out]


def expected(model: Transformer, names: Names, start: str) -> list[float]:
    """The probability of each letter after this start of a name."""
    memory = Memory()
    with no_grad():
        for letter in names.numbers(start)[:-1]:
            scores = model(letter, memory)
        return [chance.data for chance in softmax(scores)]


def most(names: Names, chances: list[float]) -> list[str]:
    """The three likeliest letters, with their probabilities."""
    likely = sorted(zip(chances, names.letters), reverse=True)[:3]
    return [f"{letter} {chance:4.0%}" for chance, letter in likely]


def draw(
    model: Transformer, names: Names, curves: list[Curve], levels: Sequence[float], caption: str
) -> Illustration:
    """The losses, and the attention within a name."""
    memory, name = Memory(), "asyncio"
    with no_grad():
        for letter in names.numbers(name)[:-1]:
            model(letter, memory)
    with pictures.figure("AABC;AADE", size=(11, 5)) as (figure, axes):
        ax, (training, held_out) = axes["A"], curves
        ax.plot(*zip(*training), color=pictures.SKY, linewidth=0.6)
        ax.plot(*zip(*held_out), color=pictures.BLUE, marker="o", markersize=4)
        ends = [training[-1], held_out[-1], *((training[-1][0], level) for level in levels)]
        for end, text in zip(ends, ("training", "held out", "guessing", "letter pairs")):
            ax.annotate(text, end, (6, 5 if end[1] in levels else -5), textcoords="offset points")
        for level in levels:
            ax.axhline(level, color=pictures.GREY, linewidth=0.8, linestyle="dashed")
        ax.set(xlabel="step", xlim=(0, 1.2 * training[-1][0]), title="Loss per letter")
        ticks = range(len(name) + 1)
        for head, place in enumerate("BCDE"):
            ax = axes[place]
            weights = [
                row[head] + [0.0] * (len(ticks) - len(row[head])) for row in memory.attention
            ]
            ax.imshow(weights, cmap="Blues", vmin=0, vmax=1)
            ax.set_xticks(ticks, f"{EDGE}{name}")
            ax.set_yticks(ticks, f"{EDGE}{name}")
            ax.set_title(f"head {head + 1}")
            ax.tick_params(length=0)
        axes["D"].set(xlabel="… listens to", ylabel="this letter …")
        return pictures.save(figure, "gpt", caption)


if __name__ == "__main__":
    main()
