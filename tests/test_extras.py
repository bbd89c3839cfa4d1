"""What is not installed: each way out or in names itself, the package, and the command."""

import sys
import tomllib
from pathlib import Path

import pytest

import engine
import nn
from engine import Value
from engine.command.line import main

ROOT = Path(engine.__file__).parents[1]
Y = Value(1.0, label="x") * 2
MODEL = nn.MLP(2, [1])
# Of each: the package, the extra that brings it, and the call.
NEEDY = {
    "to_sympy": ("sympy", "exchange", lambda _: engine.to_sympy(Y)),
    "from_sympy": ("sympy", "exchange", lambda _: engine.from_sympy(1)),
    "to_networkx": ("networkx", "exchange", lambda _: engine.to_networkx(Y)),
    "to_arrays": ("numpy", "exchange", lambda _: nn.to_arrays(MODEL)),
    "save_arrays": ("numpy", "exchange", lambda folder: nn.save_arrays(MODEL, folder / "a.npz")),
    "to_torch": ("torch", None, lambda _: nn.to_torch(MODEL)),
    "from_torch": ("torch", None, lambda _: nn.from_torch(MODEL)),
    'source("llvm")': (
        "llvmlite",
        "jit",
        lambda _: engine.compile(Y, inputs=[*engine.leaves(Y)]).source("llvm"),
    ),
}


@pytest.fixture
def without(monkeypatch):
    """Python as it is where a package is missing."""

    def take_away(package):
        for name in [package, *sys.modules]:
            if name.partition(".")[0] == package:
                monkeypatch.setitem(sys.modules, name, None)

    return take_away


@pytest.mark.parametrize("name", NEEDY)
def test_a_missing_package_is_told_with_the_command_that_installs_it(name, without, tmp_path):
    package, extra, call = NEEDY[name]
    without(package)
    with pytest.raises(ImportError) as caught:
        call(tmp_path)
    assert str(caught.value) == (
        f"{name} needs {package}, which is not installed: python -m pip install {package}"
    )
    assert [*tmp_path.iterdir()] == []
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = project["optional-dependencies"].get(extra, ["torch"])
    assert any(requirement.startswith(package) for requirement in wanted)


def test_so_does_the_command_line_with_exit_status_1(without, capsys):
    without("sympy")
    assert main(["x*2", "x=1", "--export", "sympy"]) == 1
    assert capsys.readouterr().err == (
        "chaingrad: to_sympy needs sympy, which is not installed: python -m pip install sympy\n"
    )
