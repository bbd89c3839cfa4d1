"""`Program.source`: how each language puts a whole program together."""

from __future__ import annotations

from collections.abc import Iterator

from engine.programs.lower.rules import Optimizer, UpdateRule
from engine.programs.recording import Recording
from engine.programs.write.braces import comment
from engine.programs.write.c import CWriter
from engine.programs.write.javascript import JavaScriptWriter
from engine.programs.write.program import ProgramText, paragraphs
from engine.programs.write.python import PythonWriter
from engine.programs.write.tables import JAVASCRIPT, OF_ROWS, PYTHON, C, Table

LANGUAGES = ("python", "c", "javascript", "llvm")


def source(
    recording: Recording, optimizer: Optimizer | None, rule: UpdateRule | None, language: str
) -> str:
    """The program in a language; ValueError for another than those, or for LLVM, which
    `engine.programs.run.machine_code` writes.
    """
    writers = {"python": _python, "c": _c, "javascript": _javascript}
    if language not in tuple(writers):
        raise ValueError(f"no source in {language!r}; known: {', '.join(LANGUAGES)}")
    parts = writers[language](ProgramText(recording, optimizer, rule))
    return "\n\n".join(part.rstrip("\n") for part in parts if part) + "\n"


def _python(program: ProgramText) -> Iterator[str]:
    writer = PythonWriter()
    imports, texts = writer.module(program.functions())
    yield "\n".join(['"""' + "\n".join(paragraphs(program.header(), 0)), '"""'])
    yield "\n".join(imports)
    yield "\n".join(line for each in program.tables() for line in PYTHON.table(each, each.name))
    main = "\n".join(writer.function(program.main()))
    start = 'if __name__ == "__main__":\n    main()'
    # A module leaves two lines between functions.
    yield "\n" + "\n\n\n".join([*texts, _SHOW_PYTHON, main, start])


_SHOW_PYTHON = '''\
def show(what, name, number):
    """Prints a number with all its digits."""
    print(f"{what}{name} {number:.17g}")'''
_SHOW_C = r"""/* Prints a number with all its digits. */
static void show(const char *what, const char *name, double number)
{
    printf("%s%s %.17g\n", what, name, number);
}"""
_SHOW_JAVASCRIPT = """\
/* Prints a number with all its digits. */
function show(what, name, number) {
    console.log(`${what}${name} ${number}`);
}"""


def _c(program: ProgramText) -> Iterator[str]:
    writer = CWriter(program.kernel)
    texts = writer.functions(program.functions())
    yield _heading(program, "cc -std=c11 -O2 program.c -lm && ./a.out")
    yield "#include <math.h>\n#include <stdio.h>"
    yield "\n".join(line for each in program.tables() for line in _c_table(writer, each))
    yield from writer.helpers()
    yield from texts
    yield _SHOW_C
    yield "\n".join(writer.function(program.main()))


def _c_table(writer: CWriter, table: Table) -> Iterator[str]:
    kind = writer.types.get(table.kind, "const char *const {}[]").format(table.name)
    if table.kind in OF_ROWS:
        # Of an array of arrays C must be told how many there are.
        kind = kind.replace("[]", f"[{max(len(table.entries), 1)}]", 1)
    return C.table(table, f"static {kind}")


def _javascript(program: ProgramText) -> Iterator[str]:
    writer = JavaScriptWriter()
    texts = writer.functions(program.functions())
    yield _heading(program, "node program.js")
    lines = (JAVASCRIPT.table(each, f"const {each.name}") for each in program.tables())
    yield "\n".join(line for table in lines for line in table)
    yield from [*writer.helpers(), *texts, _SHOW_JAVASCRIPT]
    yield "\n".join(writer.function(program.main()))
    yield "main();"


def _heading(program: ProgramText, command: str) -> str:
    lines = list(paragraphs(map(comment, program.header()), 3))
    lines[0] = "/* " + lines[0].lstrip()
    return "\n".join([*lines, "", f"   {command} */"])
