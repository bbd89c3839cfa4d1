"""Builds the native core where that can be done; all else about the package: pyproject.toml."""

import os
import platform
import sys
import sysconfig
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

HERE = Path(__file__).parent
FOLDER = "engine/native"
NO_CORE = "chaingrad: no native core ({reason}); the engine will run in pure Python"


class BuildCore(build_ext):
    """Generates the table of operations and compiles; where that fails, one line says so."""

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


def extensions() -> list[Extension]:
    reason = None
    if platform.python_implementation() != "CPython":
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


setup(ext_modules=extensions(), cmdclass={"build_ext": BuildCore})
