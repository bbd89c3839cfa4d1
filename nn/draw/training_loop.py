"""`draw_training_loop`: the flow chart of training, one student at a time."""

from __future__ import annotations

from itertools import pairwise

from engine.drawing.render import Picture
from engine.drawing.style import (
    DATA,
    FONT,
    FRAME,
    FRAME_LINE,
    INK,
    INNER_FRAME,
    LOSS,
    MUTED,
    OPERATION,
    PAPER,
    PARAMETER,
    Style,
    text,
)

# Opens a group of words. In braces, because they are not counted as boxes.
TEXT = "\t{\n\t\tnode [shape=plain, fixedsize=false, style=solid]\n"

# What happens, the formula, the colours, and how high its centre is, in inches.
_STEPS: dict[str, tuple[str, str, Style, float]] = {
    "initialise": ("0  Initialise", "weights random or all 1, biases 0", PARAMETER, 0.0),
    "epoch": ("Begin an epoch", "one pass over all students", OPERATION, -1.25),
    "student": ("1  Take a student", "x = (CGPA, IQ), y = LPA", DATA, -2.5),
    "forward": ("2  Forward", "ŷ = model(x)", OPERATION, -3.4),
    "loss": ("3  Loss", "L = (y − ŷ)²", LOSS, -4.3),
    "backward": (
        "4  Backward",
        "∂L/∂w and ∂L/∂b, from the last layer to the first",
        OPERATION,
        -5.2,
    ),
    "update": ("4  Update every parameter", "new = old − η·∂L/∂old", PARAMETER, -6.1),
    "end": ("End", "the parameters are kept", DATA, -10.2),
}
_DECISIONS = {
    "more": ("Another student?", 0.75, -7.1),
    "done": ("Loss converged, or\nall epochs done?", 1.1, -8.65),
}
_ORDER = "initialise epoch student forward loss backward update more done end".split()
# Where each loop goes back from, and to, and how far to the right; its frame: title, upper and
# lower edge, left, colour.
_LOOPS = {
    "inner": ("more", "student", 2.4, "for each student", -1.86, -7.62, -1.95, INNER_FRAME),
    "outer": ("done", "epoch", 3.05, "for each epoch", -0.61, -9.36, -2.25, FRAME),
}
_ANSWERS = (
    ("yes", 1.95, -6.97),
    ("no: one epoch is over", 0.85, -7.86),
    ("no", 1.95, -8.52),
    ("yes", 0.2, -9.62),
)
_WIDTH, _HEIGHT = 3.4, 0.62


def draw_training_loop() -> Picture:
    """The flow chart of training: a loop over epochs, and in it a loop over the students.

    >>> picture = draw_training_loop()
    >>> picture
    Picture of 10 boxes, 11 arrows
    >>> "new = old − η·∂L/∂old" in picture.source
    True
    """
    picture = Picture("training")
    picture.body += [
        # The places are given. The frames come first, so that all else lies upon them.
        "\tlayout=neato; splines=line; outputorder=nodesfirst; pad=0.2\n",
        f'\tbgcolor="{PAPER}"\n',
        f'\tnode [shape=box, fixedsize=true, width={_WIDTH}, style=filled, fontname="{FONT}"]\n',
        f'\tedge [color="{MUTED}", penwidth=1.6, arrowsize=0.8]\n',
        f"\t{{\n{_frame('outer')}{_frame('inner')}\t}}\n",
    ]
    for name in _ORDER:
        picture.body.append(_diamond(name) if name in _DECISIONS else _box(name))
    picture.body += [f"\t{tail} -> {head}\n" for tail, head in pairwise(_ORDER)]
    for loop, (tail, head, right, *_) in _LOOPS.items():
        corners = "".join(
            f'\t\t{loop}_{name} [pos="{right},{_height(name)}!"]\n' for name in (tail, head)
        )
        # Two corners make the way back a rectangle; they are not boxes of the chart either.
        picture.body.append(
            f'\t{{\n\t\tnode [shape=point, width=0.022, color="{MUTED}", penwidth=0]\n{corners}'
            f"\t\t{tail} -> {loop}_{tail} -> {loop}_{head} [arrowhead=none]\n\t}}\n"
        )
        picture.body.append(f"\t{loop}_{head} -> {head}\n")
    answers = [
        f'\t\tanswer{number} [pos="{x},{y}!", label=<{text(answer, INK, 10.5)}>]\n'
        for number, (answer, x, y) in enumerate(_ANSWERS, 1)
    ]
    picture.body.append(f"{TEXT}{''.join(answers)}{_titles()}\t}}\n")
    picture.body.append(
        f'\tlabelloc=b; fontname="{FONT}"; '
        f"label=<<BR/>{text('η: the learning rate, such as 0.1', MUTED, 10.5)}>\n"
    )
    return picture


def _height(name: str) -> float:
    return _DECISIONS[name][-1] if name in _DECISIONS else _STEPS[name][-1]


def _frame(loop: str) -> str:
    *_, right, _, top, bottom, left, fill = _LOOPS[loop]
    right += 0.3
    return (
        f'\t\t{loop} [pos="{(left + right) / 2:g},{(top + bottom) / 2:g}!", '
        f'width={right - left:g}, height={top - bottom:g}, style="filled,rounded", '
        f'fillcolor="{fill}", color="{FRAME_LINE}", label=""]\n'
    )


def _titles() -> str:
    return "".join(
        f'\t\t{loop}_title [pos="{left + 0.72:g},{top - 0.17:g}!", '
        f"label=<{text(title, MUTED, 11, 'B')}>]\n"
        for loop, (_, _, _, title, top, _, left, _) in _LOOPS.items()
    )


def _box(name: str) -> str:
    title, formula, style, height = _STEPS[name]
    rounded = ",rounded" if style.rounded else ""
    label = f"{text(title, style.ink, 13, 'B')}<BR/>{text(formula, style.ink, 10.5)}"
    return (
        f'\t{name} [pos="0,{height}!", height={_HEIGHT}, style="filled{rounded}", '
        f'fillcolor="{style.fill}", color="{style.border}", penwidth={style.width}, '
        f"label=<{label}>]\n"
    )


def _diamond(name: str) -> str:
    question, size, height = _DECISIONS[name]
    label = "<BR/>".join(text(line, INK, 12, "B") for line in question.splitlines())
    return (
        f'\t{name} [pos="0,{height}!", shape=diamond, height={size}, fillcolor="{PAPER}", '
        f'color="{OPERATION.border}", label=<{label}>]\n'
    )
