"""An update rule as a function of a program: what it computes once, then a loop over parameters."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping

from engine.programs.lower.ir import Function, Reduce, Span, Statement, Variable
from engine.programs.lower.rules import UpdateRule
from engine.sheet.formula import names_in
from engine.sheet.inlining import replaced

_INDEX = ast.Name("i")


def update(rule: UpdateRule, count: int) -> Function:
    """The rule for `count` parameters, in place."""
    arguments = {
        "parameters": "Numbers",
        "means": "Constants",
        "step": "float",
        "settings": "Constants",
        "state": "State",
    }
    about = "Changes the parameters by their mean gradients."
    return Function("update", about, arguments, "None", list(_body(rule, count)))


def _body(rule: UpdateRule, count: int) -> Iterator[Statement]:
    trees = [tree for _, _, tree in rule.reductions]
    trees += [tree for _, tree in (*rule.shared, *rule.each)]
    used = {name for tree in trees for name in names_in(tree)}
    for place, name in enumerate(rule.settings):
        if name in used:
            yield declared(name, _element("settings", ast.Name(str(place))))
    spans = {"parameter": Span("parameters", 0, count, whole=True)}
    spans["gradient"] = Span("means", 0, count, whole=True)
    for name, kind, tree in rule.reductions:
        own = {each: span for each, span in spans.items() if each in names_in(tree)}
        yield Reduce(Variable("temporary", 0, name), kind, tree, {}, (), own, count)
    yield from (declared(name, tree) for name, tree in rule.shared)
    stop = ast.Call(ast.Name("range"), [ast.Name(str(count))], [])
    yield ast.For(_INDEX, stop, list(per_parameter(rule, places_in_arrays(rule))), [])


def places_in_arrays(rule: UpdateRule) -> dict[str, ast.expr]:
    """Where the numbers of a parameter lie: its own, its gradient, and what is remembered."""
    state = {
        name: ast.Subscript(_element("state", ast.Name(str(row))), _INDEX)
        for row, name in enumerate(rule.remembered)
    }
    return {
        "parameter": _element("parameters", _INDEX),
        "gradient": _element("means", _INDEX),
        **state,
    }


def per_parameter(rule: UpdateRule, given: Mapping[str, ast.expr]) -> Iterator[ast.stmt]:
    """The body of the loop over parameters: loads from places, formulas, stores.

    What is read only once, before it changes, has no name of its own.
    """
    # An array of the batch is called `gradient`, and this loop may stand where that is known.
    own = {"gradient": "gradient_i"}
    names = {name: ast.Name(other) for name, other in own.items()}
    each = [(own.get(target, target), replaced(tree, names)) for target, tree in rule.each]
    places = {own.get(name, name): place for name, place in given.items()}
    uses = Counter(name for _, tree in each for name in _names(tree))
    targets = Counter(target for target, _ in each)
    # Most rules end with the parameter, which then goes where it belongs at once.
    ends = each[-1][0] == "parameter"
    changes = {**targets, "parameter": targets["parameter"] - ends}
    # What is remembered is read before it changes; the others may change first.
    direct = {
        name: place
        for name, place in places.items()
        if uses[name] == 1 and (name in rule.remembered or not changes.get(name))
    }
    known = [name for name in places if uses[name] and name not in direct]
    yield from (declared(name, places[name]) for name in known)
    for target, tree in each[: len(each) - ends]:
        value = replaced(tree, direct)
        yield _set(ast.Name(target), value) if target in known else declared(target, value)
        known.append(target)
    if ends:
        yield _set(places["parameter"], replaced(each[-1][1], direct))
    elif targets["parameter"]:
        yield _set(places["parameter"], ast.Name("parameter"))
    for name in rule.remembered:
        yield _set(places[name], ast.Name(name))


def _set(target: ast.expr, value: ast.expr) -> ast.Assign:
    return ast.Assign([target], value)


def declared(name: str, value: ast.expr) -> ast.AnnAssign:
    """A number by a name of its own."""
    return ast.AnnAssign(ast.Name(name), ast.Name("float"), value, 1)


def _element(array: str, index: ast.expr) -> ast.Subscript:
    return ast.Subscript(ast.Name(array), index)


def _names(tree: ast.expr) -> list[str]:
    return [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)]
