"""How drawings look: colours, text that is safe inside DOT, numbers, the pieces of a box."""

from __future__ import annotations

import math
import unicodedata
from html import escape
from typing import NamedTuple

FONT = "Helvetica,Arial,sans-serif"
PAPER, INK, MUTED = "#FFFFFF", "#1B1F24", "#5A6472"
GRADIENT, LOCAL, ARROW = "#B23A00", "#4B3F9E", "#8A96A3"
# Of frames around boxes, and of frames within them; and their lines.
FRAME, INNER_FRAME, FRAME_LINE = "#F6F7F9", "#E9EDF1", "#C9D0D8"
# Blue and orange differ for every kind of colour vision; both pass 4.5 : 1 on white.
POSITIVE, NEGATIVE = "#0072B2", "#B84A00"
# Of what is not on a path that is highlighted.
DIM_INK, DIM_GRADIENT, DIM_LOCAL, DIM_ARROW = "#9AA3AE", "#D1A28F", "#B3AEDA", "#D5DAE0"
LONGEST_NAME = 24

# Characters that would turn the text around them, as labels from outside may.
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_CONTROL = {"\n": "↵", "\r": "↵", "\t": " "}


class Style(NamedTuple):
    """The colours of one kind of box. Highlighting a path swaps them; sizes stay."""

    border: str
    fill: str
    ink: str = INK
    gradient: str = GRADIENT
    side: str = ""
    width: int = 1
    rounded: bool = False


DATA = Style("#0072B2", "#DCEEFB", rounded=True)
PARAMETER = Style("#B87700", "#FFE9B8", width=2, rounded=True)
OPERATION = Style("#6B7785", PAPER, side="#EDF0F3")
LOSS = Style(INK, INK, PAPER, "#FFC59E", side="#3A424C", width=2)

# Every colour of a drawing as it is where the reader's screen is dark.
DARK = {
    PAPER: "#14171B",
    INK: "#E6E9EE",
    MUTED: "#A3ADBA",
    GRADIENT: "#FF9B66",
    LOCAL: "#B3A9FF",
    ARROW: "#7F8B99",
    FRAME: "#1A1E23",
    INNER_FRAME: "#242A31",
    FRAME_LINE: "#3D4550",
    NEGATIVE: "#EE8748",
    DATA.border: "#4BA6DC",
    DATA.fill: "#10334A",
    PARAMETER.border: "#D99A1F",
    PARAMETER.fill: "#46350D",
    OPERATION.border: "#8893A0",
    OPERATION.side: "#2A3038",
    LOSS.side: "#C3CAD3",
    LOSS.gradient: "#8F2E00",
    DIM_INK: "#6B7480",
    DIM_GRADIENT: "#855C4A",
    DIM_LOCAL: "#625D92",
    DIM_ARROW: "#363D47",
}


def dimmed(style: Style) -> Style:
    """The same shape in faint colours."""
    return style._replace(
        border=FRAME_LINE, fill=PAPER, ink=DIM_INK, gradient=DIM_GRADIENT, side=FRAME
    )


def rules(scope: str) -> str:
    """CSS for drawings within what the selector `scope` finds: the table DARK, and what DOT has no
    words for.

    >>> rules(".drawing").splitlines()[2]
    '.drawing [fill="#FFFFFF" i] { fill: #14171B; }'
    """
    # A label that lies on its arrow is read all the same.
    halo = f"{scope} .edge text {{ paint-order: stroke; stroke-width: 3px; stroke: "
    swaps = [
        f'{scope} [{attribute}="{colour}" i] {{ {attribute}: {dark}; }}'
        for colour, dark in DARK.items()
        for attribute in ("fill", "stroke")
    ]
    dark = [*swaps, f"{halo}{DARK[PAPER]}; }}"]
    return "\n".join([f"{halo}{PAPER}; }}", "@media (prefers-color-scheme: dark) {", *dark, "}"])


def plain_name(label: object, longest: int = LONGEST_NAME) -> str:
    """A label as one short line without anything that a picture cannot hold.

    >>> plain_name("first line" + chr(10) + "second")
    'first line↵second'
    >>> plain_name("x" * 10_000)
    'xxxxxxxxxxxxxxxxxxxxxxx…'
    """
    text = str(label)
    if len(text) > longest:
        text = text[: longest - 1] + "…"
    if text.isascii() and text.isprintable():
        return text
    text = "".join(_CONTROL.get(c, c) if _can_be_drawn(c) else "�" for c in text)
    # The text around a name that is read from right to left stays left to right.
    turns = any(unicodedata.bidirectional(c) in ("R", "AL") for c in text)
    return f"\u200e{text}\u200e" if turns else text


