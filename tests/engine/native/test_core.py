"""Which core is in use, who decides, and what is said where the native one cannot be used."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import engine
from engine.native import INTERFACE, VARIABLE, fingerprint
from engine.native.source import table
from engine.sheet.ops import SHEET

ROOT = Path(engine.__file__).parent.parent
SHOW = "import engine; print(engine.core)"


# However the package is installed: the extension may lie beside it.
HIDE = "sys.modules['_chaingrad'] = None"


def run(code, wanted=None, *, installed=True):
    """What a fresh interpreter prints, and the last line of its error."""
    environment = {name: text for name, text in os.environ.items() if name != VARIABLE}
    if wanted is not None:
        environment[VARIABLE] = wanted
    hidden = "" if installed else f"{HIDE}; "
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); {hidden}{code}"
    finished = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return finished.stdout.strip(), finished.stderr.strip().rpartition("\n")[2]


def test_the_core_is_the_one_whose_class_is_in_use():
    assert engine.core in ("native", "python")
    native = engine.core == "native"
    assert (engine.Value is getattr(sys.modules.get("_chaingrad"), "Value", None)) == native
    assert (type(engine.tanh).__name__ == "Operation") == native
    assert "core" in dir(engine)


def test_the_variable_forces_either_core():
    pytest.importorskip("_chaingrad", reason="no native core is installed", exc_type=ImportError)
    assert run(SHOW) == run(SHOW, "native") == run(SHOW, "") == ("native", "")
    assert run(SHOW, "python") == ("python", "")


def test_without_the_extension_the_core_is_python_and_native_is_refused():
    assert run(SHOW, installed=False) == ("python", "")
    output, error = run(SHOW, "native", installed=False)
    assert output == ""
    assert error == (
        "ImportError: CHAINGRAD_CORE=native, but there is no native core to use (import of "
        "_chaingrad halted; None in sys.modules); it is built where the package is installed with "
        "a C compiler at hand"
    )


def test_any_other_word_in_the_variable_is_refused():
    _, error = run(SHOW, "C")
    assert error == ("ValueError: CHAINGRAD_CORE must be native or python, or not be set; not 'C'")


@pytest.mark.parametrize(
    ("interface", "sheet"), [(INTERFACE + 1, fingerprint()), (INTERFACE, fingerprint()[:-1])]
)
def test_an_extension_made_from_another_sheet_is_not_used(interface, sheet):
    stale = (
        "from types import SimpleNamespace; sys.modules['_chaingrad'] = "
        f"SimpleNamespace(INTERFACE={interface}, SHEET={sheet!r}); {SHOW}"
    )
    assert run(stale) == ("python", "")
    _, error = run(stale, "native")
    assert "made from another version of this package; install this one again" in error


def test_a_second_interpreter_of_the_process_has_the_core_in_python():
    pytest.importorskip("_chaingrad", reason="no native core is installed", exc_type=ImportError)
    module = "_xxsubinterpreters" if sys.version_info < (3, 13) else "_interpreters"
    inner = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import engine; print(engine.core)"
    code = (
        f"import engine, {module} as interpreters; print(engine.core, flush=True); "
        f"interpreters.run_string(interpreters.create(), {inner!r})"
    )
    output, error = run(code)
    assert (output.split(), error) == (["native", "python"], "")


def test_the_installed_extension_is_current():
    extension = pytest.importorskip("_chaingrad", reason="none is installed", exc_type=ImportError)
    assert fingerprint() == extension.SHEET, "run python -m pip install . again"
    assert list(extension.OPERATIONS) == [op.name for op in SHEET]


@pytest.mark.parametrize("changed", ["formula", "partials", "undefined", "constants", "defaults"])
def test_any_change_of_the_sheet_that_changes_a_number_changes_its_text(changed, monkeypatch):
    before = fingerprint()
    by_hand = {"formula": "a", "partials": ("2",), "undefined": "a > 9"}.get(changed, {"k": 9.0})
    monkeypatch.setattr(SHEET[6], changed, by_hand)
    assert fingerprint() != before


def test_the_table_has_one_function_for_each_operation_and_nothing_else():
    text = table()
    for op in SHEET:
        assert text.count(f"static int compute_{op.name}(") == 1
        assert text.count(f'    {{"{op.name}", compute_{op.name}, ') == 1
    assert text.count("static int compute_") == len(SHEET)
    assert "const double exp_2 = exp(-fabs(a));\n" in text
    assert "const double out = (a >= 0.0 ? 1.0 : exp_2) / shared_1;" in text
    assert "partials_[i_ + 0 + 1 * n_] = weights_i;" in text
