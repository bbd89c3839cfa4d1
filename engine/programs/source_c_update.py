"""An update rule as C: the functions `update` and `step`.

`update` refers to the arrays `settings` and `state`, and to `steps`, the number of the update.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.dialect import Names, Piece
from engine.formula import names_in
from engine.programs.identifiers import C_KEYWORDS as KEYWORDS
from engine.programs.rules import UpdateRule
from engine.programs.source_c_text import ProgramC, assigned, reduced

# What `update` calls things of its own.
_OF_UPDATE = frozenset("i means parameters settings state steps".split())


def c_update(rule: UpdateRule, dialect: ProgramC) -> Iterator[str]:
    """The function `update`: the rule for every parameter."""
    formulas = [*rule.shared, *rule.each]
    own = [*rule.settings, *rule.remembered, *(name for name, _ in formulas)]
    own += [name for name, _, _ in rule.reductions]
    names: dict[str, str | float | Piece] = {
        name: f"{name}_" for name in own if name in KEYWORDS or name in _OF_UPDATE
    }
    spelled = {name: str(names.get(name, name)) for name in own}
    names["step"] = "steps"
    trees = [tree for _, _, tree in rule.reductions] + [tree for _, tree in formulas]
    used = {name for tree in trees for name in names_in(tree)}
    yield "/* Changes the parameters by their gradients. */"
    yield "static void update(double parameters[], const double means[])"
    yield "{"
    for index, name in enumerate(rule.settings):
        if name in used:
            yield f"    const double {spelled[name]} = settings[{index}];"
    for name, kind, tree in rule.reductions:
        elements: Names = {**names, "parameter": "parameters[i]", "gradient": "means[i]"}
        head = "for (int i = 0; i < PARAMETERS; i++)"
        text = dialect.write(tree, elements)
        yield from reduced(spelled[name], kind, text, head, dialect)
    for name, tree in rule.shared:
        yield f"    const double {spelled[name]} = {dialect.write(tree, names)};"
    yield "    for (int i = 0; i < PARAMETERS; i++) {"
    yield "        double parameter = parameters[i];"
    known = {"parameter", *rule.remembered}
    if "gradient" in used:
        known.add("gradient")
        yield "        double gradient = means[i];"
    for index, name in enumerate(rule.remembered):
        yield f"        double {spelled[name]} = state[{index}][i];"
    for target, tree in rule.each:
        kind = "" if target in known else "double "
        known.add(target)
        text = dialect.write(tree, names)
        yield from assigned(f"        {kind}{spelled[target]} = ", text)
    for index, name in enumerate(rule.remembered):
        yield f"        state[{index}][i] = {spelled[name]};"
    yield "        parameters[i] = parameter;"
    yield from ["    }", "}"]


def c_step() -> Iterator[str]:
    """The function `step`, which goes over rows and calls `update`."""
    yield "/* Adds up the losses of the rows, and their gradients, each divided by `parts`. */"
    yield "static double summed(const double parameters[], const double rows[][INPUTS], int count,"
    yield "                     double parts, double sums[])"
    yield "{"
    yield "    double total = 0.0;"
    yield "    for (int i = 0; i < PARAMETERS; i++)"
    yield "        sums[i] = 0.0;"
    yield "    for (int number = 0; number < count; number++) {"
    yield "        double gradient[PARAMETERS] = {0.0};"
    yield "        total += gradients(parameters, rows[number], gradient) / parts;"
    yield "        for (int i = 0; i < PARAMETERS; i++)"
    yield "            sums[i] += gradient[i] / parts;"
    yield "    }"
    yield "    return total;"
    yield "}"
    yield ""
    yield "/* One update by the mean gradient of the rows; returns their mean loss before it."
    yield "   Where that is nan nothing is changed. */"
    yield "static double step(double parameters[], const double rows[][INPUTS], int count)"
    yield "{"
    yield "    double means[PARAMETERS];"
    yield "    double loss = summed(parameters, rows, count, 1.0, means) / count;"
    yield "    int finite = isfinite(loss);"
    yield "    for (int i = 0; i < PARAMETERS; i++) {"
    yield "        means[i] /= count;"
    yield "        finite = finite && isfinite(means[i]);"
    yield "    }"
    yield "    /* A sum may overflow where the mean does not. */"
    yield "    if (!finite)"
    yield "        loss = summed(parameters, rows, count, count, means);"
    yield "    if (!isnan(loss)) {"
    yield "        steps += 1.0;"
    yield "        update(parameters, means);"
    yield "    }"
    yield "    return loss;"
    yield "}"
