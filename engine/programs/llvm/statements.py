"""The loops of a program as LLVM: statements of the language of the sheet, one by one.

Names are cells of memory on the stack, which LLVM turns into registers.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from engine.programs.llvm.code import Code, literal, register_of
from engine.programs.llvm.control import loop
from engine.programs.llvm.loops import Pace, reduce_spans
from engine.programs.llvm.module import LlvmModule
from engine.programs.lower.ir import Comment, Function, Map, Reduce, Span, Statement
from engine.sheet.inlining import replaced

# Up to so many elements are gone through one by one, so that they can stay in registers.
MOST_SINGLE = 64
TYPES = {"float": "double", "int": "i64", "None": "void"}
_OPERATORS: dict[type[ast.AST], tuple[str, str]] = {
    ast.Add: ("fadd", "add"),
    ast.Sub: ("fsub", "sub"),
    ast.Mult: ("fmul", "mul"),
    ast.Mod: ("frem", "urem"),
}
_COMPARISONS: dict[type[ast.AST], tuple[str, str]] = {
    ast.NotEq: ("fcmp une", "icmp ne"),
    ast.Eq: ("fcmp oeq", "icmp eq"),
    ast.Lt: ("fcmp olt", "icmp slt"),
}


class Typed(NamedTuple):
    """A register, or a number as text, and its type; of an array its type in the loops, too."""

    text: str
    type: str
    kind: str = ""


class LlvmStatements:
    """Writes a function; what it calls are methods, `call_batch` for `batch`."""

    def __init__(self, module: LlvmModule) -> None:
        self.module = module
        self.code = Code(module.functions)
        self.formulas = module.formulas(self.code, module.shape.width)
        # The types of elements, and the lengths of rows.
        self.elements = {"Order": "i64", "Vectors": self.formulas.type}
        self.lengths = {"Rows": module.shape.inputs, "Outputs": module.shape.outputs}
        self.known = {name: Typed(register_of(name), "ptr", "Vectors") for name in ("full", "rest")}
        self.cells: dict[str, Typed] = {}

    def write(self, function: Function, given: Sequence[str] = ()) -> None:
        """Adds the function to the module; `given`: its arguments, if not `register_of` them."""
        registers = list(map(register_of, function.arguments))
        types = [TYPES.get(kind, "ptr") for kind in function.arguments.values()]
        for (name, kind), register, type_ in zip(function.arguments.items(), registers, types):
            self.known[name] = Typed(register, type_, kind)
        self.block(function.body)
        if function.result == "None":
            self.code.act("ret void")
        arguments = ", ".join(
            f"{type_}{' noalias' * (type_ == 'ptr')} {register}"
            for type_, register in zip(types, given or registers)
        )
        self.module.function = function
        self.module.texts.append(
            f"define {TYPES[function.result]} @{function.name}({arguments}) noinline {{\n"
            f"{self.code.text()}\n}}\n"
        )

    def block(self, statements: Sequence[Statement]) -> None:
        for statement in statements:
            self.statement(statement)

    def statement(self, statement: Statement) -> None:
        match statement:
            case Comment(text):
                self.code.lines.append(f"  ; {text}")
            case Reduce(target):
                self.store(ast.Name(target.name), Typed(self.reduced(statement), "double"))
            case Map(target):
                self.loop("i", [str(target.length)], [_for_one(statement)])
            case ast.AnnAssign(target=place, value=ast.expr() as value):
                self.store(place, self.of(value))
            case ast.Assign(targets=[place], value=value):
                self.store(place, self.of(value))
            case ast.AugAssign(target=place, op=operator, value=value):
                self.store(place, self.of(ast.BinOp(place, operator, value)))
            case ast.Expr(value=value):
                self.of(value)
            case ast.Return(value=ast.expr() as value):
                self.leave(self.of(value))
            case ast.If(test=test, body=body):
                self.branch(self.of(test).text, body)
            case ast.For(target=ast.Name(id=index), iter=ast.Call(args=arguments), body=body):
                self.loop(index, [self.of(argument).text for argument in arguments], body)

    def leave(self, result: Typed) -> None:
        """The end of a function with a result."""
        self.code.act(f"ret {result.type} {result.text}")

    def branch(self, condition: str, body: Sequence[Statement]) -> None:
        """What is done where a condition holds."""
        code = self.code
        then, after = code.new("then"), code.new("after")
        code.act(f"br i1 {condition}, label %{then}, label %{after}")
        code.lines.append(f"{then}:")
        # What is found out there holds only there.
        outer, code.known = code.known, dict(code.known)
        self.block(body)
        code.known = outer
        if not isinstance(body[-1], ast.Return):
            code.act(f"br label %{after}")
        code.lines.append(f"{after}:")

    def loop(self, index: str, arguments: list[str], body: Sequence[Statement]) -> None:
        """A loop that is entered at least once, as those over rows, batches and epochs are."""
        start, stop, step = {1: ["0", *arguments, "1"], 2: [*arguments, "1"]}.get(
            len(arguments), arguments
        )

        def inside(register: str) -> None:
            self.known[index] = Typed(register, "i64")
            self.block(body)

        loop(self.code, start, stop, step, inside)

    def store(self, target: ast.expr, value: Typed) -> None:
        if isinstance(target, ast.Subscript):
            place = self.place(target)
            value = self.spread(value) if place.type == self.formulas.type else value
        else:
            place = self.cell(ast.unparse(target), value.type)
        self.code.act(f"store {value.type} {value.text}, ptr {place.text}, align 8")

    def cell(self, name: str, type_: str) -> Typed:
        """The address of a name's number, which has a place from the first on."""
        if name not in self.cells:
            self.cells[name] = Typed(self.code.new(f"%{name}_"), type_)
            self.code.entry.append(f"  {self.cells[name].text} = alloca {type_}")
        return self.cells[name]

    def place(self, target: ast.Subscript) -> Typed:
        """The address of an element and the element's type; a row of a table is an array itself."""
        array, index = self.of(target.value), self.of(target.slice).text
        if array.kind in self.lengths:
            offset = self.code.emit(f"mul i64 {index}, {self.lengths[array.kind]}")
            return Typed(self.code.address(array.text, offset), "ptr", "Numbers")
        type_ = self.elements.get(array.kind, "double")
        return Typed(self.code.address(array.text, index, type_), type_)

    # Expressions.

    def of(self, tree: ast.expr) -> Typed:
        match tree:
            case ast.Name(id=name):
                cell = self.cells.get(name)
                if cell is None:
                    return self.known.get(name) or Typed(name, "i64")
                return Typed(self.code.fresh(f"load {cell.type}, ptr {cell.text}"), cell.type)
            case ast.Constant(value=float() as number):
                return Typed(literal(number), "double")
            case ast.Subscript():
                place = self.place(tree)
                if place.type == "ptr":
                    return place
                loaded = self.code.fresh(f"load {place.type}, ptr {place.text}, align 8")
                return Typed(loaded, place.type)
            case ast.BinOp(left=left, op=operator, right=right):
                return self.both(left, _OPERATORS[type(operator)], right, None)
            case ast.Compare(left=left, ops=[operator], comparators=[right]):
                return self.both(left, _COMPARISONS[type(operator)], right, "i1")
            case ast.IfExp(test=test, body=body, orelse=orelse):
                condition, then, other = self.of(test), self.of(body), self.of(orelse)
                sides = f"{then.type} {then.text}, {other.type} {other.text}"
                return then._replace(text=self.code.emit(f"select i1 {condition.text}, {sides}"))
            case ast.Call(func=ast.Name(id=name), args=arguments):
                # One without a result is called as a statement.
                result: Typed = getattr(self, f"call_{name}")(*map(self.of, arguments))
                return result
        raise TypeError(f"not a part of loops: {ast.unparse(tree)}")

    def both(
        self, left: ast.expr, instructions: tuple[str, str], right: ast.expr, result: str | None
    ) -> Typed:
        a, b = self.of(left), self.of(right)
        if self.formulas.type in (a.type, b.type):
            a, b = self.spread(a), self.spread(b)
        instruction = instructions[a.type == "i64"]
        register = self.code.emit(f"{instruction} {a.type} {a.text}, {b.text}")
        return Typed(register, result or a.type)

    def spread(self, value: Typed) -> Typed:
        """The same number in every lane."""
        if value.type == self.formulas.type:
            return value
        return Typed(self.formulas.spread(value.text), self.formulas.type)

    def reduced(self, reduce: Reduce) -> str:
        """A sum over all elements of arrays."""
        if reduce.length > MOST_SINGLE:
            pace = Pace(self.code, self.module, lanes=1)
            return reduce_spans(pace, self.module, [reduce], {})[0]
        elements = (
            self.of(_at(reduce.tree, reduce.spans or {}, str(index))).text
            for index in range(reduce.length)
        )
        return functools.reduce(
            lambda a, b: self.code.emit(f"fadd reassoc double {a}, {b}"), elements
        )


def _at(tree: ast.expr, spans: Mapping[str, Span], index: str) -> ast.expr:
    """The formula for the elements at an index."""
    elements = {name: _element(span, index) for name, span in spans.items()}
    return replaced(tree, elements)


def _element(span: Span, index: str) -> ast.Subscript:
    return ast.Subscript(ast.Name(span.kind), ast.Name(index))


def _for_one(each: Map) -> ast.stmt:
    """What is done for the elements at `i`."""
    target, value = _element(each.target, "i"), _at(each.tree, each.spans, "i")
    if each.accumulate:
        return ast.AugAssign(target, ast.Add(), value)
    return ast.Assign([target], value)
