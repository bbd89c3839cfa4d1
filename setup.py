"""Builds the native core where that can be done; all else about the package: pyproject.toml.

Without it the wheel is one for every machine (`py3-none-any`); `CHAINGRAD_PURE=1` asks for that.
"""

import os
import platform
import re
import sys
import sysconfig
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_ext import build_ext
from setuptools.command.build_py import build_py

HERE = Path(__file__).parent
FOLDER = "engine/native"
NO_CORE = "chaingrad: no native core ({reason}); the engine will run in pure Python"


def store_sources(folder: str | os.PathLike[str]) -> None:
    """Writes the source of the eager operations into the package that is in the folder."""
    # To read the sheet takes no core, whichever the user's environment asks for.
    os.environ["CHAINGRAD_CORE"] = "python"
    sys.path.insert(0, str(HERE))
    from engine.eager.stored import write_stored

    write_stored(folder)


class BuildModules(build_py):
    """Puts the source of the eager operations beside the modules that generate it."""

    def run(self) -> None:
        super().run()
        store_sources(HERE if self.editable_mode else self.build_lib)


class BuildCore(build_ext):
    """Generates the table of operations and compiles; where that fails, one line says so."""

    def run(self) -> None:
        if self.inplace:
            store_sources(HERE)
        super().run()

    def build_extension(self, extension: Extension) -> None:
        # To read the sheet takes no core, whichever the user's environment asks for.
        os.environ["CHAINGRAD_CORE"] = "python"
        sys.path.insert(0, str(HERE))
        from engine.native.source import write_table

        generated = Path(self.build_temp) / "native"
        write_table(generated / "table.c")
        extension.include_dirs.append(str(generated))
        if self.compiler.compiler_type == "msvc":
            extension.extra_compile_args = ["/O2", "/fp:precise", "/std:c11"]
        try:
            super().build_extension(extension)
        except Exception as error:
            # Whatever went wrong with the compiler, the package is whole without it.
            print(NO_CORE.format(reason=str(error).partition("\n")[0]), file=sys.stderr)
            self.distribution.ext_modules = []


class Wheel(bdist_wheel):
    """Names the machine that a wheel is for only if something in it was compiled."""

    def run(self) -> None:
        self.run_command("build_ext")
        self.root_is_pure = not self.distribution.has_ext_modules()
        super().run()


def extensions() -> list[Extension]:
    reason = None
    if os.environ.get("CHAINGRAD_PURE", "0") not in ("", "0"):
        reason = "CHAINGRAD_PURE is set"
    elif platform.python_implementation() != "CPython":
        reason = f"{platform.python_implementation()} is not CPython"
    elif sysconfig.get_config_var("Py_GIL_DISABLED"):
        reason = "free-threaded Python"
    if reason:
        print(NO_CORE.format(reason=reason), file=sys.stderr)
        return []
    core = Extension(
        "_chaingrad",
        [f"{FOLDER}/_chaingrad.c"],
        depends=[str(path) for path in (HERE / "engine").glob("**/*.[cp]*")],
        # As in Python, a product and a sum are rounded each, and squares are left to pow. Nobody
        # asks for errno, and without it a function that stands twice in a formula is called once.
        extra_compile_args=[
            "-O3",
            "-ffp-contract=off",
            "-fno-math-errno",
            "-fno-builtin-pow",
            "-std=c11",
        ],
        optional=True,
    )
    return [core]


def description() -> str:
    """The README, whose links and pictures lead to the repository from any page it is shown on."""
    home = "https://github.com/chaingrad/chaingrad"
    text = (HERE / "README.md").read_text(encoding="utf-8")
    text = re.sub(r"(!\[[^\]]*\]\()(?!http)", rf"\1{home}/raw/main/", text)
    return re.sub(r"(?<!!)(\[[^\]]*\]\()(?!http|#)", rf"\1{home}/blob/main/", text)


setup(
    long_description=description(),
    long_description_content_type="text/markdown",
    ext_modules=extensions(),
    cmdclass={"build_py": BuildModules, "build_ext": BuildCore, "bdist_wheel": Wheel},
)
