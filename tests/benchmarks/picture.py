"""The picture of the section `sizes`: time a sample against the size of the network."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from engine.base.files import write_whole
from tests.benchmarks.machine import processor
from tests.benchmarks.sizes import Curve

# Okabe and Ito's colours, which colour-blind readers can tell apart, as dark as text needs them. A
# colour is a library; its ways differ by dashes or markers.
INK, GREY = "#1F2933", "#5A6472"
STYLES: dict[str, dict[str, Any]] = {
    "chaingrad, LLVM": {"color": "#B23A00", "linewidth": 3.2, "marker": "o", "zorder": 4},
    "chaingrad, one call an epoch": {
        "color": "#B23A00",
        "marker": "o",
        "markerfacecolor": "white",
    },
    "chaingrad, Python": {"color": "#B23A00", "linewidth": 2.2, "linestyle": (0, (5, 1.6))},
    "chaingrad, eager": {"color": "#B23A00", "linewidth": 2.2, "linestyle": (0, (1, 1.2))},
    "micrograd": {"color": "#000000", "marker": "v"},
    "PyTorch": {"color": "#0072B2", "marker": "s"},
    "JAX, loop inside": {"color": "#007A5A", "marker": "D"},
    "JAX, one call a step": {"color": "#007A5A", "marker": "D", "markerfacecolor": "white"},
    "C by hand": {"color": "#5A6472", "linewidth": 2.2, "linestyle": (0, (5, 1.6))},
    "numba by hand": {"color": "#8A6D00", "marker": "P"},
    "CasADi": {"color": "#A8558A", "marker": "^"},
}
PROGRAM = "chaingrad, LLVM"
# The peers for which it is said where they become faster: those that a user has as a choice.
CHOICES = ("PyTorch", "JAX, loop inside", "CasADi")
UNITS = ((1e-9, "ns"), (1e-6, "µs"), (1e-3, "ms"), (1.0, "s"))


def crossings(first: Curve, second: Curve) -> Iterator[tuple[float, float]]:
    """Where the second curve goes below the first, both straight between points on log scales.

    Over the sizes that both have, in their order; a second curve that is below from the start
    crosses nowhere.
    """
    other = dict(second)
    points = [(math.log(x), math.log(y), math.log(other[x])) for x, y in first if x in other]
    for (x0, a0, b0), (x1, a1, b1) in pairwise(points):
        before, after = b0 - a0, b1 - a1
        if before > 0 >= after:
            part = before / (before - after)
            yield math.exp(x0 + part * (x1 - x0)), math.exp(a0 + part * (a1 - a0))


def spread(heights: list[float], gap: float) -> list[float]:
    """Heights at least `gap` apart, in their order, and each group centred on where it was."""
    order = sorted(range(len(heights)), key=heights.__getitem__)
    # Groups of labels that touch: their numbers and their middle.
    groups: list[tuple[list[int], float]] = []
    for number in order:
        group, middle = [number], heights[number]
        while groups:
            below, centre = groups[-1]
            if middle - centre >= gap * (len(group) + len(below)) / 2:
                break
            groups.pop()
            group = below + group
            middle = sum(heights[member] for member in group) / len(group)
        groups.append((group, middle))
    placed = list(heights)
    for group, middle in groups:
        for place, member in enumerate(group):
            placed[member] = middle + gap * (place - (len(group) - 1) / 2)
    return placed


def write(curves: dict[str, Curve], path: Path) -> None:
    """Writes the picture, in the format that the name of the file says."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    kind = path.suffix.lstrip(".")
    buffer = io.BytesIO()
    # The same numbers give the same file.
    with matplotlib.rc_context({"svg.hashsalt": "chaingrad", "font.size": 11}):
        figure = drawn(curves, pyplot)
        metadata = {"Date": None} if kind == "svg" else {}
        figure.savefig(buffer, format=kind, dpi=200, facecolor="white", metadata=metadata)
        pyplot.close(figure)
    write_whole(path, buffer.getvalue())


