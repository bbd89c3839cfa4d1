"""Packages that not everybody needs: imported when asked for, or a line that says how to get it."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def optional(name: str, what: str) -> Any:
    """The module of an optional package. ImportError with the command that installs it.

    >>> optional("nowhere", "to_nowhere")
    Traceback (most recent call last):
    ImportError: to_nowhere needs nowhere, which is not installed: python -m pip install nowhere
    """
    package = name.partition(".")[0]
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != package:
            raise
        raise ImportError(
            f"{what} needs {package}, which is not installed: python -m pip install {package}"
        ) from None
