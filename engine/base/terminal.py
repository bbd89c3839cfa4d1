"""What the commands have in common: their arguments, and the terminal that they run in."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from engine.base.spelling import SPELLING


class UsageError(Exception):
    """Arguments that cannot be read; its text says which and how the command is called."""


class Parser(argparse.ArgumentParser):
    """A parser that leaves it to the command to print and to end: `help` is an option like others.

    >>> parser = Parser("demo", "What it does.")
    >>> parser.parse_args(["--help"]).help
    True
    >>> parser.parse_args(["--nope"])
    Traceback (most recent call last):
    UsageError: usage: demo [-h]
    demo: unrecognized arguments: --nope
    """

    def __init__(self, prog: str, description: str, epilog: str = "") -> None:
        super().__init__(
            prog=prog,
            description=description,
            epilog=epilog,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            add_help=False,
            allow_abbrev=False,
        )
        self.add_argument("-h", "--help", action="store_true", help="print this and end")

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{self.format_usage()}{self.prog}: {message}")


def run_command(main: Callable[[Sequence[str]], int]) -> int:
    """The exit status of `main` on the arguments of this process.

    A terminal that lacks the signs of mathematics shows ASCII for them. A pipe gets each line at
    once, so that what reads it need not wait. The status is 1 where that ended before the command,
    as `head` does, and 130 after Ctrl-C.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=SPELLING, line_buffering=True)
    try:
        return main(sys.argv[1:])
    except BrokenPipeError:
        # Python writes what is left when it ends: to where that cannot fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return 130
