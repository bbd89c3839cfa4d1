"""An update rule as an LLVM function over all parameters."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from functools import partial
from itertools import chain

from engine.programs.llvm.code import Code
from engine.programs.llvm.control import either
from engine.programs.llvm.formulas import LlvmFormulas
from engine.programs.llvm.loops import Apply, Pace, reduce_spans
from engine.programs.llvm.module import LlvmModule
from engine.programs.llvm.rows import Row, names_of
from engine.programs.llvm.statements import MOST_SINGLE
from engine.programs.llvm.weights import Deferred, blocks, in_rounds, uncovered
from engine.programs.lower.ir import Map, Reduce, Span, Variable
from engine.programs.lower.rules import UpdateRule
from engine.sheet.inlining import mapped, replaced

ARGUMENTS = (
    "ptr noalias %p, ptr noalias %g, double %step, ptr noalias %settings, ptr noalias %s, "
    "ptr noalias %x, ptr noalias %v, ptr noalias %d, double %weight"
)
# A gradient that lies in memory; one tree, by which loops know what repeats.
_GRADIENT = ast.Name("gradient")
# Of the sum of gradients.
_MEAN = ast.BinOp(_GRADIENT, ast.Mult(), ast.Name("weight"))


def write_update(
    module: LlvmModule,
    rule: UpdateRule,
    count: int,
    single: bool,
    deferred: Sequence[Deferred],
    late: Sequence[Map] = (),
) -> None:
    """Adds `@update`; its arguments are those in the loops, and a row and what it has computed.

    The state holds one row per remembered name, each as long as there are parameters. Gradients
    are read from `%g` and multiplied by `%weight`; but with `single`, where a step is one row,
    they are as they are, and those in `deferred` are computed here, but those in `late` only if
    `%last` says that no row follows. Otherwise `@weights` has used these.
    """
    update = _Update(module, Code(module.functions), rule, count, single)
    update.prepare()
    update.write(deferred, late)


def update_of_weights(module: LlvmModule, rule: UpdateRule, count: int, code: Code) -> Apply:
    """How `@weights` changes parameters after the last tile, if it is that."""
    update = _Update(module, code, rule, count, single=False)
    cells: dict[str, str] = {}

    def prepare() -> None:
        update.prepare()
        for name, register in update.shared.items():
            cells[name] = code.new("%cell")
            code.entry.append(f"  {cells[name]} = alloca double")
            code.act(f"store double {register}, ptr {cells[name]}")

    either(code, "%last", prepare, lambda: None)
    update.shared = {name: code.fresh(f"load double, ptr {cell}") for name, cell in cells.items()}
    return update.part


def late_update(module: LlvmModule, rule: UpdateRule, count: int, code: Code) -> Apply:
    """How `@sample` changes parameters by gradients of the row before, if there was one."""
    update = _Update(module, code, rule, count, single=True)
    update.prepare()
    return partial(update.part, condition="%late")


def _stored(indices: range) -> Map:
    """The gradients of neighbours as they lie in memory."""
    span = Span("gradient", indices.start, len(indices))
    return Map(span, _GRADIENT, {}, {"gradient": span})


class _Update:
    def __init__(
        self, module: LlvmModule, code: Code, rule: UpdateRule, count: int, single: bool
    ) -> None:
        self.module = module
        self.code = code
        self.rule = rule
        self.count = count
        self.single = single
        # What is the same for all parameters.
        self.shared = {"step": "%step"}
        self.each, self.factors = rule.each, dict[str, str]()
        if not single:
            self.shared["weight"] = "%weight"
            self.each, self.factors = _weighed(rule)

    def prepare(self) -> None:
        """Computes what is the same for all parameters."""
        code, rule = self.code, self.rule
        for index, name in enumerate(rule.settings):
            self.shared[name] = code.emit(f"load double, ptr {code.address('%settings', index)}")
        for name, kind, tree in rule.reductions:
            self.shared[name] = self.reduced(name, kind, tree)
        scalar = self.module.formulas(code, 1)
        for name, tree in rule.shared:
            self.shared[name] = scalar.write(tree, self.shared)
        for name, weighed in self.factors.items():
            self.shared[weighed] = scalar.on("fmul", self.shared[name], "%weight")

    def write(self, deferred: Sequence[Deferred], late: Sequence[Map]) -> None:
        code, waiting = self.code, set(map(id, late))
        if self.single:
            in_rounds(code, [each for each in deferred if id(each) not in waiting], self.computed)
        if late:
            either(code, "%last", lambda: in_rounds(code, late, self.computed), lambda: None)
        others = uncovered(self.module.parameters, deferred)
        if self.single and self.count <= MOST_SINGLE:
            for index in chain.from_iterable(others):
                self.part(self.module.formulas(code, 1), Span("gradient", 0, self.count), index)
        else:
            # Those of biases, too, may be many at a constant step.
            in_rounds(code, [_stored(indices) for indices in others], self.computed)
        arguments = f"{ARGUMENTS}, i1 %last" if late else ARGUMENTS
        self.module.texts.append(
            f"define internal void @update({arguments}) alwaysinline {{\n"
            f"{code.text()}\n  ret void\n}}\n"
        )

    def reduced(self, name: str, kind: str, tree: ast.expr) -> str:
        """A sum, maximum or minimum over all parameters."""
        tree = replaced(tree, {"gradient": _MEAN})
        spans = {"parameter": Span("parameter", 0, self.count)}
        spans["gradient"] = Span("gradient", 0, self.count)
        reduction = Reduce(
            Variable("temporary", 0, name), kind, tree, {}, spans=spans, length=self.count
        )
        pace = Pace(self.code, self.module, lanes=1)
        return reduce_spans(pace, self.module, [reduction], self.shared)[0]

    def computed(self, deferred: Sequence[Map]) -> None:
        for each in deferred:
            self.neighbours(each.target, each)

    def neighbours(self, span: Span, deferred: Map | None = None) -> None:
        def part(numbers: list[str | int], width: int) -> None:
            formulas = self.module.formulas(self.code, width)
            for number in numbers:
                gradient = None
                if deferred is not None:
                    row = Row(self.code)
                    names = names_of(self.code, formulas, deferred, row, number)
                    gradient = formulas.write(deferred.tree, names)
                self.part(formulas, span, number, gradient)

        blocks(self.code, span.length, part)

    def part(
        self,
        formulas: LlvmFormulas,
        span: Span,
        index: str | int,
        gradient: str | None = None,
        condition: str = "",
    ) -> str:
        """The rule for one parameter, or for a vector of neighbours; what becomes of them.

        With a condition they stay what they are where it does not hold.
        """
        code = self.code

        def place(array: str, offset: int = 0) -> str:
            return code.address(code.moved(array, offset + span.start, span.step), index)

        def loaded(address: str) -> str:
            return code.fresh(f"load {formulas.type}, ptr {address}, align 8")

        names = {name: formulas.spread(register) for name, register in self.shared.items()}
        names["gradient"] = gradient or loaded(place("%g"))
        kept = {"parameter": place("%p")}
        for row, name in enumerate(self.rule.remembered):
            kept[name] = place("%s", row * self.count)
        for name, address in kept.items():
            names[name] = loaded(address)
        before = {name: names[name] for name in kept}
        for target, tree in self.each:
            names[target] = formulas.changed(tree, names)
        for name, address in kept.items():
            if condition:
                names[name] = formulas.selected(
                    formulas.where(condition), names[name], before[name]
                )
            code.act(f"store {formulas.type} {names[name]}, ptr {address}, align 8")
        return names["parameter"]


def _weighed(rule: UpdateRule) -> tuple[list[tuple[str, ast.expr]], dict[str, str]]:
    """The formulas for a sum of gradients in the place of their mean; and the names of factors.

    A factor that is the same for all parameters is weighed once instead of each gradient.
    """
    factors: dict[str, str] = {}
    common = {"step", *rule.settings, *(name for name, _ in rule.shared)}

    def changed(node: ast.expr) -> ast.expr:
        match node:
            case ast.Name(id="gradient"):
                return _MEAN
            case ast.BinOp(ast.Name(id=name), ast.Mult(), right) if (
                right is _MEAN and name in common
            ):
                factors[name] = f"{name} * weight"
                return ast.BinOp(ast.Name(factors[name]), ast.Mult(), _GRADIENT)
        return node

    each: list[tuple[str, ast.expr]] = []
    for target, tree in rule.each:
        # From there on it is what the rule has made of the mean.
        is_mean = any(earlier == "gradient" for earlier, _ in each)
        each.append((target, tree if is_mean else mapped(tree, changed)))
    return each, factors
