"""A whole program as text: data, functions, and what it does when it is run by itself.

Run, the texts of Python and C print one number per line, with 17 digits: `loss 225`, `gradient w111
240` and, after a step on the recorded row, `parameter w111 -23.9`; a prediction prints its outputs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.programs import llvm_host
from engine.programs.backend_llvm import LlvmBackend
from engine.programs.backend_python import LONGEST
from engine.programs.identifiers import Identifiers
from engine.programs.instructions import Operand, Variable
from engine.programs.lowering import lower
from engine.programs.recorded import Recorded
from engine.programs.rules import Optimizer, UpdateRule
from engine.programs.source_c import CFunctions
from engine.programs.source_c_text import comment
from engine.programs.source_common import printable
from engine.programs.source_python import PythonSource
from engine.programs.source_tables import (
    block,
    c_number,
    c_table,
    paragraphs,
    python_number,
    python_table,
)
from engine.programs.variables import MOST_NAMES
from engine.value import Value

LANGUAGES = ("python", "c", "llvm")


def source(
    recorded: Recorded, optimizer: Optimizer | None, rule: UpdateRule | None, language: str
) -> str:
    """The program in a language.

    Raises ValueError for another than those, ImportError for "llvm" without llvmlite.
    """
    if language == "llvm":
        return _llvm(recorded, rule)
    if language not in LANGUAGES:
        raise ValueError(f"no source in {language!r}; known: {', '.join(LANGUAGES)}")
    text = _Text(recorded, optimizer, rule)
    return text.python() if language == "python" else text.c()


class _Text:
    """What both languages say of a program."""

    def __init__(
        self, recorded: Recorded, optimizer: Optimizer | None, rule: UpdateRule | None
    ) -> None:
        self.recorded = recorded
        self.optimizer = optimizer
        self.rule = rule
        self.program = lower(recorded, LONGEST)
        self.inputs = _names(recorded.inputs, self.program.inputs)
        self.parameters = _names(recorded.parameters, self.program.parameters)
        self.outputs = [_name_of(output) for output in self.program.outputs]

    def header(self) -> Iterator[str]:
        """What the program computes, and what it prints when it is run."""
        inputs = f" from {_several(self.inputs, 'inputs')}" if self.inputs else ""
        count = len(self.parameters)
        with_ = f" with {count} parameter{'s' * (count != 1)}" if count else ""
        yield f"{_several(self.outputs, 'outputs')}, computed{inputs}{with_}. Made by chaingrad."
        yield ""
        if not self.trained:
            yield "Run by itself it prints the outputs for the recorded row."
            return
        printed = "the loss of the recorded row and its derivative by every parameter"
        if self.optimizer is None:
            yield f"Run by itself it prints {printed}."
            yield "It was compiled without an optimiser, so it has no function `step`."
        else:
            settings = ", ".join(f"{k} = {v:g}" for k, v in self.settings())
            yield (
                f"Run by itself it prints {printed}, and the parameters after one step of "
                f"{type(self.optimizer).__name__}: {settings}."
            )

    def settings(self) -> list[tuple[str, float]]:
        """The optimiser's settings in the order of the rule."""
        assert self.optimizer is not None
        assert self.rule is not None
        return [(name, self.optimizer.settings[name]) for name in self.rule.setting_names]

    def state(self) -> list[tuple[str, list[float]]]:
        """What the optimiser remembers in the order of the rule."""
        assert self.optimizer is not None
        assert self.rule is not None
        return [(name, self.optimizer.state[name]) for name in self.rule.state_names]

    @property
    def trained(self) -> bool:
        return self.program.trained

    # Python.

    def python(self) -> str:
        functions = PythonSource(self.program, self.rule)
        body = functions.body()
        parts = [
            "\n".join(['"""' + "\n".join(paragraphs(self.header(), 0)), '"""']),
            "\n".join(functions.dialect.imports()),
            "\n".join(self.python_data()),
        ]
        head = "\n\n".join(part for part in parts if part)
        return f"{head}\n\n\n{body}\n\n" + "\n".join(self.python_main()) + "\n"

    def python_data(self) -> Iterator[str]:
        if self.parameters:
            yield from python_table("PARAMETERS", self.parameters, self.recorded.parameters)
        yield "# The row that was recorded."
        yield from python_table("ROW", self.inputs, self.recorded.inputs)
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

    def python_main(self) -> Iterator[str]:
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

    @property
    def several(self) -> bool:
        return len(self.outputs) > 1

    # C.

    def c(self) -> str:
        lines = list(paragraphs(map(comment, self.header()), 3))
        lines[0] = "/* " + lines[0].lstrip()
        lines += ["", "   cc -std=c11 -O2 program.c -lm && ./a.out */"]
        parts = [
            "\n".join(lines),
            "#include <math.h>\n#include <stdio.h>",
            "\n".join(self.c_data()),
            CFunctions(self.program, self.rule).functions(),
            "\n".join(self.c_main()) + "\n",
        ]
        return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"

    def c_data(self) -> Iterator[str]:
        counts = [f"INPUTS = {max(len(self.inputs), 1)}"]
        if self.parameters:
            counts.insert(0, f"PARAMETERS = {len(self.parameters)}")
        yield f"enum {{ {', '.join(counts)} }};"
        yield ""
        if self.parameters:
            head = "static double parameters[PARAMETERS] = {"
            yield from c_table(head, self.parameters, self.recorded.parameters)
            if self.trained:
                names = [f'"{name}"' for name in self.parameters]
                yield from block("static const char *const names[PARAMETERS] = {", names, "};")
            yield ""
        yield "/* The row that was recorded. */"
        head = "static const double recorded[INPUTS] = {"
        if self.inputs:
            yield from c_table(head, self.inputs, self.recorded.inputs)
        else:
            yield f"{head}0.0}}; /* there are no inputs */"
        if self.optimizer is not None:
            settings, state = self.settings(), self.state()
            yield ""
            yield "/* Of the optimiser: its settings, what it remembers for each parameter, and how"
            yield "   many updates it has made. */"
            if settings:
                yield "static const double settings[] = {"
                yield from (f"    {c_number(number)}, /* {name} */" for name, number in settings)
                yield "};"
            if state:
                yield f"static double state[{len(state)}][PARAMETERS] = {{"
                for name, numbers in state:
                    row = [c_number(number) for number in numbers] if any(numbers) else ["0.0"]
                    yield f"    /* {name} */"
                    yield from (f"    {line}" for line in block("{", row, "},"))
                yield "};"
            yield f"static double steps = {float(self.optimizer.steps)};"

    def c_main(self) -> Iterator[str]:
        parameters = "parameters" if self.parameters else "NULL"
        yield from ["int main(void)", "{"]
        if not self.trained:
            names = [f'"{name}"' for name in self.outputs]
            count = len(names)
            yield from block("    static const char *const names[] = {", names, "};", 8)
            if self.several:
                yield f"    double outputs[{count}];"
                yield f"    forward({parameters}, recorded, outputs);"
            else:
                yield f"    const double outputs[] = {{forward({parameters}, recorded)}};"
            yield f"    for (int i = 0; i < {count}; i++)"
            yield r'        printf("output %s %.17g\n", names[i], outputs[i]);'
            yield from ["    return 0;", "}"]
            return
        yield "    double gradient[PARAMETERS] = {0.0};"
        yield r'    printf("loss %.17g\n", forward(parameters, recorded));'
        yield "    gradients(parameters, recorded, gradient);"
        yield "    for (int i = 0; i < PARAMETERS; i++)"
        yield r'        printf("gradient %s %.17g\n", names[i], gradient[i]);'
        if self.optimizer is not None:
            yield "    step(parameters, &recorded, 1);"
            yield "    for (int i = 0; i < PARAMETERS; i++)"
            yield r'        printf("parameter %s %.17g\n", names[i], parameters[i]);'
        yield from ["    return 0;", "}"]


