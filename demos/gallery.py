"""Writes the gallery, a picture and two sentences for each demo: `python -m demos.gallery docs`.

It runs every demo at its full length, which takes a few minutes, and takes the sentences and their
figures from these runs.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

from demos import PARTS
from demos.pictures import Illustration
from engine.base.files import write_whole

INTRODUCTION = """# Gallery

A picture and two sentences for each demo, made by the demos themselves: `python -m demos NAME` runs
one, `python -m demos.gallery docs` makes this page and its pictures anew.
"""

# What there is to see, for those who do not see it; what it says is in the sentences above it.
ALTERNATIVES = {
    "lesson": "Graph from left to right: two inputs, two hidden neurons, the output neuron and the "
    "loss, each with its number and its gradient, each arrow with its factor",
    "worked_example": "Graph from left to right: x times m1, times m2, ReLU, minus y, squared, "
    "halved; every box with its number and its gradient, every arrow with its factor",
    "ten_by_ten": "A column δ, a row Aᵀ and the 10 by 10 matrix of their products, blue where "
    "positive, orange where negative",
    "general_form": "Graph from left to right: two inputs, three hidden neurons one above the "
    "other, two output neurons, two squared errors and their mean",
    "regression": "Left, points of predicted over true scores about a diagonal; right, a bar for "
    "each of ten inputs, with a diamond for the linear regression",
    "classification": "Left, two clouds of points on both sides of a line; right, a table of true "
    "against predicted classes, benign and malignant",
    "moons": "Two interleaved half moons of points, a curve that winds between them with dashed "
    "margins, and a straight dotted line that cuts through both",
    "digits": "Left, a 10 by 10 table of true against predicted digits; middle, small images of "
    "misread digits; right, 32 tiles of weights in blue and orange",
    "activations": "Above, four activation functions with their derivatives; below, gradients over "
    "ten layers: flat for ReLU, bending down for tanh, falling steeply for sigmoid",
    "learning_rate": "Left, three paths of steps on contour lines towards a minimum; right, their "
    "losses over the steps: one falls, one hardly, one grows",
    "initialisation": "Weights over the epochs: one line for both where they start equal, two "
    "where they start at random; right, the losses of four starts",
    "scaling": "Contour lines with the path of gradient descent: a canyon and a bowl; right, the "
    "losses over the steps, one early and one after a million",
    "optimisers": "Four paths over the contour lines of a curved valley, one for each optimiser; "
    "right, their losses over 200 steps",
    "gpt": "Left, the loss per letter over the steps, with lines for guessing and letter pairs; "
    "right, which earlier letters each of four heads listens to",
    "sweep": "Five panels, one for each number of hidden neurons: the loss over the learning rate, "
    "a dot for each start and a line through their medians",
}


def main(folder: Path) -> None:
    """Runs the demos, then writes `gallery.md` and the folder `gallery` with the pictures."""
    made = {
        part: {name: import_module(f"demos.{name}").main() for name in names}
        for part, names in PARTS.items()
    }
    missing = [name for shown in made.values() for name, picture in shown.items() if not picture]
    if missing:
        raise SystemExit(f"No gallery: these demos could not draw: {', '.join(missing)}")
    (folder / "gallery").mkdir(parents=True, exist_ok=True)
    for shown in made.values():
        for name, picture in shown.items():
            write_whole(folder / "gallery" / f"{name}.svg", picture.path.read_bytes())
    write_whole(folder / "gallery.md", page(made))


def page(made: dict[str, dict[str, Illustration]]) -> str:
    """The text of the page."""
    lines = [INTRODUCTION]
    for part, shown in made.items():
        lines.append(f"## {part}\n")
        for name, picture in shown.items():
            lines.append(f"### [`{name}`](../demos/{name}.py)\n")
            lines.append(f"{picture.caption}\n")
            lines.append(f"![{ALTERNATIVES[name]}](gallery/{name}.svg)\n")
    return "\n".join(lines)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("python -m demos.gallery FOLDER")
    main(Path(sys.argv[1]))
