"""`python -m demos.playground FOLDER` writes the playground: a site of files, for any web server.

Python itself runs in the browser (Pyodide), and Graphviz draws there (viz-js). Both come from the
registry of npm, `npm install pyodide @viz-js/viz`; everything is copied into the folder, so that a
page asks no other server for anything. To try it: `python -m http.server -d FOLDER`.
"""

from __future__ import annotations

import argparse
import io
import shutil
import sys
import zipfile
from collections.abc import Iterator
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

# What the browser loads of Pyodide, and of Graphviz.
PYODIDE = "pyodide.mjs pyodide.asm.mjs pyodide.asm.wasm pyodide-lock.json python_stdlib.zip".split()
VIZ = "dist/viz-global.js"
INSTALL = "npm install pyodide @viz-js/viz"
# The packages that run there; graphviz only writes the DOT.
PACKAGES = ("engine", "nn", "graphviz")


def main(arguments: list[str] | None = None) -> int:
    """Writes the site; the exit status. 1 where something that it needs is missing."""
    reader = argparse.ArgumentParser(prog="python -m demos.playground", description=__doc__)
    reader.add_argument("folder", type=Path, help="where the site goes; what is there stays")
    reader.add_argument(
        "--packages", type=Path, default=Path("node_modules"), metavar="FOLDER",
        help="where npm has put Pyodide and viz-js; node_modules if not given",
    )  # fmt: skip
    given = reader.parse_args(arguments)
    try:
        size = write_site(given.folder, given.packages)
    except FileNotFoundError as missing:
        print(f"{missing.filename} is missing: {INSTALL}", file=sys.stderr)
        return 1
    print(f"The playground is in {given.folder}, {size / 1e6:.0f} MB.")
    print(f"Look at it: python -m http.server -d {given.folder}, and open http://localhost:8000")
    return 0


def write_site(folder: Path, packages: Path) -> int:
    """Writes all files; how many bytes they are. FileNotFoundError for what npm has not brought."""
    sources = [packages / "pyodide" / name for name in PYODIDE] + [packages / "@viz-js/viz" / VIZ]
    for source in sources:
        if not source.is_file():
            raise FileNotFoundError(2, "not there", str(source))
    folder.mkdir(parents=True, exist_ok=True)
    for source in sources:
        shutil.copyfile(source, folder / source.name)
    for own in files("demos.playground").joinpath("site").iterdir():
        if not own.name.startswith("__"):
            (folder / own.name).write_bytes(own.read_bytes())
    (folder / "packages.zip").write_bytes(packed())
    return sum(path.stat().st_size for path in folder.iterdir() if path.is_file())


def packed() -> bytes:
    """The packages that run in the browser, as a zip that is the same for the same files."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for package in PACKAGES:
            for name, path in _modules(package):
                archive.writestr(zipfile.ZipInfo(name), path.read_bytes(), zipfile.ZIP_DEFLATED)
    return data.getvalue()


def _modules(package: str) -> Iterator[tuple[str, Path]]:
    spec = find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    root = Path(spec.origin).parent
    for path in sorted(root.rglob("*")):
        parts = path.relative_to(root).parts
        # Of the core in C only what Python asks is needed: that it is not there.
        kept = path.suffix in (".py", ".js", ".css") and "__pycache__" not in parts
        if path.is_file() and kept:
            yield "/".join((package, *parts)), path


if __name__ == "__main__":
    sys.exit(main())
