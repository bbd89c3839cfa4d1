"""A whole program in C."""

from __future__ import annotations

from collections.abc import Iterator

from engine.programs.source_c import CFunctions
from engine.programs.source_c_text import comment
from engine.programs.source_program import ProgramText
from engine.programs.source_tables import block, c_number, c_table, paragraphs


class CProgram(ProgramText):
    """Data, functions, and a `main` that prints what they come to for the recorded row."""

    def text(self) -> str:
        lines = list(paragraphs(map(comment, self.header()), 3))
        lines[0] = "/* " + lines[0].lstrip()
        lines += ["", "   cc -std=c11 -O2 program.c -lm && ./a.out */"]
        parts = [
            "\n".join(lines),
            "#include <math.h>\n#include <stdio.h>",
            "\n".join(self.data()),
            CFunctions(self.program, self.rule).functions(),
            "\n".join(self.main()) + "\n",
        ]
        return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"

    def data(self) -> Iterator[str]:
        counts = [f"INPUTS = {max(len(self.inputs), 1)}"]
        if self.parameters:
            counts.insert(0, f"PARAMETERS = {len(self.parameters)}")
        yield f"enum {{ {', '.join(counts)} }};"
        yield ""
        if self.parameters:
            head = "static double parameters[PARAMETERS] = {"
            yield from c_table(head, self.parameters, self.recording.parameters)
            if self.trained:
                names = [f'"{name}"' for name in self.parameters]
                yield from block("static const char *const names[PARAMETERS] = {", names, "};")
            yield ""
        yield "/* The row that was recorded. */"
        head = "static const double recorded[INPUTS] = {"
        if self.inputs:
            yield from c_table(head, self.inputs, self.recording.inputs)
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

    def main(self) -> Iterator[str]:
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