# LLVM.


def _llvm(recorded: Recorded, rule: UpdateRule | None) -> str:
    if not llvm_host.is_available():
        raise ImportError(
            'source("llvm") needs llvmlite, which is not installed: '
            'python -m pip install "chaingrad[jit]"'
        )
    backend = LlvmBackend(recorded, rule)
    if recorded.parameters and len(recorded.outputs) == 1:
        text, _ = backend.training_text(rule is not None, rule)
    else:
        text, _ = backend.evaluation_text()
    lines = ["Made by chaingrad."]
    for kind, leaves in (("parameter", recorded.parameters), ("input", recorded.inputs)):
        for index, leaf in enumerate(leaves):
            lines.append(f"{kind} {index}: {printable(leaf.label or '')}".rstrip(": "))
    return "".join(f"; {line}\n" for line in lines) + "\n" + text


# Names and tables.


def _names(leaves: Sequence[Value], variables: Sequence[Variable]) -> list[str]:
    """Names for a table: those of the functions, where these name every leaf."""
    if len(leaves) <= MOST_NAMES:
        return [variable.name for variable in variables]
    identifiers = Identifiers()
    return [identifiers.new(leaf.label, variables[0].kind[0]) for leaf in leaves]


def _name_of(output: Operand) -> str:
    return output.name if isinstance(output, Variable) else "constant"


def _several(names: Sequence[str], kind: str) -> str:
    return ", ".join(names) if len(names) <= 12 else f"{len(names)} {kind}"
