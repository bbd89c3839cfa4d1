"""The files of the playground; what they do is tried in a browser, tests/browser."""

import io
import zipfile

from demos.playground.__main__ import INSTALL, PYODIDE, main, packed


def test_without_the_packages_there_is_a_command(tmp_path, capsys):
    assert main([str(tmp_path / "site"), "--packages", str(tmp_path)]) == 1
    assert INSTALL in capsys.readouterr().err
    assert not (tmp_path / "site").exists()


def test_the_site_is_what_npm_brings_and_the_packages(tmp_path, capsys):
    packages, site = tmp_path / "node_modules", tmp_path / "site"
    for name in [*(f"pyodide/{name}" for name in PYODIDE), "@viz-js/viz/dist/viz-global.js"]:
        (packages / name).parent.mkdir(parents=True, exist_ok=True)
        (packages / name).write_text(name)
    assert main([str(site), "--packages", str(packages)]) == 0
    own = {"index.html", "playground.js", "playground.css", "runner.py", "packages.zip"}
    assert {path.name for path in site.iterdir()} == {*PYODIDE, "viz-global.js", *own}
    assert f"The playground is in {site}" in capsys.readouterr().out


def test_the_packages_are_the_same_bytes_for_the_same_files():
    data = packed()
    assert data == packed()
    names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    assert {"engine/__init__.py", "nn/__init__.py", "graphviz/__init__.py"} <= {*names}
    assert "engine/page/web/style.css" in names
    assert not [name for name in names if name.endswith((".c", ".so", ".pyc"))]
