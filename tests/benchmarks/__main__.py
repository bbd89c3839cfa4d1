"""`python -m tests.benchmarks`: measurements next to micrograd (extra `bench`), as Markdown.

Machines differ and are noisy, so what counts are ratios: the two sides of a comparison run in turn
within one process, and the median of the pairwise ratios is shown with its range.
"""

from __future__ import annotations

import platform
import sys

from engine import core
from tests.benchmarks import chain, eager, networks, reading, start_up


def main() -> None:
    """Prints all tables."""
    print(
        f"Python {platform.python_version()}, {platform.machine()}, one thread, "
        f"core in use: {core}.\n"
    )
    for section in (networks, eager, chain, reading, start_up):
        print(f"### {(section.__doc__ or '').splitlines()[0]}\n")
        print("\n".join(section.table()) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
