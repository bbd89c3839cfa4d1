"""How the demos draw with matplotlib: one look, one folder, files that are whole or not there."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from demos.printing import filled, remark
from engine.base.files import write_whole
from engine.drawing.render import Picture
from engine.drawing.style import NEGATIVE, PAPER, POSITIVE

FOLDER = Path("chaingrad-pictures")

# The colours of Okabe and Ito (2008), which colour-blind readers tell apart; darker where they are
# the colour of a text. LIGHT are the same as areas.
BLUE, ORANGE = POSITIVE, NEGATIVE
GREEN, PURPLE, SKY, YELLOW = "#00785A", "#8F4A78", "#56B4E9", "#E69F00"
LIGHT_BLUE, LIGHT_ORANGE, GREY = "#DCEEFB", "#FBE3D3", "#5A6472"

_DIGITS = re.compile(r"(\.\d\d)\d+")
_PACKAGES = {"sklearn": "scikit-learn"}
_STYLE: Any = {
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 11,
    "axes.edgecolor": GREY,
    "axes.labelcolor": "#222222",
    "font.size": 10,
    "lines.linewidth": 1.8,
    "lines.solid_capstyle": "round",
    "savefig.dpi": 144,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelcolor": "#222222",
    "ytick.labelcolor": "#222222",
    # Text stays text, so that a file is small and can be searched; ids do not depend on chance.
    "svg.fonttype": "none",
    "svg.hashsalt": "chaingrad",
}


class Illustration(NamedTuple):
    """A picture that a demo has written, and what there is to see in it, with the run's figures."""

    path: Path
    caption: str


class MissingPackage(SystemExit):
    """A package of an extra is missing: a script ends with the command for it, and status 1."""


def needs(*modules: str) -> None:
    """Ends the demo with the command that installs them, if one of the modules is not there."""
    missing = [_PACKAGES.get(module, module) for module in modules if find_spec(module) is None]
    if missing:
        command = f"python -m pip install {' '.join(missing)}"
        raise MissingPackage(f"This demo needs {' and '.join(missing)}:\n  {command}")


def can_plot() -> bool:
    """Whether matplotlib is there; if not, says how to get it. For demos that are whole without."""
    try:
        needs("matplotlib")
    except MissingPackage:
        print("\nNo picture: it needs matplotlib: python -m pip install matplotlib")
        return False
    return True


@contextmanager
def figure(
    mosaic: Any = "A", size: tuple[float, float] = (9, 4), **ratios: Any
) -> Iterator[tuple[Any, Any]]:
    """A matplotlib figure and its axes by letter, in the look of the demos while the block lasts.

    `mosaic`: a letter for each axes, rows set apart by a semicolon, and `ratios`, as
    `Figure.subplot_mosaic` takes them. `size` in inches. The figure is not one of pyplot's, so it
    needs no screen.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(_STYLE):
        drawn = Figure(figsize=size, layout="constrained")
        yield drawn, drawn.subplot_mosaic(mosaic, **ratios)


def signed_colours() -> Any:
    """A matplotlib colour map: the colours that `draw_network` has for negative and positive."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("signed", [NEGATIVE, PAPER, POSITIVE])


def mark_minimum(ax: Any, x: float, y: float, name: str = "minimum", side: str = "right") -> None:
    """A star where a surface is lowest; its name stands below it to one side."""
    ax.plot(x, y, marker="*", markersize=13, color="#222222", markeredgecolor="white", zorder=5)
    right = side == "right"
    beside = {"textcoords": "offset points", "va": "top", "ha": "left" if right else "right"}
    halo = {"boxstyle": "round,pad=0.1", "facecolor": "white", "alpha": 0.8, "linewidth": 0}
    ax.annotate(name, (x, y), xytext=(7 if right else -7, -6), bbox=halo, zorder=5, **beside)


def name_path(
    ax: Any, name: str, spot: Sequence[float], offset: tuple[float, float], colour: str
) -> None:
    """The name of a path beside a spot on it, `offset` points away."""
    ax.annotate(
        name, spot, xytext=offset, textcoords="offset points", color=colour, weight="bold", zorder=5
    )


def heights(
    function: Callable[[float, float], float],
    across: tuple[float, float],
    up: tuple[float, float],
    count: int = 60,
) -> tuple[list[float], list[float], list[list[float]]]:
    """A function of two numbers on a grid, as matplotlib's contours take it: x, y and rows of z."""
    x, y = (
        [low + (high - low) * i / (count - 1) for i in range(count)] for low, high in (across, up)
    )
    return x, y, [[function(x_i, y_i) for x_i in x] for y_i in y]


def predicted_heights(
    predict: Callable[[list[list[float]]], list[float]],
    across: tuple[float, float],
    up: tuple[float, float],
    count: int = 60,
) -> tuple[list[float], list[float], list[list[float]]]:
    """`heights` of a function that takes all points of the grid as rows, such as a prediction."""
    points: list[list[float]] = []

    def noted(a: float, b: float) -> float:
        points.append([a, b])
        return 0.0

    x, y, _ = heights(noted, across, up, count)
    found = predict(points)
    return x, y, [found[start : start + count] for start in range(0, len(found), count)]


def save(drawn: Any, name: str, caption: str) -> Illustration:
    """Writes a figure to `chaingrad-pictures/<name>.svg`, whole or not at all, and says so."""
    from matplotlib import rc_context

    image = io.BytesIO()
    with rc_context(_STYLE):
        drawn.savefig(image, format="svg", metadata={"Date": None, "Creator": None})
    # Laid out in a font that matplotlib brings; shown in those of the other drawings.
    svg = image.getvalue().decode().replace("'DejaVu Sans'", "Helvetica, Arial, 'DejaVu Sans'")
    # Positions to a hundredth of a point, which nobody can see: half the file.
    svg = re.sub(r'\b(?:d|x|y)="[^"]*"', lambda match: _DIGITS.sub(r"\1", match[0]), svg)
    return _written(f"{name}.svg", svg, caption)


def save_drawing(drawing: Picture, name: str, caption: str) -> Illustration | None:
    """The same for a drawing of the engine. Without Graphviz it says what to install, and None."""
    try:
        svg = drawing.pipe("svg", encoding="utf-8")
    except RuntimeError as error:
        print(f"\n{filled(f'No picture: {error}')}")
        return None
    return _written(f"{name}.svg", str(svg), caption)


def _written(name: str, svg: str, caption: str) -> Illustration:
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / name
    write_whole(path, svg)
    print(f"\nPicture: {path}")
    remark(caption)
    return Illustration(path, caption)
