"""An update rule as an LLVM function over all parameters."""

from __future__ import annotations

from engine.programs.instructions import Fold, Run, Variable
from engine.programs.llvm_formulas import Code, LlvmFormulas
from engine.programs.llvm_loops import WIDTH, fold_of_run, loop
from engine.programs.llvm_sample import LlvmModule
from engine.programs.rules import UpdateRule

# Up to so many parameters are updated one by one, so that they can stay in registers.
MOST_SINGLE = 64


def write_update(module: LlvmModule, rule: UpdateRule, count: int, single: bool) -> None:
    """Adds `@update(p, g, s, c, step)`: parameters, gradients, state, settings, number of the step.

    The state holds one row per remembered name, each as long as there are parameters.
    """
    code = Code(module.functions)
    scalar = module.formulas(code, 1)
    shared = {"step": "%step"}
    for index, name in enumerate(rule.settings):
        shared[name] = code.fresh(f"load double, ptr {code.address('%c', index)}")
    runs = {"parameter": Run("parameter", 0, count), "gradient": Run("gradient", 0, count)}
    for name, kind, tree in rule.reductions:
        fold = Fold(Variable("temporary", 0, name), kind, tree, {}, runs=runs, length=count)
        shared[name] = fold_of_run(code, module, fold, shared)
    for name, tree in rule.shared:
        shared[name] = scalar.write(tree, shared)

    def part(formulas: LlvmFormulas, index: str | int) -> None:
        names = {name: formulas.spread(register) for name, register in shared.items()}
        places = {"parameter": code.address("%p", index), "gradient": code.address("%g", index)}
        for row, name in enumerate(rule.remembered):
            places[name] = code.address(code.address("%s", row * count), index)
        for name, place in places.items():
            names[name] = code.fresh(f"load {formulas.type}, ptr {place}, align 8")
        for target, tree in rule.each:
            names[target] = formulas.write(tree, names)
        for name, place in places.items():
            if name != "gradient":
                code.act(f"store {formulas.type} {names[name]}, ptr {place}, align 8")

    whole = 0 if single else count - count % WIDTH
    if whole:
        loop(code, 0, whole, WIDTH, lambda index: part(module.formulas(code, WIDTH), index))
    for index in range(whole, count):
        part(scalar, index)
    module.texts.append(
        "define internal void @update(ptr noalias %p, ptr noalias %g, ptr noalias %s, "
        "ptr noalias %c, double %step) alwaysinline {\n" + code.text() + "\n  ret void\n}\n"
    )
