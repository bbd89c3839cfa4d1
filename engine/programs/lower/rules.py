"""Update rules: how a parameter changes with its gradient, as formulas from top to bottom.

A rule may use the parameter, its gradient, the number of the step, the optimiser's settings and
what it has computed above; `sum`, `max` and `min` go over all parameters. A name that it uses
before it computes it (a velocity, a running mean) is remembered from the step before, per
parameter, and starts at 0.
"""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Callable, Sequence
from operator import is_
from typing import Any, Protocol

from engine.programs.lower.identifiers import C_KEYWORDS, JAVASCRIPT_WORDS
from engine.sheet.computation import hoist
from engine.sheet.formula import CONSTANTS, FUNCTIONS, names_in, read
from engine.sheet.ieee import NAMESPACE as IEEE_NAMES
from engine.sheet.inlining import inlined, replaced
from engine.sheet.reductions import REDUCTIONS

Formulas = tuple[tuple[str, str], ...]


class Optimizer(Protocol):
    """What a program asks of an optimiser, such as those of `nn`.

    `state`: for each remembered name a number per parameter. `steps`: the updates made so far.
    """

    parameters: list[Any]
    settings: dict[str, float]
    state: dict[str, list[float]]
    steps: int

    @property
    def rule(self) -> Formulas:
        """The formulas, from top to bottom."""


class UpdateRule:
    """A rule, read: what is computed once in a step, and what for every parameter.

    `reductions`: (name, kind, tree) over all parameters, before anything else. `shared`: (name,
    tree) pairs that are the same for all parameters. `each`: (target, tree) pairs in order.
    `remembered`: the targets that are kept from step to step. In all of these a name that
    generated code needs for itself is spelled with a line after it; `setting_names` and
    `state_names` are the optimiser's own names of `settings` and `remembered`, in their order.

    Raises ValueError for names that a rule cannot give, or a reduction over what changes in a step.

    >>> rule = UpdateRule((("square", "decay * square + (1 - decay) * gradient ** 2"),
    ...                    ("parameter", "parameter - rate * gradient / sqrt(square)")),
    ...                   ["rate", "decay"])
    >>> rule.remembered, [(name, ast.unparse(tree)) for name, tree in rule.shared]
    (['square'], [('shared_1', '1 - decay')])
    """

    def __init__(self, formulas: Formulas, settings: Sequence[str]) -> None:
        self.formulas = formulas
        self.setting_names = list(settings)
        self.state_names = remembered(formulas)
        names = [*settings, *(target for target, _ in formulas)]
        _check_names(settings, names)
        known = {"parameter", "gradient", "step", *names}
        spelled = _spelled(names)
        self.settings, self.remembered = (
            [spelled.get(name, name) for name in given]
            for given in (self.setting_names, self.state_names)
        )
        targets = [spelled.get(target, target) for target, _ in formulas]
        settings = self.settings
        new: dict[str, ast.expr] = {name: ast.Name(other) for name, other in spelled.items()}
        self.reductions, trees = hoist(
            [inlined(replaced(read(text, known), new)) for _, text in formulas]
        )
        for _, _, tree in self.reductions:
            unknown = set(names_in(tree)) - {"parameter", "gradient", *settings}
            if unknown:
                raise ValueError(
                    f"a rule's sum, max or min goes over parameters and gradients as they are at "
                    f"the start of the step; {ast.unparse(tree)!r} uses {', '.join(unknown)}"
                )
        common = {"step", *settings, *(name for name, _, _ in self.reductions)}
        self.shared: list[tuple[str, ast.expr]] = []
        self.each: list[tuple[str, ast.expr]] = []
        # What has another number in each loop, or several in turn, is not a common part.
        own = {"parameter", "gradient", *self.remembered}
        own.update(target for target in targets if targets.count(target) > 1)
        for target, tree in zip(targets, trees):
            if target not in own and set(names_in(tree)) <= common:
                self.shared.append((target, tree))
                common.add(target)
            else:
                taken_out = _Shared(common, self.shared)
                self.each.append((target, taken_out.visit(tree)))
                common.update(name for name, _ in self.shared)


def remembered(formulas: Formulas) -> list[str]:
    """The names that a rule uses before it computes them."""
    computed: set[str] = set()
    found: dict[str, None] = {}
    targets = {target for target, _ in formulas} - {"parameter", "gradient"}
    for target, text in formulas:
        used = targets.intersection(names_in(read(text)))
        found.update(dict.fromkeys(sorted(used - computed)))
        computed.add(target)
    return list(found)


