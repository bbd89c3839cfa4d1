"""The C sources of programs, compiled by the system's compiler into one library at a time."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.differential.reference import Numbers, Reference
from tests.differential.training import BATCHES, EPOCHS, REPEATED
from tests.differential.ways import Joined

# To optimise takes as long again; the standard forbids that it changes a number.
_FLAGS = "-std=c11 -O0 -shared -fPIC -w".split()
# Calls of what is static in the text of a program, for ctypes.
_LOSS = """
void run_{name}(const double p[], const double row[], double slopes[])
{{
    gradients(p, row, slopes);
}}
double train_{name}(double p[], const double *rows, const long order[], long count, long size,
                    long epochs, double losses[])
{{
    return train(p, state, settings, (const double (*)[sizeof recorded[0] / sizeof(double)])rows,
                 order, count, size, epochs, 1.0 / count, steps, losses, gradient, row_gradient);
}}
"""
_OUTPUTS = """
void run_{name}(const double p[], const double row[], double found[])
{{
    {call};
}}
"""


class CWay:
    """Programs in C: many files a library, because starting a compiler takes longest."""

    name = "c"
    size = 48
    joined = 6  # recipes a file

    def __init__(self) -> None:
        self.compiler = shutil.which("cc")
        if self.compiler is None:
            raise ImportError("there is no C compiler called cc")

    def numbers(self, references: Sequence[Reference]) -> list[Numbers]:
        numbers: list[Numbers] = [{} for _ in references]
        starts = range(0, len(references), self.joined)
        groups = [_Files(references[start : start + self.joined]) for start in starts]
        with tempfile.TemporaryDirectory() as folder:
            texts = {f"{kind}{i}": text for i, g in enumerate(groups) for kind, text in g.texts()}
            library = self._library(Path(folder), texts)
            for index, (start, group) in enumerate(zip(starts, groups)):
                group.run(library, str(index), numbers[start : start + self.joined])
        return numbers

    def _library(self, folder: Path, texts: dict[str, str]) -> ctypes.CDLL:
        for name, text in texts.items():
            text = text.replace("int main(void)", f"int main_{name}(void)")
            (folder / f"{name}.c").write_text(text.replace("{name}", name), encoding="utf-8")
        command = [self.compiler or "cc", *_FLAGS, *[f"{name}.c" for name in texts]]
        made = subprocess.run(
            [*command, "-o", "programs.so", "-lm"],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            raise RuntimeError(f"the C compiler refuses a program: {made.stderr[:2000]}")
        return ctypes.CDLL(str(folder / "programs.so"))


class _Files:
    """The programs of some recipes, one for the loss and one for all else."""

    def __init__(self, references: Sequence[Reference]) -> None:
        self.joined = Joined(references)
        self.factors = [1.0]
        self.width = len(self.joined.outputs())

    def texts(self) -> list[tuple[str, str]]:
        """Their sources, each with functions that can be called from outside."""
        program, self.factors = self.joined.program("python")
        outputs = self.joined.compiled(self.joined.outputs(), "python")
        call = "forward(p, row, found)" if self.width > 1 else "found[0] = forward(p, row)"
        wrapper = _OUTPUTS.replace("{call}", call).format_map(_Braces())
        return [
            ("loss", program.source("c") + _LOSS.format_map(_Braces())),
            ("outputs", outputs.source("c") + wrapper),
        ]

    def run(self, library: ctypes.CDLL, name: str, numbers: list[Numbers]) -> None:
        """Calls the functions for every row, and for every step of training."""
        joined = self.joined
        parameters = [leaf.data for leaf in joined.parameters]
        run_outputs = getattr(library, f"run_outputs{name}")
        run_loss = getattr(library, f"run_loss{name}")
        table = []
        for row in joined.rows:
            found = _array([0.0] * self.width)
            run_outputs(_array(parameters), _array(row), found)
            table.append(list(found))
            slopes = _array([0.0] * len(parameters))
            run_loss(_array(parameters), _array(row), slopes)
            joined.split_parameters("gradient", list(slopes), numbers, self.factors)
        joined.split_outputs(table, numbers)
        train = getattr(library, f"train_loss{name}")
        train.restype = ctypes.c_double
        rows = joined.rows * REPEATED
        # Of no inputs the source makes rows of one number.
        flat = _array([x for row in rows for x in (row or [0.0])])
        count = len(rows)
        order = (ctypes.c_long * count)(*range(count))
        for quantity, size in BATCHES.items():
            # What leaves its domain is nan, and ends the training of all recipes.
            if all(quantity in each.entries for each in joined.references):
                trained = _array(parameters)
                sizes = map(ctypes.c_long, (count, size, EPOCHS))
                train(trained, flat, order, *sizes, _array([0.0] * EPOCHS))
                joined.split_parameters(quantity, list(trained), numbers)


class _Braces(dict[str, str]):
    """Leaves `{name}` to be filled in later."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def _array(numbers: Sequence[float]) -> Any:
    return (ctypes.c_double * max(len(numbers), 1))(*numbers)
