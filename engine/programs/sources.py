"""A whole program as text: data, functions, and what it does when it is run by itself.

Run, the texts of Python and C print one number per line, with 17 digits: `loss 225`, `gradient w111
240` and, after a step on the recorded row, `parameter w111 -23.9`; a prediction prints its outputs.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.programs import llvm_host
from engine.programs.backend_llvm import LlvmBackend
from engine.programs.recording import Recording
from engine.programs.rules import Optimizer, UpdateRule
from engine.programs.source_c_program import CProgram
from engine.programs.source_common import printable
from engine.programs.source_program import ProgramText
from engine.programs.source_python import PythonSource
from engine.programs.source_tables import block, paragraphs, python_number, python_table

LANGUAGES = ("python", "c", "llvm")


def source(
    recording: Recording, optimizer: Optimizer | None, rule: UpdateRule | None, language: str
) -> str:
    """The program in a language.

    Raises ValueError for another than those, ImportError for "llvm" without llvmlite.
    """
    if language == "llvm":
        return _llvm(recording, rule)
    if language not in LANGUAGES:
        raise ValueError(f"no source in {language!r}; known: {', '.join(LANGUAGES)}")
    kind = PythonProgram if language == "python" else CProgram
    return kind(recording, optimizer, rule).text()


class PythonProgram(ProgramText):
    """Data, functions, and what prints what they come to for the recorded row."""

    def text(self) -> str:
        functions = PythonSource(self.program, self.rule)
        body = functions.body()
        parts = [
            "\n".join(['"""' + "\n".join(paragraphs(self.header(), 0)), '"""']),
            "\n".join(functions.dialect.imports()),
            "\n".join(self.data()),
        ]
        head = "\n\n".join(part for part in parts if part)
        return f"{head}\n\n\n{body}\n\n" + "\n".join(self.main()) + "\n"

    def data(self) -> Iterator[str]:
        if self.parameters:
            yield from python_table("PARAMETERS", self.parameters, self.recording.parameters)
        yield "# The row that was recorded."
        yield from python_table("ROW", self.inputs, self.recording.inputs)
        if self.optimizer is not None:
            settings = [f'"{k}": {python_number(v)}' for k, v in self.settings()]
            yield from block("SETTINGS = {", settings, "}")
            yield "# What the optimiser remembers for each parameter, and the updates it has made."
            yield "STATE = {" + "}" * (not self.optimizer.state)
            for name, numbers in self.state():
                if any(numbers):
                    inner = block(
                        f'"{name}": [', [python_number(number) for number in numbers], "],"
                    )
                    yield from (f"    {line}" for line in inner)
                else:
                    yield f'    "{name}": [0.0] * {len(numbers)},'
            if self.optimizer.state:
                yield "}"
            yield f"STEPS = {self.optimizer.steps}"

    def main(self) -> Iterator[str]:
        parameters = "list(PARAMETERS.values())" if self.parameters else "[]"
        yield 'if __name__ == "__main__":'
        yield f"    parameters, row = {parameters}, list(ROW.values())"
        if not self.trained:
            call = "forward(parameters, row)"
            yield from block("    names = [", [f'"{name}"' for name in self.outputs], "]", 8)
            yield f"    for name, output in zip(names, {call if self.several else f'[{call}]'}):"
            yield '        print(f"output {name} {output:.17g}")'
            return
        yield '    print(f"loss {forward(parameters, row):.17g}")'
        yield "    for name, gradient in zip(PARAMETERS, gradients(parameters, row)[1]):"
        yield '        print(f"gradient {name} {gradient:.17g}")'
        if self.optimizer is not None:
            yield "    step(parameters, [row], STEPS + 1.0, SETTINGS.values(), STATE.values())"
            yield "    for name, parameter in zip(PARAMETERS, parameters):"
            yield '        print(f"parameter {name} {parameter:.17g}")'


def _llvm(recording: Recording, rule: UpdateRule | None) -> str:
    if not llvm_host.is_available():
        raise ImportError(
            'source("llvm") needs llvmlite, which is not installed: '
            'python -m pip install "chaingrad[jit]"'
        )
    backend = LlvmBackend(recording, rule)
    if recording.parameters and len(recording.outputs) == 1:
        text, _ = backend.training_text(rule is not None, rule)
    else:
        text, _ = backend.evaluation_text()
    lines = ["Made by chaingrad."]
    for kind, leaves in (("parameter", recording.parameters), ("input", recording.inputs)):
        for index, leaf in enumerate(leaves):
            lines.append(f"{kind} {index}: {printable(leaf.label or '')}".rstrip(": "))
    return "".join(f"; {line}\n" for line in lines) + "\n" + text
