"""The stored source of the operations: the one that the sheet gives, or none."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import engine
from engine.eager import stored
from engine.eager.compiling import eager_function
from engine.eager.generate import eager_source
from engine.sheet.op import Op
from engine.sheet.ops import OPERATIONS

FOLDER = Path(engine.__file__).parent
FIRST = (
    "import sys, engine; x = engine.Value(3.0); y = x * x + 1; y.backward(); "
    "print(y.data, x.grad, engine.eager.functions.EAGER['mul'].__code__.co_filename, "
    "'ast' in sys.modules, engine.__file__)"
)


def archive(path, content):
    """The engine as a zip archive that Python can import from."""
    with zipfile.ZipFile(path, "w") as file:
        for module in FOLDER.rglob("*.py"):
            file.write(module, module.relative_to(FOLDER.parent))
        if content is not None:
            file.writestr(f"engine/eager/{stored.NAME}", content)


@pytest.fixture
def text(monkeypatch):
    """What there is to store, as if it had been read."""
    text = stored.text_to_store()
    monkeypatch.setattr(stored, "_texts", [text])
    return text


def test_what_was_stored_beside_the_modules_is_current_or_not_taken():
    # A clone has it after `python setup.py build_ext --inplace`.
    assert stored._read() in ("", stored.text_to_store())


def test_every_operation_is_found_with_the_lines_above_it(text):
    lines = text.split("\n")
    for op in OPERATIONS.values():
        source, path, above = stored.stored_source(op)
        assert source == eager_source(op)
        assert lines[above : above + 2] == source.split("\n")[:2]
        assert Path(path) == FOLDER / "eager" / stored.NAME


def test_a_changed_line_of_the_sheet_is_generated_anew(text):
    tanh = OPERATIONS["tanh"]
    other = Op("tanh", "tanh", "2 * tanh(a)", ("2 - out * out / 2",))
    assert stored.stored_source(other) is None
    x = engine.Value(0.5)
    for op, factor in ((tanh, 1.0), (other, 2.0)):
        y = eager_function(op, "<test>")(x)
        assert y.data == factor * x.tanh().data
        assert y.partials[0] == pytest.approx(factor * x.tanh().partials[0], rel=1e-15)


@pytest.mark.parametrize(
    ("content", "taken"),
    [(stored.text_to_store, True), (lambda: "0 generate.py\n", False), (None, False)],
    ids=["current", "of other sources", "none"],
)
def test_an_archive_is_read_like_a_folder(tmp_path, content, taken):
    archive(tmp_path / "engine.zip", content and content())
    found = subprocess.run(
        [sys.executable, "-S", "-c", FIRST],
        env={"PYTHONPATH": str(tmp_path / "engine.zip"), "CHAINGRAD_CORE": "python"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    data, grad, *where, reads_formulas, file = found.split()
    assert (data, grad) == ("10.0", "6.0")
    assert " ".join(where) == "<engine.eager.functions.mul, generated from engine/sheet/ops.py>"
    assert reads_formulas == str(not taken)
    assert file.startswith(str(tmp_path))