def _can_be_drawn(character: str) -> bool:
    if character in _CONTROL:
        return True
    return character not in _TURNING and unicodedata.category(character) not in ("Cc", "Cs", "Cn")


def title_of(scope: str) -> str:
    """A scope as the title of a frame or a box.

    >>> title_of("layer 1 / neuron 2")
    'layer 1 · neuron 2'
    """
    return plain_name(scope.replace(" / ", " · "), longest=60)


def text(content: str, colour: str, size: float, tag: str = "") -> str:
    """A run of text in an HTML-like label; `tag`: B or I."""
    # Of a label that is a bracket alone Graphviz 2.43 says "syntax error".
    body = escape(content).replace("\\", r"\\").replace("]", "&#93;") or " "
    if tag:
        body = f"<{tag}>{body}</{tag}>"
    return f'<FONT COLOR="{colour}" POINT-SIZE="{size:g}">{body}</FONT>'


def quoted(content: str) -> str:
    """A tooltip in DOT. What it holds stands for itself: quotes, entities, backslashes.

    >>> quoted('a "b" & c')
    '"a &quot;b&quot; &amp; c"'
    """
    # Graphviz reads escapes in labels once and in tooltips twice.
    return '"' + escape(content).replace("\\", "\\" * 4) + '"'


def box(style: Style, rows: str) -> str:
    """A table around rows, as a label."""
    rounded = ' STYLE="ROUNDED"' if style.rounded else ""
    return (
        f'<<TABLE BORDER="{style.width}" CELLBORDER="0" CELLSPACING="0" CELLPADDING="2"{rounded} '
        f'COLOR="{style.border}" BGCOLOR="{style.fill}">{rows}</TABLE>>'
    )


def value_box(
    style: Style,
    symbol: str | None,
    name: str | None,
    value: str,
    gradient: str,
    note: str = "",
    identity: str = "",
) -> str:
    """The label of one node: its operation at the left; name, number and gradient on top of each
    other. `note`: the constants that do not fit beside the symbol. `identity`: of a live picture,
    whose numbers change: what the ids of its cells begin with."""
    width = 80 if identity else 58
    side = ""
    if symbol is not None:
        size = 15 if len(symbol) < 3 else 12
        side = (
            f'<TD BGCOLOR="{style.side}" WIDTH="24" CELLPADDING="4">'
            f"{text(symbol, style.ink, size)}</TD>"
        )
    lines = "" if name is None else _line(14, text(name, style.ink, 10.5, "I"))
    lines += _line(17, text(value, style.ink, 13, "B"), cell_id(identity, "value"))
    if gradient:
        lines += _line(14, text(gradient, style.gradient, 10), cell_id(identity, "gradient"))
    if note:
        lines += _line(14, text(note, style.ink, 9))
    inner = f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0">{lines}</TABLE>'
    return box(style, f'<TR>{side}<TD CELLPADDING="4" WIDTH="{width}">{inner}</TD></TR>')


def _line(height: int, content: str, attributes: str = "") -> str:
    return f'<TR><TD HEIGHT="{height}"{attributes}>{content}</TD></TR>'


def head_label(content: str, leftwards: bool) -> str:
    """The attributes of an arrow to the right whose label stands above its end; or to the left."""
    # Graphviz takes the place of the label's middle in polar coordinates: tens of points, degrees.
    across, up = 11 + 2.9 * len(content), 7 if leftwards else -7
    angle = math.degrees(math.atan2(up, across))
    # It leaves room for labels in the middle only, so there stands an empty one.
    room = f'<TABLE BORDER="0" FIXEDSIZE="TRUE" WIDTH="{2 * across:.0f}" HEIGHT="1">'
    return (
        f'headlabel="{content}", labeldistance={math.hypot(across, up) / 10:.2f}, '
        f"labelangle={angle:.1f}, label=<{room}<TR><TD></TD></TR></TABLE>>"
    )


def cell_id(identity: str, what: str) -> str:
    """The attributes by which the text of a cell is found in a live picture, none in others.

    Graphviz writes an id only where there is a link, which is taken out again.
    """
    return f' ID="{identity}_{what}" HREF="#" TITLE="{what}"' if identity else ""
