"""The reference of the site: every public name is there, with an example."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

import engine
import engine.testing
import nn

DOCS = Path(engine.__file__).parents[1] / "docs"
# What pages show in the place of docstrings: numbers and dicts have none of their own.
VARIABLES = {"INITIALIZERS": "api/nn.md", "LOSSES": "api/nn.md", "core": "how-it-works.md"}


@pytest.fixture(scope="module")
def site():
    """The settings of the site, which put together what it says of a name."""
    spec = importlib.util.spec_from_file_location("conf", DOCS / "conf.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def names(module):
    return sorted({name for name in dir(module) if not name.startswith("_")} - {"annotations"})


PUBLIC = [
    *((engine, name) for name in names(engine)),
    *((nn, name) for name in names(nn)),
    *((engine.testing, name) for name in engine.testing.__all__),
]


@pytest.mark.parametrize(
    ("module", "name"), PUBLIC, ids=[f"{module.__name__}.{name}" for module, name in PUBLIC]
)
def test_every_public_name_has_an_example(site, module, name):
    thing = getattr(module, name)
    if name in VARIABLES:
        assert (
            name in (DOCS / VARIABLES[name]).read_text(encoding="utf-8").partition("```python")[2]
        )
        return
    assert not isinstance(thing, ModuleType)
    lines = (thing.__doc__ or "").splitlines()
    site._as_restructured_text(None, "function", f"{module.__name__}.{name}", thing, None, lines)
    assert any(line.lstrip().startswith(">>> ") for line in lines)
