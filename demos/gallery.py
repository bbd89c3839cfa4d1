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
            lines.append(f"![{name}](gallery/{name}.svg)\n")
    return "\n".join(lines)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("python -m demos.gallery FOLDER")
    main(Path(sys.argv[1]))
