"""Programs as Python: readable, on nothing but `math`. It is also what the Python backend runs."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence

from engine.programs.lower.ir import Function, Guard, Map, Operand, Reduce, Span, Store, Unpack
from engine.programs.lower.rules import UpdateRule
from engine.programs.lower.update import declared, per_parameter
from engine.programs.write.python_text import CALLED, ProgramPython
from engine.programs.write.text import INDENT, LINE, filled
from engine.programs.write.writer import Writer, array_of
from engine.sheet.dialect import PRODUCT, Dialect, Piece
from engine.sheet.evaluate import element
from engine.sheet.inlining import replaced
from engine.sheet.reductions import REDUCTIONS


class PythonWriter(Writer):
    """Loops over neighbours are comprehensions; a long expression stands in parentheses."""

    taken = CALLED

    def __init__(self, dialect: Dialect | None = None) -> None:
        super().__init__(dialect or ProgramPython())

    def module(self, functions: Iterable[Function]) -> tuple[list[str], list[str]]:
        """What functions import, and their texts after those of their helpers."""
        assert isinstance(self.dialect, ProgramPython)
        texts = self.functions(functions)
        return self.dialect.imports(), [*self.dialect.helpers(), *texts]

    def update_of_nodes(self, rule: UpdateRule) -> str:
        """`update(parameters, step, *settings, *state)` on `Value`s with gradients of their own."""
        node = {"parameter": ast.Name("node._data_"), "gradient": ast.Name("node._grad_")}
        columns = {name: f"all_{name}" for name in rule.remembered}
        places = {name: ast.Name(f"{column}[i]") for name, column in columns.items()}
        given = ["parameters", "step", *rule.settings, *columns.values()]
        lines = [f"def update({', '.join(given)}):"]
        for name, kind, tree in rule.reductions:
            text = self.dialect.write(replaced(tree, node))
            reduced, _ = self.dialect.call(kind, [f"[{text} for node in parameters]"])
            lines.append(f"{INDENT}{name} = {reduced}")
        lines += self.block(declared(name, tree) for name, tree in rule.shared)
        head = "i, node in enumerate(parameters)" if columns else "node in parameters"
        lines.append(f"{INDENT}for {head}:")
        body = self.block(per_parameter(rule, {**node, **places}))
        return "\n".join([*lines, *(INDENT + line for line in body)]) + "\n"

    def head(self, function: Function) -> Iterator[str]:
        names = ", ".join(function.arguments)
        if len(function.name) + len(names) + 7 <= LINE:
            yield f"def {function.name}({names}):"
        else:
            yield from [f"def {function.name}(", *filled(names, 4), "):"]
        if len(function.about) + 10 <= LINE:
            yield f'    """{function.about}"""'
        else:
            first, *rest = filled(function.about, 4, LINE - 4)
            yield from [f'    """{first.strip()}', *rest, '    """']

    def line(self, head: str, text: str, tail: str = "") -> Iterable[str]:
        if len(head) + len(text) + len(tail) <= self.width:
            return [head + text + tail]
        if not head:
            name, _, arguments = text.removesuffix(")").partition("(")
            return [f"{name}(", *filled(arguments, 4, self.width), ")"]
        return [f"{head}(", *filled(text, 4, self.width), f"){tail}"]

    def comment(self, text: str) -> Iterable[str]:
        return [f"# {text}"]

    def define(self, kind: str, name: str, constant: bool | None = None) -> str:
        return name

    def guard(self, guard: Guard, condition: str) -> Iterable[str]:
        yield from self.line("if ", condition, ":")
        yield f'    raise ValueError("{guard.operation} is undefined where {guard.where}")'

    def new_array(self, name: str, length: int) -> Iterable[str]:
        return [f"{name} = [0.0] * {length}"]

    def unpack(self, unpack: Unpack) -> Iterable[str]:
        if len(unpack.variables) < unpack.length:
            return super().unpack(unpack)
        names, array = ", ".join(map(self.place, unpack.variables)), array_of(unpack.kind)
        names += "," * (unpack.length == 1)
        if len(names) + len(array) + 3 <= self.width:
            return [f"{names} = {array}"]
        return ["(", *filled(names, 4, self.width), f") = {array}"]

    def store(self, store: Store) -> Iterable[str]:
        if len(store.elements) < store.length:
            return super().store(store)
        return self.listed(
            f"{array_of(store.kind)}[:] = ", map(self.written, store.elements.values())
        )

    def listed(self, head: str, elements: Iterable[str]) -> list[str]:
        """A statement that ends with a list."""
        text = ", ".join(elements)
        if len(head) + len(text) + 2 <= self.width:
            return [f"{head}[{text}]"]
        return [f"{head}[", *filled(text, 4, self.width), "]"]

    def if_head(self, condition: str) -> str:
        return f"if {condition}:"

    def loop_head(self, index: str, arguments: Sequence[str]) -> str:
        return f"for {index} in range({', '.join(arguments)}):"

    def reduce(self, reduce: Reduce) -> Iterable[str]:
        piece = self.reduced(reduce)
        if reduce.target in self.inline:
            self.pieces[reduce.target] = piece
            return []
        return self.line(f"{self.place(reduce.target)} = ", piece[0])

    def reduced(self, reduce: Reduce) -> Piece:
        """A reduction as an expression."""
        if reduce.spans is not None:
            names, head = self.loop(reduce.names, reduce.spans, {})
            text = self.dialect.write(reduce.tree, names)
            whole = isinstance(reduce.tree, ast.Name) and len(reduce.spans) == 1
            numbers = head.partition(" in ")[2] if whole else f"[{text} for {head}]"
            return self.dialect.call(reduce.kind, [numbers])
        terms, row = self.terms(reduce), REDUCTIONS[reduce.kind]
        if row.operator is None or not 0 < len(terms) <= self.most_terms:
            return self.dialect.call(reduce.kind, [f"[{', '.join(text for text, _ in terms)}]"])
        first, *others = terms
        for term in others:
            first = self.dialect.joined(row, first, term)
        return first

    def map(self, each: Map) -> Iterable[str]:
        target = _slice(each.target)
        before = self.unused("before")
        also = {before: _read(each.target)} if each.accumulate else {}
        names, head = self.loop(each.names, each.spans, also)
        if each.accumulate:
            text = f"[{before} + {self.dialect.within(each.tree, PRODUCT, names)} for {head}]"
        elif head:
            text = f"[{self.dialect.write(each.tree, names)} for {head}]"
        else:
            text = f"[{self.dialect.write(each.tree, names)}] * {each.target.length}"
        return self.line(f"{target} = ", text)

    def loop(
        self, names: Mapping[str, Operand], spans: Mapping[str, Span], also: Mapping[str, str]
    ) -> tuple[dict[str, str | float | Piece], str]:
        """Names within a loop over neighbours, and its head; empty without anything to go over."""
        own = {name: self.unused(element(name)) for name in spans}
        slices = {**also, **{own[name]: _read(span) for name, span in spans.items()}}
        written = ", ".join(slices.values())
        head = f"{', '.join(slices)} in {f'zip({written})' if len(slices) > 1 else written}"
        return {**self.names(names), **own}, head if slices else ""

    def unused(self, name: str) -> str:
        """The name, or a longer one where a variable is called like that."""
        while name in self.names_taken:
            name += "_"
        return name


def _slice(span: Span) -> str:
    bounds = ":" if span.whole else f"{span.start}:{span.start + span.length}"
    return f"{array_of(span.kind)}[{bounds}]"


def _read(span: Span) -> str:
    return array_of(span.kind) if span.whole else _slice(span)
