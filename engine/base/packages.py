"""Packages that are not needed by everybody: imported when asked for, or a line that says how."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def optional(name: str, extra: str, what: str) -> Any:
    """The module of an optional package. ImportError with the command that installs it.

    >>> optional("nowhere", "exchange", "to_nowhere")
    Traceback (most recent call last):
    ImportError: to_nowhere needs nowhere, which is not installed: …
    """
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != name.partition(".")[0]:
            raise
        raise ImportError(
            f"{what} needs {name}, which is not installed: "
            f'python -m pip install "chaingrad[{extra}]"'
        ) from None
