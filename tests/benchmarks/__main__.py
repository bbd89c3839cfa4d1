"""`python -m tests.benchmarks [SECTION …] [--picture FILE]`: measurements, as Markdown.

Machines differ and are noisy, so what counts are ratios: the two sides of a comparison run in turn
within one process, and the median of the pairwise ratios is shown with its range.
"""

from __future__ import annotations

import argparse
import platform
from importlib import import_module
from pathlib import Path

import tests.benchmarks.one_thread  # noqa: F401  (before any library that starts threads)
from engine import core
from tests.benchmarks.machine import processor

SECTIONS = (
    "networks",
    "eager",
    "programs",
    "limits",
    "calls",
    "texts",
    "sizes",
    "compiling",
    "chain",
    "reading",
    "pages",
    "start_up",
)


def main() -> None:
    """Prints the tables of the sections asked for; writes the picture if it is asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=", ".join(SECTIONS))
    parser.add_argument("--picture", type=Path, metavar="FILE", help="draws the section sizes")
    arguments = parser.parse_args()
    sections = arguments.sections or list(SECTIONS)
    for name in sections:
        if name not in SECTIONS:
            parser.error(f"unknown section {name!r}; known: {', '.join(SECTIONS)}")
    if arguments.picture and "sizes" not in sections:
        parser.error("--picture draws the section sizes, which must be among those named")

    print(
        f"Python {platform.python_version()}, one thread of {processor()}, core in use: {core}.\n"
    )
    for name in sections:
        try:
            section = import_module(f"tests.benchmarks.{name}")
        except ModuleNotFoundError as error:
            print(
                f"`{name}` needs {error.name}: `python -m pip install . --group bench` adds it.\n"
            )
            continue
        print(f"### {(section.__doc__ or '').splitlines()[0]}\n")
        # A section that takes minutes gives its rows one by one.
        for line in section.table():
            print(line, flush=True)
        print(flush=True)
    if arguments.picture:
        from tests.benchmarks import picture, sizes

        picture.write(sizes.curves(), arguments.picture)


if __name__ == "__main__":
    main()