def drawn(curves: dict[str, Curve], pyplot: Any) -> Any:
    """The figure."""
    curves = {name: curves[name] for name in STYLES if curves.get(name)}
    figure, axes = pyplot.subplots(figsize=(9.4, 5.4))
    figure.subplots_adjust(left=0.09, right=0.735, top=0.86, bottom=0.115)
    axes.set_xscale("log")
    axes.set_yscale("log")
    for name, curve in curves.items():
        style = {"linewidth": 1.6, "markersize": 4.5, "zorder": 3, **STYLES[name]}
        axes.plot(*zip(*curve), solid_capstyle="round", **style)
    label_ends(axes, curves)
    if PROGRAM in curves:
        mark_crossings(axes, curves)

    sizes = [size for curve in curves.values() for size, _ in curve]
    axes.set_xlim(min(10, *sizes), max(sizes) * 1.25)
    axes.set_xlabel("parameters of the network", color=INK)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.yaxis.set_major_formatter(lambda value, _: duration(value))
    axes.tick_params(colors=GREY, which="both", length=0, pad=7)
    axes.minorticks_off()
    axes.grid(color="#E3E7EB", linewidth=0.8)
    axes.set_axisbelow(True)
    for side in axes.spines.values():
        side.set_visible(False)
    figure.text(
        0.015, 0.945, "Training, time for one sample", fontsize=14, fontweight="bold", color=INK
    )
    about = (
        "networks n-n-n-1 with ReLU, one gradient step per sample; float64, one thread of "
        f"{processor()}"
    )
    figure.text(0.015, 0.9, about, fontsize=10, color=GREY)
    return figure


def label_ends(axes: Any, curves: dict[str, Curve]) -> None:
    """Each line named at its end, apart from the others."""
    last = max(size for curve in curves.values() for size, _ in curve)
    at_edge = [name for name, curve in curves.items() if curve[-1][0] == last]
    low, high = (math.log(limit) for limit in axes.get_ylim())
    heights = spread([math.log(curves[name][-1][1]) for name in at_edge], (high - low) * 0.052)
    for name, height in zip(at_edge, heights):
        label(axes, name, (last, curves[name][-1][1]), (1.035, (height - low) / (high - low)))
    for name in curves.keys() - set(at_edge):
        size, time = curves[name][-1]
        axes.annotate(
            f" {name}", (size, time), (6, 0), textcoords="offset points", va="center",
            color=STYLES[name]["color"],
        )  # fmt: skip


def label(axes: Any, name: str, end: tuple[float, float], place: tuple[float, float]) -> None:
    """A name beside the axes, tied to the end of its line."""
    colour = STYLES[name]["color"]
    axes.annotate(
        name, end, place, textcoords="axes fraction", va="center", color=colour,
        fontweight="bold" if name == PROGRAM else "normal", annotation_clip=False,
        arrowprops={
            "arrowstyle": "-", "color": colour, "linewidth": 0.7, "shrinkA": 1, "shrinkB": 4,
        },
    )  # fmt: skip


def mark_crossings(axes: Any, curves: dict[str, Curve]) -> None:
    """A ring where a peer becomes the faster one, and the size below, where no line is."""
    found = [
        (size, time, name)
        for name in CHOICES
        if name in curves
        for size, time in crossings(curves[PROGRAM], curves[name])
    ]
    for place, (size, time, name) in enumerate(sorted(found)):
        height = 0.06 + 0.11 * place
        axes.plot(
            [size], [time], marker="o", markersize=13, markerfacecolor="none",
            markeredgecolor=INK, markeredgewidth=1.3, zorder=5,
        )  # fmt: skip
        axes.annotate(
            "", (size, time), (size, height), textcoords=("data", "axes fraction"),
            arrowprops={
                "arrowstyle": "-", "color": INK, "linewidth": 0.8, "shrinkA": 0, "shrinkB": 7,
            },
        )  # fmt: skip
        axes.annotate(
            f"{name}: faster\nfrom {float(f'{size:.2g}'):,.0f} parameters", (size, height),
            (5, 0), xycoords=("data", "axes fraction"), textcoords="offset points", va="center",
            color=INK, fontsize=10, bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
        )  # fmt: skip


def duration(seconds: float) -> str:
    """A time in the unit that suits it: 10 ns, 1 µs."""
    factor, unit = next(
        ((factor, unit) for factor, unit in reversed(UNITS) if seconds >= factor * 0.999), UNITS[0]
    )
    return f"{seconds / factor:g} {unit}"