def follows_rule(optimizer: Any) -> bool:
    """Whether a step of the optimiser is what its rule says, because `step` is not another one.

    An optimiser without `step` is its rule; the function of one that applies it carries a mark, as
    `applies_rule` puts it on.
    """
    step = getattr(optimizer, "step", None)
    function = getattr(step, "__func__", None)
    # A wrapped function takes over the marks of the one inside.
    marked = function is not None and getattr(function, "applies_rule", None) is function
    return step is None or (marked and getattr(step, "__self__", None) is optimizer)


def rule_of(optimizer: Optimizer, parameters: Sequence[Any]) -> UpdateRule:
    """The rule of an optimiser; ValueError if it trains others than these, or not by its rule."""
    trained = optimizer.parameters
    if len(parameters) != len(trained) or not all(map(is_, parameters, trained)):
        raise ValueError(
            "compile: the optimiser must train the same parameters in the same order; it has "
            f"{len(trained)}, the program {len(parameters)}"
        )
    if not follows_rule(optimizer):
        raise ValueError(
            f"compile: the optimiser, {optimizer!r}, has a step of its own, which no program "
            "computes; call its step() after backward()"
        )
    return UpdateRule(optimizer.rule, list(optimizer.settings))


def applies_rule(step: Callable[..., Any]) -> Callable[..., Any]:
    """Marks a method as one that computes the rule and nothing else."""
    step.applies_rule = step  # type: ignore[attr-defined]
    return step


# What the generated functions call things of their own, and what they call.
_OURS = frozenset(
    "all_parameters count done enumerate epoch epochs gradient_i gradients i inf loss losses means "
    "nan node order parameters place row row_gradient rows self settings share size start state "
    "steps stop total update weight zip INFINITY NAN NULL fabs floor_quotient fmod linux maximum "
    "minimum modulo rint unix".split()
).union(C_KEYWORDS, JAVASCRIPT_WORDS)
_NUMBERED = re.compile(r"(shared|sum|max|min)_\d+")


def _check_names(settings: Sequence[str], names: Sequence[str]) -> None:
    """ValueError for what no formula could name, or what has a meaning already."""
    for name in names:
        if not isinstance(name, str) or not name.isidentifier() or keyword.iskeyword(name):
            raise ValueError(f"a rule's names must be words, not {name!r}")
        if name in FUNCTIONS or name in REDUCTIONS or name in CONSTANTS or name == "step":
            raise ValueError(f"a rule cannot compute {name!r}, which has a meaning of its own")
    for name in settings:
        if name in ("parameter", "gradient"):
            raise ValueError(f"a setting cannot be called {name!r}: every parameter has its own")


def _spelled(names: Sequence[str]) -> dict[str, str]:
    """Other names for those that generated code needs for itself."""
    taken = {*names, *_OURS, *IEEE_NAMES}
    found = {}
    for name in dict.fromkeys(names):
        if name in _OURS or name in IEEE_NAMES or _NUMBERED.fullmatch(name) or name[:4] == "all_":
            other = name
            while other in taken or _NUMBERED.fullmatch(other):
                other += "_"
            taken.add(other)
            found[name] = f"its_{other}" if name[:4] == "all_" else other
    return found


class _Shared(ast.NodeTransformer):
    """Takes out the largest parts of a formula that are the same for all parameters."""

    def __init__(self, common: set[str], shared: list[tuple[str, ast.expr]]) -> None:
        self.common = common
        self.shared = shared

    def visit(self, node: ast.AST) -> Any:
        simple = isinstance(node, (ast.Name, ast.Constant)) or not isinstance(node, ast.expr)
        if not simple and isinstance(node, ast.expr) and set(names_in(node)) <= self.common:
            if isinstance(node, (ast.Compare, ast.BoolOp)):
                return node  # a condition is not a number
            return ast.Name(self.name_of(node))
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        node.args = [self.visit(argument) for argument in node.args]
        return node

    def name_of(self, tree: ast.expr) -> str:
        text = ast.unparse(tree)
        for name, known in self.shared:
            if ast.unparse(known) == text:
                return name
        name = f"shared_{len(self.shared) + 1}"
        self.shared.append((name, tree))
        return name
