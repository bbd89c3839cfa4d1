"""Both cores in one process: a copy of the package `engine` for each, with classes of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from types import ModuleType
from unittest import mock

from engine.native import VARIABLE

# Imported at once: what imports another of them only when it is called must find its own copy.
MODULES = """
    engine.eager.functions engine.eager.checked engine.eager.derivative
    engine.explaining.explanation engine.explaining.text_tree
    engine.graph.walks engine.graph.copying engine.graph.value
""".split()


class Core:
    """The package as it is with one core: the one that the tests run on, or a fresh copy."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.modules = own_modules() if sys.modules["engine"].core == name else {}
        with self.in_place(), mock.patch.dict(os.environ, {VARIABLE: name}):
            self.engine = import_module("engine")
            for module in MODULES:
                import_module(module)
            # Generated now, while this copy is the one that imports find.
            dict(self.engine.eager.functions.EAGER)
            self.modules = own_modules()
        assert self.engine.core == name

    @contextmanager
    def in_place(self) -> Iterator[Core]:
        """Inside, this is the copy that imports and pickles find."""
        others = own_modules()
        exchange(others, self.modules)
        try:
            yield self
        finally:
            # With what has been imported meanwhile: another time it would be another module.
            self.modules = own_modules()
            exchange(self.modules, others)


def own_modules() -> dict[str, ModuleType]:
    return {name: m for name, m in sys.modules.items() if name.partition(".")[0] == "engine"}


def exchange(old: Mapping[str, ModuleType], new: Mapping[str, ModuleType]) -> None:
    for name in old:
        del sys.modules[name]
    sys.modules.update(new)


# One copy of each: the class of the native core takes its methods from the first.
shared = cache(Core)


def core(name: str) -> Core:
    """ "python" or "native"; where that is not installed, the test is skipped."""
    import pytest

    pytest.importorskip("_chaingrad", reason="no native core is installed", exc_type=ImportError)
    return shared(name)
