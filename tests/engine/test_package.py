"""The package as a whole: what it imports, what it offers, and that it knows nothing of `nn`."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import engine
import nn

FOLDER = Path(engine.__file__).parent
MODULES = sorted(
    ".".join(path.relative_to(FOLDER.parent).with_suffix("").parts)
    for path in FOLDER.rglob("*.py")
    if path.stem != "__init__"
)

EXTENSION = getattr(engine.native.extension, "__file__", None)

# What draws needs graphviz, the one dependency; of the rest, a strategy for tests needs Hypothesis,
# and the fixtures pytest.
NEEDY = ("engine.draw", "engine.page", "engine.testing.strategies", "engine.testing.plugin")
ALONE = [name for name in MODULES if not name.startswith(NEEDY)]

HEAVY = "typing ast graphviz numpy tqdm engine.eager.functions"


def run(code):
    """What a fresh interpreter prints that knows the project and the standard library only."""
    start = f"import sys; sys.path.insert(0, {str(FOLDER.parent)!r}); "
    if engine.core == "native":
        # By its path: the folder it is installed in holds other packages too.
        start += (
            "import _imp, importlib.machinery; sys.modules['_chaingrad'] = _imp.create_dynamic("
            f"importlib.machinery.ModuleSpec('_chaingrad', None, origin={EXTENSION!r})); "
        )
    # -S: without site, which may import typing itself; -I: without the user's settings.
    command = [sys.executable, "-S", "-I", "-W", "error", "-c", start + code]
    finished = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout.split()


@pytest.mark.parametrize("module", HEAVY.split())
def test_importing_the_engine_stays_light(module):
    loaded = run("import engine; print(*sys.modules)")
    assert "engine.graph.value" in loaded
    assert module not in loaded


def test_the_operations_are_generated_when_the_first_of_them_is_used():
    before, after = run(
        "import engine; x = engine.Value(2); print('engine.eager.functions' in sys.modules); "
        "y = x * x; assert y.data == 4; print('engine.eager.functions' in sys.modules)"
    )
    # The native core has operations of its own.
    assert (before, after) == ("False", str(engine.core == "python"))


@pytest.mark.parametrize(
    "first",
    [
        "x * 2",
        "2 * x",
        "2 - x",
        "2 / x",
        "2 ** x",
        "x ** 2",
        "-x",
        "abs(x)",
        "x.tanh()",
        "x.leaky_relu(slope=0.5)",
        "x.leaky_relu(0.5)",
        "x.arctan()",
        "engine.exp(x)",
        "engine.sum([x, 2])",
        "engine.softmax([x])[0]",
        "engine.apply(engine.sheet.ops.OPERATIONS['add'], x, 1)",
    ],
)
def test_any_use_may_be_the_first_one(first):
    number = eval(first, {"x": engine.Value(0.5), "engine": engine}).data
    start = "import engine, engine.sheet.ops; x = engine.Value(0.5)"
    (found,) = run(f"{start}; print(repr(({first}).data))")
    assert float(found) == number


def test_everything_but_drawing_works_without_any_other_package():
    imports = f"import engine, {', '.join(ALONE)}; "
    loaded = run(
        imports
        + "x = engine.Value(2.0); y = engine.dot([x, 1], [3, x]); y.backward(); assert x.grad == 4;"
        "assert engine.check_gradients(lambda a: a.tanh(), 1.0, order=2); print(*sys.modules)"
    )
    assert set(ALONE) <= set(loaded)
    own = {name.partition(".")[0] for name in loaded} - set(sys.stdlib_module_names) - {"__main__"}
    assert own == {"engine"} | ({"_chaingrad"} if engine.core == "native" else set())


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.py")), ids=str)
def test_no_module_refers_to_the_networks_or_the_demos(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module or "engine")
    assert not {part.partition(".")[0] for part in imported} & {"nn", "demos", "tests"}


def test_everything_that_is_offered_is_there_and_listed():
    for name in engine.__all__:
        assert callable(getattr(engine, name)), name
    # Python's own names among them are not in `__all__`.
    others = ["__version__", "compile", "core", "round", "sum"]
    assert dir(engine) == sorted([*engine.__all__, *others])
    assert dir(nn) == sorted([*nn.__all__, "__version__"])
    assert len(set(engine.__all__)) == len(engine.__all__)


def test_the_version_stands_once():
    project = tomllib.loads((FOLDER.parent / "pyproject.toml").read_text(encoding="utf-8"))
    assert "version" not in project["project"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", engine.__version__)
    assert nn.__version__ is engine.__version__


def test_no_room_has_the_name_of_something_that_is_offered():
    # The import of a package puts it into the one around it, in the place of what has its name.
    rooms = {path.stem for path in FOLDER.iterdir()}
    assert not rooms & {*engine.__all__, "compile", "round", "sum"}


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'engine' has no attribute 'tahn'"):
        _ = engine.tahn
    with pytest.raises(ImportError, match="tahn"):
        exec("from engine import tahn")
