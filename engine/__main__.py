"""`python -m engine` is the command `chaingrad`: `python -m engine --help`."""

import sys

from engine.command.line import command

if __name__ == "__main__":
    sys.exit(command())
