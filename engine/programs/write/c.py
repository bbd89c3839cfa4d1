"""Programs as C, for a compiler of C99 or later."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from engine.programs.lower.ir import Function, Kernel
from engine.programs.write.braces import Braces, BracesWriter, noted, wrapped
from engine.programs.write.text import LINE
from engine.sheet.dialect_c import HELPERS, CSource

# What `Identifiers` may call a variable, and C cannot: what the functions call or refer to, and
# macros, some of which compilers define without being asked.
_TAKEN = re.compile(
    r"pow|fabs|fmod|rint|maximum|minimum|modulo|floor_quotient|isnan|isfinite|linux|unix|i386"
    r"|P_tmpdir|NAN|INFINITY|NULL|EOF"
    r"|HUGE\w*|BUFSIZ|DOMAIN|SING|OVERFLOW|UNDERFLOW|[PT]LOSS|L_\w+|\w+_M(AX|IN)|MAXFLOAT"
    r"|(M|FP|SEEK|MATH|X)_\w+"
)


class CFormulas(Braces, CSource):
    """Doubles and `math.h`."""


class CWriter(BracesWriter):
    """Numbers are doubles, indices long integers; what is not changed is `const`."""

    def __init__(self, kernel: Kernel) -> None:
        super().__init__(CFormulas())
        widths = len(kernel.inputs), len(kernel.parameters), len(kernel.outputs)
        inputs, parameters, outputs = (max(width, 1) for width in widths)
        self.types = {
            "float": "double {}",
            "int": "long {}",
            "Text": "const char *{}",
            "Numbers": "double {}[]",
            "Constants": "const double {}[]",
            "Order": "const long {}[]",
            "Rows": f"const double {{}}[][{inputs}]",
            "State": f"double {{}}[][{parameters}]",
            "Outputs": f"double {{}}[][{outputs}]",
        }

    def function(self, function: Function) -> Iterator[str]:
        lines = list(super().function(function))
        start = lines.index("{") + 1
        text = "\n".join(lines[start:])
        unused = [name for name in function.arguments if not re.search(rf"\b{name}\b", text)]
        yield from [*lines[:start], *(f"    (void){name};" for name in unused), *lines[start:]]

    def head(self, function: Function) -> Iterator[str]:
        given = [self.types[kind].format(name) for name, kind in function.arguments.items()]
        result = self.types.get(function.result, "void {}").format(function.name)
        head = "int main" if function.name == "main" else f"static {result}"
        yield from noted(function.about)
        yield from wrapped(f"{head}({', '.join(given) or 'void'})", LINE)
        yield "{"

    def local(self, name: str) -> str:
        return name + "_" * bool(_TAKEN.fullmatch(name))

    def define(self, kind: str, name: str, constant: bool | None = None) -> str:
        if kind == "index":
            return f"long {name}"
        if constant is None:
            constant = name not in self.changed
        return "const " * constant + self.types[kind].format(name)

    def new_array(self, name: str, length: int) -> Iterable[str]:
        return [f"double {name}[{length}] = {{0.0}};"]

    def helpers(self) -> Iterator[str]:
        """Those of the dialect's functions that are called."""
        used = self.dialect.used  # type: ignore[attr-defined]
        for block in HELPERS.strip().split("\n\n"):
            names = re.findall(r"double (\w+)\(double", block)
            unused = [f"static inline double {name}(" for name in names if name not in used]
            if len(unused) < len(names):
                lines = block.splitlines()
                yield "\n".join(line for line in lines if not line.startswith(tuple(unused)))
